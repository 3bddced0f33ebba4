"""The picture of the narrowing bell on paper, and what the figure takes and refuses."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import datasets, log_likelihood
from kmeans_em.widgets import Collapse

LINE = datasets.line()


@pytest.fixture
def drawn():
    yield lambda *arguments: Collapse(*arguments).draw().axes[0]
    plt.close("all")


def test_alone_the_curve_is_the_log_likelihood_of_one_bell(drawn):
    sigmas, curve = drawn().lines[0].get_data()
    np.testing.assert_allclose(curve, [log_likelihood(LINE, [[16]], s) for s in sigmas], rtol=1e-12)


def test_beside_a_second_bell_it_rises_by_log_10_for_each_tenth(drawn):
    sigmas, curve = drawn().lines[2].get_data()
    narrow = sigmas < 1e-2
    np.testing.assert_allclose(np.diff(curve[narrow]), -np.diff(np.log(sigmas[narrow])), rtol=1e-4)
    assert curve[0] > curve[-1]


def test_the_words_have_the_numbers():
    assert "At sigma = 3 log L is -55.994 alone and -19.620 with the second bell." in Collapse(sigma=3).describe()


@pytest.mark.parametrize("arguments", [(1e6 * LINE / 16, 0, 1e9), (LINE / 1e6, 5, 1e-9), ([[0], [1], [3]], 1, 1e-9)])
def test_an_extreme_bell_has_a_picture(arguments):
    assert "nan" not in Collapse(*arguments).picture().lower()


def test_each_can_be_set_later_and_is_checked():
    figure = Collapse()
    figure.point, figure.sigma = 0, 0.25
    assert (figure.point, figure.sigma) == (0, 0.25)
    for name, value in [("point", 6), ("point", -1), ("sigma", 0), ("sigma", np.nan), ("sigma", 1e10)]:
        with pytest.raises(ValueError, match=f"^{name}: expected"):
            setattr(figure, name, value)
    assert (figure.point, figure.sigma) == (0, 0.25)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([[0, 1], [1, 2], [2, 2]], "points on a line"),
        ([[0], [1]], "the second bell needs two"),
        ([[5], [5], [5]], "the second bell needs two"),
        ([[0], [1], [1e7]], "subtract an offset"),
        ([[0], [np.nan], [1]], "NaN"),
    ],
)
def test_data_that_cannot_be_drawn_are_refused(X, words):
    with pytest.raises(ValueError, match=f"^X: .*{words}"):
        Collapse(X, 0)
