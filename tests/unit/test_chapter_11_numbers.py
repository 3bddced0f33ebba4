"""What chapter 11 and its companions on prices and divergences say in numbers."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from kmeans_em import datasets, fit, gaussian, inertia
from kmeans_em.dp_means import dp_means
from kmeans_em.seeding import kmeans_plusplus
from kmeans_em.widgets.price import least_costs

LINE = datasets.line()
Z = datasets.old_faithful(standardised=True)
CHAPTERS = Path(__file__).parents[2] / "chapters"
ROAD, PRICE, DIVERGENCES = "11-elsewhere", "11-elsewhere-price", "11-elsewhere-divergences"
LEAST = [190, 40, 2.5, 1, 0.5, 0]


def says(page, *phrases):
    """The page holds each of these phrases, numbers as it prints them."""
    text = (CHAPTERS / f"{page}.md").read_text()
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"chapters/{page}.md does not say {missing}"


def cost(X, price, **how):
    labels, means = dp_means(X, price, **how)
    return len(means), ((X - means[labels]) ** 2).sum() + price * len(means)


def test_one_cluster_until_100_and_two_are_cheaper_below_150():
    np.testing.assert_allclose(least_costs(LINE[:, 0]), LEAST, atol=1e-12)
    assert [cost(LINE, price)[0] for price in (149, 100, 99.9)] == [1, 1, 2]
    for price, best in [(0.4, 6), (0.6, 4), (1.4, 4), (1.6, 3), (37, 3), (38, 2), (149, 2), (151, 1)]:
        assert np.argmin(LEAST + price * np.arange(1, 7)) + 1 == best
    ties = LEAST + 0.5 * np.arange(1, 7)
    assert ties[3] == ties[4] == ties[5] == ties.min()
    says(PRICE, "| best $k$ | 6 | 4 | 3 | 2 | 1 |", "| least $J$ | 0 | 1 | 2.5 | 40 | 190 |", "below the price 120")
    assert ((LINE[:5] - 4) ** 2).sum() == 70
    assert 70 + 2 * 120 == 190 + 120
    says(ROAD, "would pay below 120, where $190 + \\Lambda > 70 + 2\\Lambda$")
    alone = [190 - ((np.delete(LINE, i) - np.delete(LINE, i).mean()) ** 2).sum() for i in range(6)]
    assert max(alone) == alone[5] == 120  # what a point saves that gets a cluster of its own
    assert (LEAST[3] - LEAST[5]) / 2 == 0.5
    says(PRICE, "from 4 to 6 clusters it is $\\frac12 (1 - 0) = 0.5$")
    assert 37.5 / 1.5 > 150 / 37.5


def opening(price, sigma):
    """How likely the point 16 opens a cluster beside that of the other five."""
    joining = np.log(5) + gaussian.log_density([[16]], [4], sigma)[0]
    alone = -price / (2 * sigma**2) + gaussian.log_density([[16]], [0], np.hypot(sigma, 10))[0]
    return np.exp(alone - np.logaddexp(joining, alone))


def test_how_likely_a_new_cluster_is():
    assert LINE[:5].mean() == 4
    found = {(price, sigma): opening(price, sigma) for price in (120, 160) for sigma in (4, 2, 1, 0.5)}
    says(
        ROAD, f"| 4 | {found[120, 4]:.4f} | {found[160, 4]:.4f} |", f"| 2 | {found[120, 2]:.3f} | {found[160, 2]:.5f} |"
    )
    says(ROAD, f"| 1 | {found[120, 1]:.3f} | {found[160, 1]:.7f} |", f"| 0.5 | {found[120, 0.5]:.3f} |")
    assert f"{found[160, 0.5]:.1e}" == "3.5e-17"


def test_the_price_at_any_sigma():
    prices = [
        120 + 2 * s**2 * np.log(5) + s**2 * np.log1p(100 / s**2) + s**2 / (s**2 + 100) * 256
        for s in (4, 2, 1, 0.5, 0.1)
    ]
    says(PRICE, "| $\\Lambda_j(\\sigma)$ | " + " | ".join(f"{price:.2f}" for price in prices) + " |")


def test_the_line_at_the_price_20():
    assert sorted(dp_means(LINE, 20)[1].ravel()) == [1, 8.5, 16]
    assert cost(LINE, 20) == (3, 62.5)
    says(PRICE, "the cost is 62.5")


def test_the_order_and_the_lone_point():
    assert cost(LINE, 3) == (4, 13)
    assert cost(LINE, 3, order=[1, 0, 2, 3, 4, 5]) == (3, 11.5)
    assert (2 - 0.5) ** 2 == 2.25
    assert 3 - 2 / 3 * 2.25 == 1.5
    says(PRICE, "from 13 to 11.5")


def test_old_faithful_at_some_prices():
    assert [cost(Z, price)[0] for price in (0.5, 1, 2, 3, 5, 6, 300)] == [11, 5, 3, 3, 3, 1, 1]
    numbers = np.arange(1, 13)
    least = [min(inertia(Z, fit(Z, kmeans_plusplus(Z, k, rng=seed)).means) for seed in range(10)) for k in numbers]
    best = {price: int(numbers[(least + price * numbers).argmin()]) for price in (2, 23, 23.5, 464, 465)}
    assert best == {2: 9, 23: 3, 23.5: 2, 464: 2, 465: 1}
    says(PRICE, "from about 23 to 464")


def counts(x, m):
    return x * np.log(np.where(x > 0, x, 1) / m) - x + m


def test_counts_on_the_line():
    x = np.array([0.0, 1, 2, 5, 8, 9, 16])
    for m in (1, 11):
        row = " | ".join(f"{value:.2f}" for value in counts(x, m))
        says(DIVERGENCES, f"| $d(x, {m})$ | {row} |")
    says(ROAD, f"costs {counts(5, 1):.2f} at the mean 1 and {counts(5, 11):.2f} at 11")
    border = 10 / np.log(11)
    assert poisson.logpmf(4, 1) > poisson.logpmf(4, 11)
    assert counts(border, 1) == pytest.approx(counts(border, 11))
    says(DIVERGENCES, f"$10/\\log 11 = {border:.2f}$")
    assert f"{counts(9, 4):.2f}" == "2.30"


def bregman(X, means, of, beta):
    for _ in range(200):
        d = of(X[:, None], means).sum(axis=2)
        resp = np.exp(-beta * (d - d.min(axis=1, keepdims=True)))
        resp /= resp.sum(axis=1, keepdims=True)
        means = resp.T @ X / resp.sum(axis=0)[:, None]
    return means, resp


def ratios(x, m):
    return x / m - np.log(x / m) - 1


def test_three_times_the_time_makes_the_counts_hard():
    means, _ = bregman(LINE, np.array([[1.0], [11.0]]), counts, 3)
    np.testing.assert_allclose(means, [[1], [11]], atol=1e-6)


def test_old_faithful_in_minutes():
    minutes = datasets.old_faithful()
    start = np.array([minutes.min(axis=0), minutes.max(axis=0)])
    by_units = fit(Z, [Z.min(axis=0), Z.max(axis=0)]).labels
    labels = [bregman(c * minutes, c * start, ratios, 1e6)[1].argmax(axis=1) for c in (1, [60, 1])]
    np.testing.assert_array_equal(*labels)
    assert (labels[0] != by_units).sum() == 1
    assert (fit(minutes, start).labels != by_units).sum() == 4
    says(DIVERGENCES, "in 1 eruption of 272; k-means in minutes, which hardly sees the durations, in 4")
    waits = [minutes[labels[0] == j, 1] for j in (0, 1)]
    said = "the waits spread by {:.1f} minutes around {:.1f} and by {:.1f} around {:.1f}, nearly alike"
    says(DIVERGENCES, said.format(*[f for each in waits for f in (each.std(), each.mean())]))
    spread, ratio = [each.std() for each in waits], [each.std() / each.mean() for each in waits]
    assert max(spread) < 1.05 * min(spread)
    assert max(ratio) > 1.4 * min(ratio)  # so no gamma components of one shape
