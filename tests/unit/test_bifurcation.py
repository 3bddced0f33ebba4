"""The bifurcation diagram: both trails on paper, and what the figure takes and refuses."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import datasets, fit
from kmeans_em.annealing import critical_sigma
from kmeans_em.widgets import Bifurcation
from kmeans_em.widgets.base import source

SKEWED = [[0.0], [0], [0], [0], [0], [1]]


@pytest.fixture(scope="module")
def widget():
    return Bifurcation()


def trails(widget):
    """What is drawn for each mean: (sigma, place) on the way up, and on the way down."""
    (ax,) = widget.draw().axes
    plt.close("all")
    curves = [line.get_xydata() for line in ax.lines if len(line.get_xydata()) > 100]
    return curves[::2], curves[1::2]


def test_two_means_on_the_line_part_and_merge_at_the_same_sigma(widget):
    widget.case = 0
    for drawn in trails(widget):
        (s, low), (_, high) = (curve.T for curve in drawn)
        apart = np.abs(high - low)
        assert (apart[s > 5.66] < 0.05).all()
        assert (apart[s < 5.55] > 1).all()
    assert widget.cases[0]["both"] == pytest.approx(widget.cases[0]["sigma_c"])
    assert "they merge again at the same sigma" in widget.describe()


def test_four_means_and_a_point_far_off_make_a_loop(widget):
    widget.case = 1
    X, sigma_c, both = np.array(widget.cases[1]["X"]), widget.cases[1]["sigma_c"], widget.cases[1]["both"]
    assert sigma_c == pytest.approx(X.std())
    assert 1.1 * sigma_c < both < 1.2 * sigma_c
    up, down = (np.ptp([curve[:, 1] for curve in drawn], axis=0) for drawn in trails(widget))
    s_up, s_down = (drawn[0][:, 0] for drawn in trails(widget))
    inside = [(s > 1.02 * sigma_c) & (s < both - 0.02 * sigma_c) for s in (s_up, s_down)]
    assert (up[inside[0]] > 10).all()
    assert (down[inside[1]] < 0.05).all()
    assert "sigma = 6.35" in widget.describe()


def test_means_that_the_figure_says_rest_there_do(widget):
    widget.case = 1
    X = np.array(widget.cases[1]["X"])
    for s in np.linspace(5.6, 6.3, 4):
        assert np.ptp(fit(X, [[2], [2], [2], [19]], s, max_steps=5000).means) > 10
        assert np.ptp(fit(X, [[3.7], [3.8], [3.8], [3.9]], s, max_steps=5000).means) < 1e-3
    assert np.ptp(fit(X, [[2], [2], [2], [19]], 6.45, max_steps=20000).means) < 1e-3


def test_in_the_plane_places_are_measured_along_the_top_direction():
    X = datasets.old_faithful(standardised=True)
    (shown,) = Bifurcation([("eruptions", X, 2)]).cases
    np.testing.assert_allclose(shown["u"], np.sqrt([0.5, 0.5]))
    assert shown["sigma_c"] == critical_sigma(X)
    assert shown["kurtosis"] == pytest.approx(((X @ shown["u"]) ** 4).mean() / shown["sigma_c"] ** 4)


def test_a_new_case_begins_with_merged_means_on_the_right(widget):
    widget.case = 0
    assert widget.sigma == 7.88
    assert widget.means.tolist() == [[6], [6]]
    widget.case = 1
    assert widget.sigma == 7.71
    assert widget.means.tolist() == [[3.8]] * 4


def test_the_picture_says_it_to_those_who_do_not_see_it(widget):
    assert f'alt="{widget.describe()}"' in widget.picture()


def test_traits_are_checked(widget):
    widget.sigma, widget.predictions = 3.0, True
    assert (widget.sigma, widget.predictions) == (3, True)
    widget.means = [[1], [2], [3], [4]]
    for name, value in [("sigma", 0), ("sigma", np.nan), ("case", 7), ("case", -1)]:
        with pytest.raises(ValueError, match=f"^{name}: expected "):
            setattr(widget, name, value)
    widget.predictions = False


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"cases": []}, "cases: expected at least one"),
        ({"cases": [("a", [[1], [1]], 2)]}, "X: all points are equal"),
        ({"cases": [("a", [1, 2], 2)]}, "X: expected shape"),
        ({"cases": [("a", SKEWED, 1)]}, "k: expected a whole number >= 2"),
        ({"cases": [("a", SKEWED, 7)]}, "k: expected at most 6 means for 6 points, got 7"),
        ({"case": 2}, "case: expected a whole number below 2, got 2"),
        ({"sigma": -1}, "sigma: expected 0 < sigma"),
        ({"predictions": "yes"}, "predictions: expected True or False"),
    ],
)
def test_what_cannot_be_drawn_is_refused(bad, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        Bifurcation(**bad)


def test_the_script_is_small_and_asks_for_nothing():
    script = source("bifurcation.js")
    assert len(script.encode()) <= 12_000
    assert not re.search(r"\bimport\b|fetch|https?:", script)
