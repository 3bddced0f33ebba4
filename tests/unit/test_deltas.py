"""The picture of the deltas on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import responsibilities
from kmeans_em.widgets import Deltas


@pytest.fixture
def drawn():
    """The panels, two a row, at (point, means, sigma)."""

    def draw(*arguments):
        return np.reshape(Deltas(*arguments).draw().axes, (3, 2))

    yield draw
    plt.close("all")


def bars(ax):
    return [patch.get_height() for patch in ax.patches]


@pytest.mark.parametrize("sigma", [4, 2, 0.5, 1e-9, 0])
def test_the_posterior_hardens_and_the_prior_stays(drawn, sigma):
    panels = drawn(8, (1, 11), sigma)
    r = responsibilities([[8]], [[1], [11]], sigma)[0]
    assert bars(panels[0, 0]) == [0.5, 0.5]
    assert bars(panels[1, 0]) == pytest.approx([*r, 1])  # and the outline of the point mass
    heads = [line.get_ydata()[0] for line in panels[1, 1].lines if line.get_marker() in ("o", "s")]
    assert heads == pytest.approx(r)


@pytest.mark.parametrize("sigma", [4, 0])
def test_a_tie_has_no_limit_but_one_half(drawn, sigma):
    assert bars(drawn(6, (1, 11), sigma)[1, 0]) == [0.5, 0.5]
    assert "stay at 1/2 and 1/2" in Deltas(6, sigma=sigma).describe()


def test_the_component_narrows_and_is_gone_in_the_limit(drawn):
    assert max(drawn(8, (1, 11), 4)[2, 1].lines[0].get_ydata()) == pytest.approx(0.22)
    assert max(drawn(8, (1, 11), 2)[2, 1].lines[0].get_ydata()) == pytest.approx(0.44)
    assert [line.get_marker() for line in drawn(8, (1, 11), 0)[2, 1].lines] == ["^"]


def test_the_words_have_the_numbers():
    words = Deltas().describe()
    assert "bars of height 0.223 and 0.777" in words
    assert "label 2 and place 11 (dashed)" in words
    assert "label 1 and place 1 (dashed)" in Deltas(2).describe()
    assert "0.00669 and 0.993" in Deltas(sigma=2).describe()


@pytest.mark.parametrize("arguments", [(1e6, (-1e6, 1e6), 0), (0, (0, 1e-9), 1e140), (3, (5, 2), 5e-324)])
def test_an_extreme_figure_has_a_picture(arguments):
    assert "nan" not in Deltas(*arguments).picture().lower()


def test_each_can_be_set_later_and_is_checked():
    deltas = Deltas()
    assert (deltas.point, deltas.means, deltas.sigma) == (8, [1, 11], 4)
    deltas.point, deltas.means, deltas.sigma = np.float64(2), np.array([3, 5]), 0
    assert (deltas.point, deltas.means, deltas.sigma) == (2, [3, 5], 0)
    for value in [(1, 1), (1, 2, 3), [1], (0, 2e6), (0, np.nan), "ab", 3]:
        with pytest.raises(ValueError, match=r"^means: "):
            deltas.means = value
    for name, value in [("point", np.inf), ("point", -2e6), ("sigma", -1), ("sigma", np.nan), ("sigma", 1e141)]:
        with pytest.raises(ValueError, match=f"^{name}: expected .* <= {name} <= "):
            setattr(deltas, name, value)
    assert (deltas.point, deltas.means, deltas.sigma) == (2, [3, 5], 0)


@pytest.mark.parametrize("bad", ["1", None, [1.0], 1j])
@pytest.mark.parametrize("name", ["point", "sigma"])
def test_what_is_no_number_is_refused(name, bad):
    with pytest.raises(ValueError, match=f"^{name}: expected one number"):
        Deltas(**{name: bad})
