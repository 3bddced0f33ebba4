"""What chapter 9 and its companions say in numbers, in their text, their tables and their solutions."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.datasets import load_iris

from kmeans_em import datasets, fit, gaussian, inertia, log_likelihood, responsibilities
from kmeans_em.seeding import kmeans_plusplus

LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
MINUTES, Z = datasets.old_faithful(), datasets.old_faithful(standardised=True)
CHAPTERS = Path(__file__).parents[2] / "chapters"
ROAD, SIGMA, WEIGHTS, CURES = "09-learn", "09-learn-which-sigma", "09-learn-weights", "09-learn-cures"
U = -3 * np.log(2 * np.pi * np.e * 40 / 6)


def says(page, *phrases):
    """The page holds each of these phrases, numbers as it prints them."""
    text = (CHAPTERS / f"{page}.md").read_text()
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"chapters/{page}.md does not say {missing}"


def minus(value, places=3):
    return f"{value:.{places}f}".replace("-", "−")


def two_bells(sigma):
    """The point 16 and the other five under a bell of width sigma there and a wide one over the five."""
    narrow = gaussian.log_density(LINE, [16], sigma)
    logs = np.logaddexp(narrow, gaussian.log_density(LINE, [4], np.sqrt(14))) - np.log(2)
    return logs[5], logs[:5].sum()


def test_two_bells_on_the_line():
    assert (LINE[:5].mean(), round(LINE[:5].std(), 3)) == (4, 3.742)
    for sigma, name in [(3, "3"), (0.01, "0.01"), (0.0001, "0.0001")]:
        here, rest = two_bells(sigma)
        says(ROAD, f"| {name} | {minus(here)} | {minus(rest)} | {minus(here + rest)} |")
    crossing = brentq(lambda s: sum(two_bells(s)) - U, 1e-3, 0.1)
    says(ROAD, f"$U = {U:.3f}$", f"at $\\sigma = {crossing:.4f}$")
    constant = two_bells(1e-9)[1] - np.log(2) - np.log(2 * np.pi) / 2
    says(ROAD, f"$\\log L = {constant:.3f} - \\log \\sigma$", f"\\log \\sigma = {constant - U:.3f}$")
    assert f"{np.exp(constant):.1e}" == "7.1e-09"
    assert round(-np.log(2) - np.log(2 * np.pi) / 2, 3) == -1.612
    says(ROAD, "-1.612 - \\log \\sigma$", "7.1 \\cdot 10^{-9}")


def em_with_widths(X, means, sigmas, weights, floor=0.0, a=0.0, b=0.0):
    log_p = [np.log(w) + gaussian.log_density(X, m, s) for m, s, w in zip(means, sigmas, weights, strict=True)]
    r = np.exp(log_p - logsumexp(log_p, axis=0)).T
    R, d = r.sum(axis=0), X.shape[1]
    means = r.T @ X / R[:, None]
    S = (r * ((X[:, None] - means) ** 2).sum(axis=2)).sum(axis=0)
    return means, np.maximum(np.sqrt((S + 2 * b) / (R * d + (2 * a + 2 if b else 0))), floor), R / len(X)


def collapse(steps, **cure):
    state = np.array([[16.0], [5]]), np.array([3.0, 5]), np.array([0.5, 0.5])
    for _ in range(steps):
        state = em_with_widths(LINE, *state, **cure)
    return state[1][0]


def test_em_walks_into_the_trap():
    assert round(collapse(3), 2) == 0.70
    assert f"{collapse(4):.1e}" == "3.5e-10"
    says(ROAD, "from 0.70 to $3.5 \\cdot 10^{-10}$")


def test_the_cures_on_the_line():
    assert collapse(20, floor=0.5) == 0.5
    assert round(collapse(20, a=1, b=2), 3) == 0.894 == round(np.sqrt(4 / 5), 3)
    says(CURES, "a width of 0.894", "4/5")


def test_the_floor_and_the_ceiling_of_the_line():
    for start in (0.01, 5):
        assert round(fit(LINE, MEANS, start, learn="sigma", max_steps=2000).sigma, 3) == 2.739
    assert round(np.sqrt(40 / 6), 3) == 2.582
    best = max(
        -fit(LINE, [[a], [b]], 2, learn="sigma", max_steps=2000).history[-1].objective
        for a in range(0, 16, 3)
        for b in range(a + 1, 17, 3)
    )
    says(ROAD, f"the best value is $-{-best:.3f}$", f"$U - 6 \\log 2 = {U - 6 * np.log(2):.3f}$")
    assert fit([[0], [1]], [[0], [1]], 0.3, learn="sigma", max_steps=3, tol=0).sigma == 0


def most_likely(X, centres, sigma):
    for _ in range(3000):
        sq_dists = ((X[:, None] - centres) ** 2).sum(axis=2)
        sigma = np.sqrt((responsibilities(X, centres, sigma) * sq_dists).sum() / X.size)
    return sigma


def test_the_two_widths_on_the_line():
    best = most_likely(LINE, MEANS, 2.582)
    says(ROAD, f"they are 2.582 and {best:.3f}")
    for sigma, name in [(1, "1"), (np.sqrt(40 / 6), "2.582, from $J/nd$"), (best, "2.705, most likely"), (4, "4")]:
        shares = " | ".join(f"{share:.4f}" for share in responsibilities(LINE, MEANS, sigma)[:, 1])
        says(SIGMA, f"| {name} | {shares} | {minus(log_likelihood(LINE, MEANS, sigma))} |")


def test_many_columns_and_ten_clusters():
    assert 1.03 < np.sqrt(64 / (64 - 2 * np.log(10))) < 1.04
    assert round(2 * np.log(10), 1) == 4.6


@pytest.mark.parametrize("m", [0, 1, 2, 3])
def test_two_equal_bells(m):
    c = m * (2 * norm.cdf(m) - 1) + 2 * norm.pdf(m)
    variance = m**2 + 1 - c**2
    says(SIGMA, f"| {m} | {c:.3f} | {np.sqrt(variance):.3f} | {2 * c / variance:.2f} | {2 * m} |")


def test_one_bell_cut_in_two():
    slope = 2 * norm.pdf(0) * 2 / (1 - 2 / np.pi)
    far = np.log(9) / slope
    assert (round(slope, 3), round(far, 3), round(2 * norm.sf(far), 2)) == (4.391, 0.5, 0.62)
    says(SIGMA, "4.391", "62%")
    for m, told, right in [(0, 0.62, 0.501), (1, 0.71, 0.924)]:
        X, labels = gaussian.sample(100_000, [[-m], [m]], 1, rng=0)
        two = fit(X, [[-1], [1]]).means
        resp = responsibilities(X, two, np.sqrt(inertia(X, two) / X.size))
        sure = resp.max(axis=1) > 0.9
        assert round(sure.mean(), 2) == told
        assert round((resp.argmax(axis=1) == labels)[sure].mean(), 3) == right
    assert round(resp.max(axis=1)[sure].mean(), 2) == 0.98


@pytest.mark.parametrize(("X", "below_99", "below_90"), [(MINUTES, 13, 2), (Z, 5, 3)])
def test_old_faithful_in_both_units(X, below_99, below_90):
    centres = fit(X, [X.min(axis=0), X.max(axis=0)]).means
    sigma = np.sqrt(inertia(X, centres) / X.size)
    sure = responsibilities(X, centres, sigma).max(axis=1)
    assert ((sure < 0.99).sum(), (sure < 0.9).sum()) == (below_99, below_90)
    assert 1 < fit(X, centres, sigma, learn="sigma").sigma / sigma < 1.005
    says(SIGMA, "13 eruptions are below 99%", "and 5 are")


@pytest.mark.parametrize(("k", "published"), [(1, -1804.0854), (2, -1123.4117), (3, -878.7650)])
def test_iris_agrees_with_mclust(k, published):
    iris = load_iris().data
    runs = [
        fit(iris, kmeans_plusplus(iris, k, rng=seed), 1, learn=("sigma", "weights"), max_steps=2000)
        for seed in range(5)
    ]
    log_L = max(-run.history[-1].objective for run in runs)
    assert 2 * log_L - (5 * k) * np.log(150) == pytest.approx(published, abs=0.002)
    says(SIGMA, minus(published, 4))


def test_iris_with_widths_of_their_own_agrees_with_mclust():
    iris = load_iris().data
    run = fit(iris, iris[[0, 50, 100]], 1, learn=("sigma", "weights"))
    state = run.means, np.full(3, run.sigma), run.weights
    for _ in range(2000):
        state = em_with_widths(iris, *state)
    log_L = logsumexp(
        [np.log(w) + gaussian.log_density(iris, m, s) for m, s, w in zip(*state, strict=True)], axis=0
    ).sum()
    assert 2 * log_L - 17 * np.log(150) == pytest.approx(-853.8144, abs=0.006)
    assert state[1].min() > 0.2
    says(CURES, "−853.8144", f"$\\log L = {log_L:.1f}$")


def test_learned_weights_in_the_middle_of_the_road():
    equal = fit(LINE, MEANS, 4, max_steps=5000).means.ravel()
    run = fit(LINE, MEANS, 4, learn="weights", max_steps=5000)
    assert np.round(equal, 2).tolist() == [2.14, 10.96]
    says(WEIGHTS, *(f"{mean:.2f}" for mean in run.means.ravel()), *(f"{weight:.3f}" for weight in run.weights))


def test_the_hill_of_the_newcomer():
    waiting = MINUTES[:, [1]]
    two = fit(waiting, [[50], [80]], 6, learn="weights", max_steps=5000, tol=1e-12)
    log_f = logsumexp(
        [np.log(w) + gaussian.log_density(waiting, m, 6) for w, m in zip(two.weights, two.means, strict=True)], axis=0
    )
    grid = np.linspace(58, 76, 181)
    heights = [np.exp(gaussian.log_density(waiting, [m], 6) - log_f).mean() for m in grid]
    top = int(np.argmax(heights))
    assert (round(grid[top], 1), round(heights[top], 4)) == (63.5, 1.0087)
    says(WEIGHTS, "1.0087 high", "54.6", "80.1")
    assert two.means.ravel().round(1).tolist() == [54.6, 80.1]


def test_a_slow_death():
    mean = 3 / 85
    heavy, alone = 84 * np.exp(-(9 - mean**2) / 2), np.exp((3 - mean) ** 2 / 2)
    assert (round(mean, 4), round(heavy, 3), round(alone, 3), round((heavy + alone) / 85, 3)) == (
        0.0353,
        0.934,
        81.024,
        0.964,
    )
    grid = np.linspace(2, 4, 2001)
    A = (84 * np.exp(-(grid**2 - mean**2) / 2) + np.exp(((3 - mean) ** 2 - (3 - grid) ** 2) / 2)) / 85
    assert (round(grid[A.argmax()], 2), round(A.max(), 3)) == (2.96, 0.965)
    assert round(np.log(0.1) / np.log(0.965)) == 65
    says(WEIGHTS, "= 65$ steps", "81.024", "0.965 high")


def test_a_price_by_hand():
    X, means, prices = np.array([[0.0], [10]]), np.array([[5.0], [20]]), np.array([0.0, 0])
    seen = []
    for _ in range(2):
        cost = ((X[:, None] - means) ** 2).sum(axis=2) + prices
        excess = cost - cost.min(axis=1, keepdims=True)
        prices = excess.min(axis=0)
        means = np.array([[5.0], X[excess[:, 1].argmin()]])
        seen.append((means[1, 0], prices[1]))
    assert seen == [(10, 75), (10, 50)]


def test_a_price_for_small_sigma_falls_as_the_limit_says():
    """EM itself, in logarithms, at a sigma at which a weight is far below the smallest float."""
    means, log_w, sigma, prices = np.array([[1.0], [11], [-10]]), np.log(np.full(3, 1 / 3)), 0.05, []
    for _ in range(4):
        log_r = log_w - ((LINE[:, None] - means) ** 2).sum(axis=2) / (2 * sigma**2)
        log_r -= logsumexp(log_r, axis=1, keepdims=True)
        log_R = logsumexp(log_r, axis=0)
        means, log_w = np.einsum("ij,id->jd", np.exp(log_r - log_R), LINE), log_R - np.log(6)
        prices.append(-2 * sigma**2 * log_w[2])
    assert np.round(prices, 1).tolist() == [99, 98, 97, 96]


def test_learned_weights_keep_means_apart_where_equal_ones_merge():
    far = np.array([[0.0]] * 84 + [[10.0]])
    equal = fit(far, [[0], [10]], 3, max_steps=20_000)
    learned = fit(far, [[0], [10]], 3, weights=[0.5, 0.5], learn="weights", max_steps=20_000)
    assert equal.converged
    assert np.ptp(equal.means) < 1e-6
    assert learned.means.ravel().round(2).tolist() == [0.04, 9.96]
    says(WEIGHTS, f"where $\\sqrt\\lambda = {far.std():.3f}$", "they rest at 0.04 and 9.96")


def test_a_third_component_rests_on_a_low_hill():
    waiting = MINUTES[:, 1:]
    run = fit(waiting, [[50], [80], [67]], 6, weights=[0.45, 0.45, 0.1], learn="weights", max_steps=6000, tol=0)
    says(WEIGHTS, f"comes to rest at {run.means[2, 0]:.2f} with the weight {run.weights[2]:.4f}")


def test_one_bell_is_left_ever_more_slowly():
    one, _ = gaussian.sample(10_000, [[0]], 1, rng=0)
    run = fit(one, [[-0.8], [0.8]], 0.6, learn="sigma", max_steps=8000)
    assert not run.converged
    assert log_likelihood(one, run.means, run.sigma) < log_likelihood(one, 2 * [[one.mean()]], one.std())
    says(SIGMA, f"after 8000 steps the means are ${run.means[0, 0]:.2f}$ and {run.means[1, 0]:.2f}")


def test_one_long_blob_is_four_and_a_half_widths_from_itself():
    blob = np.random.default_rng(0).normal(size=(4000, 3)) * [1, 0.1, 0.1]
    centres = fit(blob, blob[:2], 0).means
    apart = np.linalg.norm(centres[0] - centres[1]) / np.sqrt(inertia(blob, centres) / blob.size)
    says(SIGMA, f"has its centres {apart:.1f} widths apart")
