"""Each theorem of chapter 9 and its companions, on random data and at the edges of its hypotheses."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import norm

from kmeans_em import datasets, fit, gaussian, inertia, log_likelihood, responsibilities, update
from tests.property.strategies import best_means, positive_weights

seeds = st.integers(0, 2**32 - 1)
few = st.tuples(seeds, st.integers(1, 5), st.integers(1, 3), st.integers(1, 2))
LINE = datasets.line()


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def some(seed, n, k, d, spread=1.0):
    """Data (n, d) and means (k, d)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) * rng.uniform(0.3, 2, d), spread * rng.normal(size=(k, d))


def widths_log_likelihood(X, means, sigmas, weights):
    """log L of a mixture in which each component has a width of its own."""
    parts = [np.log(w) + gaussian.log_density(X, m, s) for m, s, w in zip(means, sigmas, weights, strict=True) if w > 0]
    return np.logaddexp.reduce(parts, axis=0).sum()


@given(seeds, st.integers(1, 6), st.integers(2, 4), st.integers(1, 3), st.booleans())
def test_thm_collapse(seed, n, k, d, all_equal):
    X, means = some(seed, n, k, d)
    X = X[[0] * n] if all_equal else X
    weights, sigmas = positive_weights(seed, k), np.ones(k)
    means[0] = X[0]
    others = gaussian.log_density(X[1:], means[1], 1.0) + np.log(weights[1]) if n > 1 else np.zeros(0)
    for s in (1, 1e-3, 1e-30, 1e-100):
        sigmas[0] = s
        promised = np.log(weights[0]) - d * np.log(s) - d / 2 * np.log(2 * np.pi) + others.sum()
        assert widths_log_likelihood(X, means, sigmas, weights) >= promised - 1e-9 * abs(promised)
    assert promised > 200 * d + others.sum()


@given(few, st.sampled_from([1e-8, 0.3, 3.0, 1e9]), st.booleans())
def test_thm_learned_sigma(problem, sigma, learn_weights):
    seed, n, k, d = problem
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (n, d)).astype(float)
    k = min(k, n)
    J, _ = best_means(X, k)
    assert (J > 1e-9) == (len(np.unique(X, axis=0)) > k)
    learn = ("sigma", "weights") if learn_weights else ("sigma",)
    run = fit(X, rng.normal(size=(k, d)), sigma, weights=positive_weights(seed, k), learn=learn, max_steps=30)
    assert all(step.sigma**2 >= J / (n * d) - 1e-12 for step in run.history[1:])


def test_thm_learned_sigma_needs_more_points_than_means():
    X = np.array([[0.0], [4]])
    assert fit(X, X, 1.0, learn="sigma", max_steps=10).sigma < 1e-100


@given(few, st.floats(-2, 2), st.booleans())
def test_thm_likelihood_ceiling(problem, power, weighted):
    seed, n, k, d = problem
    X, means = some(seed, n, k, d)
    k = min(k, n)
    assume(n > k)
    J, best = best_means(X, k)
    assume(J > 1e-6)
    U = -n * d / 2 * np.log(2 * np.pi * np.e * J / (n * d))
    weights = positive_weights(seed, k) if weighted else None
    assert log_likelihood(X, means[:k], 10.0**power, weights) <= U + 1e-9 * (1 + abs(U))
    at_best = log_likelihood(X, best[0], np.sqrt(J / (n * d)))
    assert U - n * np.log(k) - 1e-9 * (1 + abs(U)) <= at_best <= U + 1e-9 * (1 + abs(U))
    sizes = np.bincount(sq_dists(X, best[0]).argmin(axis=1), minlength=k) / n
    entropy = -(sizes[sizes > 0] * np.log(sizes[sizes > 0])).sum()
    at_sizes = log_likelihood(X, best[0], np.sqrt(J / (n * d)), sizes)
    assert U - n * entropy - 1e-9 * (1 + abs(U)) <= at_sizes <= U + 1e-9 * (1 + abs(U))


def best_sigma(X, means, weights=None):
    """Where log L is largest over sigma, by a grid and then a search about its best."""
    radius = np.sqrt(sq_dists(X, means).max())
    grid = radius * np.geomspace(1e-4, 10, 2000)
    i = int(np.argmax([log_likelihood(X, means, s, weights) for s in grid]))
    found = minimize_scalar(
        lambda s: -log_likelihood(X, means, s, weights),
        bounds=(grid[max(i - 1, 0)], grid[min(i + 1, len(grid) - 1)]),
        method="bounded",
        options={"xatol": 1e-12 * radius},
    )
    return found.x


