"""The picture of bell and parabola on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import norm

from kmeans_em.widgets import Bell


@pytest.fixture
def drawn():
    """The two drawings at (mu, sigma, x)."""

    def draw(*arguments):
        return Bell(*arguments).draw().axes

    yield draw
    plt.close("all")


@pytest.mark.parametrize("arguments", [(6, 2, 8), (6, 2, 16), (0, 0.1, -3), (-1e6, 1e6, 5)])
def test_above_is_the_bell_and_below_its_logarithm(drawn, arguments):
    above, below = drawn(*arguments)
    z, bell = above.lines[0].get_data()
    np.testing.assert_allclose(bell, norm.pdf(z) / norm.pdf(0), rtol=1e-12)
    z, parabola = below.lines[0].get_data()
    np.testing.assert_allclose(parabola, norm.logpdf(z) - norm.logpdf(0), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("x", "drop"), [(8, 0.5), (9, 1.125), (16, 12.5), (2, 2), (6, 0)])
def test_the_drop_hangs_from_the_top_down_to_the_parabola(drawn, x, drop):
    below = drawn(6, 2, x)[1]
    bar = next(line for line in below.lines if line.get_linewidth() == 4)
    assert bar.get_xdata() == pytest.approx([(x - 6) / 2] * 2)
    assert bar.get_ydata() == pytest.approx([0, -drop])


def test_the_six_points_are_marked_where_they_are_on_the_axis(drawn):
    below = drawn(6, 2, 8)[1]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0", "1", "2", "8", "9", "16"]
    assert [6 + 2 * z for z in below.get_xticks()] == [0, 1, 2, 8, 9, 16]
    assert [label.get_text() for label in drawn(0, 1, 0)[1].get_xticklabels()] == ["0", "1", "2"]


def test_the_words_have_the_numbers():
    assert "the drop is 0.5, so log p = -1.612 - 0.5 = -2.112" in Bell().describe()
    assert "log p = -1.612 - 12.5 = -14.112" in Bell(x=16).describe()
    assert f"{norm.logpdf(2, 0, 0.5):.3f}" in Bell(0, 0.5, 2).describe()


@pytest.mark.parametrize("arguments", [(1e6, 1e-6, -1e6), (0, 1e-6, 0), (0, 1e6, 1)])
def test_an_extreme_bell_has_a_picture(arguments):
    assert "nan" not in Bell(*arguments).picture().lower()


def test_each_can_be_set_later_and_is_checked():
    bell = Bell()
    assert (bell.mu, bell.sigma, bell.x) == (6, 2, 8)
    bell.mu, bell.sigma, bell.x = np.float64(2), 1, 40
    assert (bell.mu, bell.sigma, bell.x) == (2, 1, 40)
    for name, value in [
        ("mu", np.inf),
        ("x", -2e6),
        ("x", np.nan),
        ("sigma", 0),
        ("sigma", -1),
        ("sigma", 1e-7),
        ("sigma", 2e6),
    ]:
        with pytest.raises(ValueError, match=f"^{name}: expected .* {name} <= "):
            setattr(bell, name, value)
    assert (bell.mu, bell.sigma, bell.x) == (2, 1, 40)


@pytest.mark.parametrize("bad", ["1", None, [1.0], 1j])
@pytest.mark.parametrize("name", ["mu", "sigma", "x"])
def test_what_is_no_number_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"^{name}: expected one number"):
        Bell(**{name: bad})
