"""Two bells and one point: the picture on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import norm

from kmeans_em import em
from kmeans_em.widgets import TwoBells


@pytest.fixture
def drawn():
    """The drawing of the bells and that of the bar."""

    def draw(*arguments, **named):
        return TwoBells(*arguments, **named).draw().axes

    yield draw
    plt.close("all")


@pytest.mark.parametrize("means", [(1, 11), (11, 1), (-3.5, -3)])
@pytest.mark.parametrize("sigma", [0.5, 1, 2.5, 4])
def test_the_sticks_are_the_bells_heights_and_the_bar_their_shares(drawn, means, sigma):
    bells, bar = drawn(8, means, sigma)
    sticks = [patch.get_height() for patch in bells.patches]
    np.testing.assert_allclose(sticks, norm.pdf(8, sorted(means), sigma), rtol=1e-9)
    shares = em.responsibilities([[8]], np.reshape(sorted(means), (2, 1)), sigma)[0]
    np.testing.assert_allclose([patch.get_width() for patch in bar.patches], shares, rtol=1e-9)
    assert bells.get_ylim()[1] == pytest.approx(1.15 * norm.pdf(0, scale=4))


@pytest.mark.parametrize("sigma", [0.5, 1, 4])
def test_divided_by_the_taller_one_stick_is_1_and_the_shares_are_the_same(drawn, sigma):
    bells, bar = drawn(8, sigma=sigma, relative=True)
    _, same = drawn(8, sigma=sigma)
    sticks = [patch.get_height() for patch in bells.patches]
    assert sticks == pytest.approx([np.exp(-20 / sigma**2), 1])
    assert [p.get_width() for p in bar.patches] == [p.get_width() for p in same.patches]


def test_the_words_have_the_numbers():
    words = TwoBells().describe()
    assert "0.0216 and 0.0753" in words
    assert "the shares 0.223 and 0.777" in words
    words = TwoBells(sigma=1).describe()
    assert "9.13e-12 and 0.00443" in words
    assert "2.06e-09 and 1 - 2.06e-09" in words
    words = TwoBells(sigma=1, relative=True).describe()
    assert "divided by the taller one, they are 2.06e-09 and 1." in words
    assert "the shares 0.5 and 0.5" in TwoBells(6, sigma=0.5).describe()


def test_the_picture_says_it_to_those_who_do_not_see_it():
    widget = TwoBells()
    assert f'alt="{widget.describe()}"' in widget.picture()


def test_every_trait_can_be_set_later_and_is_checked():
    widget = TwoBells()
    widget.point, widget.means, widget.sigma, widget.relative = np.float64(2), [3, 0], 1, True
    assert (widget.point, widget.means.tolist(), widget.sigma, widget.relative) == (2, [3, 0], 1, True)
    widget.sigma_range = 1, 9
    widget.sigma = 9
    for name, value in [("point", np.nan), ("means", [1, 1]), ("sigma", 10), ("sigma", 0), ("sigma_range", (2, 1))]:
        with pytest.raises(ValueError, match=f"^{name}: expected "):
            setattr(widget, name, value)
    assert (widget.point, widget.means.tolist(), widget.sigma, widget.sigma_range) == (2, [3, 0], 9, (1, 9))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"means": (5, 5)}, "means: expected two that differ, got 5 twice"),
        ({"means": (1, 5, 9)}, "means: expected two, one for each bell, got 3"),
        ({"means": [[1], [5]]}, r"means: expected shape \(k,\), got \(2, 1\)"),
        ({"means": (1, 2e6)}, "means: expected -1e\\+06 <= means <= 1e\\+06, got .*; subtract an offset"),
        ({"means": (1, np.nan)}, "means: has NaN"),
        ({"point": "8"}, "point: expected one number"),
        ({"point": -1e7}, "point: expected"),
        ({"sigma": 0}, "sigma: expected 0 < sigma"),
        ({"sigma": 5}, "sigma: expected 0.5 <= sigma <= 4, got 5; or widen sigma_range"),
        ({"sigma": None}, "sigma: expected one number"),
        ({"relative": "yes"}, "relative: expected True or False, got 'yes'"),
        ({"relative": 1}, "relative: expected True or False, got 1"),
        ({"sigma_range": (0, 4)}, "sigma_range: expected two numbers, 0 < low < high"),
        ({"sigma_range": (1, 4, 9)}, "sigma_range: expected two numbers, 0 < low < high"),
        ({"sigma_range": 4}, "sigma_range: expected shape"),
        ({"sigma_range": (1, 1e200)}, "sigma_range: expected two numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(bad, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        TwoBells(**bad)