@given(seeds, st.integers(3, 8), st.integers(2, 3), st.sampled_from([1, 2, 3, 8]), st.booleans())
def test_thm_which_sigma(seed, n, k, d, weighted):
    X, means = some(seed, n, k, d)
    weights = positive_weights(seed, k) if weighted else None
    J = inertia(X, means)
    assume(J > 1e-3)
    sigma = best_sigma(X, means, weights)
    assert sigma**2 >= J / (n * d) * (1 - 1e-6)
    expected = (responsibilities(X, means, sigma, weights) * sq_dists(X, means)).sum()
    assert n * d * sigma**2 == pytest.approx(expected, rel=1e-4)
    if not weighted and d > 2 * np.log(k):
        assert sigma**2 <= J / (n * (d - 2 * np.log(k))) * (1 + 1e-6)
    with_labels = [-J / (2 * s**2) - n * d * np.log(s) for s in np.sqrt(J / (n * d)) * np.array([0.99, 1, 1.01])]
    assert max(with_labels) == with_labels[1]


def test_thm_which_sigma_has_equality_where_every_point_is_equally_far_from_all_means():
    X, means = np.array([[0.0, 1], [0, -2]]), np.array([[1.0, 0], [-1, 0]])
    assert best_sigma(X, means) ** 2 == pytest.approx(inertia(X, means) / 4, rel=1e-6)


# learned weights


def log_step(X, means, log_weights, sigma):
    """EM with learned weights, in logarithms: a weight of e^-1000 is a weight."""
    log_r = log_weights - sq_dists(X, means) / (2 * sigma**2)
    log_r = log_r - logsumexp(log_r, axis=1, keepdims=True)
    log_R = logsumexp(log_r, axis=0)
    return np.einsum("ij,id->jd", np.exp(log_r - log_R), X), log_R - np.log(len(X))


def widest(means):
    return np.sqrt(sq_dists(means, means).max())


@given(seeds, st.integers(2, 8), st.integers(1, 4), st.integers(1, 3), st.booleans(), st.sampled_from([0.1, 1, 30]))
def test_thm_weights_merge_from_anywhere(seed, n, k, d, learned, spread):
    X, means = some(seed, n, k, d, spread)
    rho = np.sqrt(sq_dists(X, X).max())
    assume(rho > 1e-2)
    sigma, log_w = rho, np.log(positive_weights(seed, k))  # twice the bound: a factor of 1/4 in each step
    for _ in range(25):
        new, log_new = log_step(X, means, log_w, sigma)
        assert widest(new) <= (rho / (2 * sigma)) ** 2 * widest(means) + 1e-12 * rho
        means, log_w = new, log_new if learned else log_w
    np.testing.assert_allclose(means, np.tile(X.mean(axis=0), (k, 1)), atol=1e-9 * rho)
    assert (log_w > -np.inf).all()


@given(seeds, st.integers(4, 8), st.integers(2, 4), st.integers(1, 3), st.booleans(), st.floats(0.01, 0.99))
def test_thm_weights_merge_from_nearby_exactly_above_the_critical_sigma(seed, n, k, d, learned, first):
    X, shifts = some(seed, n, k, d)
    X -= X.mean(axis=0)
    eigenvalues, vectors = np.linalg.eigh(X.T @ X / n)
    top, u = eigenvalues[-1], vectors[:, -1]
    assume(top > 1e-2)
    near, log_w = 1e-5 * np.sqrt(top) * shifts, np.log(positive_weights(seed, k))
    means, w = near, log_w
    for _ in range(40):
        new, log_new = log_step(X, means, w, np.sqrt(1.3 * top))
        assert widest(new) <= widest(means) / 1.2 + 1e-14
        means, w = new, log_new if learned else w
    weights = np.zeros(k)
    weights[:2] = first, 1 - first
    weights = 0.9 * weights + 0.1 / k
    away = np.zeros((k, d))
    away[0], away[1] = 1e-2 * np.sqrt(top) * u * weights[1], -1e-2 * np.sqrt(top) * u * weights[0]
    sigma = np.sqrt(0.7 * top)
    merged = log_likelihood(X, np.zeros((k, d)), sigma)
    before = log_likelihood(X, away, sigma, weights)
    assert before > merged
    run = fit(X, away, sigma, weights=weights, learn="weights" if learned else (), max_steps=200)
    assert log_likelihood(X, run.means, sigma, run.weights) >= before
    assert widest(run.means) > widest(away)


