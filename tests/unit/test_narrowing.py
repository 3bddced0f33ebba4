"""The narrowing Gaussian's picture on paper, and what it takes and refuses."""

import numpy as np
import pytest
from scipy.stats import norm

from kmeans_em.widgets import Narrowing

SIGMAS = [0, 5e-324, 1e-300, 0.01, 0.1, 1.0, 2.0, 1e140]


def drawn(mu, sigma):
    """The two drawings at (mu, sigma)."""
    return Narrowing(mu, sigma).draw().axes


def curve(drawing):
    """The drawing's thick curve, as places and heights."""
    return np.transpose(next(line.get_xydata() for line in drawing.lines if line.get_linewidth() > 2))


@pytest.mark.parametrize("sigma", [0.05, 0.3, 1, 2])
def test_the_curves_are_the_density_and_the_cdf(sigma):
    top, below = drawn(-1.5, sigma)
    x, density = curve(top)
    np.testing.assert_allclose(density, np.minimum(norm.pdf(x, -1.5, sigma), 4), rtol=1e-9, atol=1e-12)
    x, cdf = curve(below)
    np.testing.assert_allclose(cdf, norm.cdf(x, -1.5, sigma), atol=1e-12)
    fine = np.linspace(-4.5, 1.5, 2000)
    np.testing.assert_allclose(np.interp(fine, x, cdf), norm.cdf(fine, -1.5, sigma), atol=2e-3)


@pytest.mark.parametrize("mu", [0, -1e6, 1e6])
@pytest.mark.parametrize("sigma", SIGMAS)
def test_any_sigma_can_be_drawn_and_keeps_its_place(mu, sigma):
    top, below = drawn(mu, sigma)
    assert below.get_xlim() == (mu - 3, mu + 3)
    assert top.get_ylim() == (0, 2)
    _, cdf = curve(below)
    assert (np.diff(cdf) >= 0).all()
    if sigma < 0.5:
        assert (cdf[0], cdf[-1]) == pytest.approx((0, 1), abs=1e-8)
    if 0 < sigma < 1e-100:
        x, density = curve(top)
        assert (density[abs(x - mu) > 1e-8] == 0).all()  # the spike has no skirts


def test_the_half_at_mu_is_marked_and_jumps_to_one_at_the_end():
    def half(sigma):
        return [line.get_ydata()[0] for line in drawn(0, sigma)[1].lines if line.get_marker() == "o"][-1]

    assert [half(sigma) for sigma in (1, 1e-300, 0)] == [0.5, 0.5, 1]


def test_the_drawing_says_how_high_the_top_is_where_it_does_not_show():
    said = {sigma: {text.get_text() for text in drawn(0, sigma)[0].texts} for sigma in (0, 1e-310, 0.01, 0.19, 0.2)}
    assert [next(iter(texts - {"point mass"})) for texts in said.values()] == [
        "no density",
        "top at over 1e308",
        "top at 39.9",
        "top at 2.1",
        "",
    ]


def test_the_words_have_the_numbers():
    words = Narrowing(2, 0.1).describe()
    assert f"within 0.1 of the mean is {2 * norm.cdf(1) - 1:.6f}" in words
    assert f"the mean of cos(X - mu) {np.exp(-0.005):.6f}" in words
    assert "W2 = 0.1, total variation 1" in words
    assert "P(X = mu) 0" in words
    words = Narrowing(2, 0).describe()
    assert "no density" in words
    assert "W2 = 0, total variation 0, and P(X = mu) 1" in words


def test_both_can_be_set_later_and_are_checked():
    widget = Narrowing()
    assert (widget.mu, widget.sigma) == (0, 1)
    widget.mu, widget.sigma = np.float64(2), 0
    assert (widget.mu, widget.sigma) == (2, 0)
    for name, value in [("mu", np.inf), ("mu", -2e6), ("sigma", -1), ("sigma", np.nan), ("sigma", 1e141)]:
        with pytest.raises(ValueError, match=f"^{name}: expected .* <= {name} <= "):
            setattr(widget, name, value)
    assert (widget.mu, widget.sigma) == (2, 0)


@pytest.mark.parametrize("bad", ["1", None, [1.0], 1j])
@pytest.mark.parametrize("name", ["mu", "sigma"])
def test_what_is_no_number_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"^{name}: expected one number"):
        Narrowing(**{name: bad})
