"""Blocks that melt: the tower on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import em
from kmeans_em.widgets import Blocks


@pytest.fixture
def blocks():
    """The heights of the drawn blocks, from the ground up."""

    def draw(*arguments, **named):
        (ax,) = Blocks(*arguments, **named).draw().axes
        return np.array([bar.get_height() for container in ax.containers for bar in container])

    yield draw
    plt.close("all")


@pytest.mark.parametrize("sigma", [0.7, 2, 4, 20])
@pytest.mark.parametrize(("point", "means"), [(8, (1, 4, 7, 11, 14)), (0, (3, -1)), (-2, (5, 5, 1, 0, 9, 2, -3, 4))])
def test_the_blocks_are_the_shares_scaled_so_that_the_largest_is_1(blocks, point, means, sigma):
    tall = blocks(point, means, sigma)
    shares = em.responsibilities([[point]], np.reshape(means, (-1, 1)), sigma)[0]
    assert tall[0] == 1
    np.testing.assert_allclose(tall, np.sort(shares)[::-1] / shares.max(), rtol=1e-9, atol=1e-15)
    assert 1 < tall.sum() <= len(means)
    D = (np.array(means) - point) ** 2
    squeezed = D.min() - 2 * sigma**2 * np.log(tall.sum())
    assert squeezed == pytest.approx(em.free_energy([[point]], np.reshape(means, (-1, 1)), sigma))
    assert D.min() - 2 * sigma**2 * np.log(len(means)) <= squeezed <= D.min()


def test_as_sigma_falls_all_but_the_nearest_melt_and_at_0_they_are_gone(blocks):
    totals = [blocks(sigma=sigma).sum() for sigma in (20, 8, 4, 2, 1, 0.5, 0)]
    assert (np.diff(totals) < 0).all()
    assert totals[0] > 4.8
    assert totals[-1] == 1
    assert blocks(sigma=0).tolist() == [1, 0, 0, 0, 0]


def test_means_that_are_equally_near_keep_their_blocks(blocks):
    assert blocks(8, (5, 11, 1), 0).tolist() == [1, 1, 0]
    assert blocks(8, (5, 11, 1), 0.1).sum() == 2
    assert blocks(8, (9, 9, 7), 3).tolist() == [1, 1, 1]
    assert (
        "it tends to 2 as sigma goes to 0, not to 1, for 2 means are equally near" in Blocks(8, (5, 11, 1)).describe()
    )


def test_the_words_have_the_numbers():
    words = Blocks().describe()
    assert "squared distances 1, 9, 16, 36, 49" in words
    assert "1, 0.779, 0.626, 0.335, 0.223" in words
    assert "total, 2.963, lies between 1 and 5; it tends to 1 as sigma goes to 0." in words
    assert "The share of mean 3 is 0.338, and F = -33.75." in words
    assert "The share of mean 3 is 1 - 1.13e-07, and F = 1." in Blocks(sigma=0.5).describe()
    assert "The share of mean 3 is 1, and F = 1." in Blocks(sigma=0).describe()


def test_the_picture_says_it_to_those_who_do_not_see_it():
    widget = Blocks()
    assert f'alt="{widget.describe()}"' in widget.picture()


def test_the_slider_runs_from_where_all_has_melted_to_where_nothing_has(blocks):
    for means in [(1, 4, 7, 11, 14), (8, 9), (0, 1e6), (-40, 3, 8.5)]:
        low, high = Blocks(8, means).sigma_range
        assert blocks(8, means, low)[1:].max() < 1e-2
        assert blocks(8, means, high).min() > 0.8
    assert Blocks(8, (7, 9)).sigma_range == (0.1, 10)
    assert Blocks(sigma_range=(1, 5)).sigma_range == (1, 5)


def test_every_trait_can_be_set_later_and_is_checked():
    widget = Blocks()
    widget.point, widget.means, widget.sigma, widget.sigma_range = np.float64(2), [3, 0], 0, (1, 9)
    assert (widget.point, widget.means.tolist(), widget.sigma, widget.sigma_range) == (2, [3, 0], 0, (1, 9))
    for name, value in [("point", np.nan), ("means", [1]), ("sigma", -1), ("sigma", np.inf), ("sigma_range", (2, 1))]:
        with pytest.raises(ValueError, match=f"^{name}: expected "):
            setattr(widget, name, value)
    assert (widget.point, widget.means.tolist(), widget.sigma, widget.sigma_range) == (2, [3, 0], 0, (1, 9))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"means": (5,)}, "means: expected from 2 to 8 of them, got 1"),
        ({"means": range(9)}, "means: expected from 2 to 8 of them, got 9"),
        ({"means": [[1], [5]]}, r"means: expected shape \(k,\), got \(2, 1\)"),
        ({"means": (1, 2e6)}, "means: expected -1e\\+06 <= means <= 1e\\+06, got .*; subtract an offset"),
        ({"means": (1, np.inf)}, "means: has NaN or infinite"),
        ({"point": [8]}, "point: expected one number"),
        ({"point": 1e7}, "point: expected"),
        ({"sigma": -1}, "sigma: expected 0 <= sigma"),
        ({"sigma": np.nan}, "sigma: expected 0 <= sigma"),
        ({"sigma": 1e90}, "sigma: expected 0 <= sigma"),
        ({"sigma_range": (0, 4)}, "sigma_range: expected two numbers, 0 < low < high"),
        ({"sigma_range": (4, 1)}, "sigma_range: expected two numbers, 0 < low < high"),
    ],
)
def test_what_cannot_be_drawn_is_refused(bad, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        Blocks(**bad)