@given(seeds, st.integers(4, 8), st.integers(1, 3), st.integers(1, 3), st.floats(-0.7, 1))
def test_thm_small_component(seed, n, k, d, power):
    X, means = some(seed, n, k + 1, d)
    sigma, weights = 10.0**power, positive_weights(seed, k)
    m, others = means[0], means[1:]

    def ratios(place):
        log_f = logsumexp([np.log(w) + gaussian.log_density(X, o, sigma) for w, o in zip(weights, others)], axis=0)
        return np.exp(gaussian.log_density(X, place, sigma) - log_f)

    p = ratios(m)
    assume(1e-12 < p.mean() < 1e12)
    eta = 1e-9 / max(1, p.max())
    run = fit(X, means, sigma, weights=np.append(eta, (1 - eta) * weights), learn="weights", max_steps=1)
    assert run.weights[0] / eta == pytest.approx(p.mean(), rel=1e-5)
    new = p @ X / p.sum()
    np.testing.assert_allclose(run.means[0], new, atol=1e-5 * (1 + abs(X).max()))
    climbed = p.mean() * (1 + ((new - m) ** 2).sum() / (2 * sigma**2))
    assert ratios(new).mean() >= climbed * (1 - 1e-9)
    step = 1e-5 * sigma
    slope = [(ratios(m + step * e).mean() - ratios(m - step * e).mean()) / (2 * step) for e in np.eye(d)]
    np.testing.assert_allclose(sigma**2 * np.array(slope) / p.mean(), new - m, atol=1e-4 * (1 + abs(X).max()))


@given(seeds, st.integers(1, 3))
def test_thm_small_component_is_1_on_a_living_one(seed, k):
    X, means = some(seed, 12, k, 2)
    run = fit(X, means, 0.8, learn="weights", max_steps=20000, tol=1e-12)
    assume(run.converged and run.weights.min() > 1e-3)
    log_f = logsumexp(
        [np.log(w) + gaussian.log_density(X, m, 0.8) for w, m in zip(run.weights, run.means)],
        axis=0,
    )
    for m in run.means:
        assert np.exp(gaussian.log_density(X, m, 0.8) - log_f).mean() == pytest.approx(1, abs=1e-6)


def limit_step(X, means, prices):
    """The limit of a step of EM with learned weights: new means and prices."""
    cost = sq_dists(X, means) + prices
    excess = cost - cost.min(axis=1, keepdims=True)
    new = np.array(
        [X[g == 0].mean(axis=0) if (g == 0).any() else X[g.argmin()] for g in excess.T],
    )
    return new, excess.min(axis=0), excess


def untied(excess):
    """How far the limit is from a tie: of a point between clusters, and of an empty cluster between points."""
    between_clusters = np.sort(excess, axis=1)[:, 1].min() if excess.shape[1] > 1 else np.inf
    empty = [np.diff(np.sort(g))[0] for g in excess.T if g.min() > 0]
    return min([between_clusters, *empty])


@given(seeds, st.integers(2, 8), st.integers(2, 4), st.integers(1, 2), st.booleans())
def test_thm_price(seed, n, k, d, priced):
    rng = np.random.default_rng(seed)
    X, means = some(seed, n, k, d, 3.0)
    prices = rng.exponential(2, k) * rng.integers(0, 2, k) if priced else np.zeros(k)
    prices -= prices.min()  # some weight stays away from 0
    base = positive_weights(seed, k)
    new, new_prices, excess = limit_step(X, means, prices)
    gap = untied(excess)
    assume(gap > 1e-2)
    sigma = np.sqrt(gap / 120)
    log_w = np.log(base) - prices / (2 * sigma**2)
    found, log_found = log_step(X, means, log_w - logsumexp(log_w), sigma)
    np.testing.assert_allclose(found, new, atol=1e-6)
    bound = 2 * sigma**2 * (np.log(n * k) + 2 * np.log(1 / base.min()))
    np.testing.assert_allclose(-2 * sigma**2 * log_found, new_prices, atol=bound)
    winners = excess.argmin(axis=1)
    for j in set(winners):
        assert np.exp(log_found[j]) == pytest.approx((winners == j).mean(), abs=1e-6)


def test_thm_price_falls_by_the_cost_of_the_point_where_the_mean_stands():
    means, prices = np.array([[1.0], [11], [-10]]), np.zeros(3)
    paid = []
    for _ in range(60):
        means, prices, _ = limit_step(LINE, means, prices)
        paid.append(prices[2])
    assert paid[:3] == [99, 98, 97]
    assert means.ravel().tolist() == [1, 11, 0]


@given(seeds, st.integers(2, 8), st.integers(2, 4), st.integers(1, 2))
def test_thm_price_falls(seed, n, k, d):
    X, means = some(seed, n, k, d, 3.0)
    prices = np.zeros(k)
    means[0], prices[0] = X[0], np.random.default_rng(seed).exponential(3)
    m = (sq_dists(X[:1], means) + prices)[0, 1:].min()
    _, new, excess = limit_step(X, means, prices)
    assume(untied(excess) > 0)
    won = (excess[:, 0] == 0).any()
    assert won or new[0] <= prices[0] - m + 1e-12


