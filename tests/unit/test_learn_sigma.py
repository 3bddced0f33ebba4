"""The picture of the learned sigma on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import datasets, fit
from kmeans_em.widgets import LearnSigma
from tests.property.strategies import best_means

LINE = datasets.line()


def test_the_picture_has_the_steps_of_fit_above_the_floor():
    ax = LearnSigma(sigma=5).draw().axes[0]
    steps = fit(LINE, [[1], [11]], 5, learn="sigma", max_steps=12, tol=0).history
    assert ax.lines[0].get_ydata() == pytest.approx([step.sigma for step in steps])
    assert ax.lines[1].get_ydata() == pytest.approx([np.sqrt(40 / 6)] * 2)
    plt.close("all")


@pytest.mark.parametrize("seed", range(5))
def test_the_floor_is_that_of_the_best_two_centres(seed):
    X = np.random.default_rng(seed).integers(0, 9, (7, 1)).astype(float)
    assert LearnSigma(X).least == pytest.approx(best_means(X, 2)[0])


def test_the_words_have_the_numbers():
    assert "from 0.5 it goes to 2.582 in the first step and to 2.739 after 12" in LearnSigma().describe()


def test_each_can_be_set_later_and_is_checked():
    figure = LearnSigma()
    figure.sigma, figure.step, figure.means = 5, 3, [0, 16]
    assert (figure.sigma, figure.step, figure.means.tolist()) == (5, 3, [0, 16])
    for name, value in [
        ("sigma", 0),
        ("sigma", 1e9),
        ("step", 13),
        ("step", -1),
        ("means", [1, 2, 3]),
        ("means", [np.nan, 1]),
    ]:
        with pytest.raises(ValueError, match=f"^{name}: "):
            setattr(figure, name, value)
    assert (figure.sigma, figure.step, figure.means.tolist()) == (5, 3, [0, 16])


@pytest.mark.parametrize(
    ("X", "words"),
    [([[0, 1]] * 3, "points on a line"), ([[0], [1], [1]], "two different points"), ([[0], [1], [1e7]], "offset")],
)
def test_data_that_cannot_be_drawn_are_refused(X, words):
    with pytest.raises(ValueError, match=f"^X: .*{words}"):
        LearnSigma(X)
