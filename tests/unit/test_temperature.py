"""The temperature figure on paper, and what it takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import free_energy, responsibilities
from kmeans_em.widgets import Temperature


@pytest.fixture
def drawn():
    yield lambda *arguments: Temperature(*arguments).draw().axes
    plt.close("all")


@pytest.mark.parametrize("sigma", [0, 0.5, 4, 10])
@pytest.mark.parametrize("sq_dists", [(49, 9), (4, 30)])
def test_the_dot_is_the_softmax_at_the_bottom_of_the_cost(drawn, sq_dists, sigma):
    top, bar = drawn(sq_dists, sigma)
    centres = np.sqrt(sq_dists)[:, None]
    share = responsibilities([[0]], centres, sigma)[0, 1]
    line, bowl, cost = (top.lines[i].get_ydata() for i in (1, 2, 3))
    np.testing.assert_allclose(cost, line + bowl)
    dot = top.lines[-1].get_xydata()[0]
    assert dot == pytest.approx((share, free_energy([[0]], centres, sigma)))
    assert cost.min() >= dot[1] - 1e-9
    assert cost.min() == pytest.approx(dot[1], abs=0.05)
    assert bar.patches[0].get_width() == pytest.approx(share)


def test_the_words_have_the_numbers():
    words = Temperature().describe()
    assert "a straight line from 49 to 9" in words
    assert "At sigma = 4 the cost is lowest at w = 0.777: 17.91 - 16.97 = 0.94." in words
    assert "lowest at w = 1.000: 9.00 - 0.00 = 9.00" in Temperature(sigma=0).describe()


@pytest.mark.parametrize("sigma", [0, 5e-324, 1e-300, 1e140])
@pytest.mark.parametrize("sq_dists", [(0, 0), (1e140, 0), (7, 7)])
def test_any_distances_and_any_sigma_have_a_picture(sq_dists, sigma):
    picture = Temperature(sq_dists, sigma).picture()
    assert "nan" not in picture
    assert picture.startswith("<img")


def test_both_can_be_set_later_and_are_checked():
    widget = Temperature()
    assert (widget.sq_dists, widget.sigma) == ([49, 9], 4)
    widget.sq_dists, widget.sigma = np.array([1, 2]), 0
    assert (widget.sq_dists, widget.sigma) == ([1, 2], 0)
    bad = [("sq_dists", [1]), ("sq_dists", [1, 2, 3]), ("sq_dists", [-1, 2]), ("sq_dists", [np.nan, 1])]
    for name, value in [*bad, ("sq_dists", [0, 1e141]), ("sigma", -1), ("sigma", np.nan), ("sigma", 1e141)]:
        with pytest.raises(ValueError, match=f"^{name}: "):
            setattr(widget, name, value)
    assert (widget.sq_dists, widget.sigma) == ([1, 2], 0)


@pytest.mark.parametrize("bad", ["1", None, ["a", "b"], 9.0, [[1, 2]], 1j])
def test_what_are_no_two_numbers_is_refused(bad):
    with pytest.raises(ValueError, match=r"^sq_dists: "):
        Temperature(bad)


@pytest.mark.parametrize("bad", ["1", None, [1.0], 1j])
def test_what_is_no_sigma_is_refused(bad):
    with pytest.raises(ValueError, match=r"^sigma: expected one number"):
        Temperature(sigma=bad)