@given(seeds, st.integers(3, 9), st.integers(2, 3), st.integers(1, 2), st.floats(1, 6))
def test_thm_weights_runs(seed, n, k, d, smaller):
    X, start = some(seed, n, k, d)
    start = X[np.random.default_rng(seed).permutation(n)[:k]] + 0.05 * start
    hard = [step.means for step in fit(X, start).history]
    labels = [sq_dists(X, means).argmin(axis=1) for means in hard]
    sizes = [np.bincount(label, minlength=k) for label in labels]
    gap = min(np.diff(np.sort(sq_dists(X, means), axis=1)[:, :2]).min() for means in hard)
    assume(min(size.min() for size in sizes) > 0 and gap > 1e-4)
    rho, weights = np.sqrt(sq_dists(X, X).max()), positive_weights(seed, k)
    beta = max(1 / weights.min(), 2 * n)
    allowed = gap / (24 * rho**2 * n)
    sigma = np.sqrt(gap / (4 * np.log(beta / allowed) * smaller))
    b = beta * np.exp(-gap / (4 * sigma**2))
    means, log_w = start, np.log(weights)
    for t in range(1, 3 * len(hard) + 5):
        means, log_w = log_step(X, means, log_w, sigma)
        at = min(t, len(hard) - 1)
        assert np.sqrt(((means - hard[at]) ** 2).sum(axis=1)).max() <= 2 * rho * n * b + 1e-12
        assert abs(np.exp(log_w) - sizes[min(t - 1, len(hard) - 1)] / n).max() <= b + 1e-12


# which sigma, and cures


@given(st.floats(0, 6), st.floats(-3, 3))
def test_thm_overconfident(separation, power):
    s = 10.0**power
    m = separation * s
    c = m * (2 * norm.cdf(m / s) - 1) + 2 * s * norm.pdf(m / s)
    y = np.linspace(m - 12 * s, m + 12 * s, 200_001)
    p = norm.pdf(y, m, s)
    assert c == pytest.approx((abs(y) * p).sum() / p.sum(), rel=1e-6)
    variance = m**2 + s**2 - c**2
    assert variance == pytest.approx(((abs(y) - c) ** 2 * p).sum() / p.sum(), rel=1e-5)
    assert c >= m
    assert variance <= s**2
    if separation < 4:
        assert 2 * c / variance > 2 * m / s**2


def widths_step(X, means, sigmas, weights, floor=0.0, shape=0.0, scale=0.0):
    """EM with a width for each component; a floor for the widths, or a prior on their squares."""
    log_r = np.array([np.log(w) + gaussian.log_density(X, m, s) for m, s, w in zip(means, sigmas, weights)]).T
    r = np.exp(log_r - logsumexp(log_r, axis=1, keepdims=True))
    R, d = r.sum(axis=0), X.shape[1]
    means = update(X, r, means)
    extra = 2 * shape + 2 if scale else 0
    squares = ((r * sq_dists(X, means)).sum(axis=0) + 2 * scale) / (R * d + extra)
    return means, np.maximum(np.sqrt(squares), floor), R / len(X)


@given(seeds, st.integers(2, 8), st.integers(1, 3), st.integers(1, 3), st.floats(-2, 0))
def test_thm_floor(seed, n, k, d, power):
    X, means = some(seed, n, k, d)
    floor, weights = 10.0**power, positive_weights(seed, k)
    sigmas = np.full(k, max(floor, 1.0))
    last = widths_log_likelihood(X, means, sigmas, weights)
    for _ in range(15):
        means, sigmas, weights = widths_step(X, means, sigmas, weights, floor)
        now = widths_log_likelihood(X, means, sigmas, weights)
        assert now >= last - 1e-9 * (1 + abs(last))
        assert now <= -n * d / 2 * np.log(2 * np.pi * floor**2) + 1e-9
        last = now


@given(seeds, st.integers(2, 8), st.integers(1, 3), st.integers(1, 3), st.floats(0.1, 5), st.floats(-3, 1))
def test_thm_prior(seed, n, k, d, shape, power):
    X, means = some(seed, n, k, d)
    scale, weights, sigmas = 10.0**power, positive_weights(seed, k), np.ones(k)

    def penalised(means, sigmas, weights):
        prior = -(2 * shape + 2) * np.log(sigmas) - scale / sigmas**2
        return widths_log_likelihood(X, means, sigmas, weights) + prior.sum()

    last = penalised(means, sigmas, weights)
    for _ in range(15):
        means, sigmas, weights = widths_step(X, means, sigmas, weights, shape=shape, scale=scale)
        now = penalised(means, sigmas, weights)
        assert now >= last - 1e-9 * (1 + abs(last))
        assert (sigmas**2 >= 2 * scale / (n * d + 2 * shape + 2) * (1 - 1e-12)).all()
        last = now
