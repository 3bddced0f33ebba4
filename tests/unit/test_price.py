"""The picture of the prices on paper, and what the figure takes and refuses."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kmeans_em import datasets
from kmeans_em.widgets import Price
from kmeans_em.widgets.price import least_costs

LINE = datasets.line()


@pytest.fixture
def drawn():
    yield lambda *arguments: Price(*arguments).draw().axes[0]
    plt.close("all")


@pytest.mark.parametrize("seed", range(5))
def test_the_least_costs_are_the_best_of_all_labellings(seed):
    values = np.random.default_rng(seed).integers(0, 6, 6).astype(float)
    for k, least in enumerate(least_costs(values), 1):
        costs = [
            sum(((values[z == j] - values[z == j].mean()) ** 2).sum() for j in set(z))
            for z in map(np.array, product(range(k), repeat=6))
        ]
        assert least == pytest.approx(min(costs), abs=1e-9)


def test_the_bars_are_the_least_costs_and_the_prices(drawn):
    heights = [bar.get_height() for bar in drawn(None, 20).patches]
    np.testing.assert_allclose(heights, [190, 40, 2.5, 1, 0.5, 0, 20, 40, 60, 80, 100, 120], atol=1e-12)


def test_the_words_have_the_numbers():
    words = Price(price=99).describe()
    assert "DP-means rests with k = 2 and J + price k = 268; the lowest bar is k = 2 with 238." in words


@pytest.mark.parametrize("arguments", [([[0], [1e-6]], 1e-12), ([[-1e6], [1e6]], 1e14), ([[1], [1], [2]], 0.1)])
def test_extreme_data_have_a_picture(arguments):
    assert "nan" not in Price(*arguments).picture().lower()


def test_the_price_can_be_set_later_and_is_checked():
    figure = Price()
    figure.price = 3
    for value in (0, -1, np.nan, 1e15):
        with pytest.raises(ValueError, match=r"^price: expected"):
            figure.price = value
    assert figure.price == 3


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([[0, 1], [1, 2]], "points on a line"),
        ([[5], [5]], "all points are equal"),
        ([[5]], "from 2 to 8"),
        ([[i] for i in range(9)], "from 2 to 8"),
        ([[0], [1e7]], "subtract an offset"),
        ([[0], [np.nan]], "NaN"),
    ],
)
def test_data_that_cannot_be_drawn_are_refused(X, words):
    with pytest.raises(ValueError, match=f"^X: .*{words}"):
        Price(X)
