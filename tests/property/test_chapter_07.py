"""Each theorem of chapter 7, on random data and at the edges of its hypotheses."""

from itertools import chain, combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import entr, rel_entr, xlogy
from scipy.stats import chi2

from kmeans_em import fit, inertia, log_likelihood, responsibilities, update
from kmeans_em.em import sq_dists as by_clusters
from kmeans_em.gaussian import log_density, sample
from tests.property.strategies import best_means, positive_weights, problems

seeds = st.integers(0, 2**32 - 1)
few = st.tuples(seeds, st.integers(2, 5), st.integers(1, 3), st.integers(1, 2))


def integers(problem):
    seed, n, k, d = problem
    return np.random.default_rng(seed).integers(-2, 3, (n, d)).astype(float), min(k, n)


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def log_p(X, means, sigma, weights):
    return np.log(weights) + np.array([log_density(X, mean, sigma) for mean in means]).T


def log_resp(X, means, sigma, weights):
    joint = log_p(X, means, sigma, weights)
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


def classification(X, labels, means, sigma, weights):
    return log_p(X, means, sigma, weights)[np.arange(len(X)), labels].sum()


def size(X, means, sigma, weights):
    return abs(log_p(X, means, sigma, weights)).sum() + len(X)


@given(problems(), st.booleans())
def test_thm_hard_em(problem, learned):
    X, means, sigma = problem
    even = np.full(len(means), 1 / len(means))
    for before, after in pairwise(fit(X, means, max_steps=8).history):
        D = by_clusters(X, before.means)
        excess = D - D.min(axis=0)
        if excess[excess > 0].min(initial=np.inf) < 1e-10 * sigma**2:
            return  # two shares that differ are rounded to a tie
        labels = responsibilities(X, before.means, sigma, even).argmax(axis=1)
        hard = update(X, np.eye(len(means))[labels], before.means)
        np.testing.assert_allclose(hard, after.means, rtol=0, atol=1e-12 * (1 + abs(X).max()))
        scatter = ((X - hard[labels]) ** 2).sum()
        if learned and scatter > 0:
            sigma = np.sqrt(scatter / X.size)


@given(problems(), seeds)
def test_thm_classification(problem, seed):
    X, means, sigma = problem
    (n, d), k = X.shape, len(means)
    even = np.full(k, 1 / k)
    for weights, places in ((positive_weights(seed, k), means), (even, means), (even, means[:1].repeat(k, axis=0))):
        log_r = log_resp(X, places, sigma, weights)
        gap = -log_r.max(axis=1).sum()
        hard = classification(X, log_r.argmax(axis=1), places, sigma, weights)
        slack = 1e-12 * size(X, places, sigma, weights)
        assert log_likelihood(X, places, sigma, weights) == pytest.approx(hard + gap, abs=slack)
        assert -slack <= gap <= n * np.log(k) + slack
    assert gap == pytest.approx(n * np.log(k), abs=slack)  # the most, reached where all means are in one place
    constant = n * d * (np.log(sigma) + np.log(2 * np.pi) / 2) + n * np.log(k)
    hard = classification(X, sq_dists(X, means).argmin(axis=1), means, sigma, even)
    slack = 1e-12 * size(X, means, sigma, even)
    assert hard == pytest.approx(-inertia(X, means) / (2 * sigma**2) - constant, abs=slack)


@given(few, st.sampled_from([0.1, 1, 10]))
def test_thm_classification_is_largest_where_k_means_is_least(problem, sigma):
    X, k = integers(problem)
    n, d = X.shape
    J, _ = best_means(X, k)
    constant = n * d * (np.log(sigma) + np.log(2 * np.pi) / 2) + n * np.log(k)
    top = -np.inf
    for labels in product(range(k), repeat=n):
        means = update(X, np.eye(k)[list(labels)], X[:k])
        top = max(top, classification(X, list(labels), means, sigma, np.full(k, 1 / k)))
    assert top == pytest.approx(-J / (2 * sigma**2) - constant, rel=1e-12, abs=1e-12 * n)


@given(problems(), seeds)
def test_thm_power(problem, seed):
    X, means, sigma = problem
    weights = positive_weights(seed, len(means))
    power = sq_dists(X, means) - 2 * sigma**2 * np.log(weights)
    r = responsibilities(X, means, sigma, weights)
    slack = 1e-14 * (abs(power).max() + sigma**2)  # two shares that hardly differ may be rounded to a tie
    assert (power[np.arange(len(X)), r.argmax(axis=1)] <= power.min(axis=1) + slack).all()


@given(problems(), seeds)
def test_thm_power_of_given_labels(problem, seed):
    X, means, sigma = problem
    (n, d), k = X.shape, len(means)
    rng = np.random.default_rng(seed)
    labels = rng.integers(rng.integers(1, k + 1), size=n)  # often with empty classes
    sizes = np.bincount(labels, minlength=k)
    shares = sizes / n

    def hard(weights):
        with np.errstate(divide="ignore"):
            return classification(X, labels, means, sigma, weights)

    best, even = hard(shares), np.full(k, 1 / k)
    slack = 1e-12 * size(X, means, sigma, even)
    loss = sq_dists(X, means)[np.arange(n), labels].sum()
    cost = loss + 2 * sigma**2 * n * entr(shares).sum() + n * d * sigma**2 * np.log(2 * np.pi * sigma**2)
    assert -2 * sigma**2 * best == pytest.approx(cost, abs=2 * sigma**2 * slack)
    for weights in (even, positive_weights(seed, k), 0.99 * shares + 0.01 * even):
        assert best - hard(weights) == pytest.approx(n * rel_entr(shares, weights).sum(), abs=slack)
        assert best >= hard(weights) - slack


@given(problems(), seeds)
def test_thm_point_mass(problem, seed):
    X, means, sigma = problem
    n, k = len(X), len(means)
    rng, weights = np.random.default_rng(seed), positive_weights(seed, k)
    r, slack = responsibilities(X, means, sigma, weights), 1e-12 * size(X, means, sigma, weights)
    with np.errstate(divide="ignore"):
        KL = np.array([rel_entr(np.eye(k)[j], r).sum(axis=1) for j in range(k)]).T
        np.testing.assert_allclose(KL, -np.log(r), rtol=1e-12, atol=1e-12)
    assert (r[np.arange(n), KL.argmin(axis=1)] >= r.max(axis=1) * (1 - 1e-15)).all()
    labels = rng.integers(k, size=n)
    w, log_r = np.eye(k)[labels], log_resp(X, means, sigma, weights)
    bound = (w * log_p(X, means, sigma, weights)).sum() - xlogy(w, w).sum()
    hard = classification(X, labels, means, sigma, weights)
    assert bound == pytest.approx(hard, abs=slack)
    # and by the identity of the lower bound, log L = B + KL
    assert hard - log_r[np.arange(n), labels].sum() == pytest.approx(
        log_likelihood(X, means, sigma, weights), abs=slack
    )


def total_variation(p, q):
    """The largest |p(A) - q(A)| over all sets A of places."""
    subsets = chain.from_iterable(combinations(range(len(p)), m) for m in range(len(p) + 1))
    return max(abs((p - q)[list(places)].sum()) for places in subsets)


@given(problems(), seeds)
def test_thm_location(problem, seed):
    X, means, sigma = problem
    means = np.unique(means, axis=0)
    k = len(means)
    weights = positive_weights(seed, k)
    r = np.exp(log_resp(X[:1], means, sigma, weights))[0]
    np.testing.assert_allclose(r, responsibilities(X[:1], means, sigma, weights)[0], rtol=0, atol=1e-9)
    for j in {0, int(r.argmax())}:
        assert total_variation(r, np.eye(k)[j]) == pytest.approx(1 - r[j], abs=1e-9)


def test_thm_location_by_simulation():
    rng = np.random.default_rng(0)
    means, weights, sigma = np.array([[0.0], [1], [3]]), np.array([0.5, 0.2, 0.3]), 0.7
    drawn = rng.choice(3, size=200_000, p=weights)
    x = means[drawn] + sigma * rng.normal(size=(len(drawn), 1))
    surprise = np.eye(3)[drawn] - responsibilities(x, means, sigma, weights)
    window = np.digitize(x[:, 0], np.linspace(-1.5, 4.5, 13))
    for seen in range(14):
        here = surprise[window == seen]
        assert len(here) > 100
        assert (abs(here.mean(axis=0)) <= 4.5 * here.std(axis=0) / np.sqrt(len(here)) + 10 / len(here)).all()


@pytest.mark.parametrize("sigma", [10, 1, 1e-3, 1e-6])
@pytest.mark.parametrize("d", [1, 2, 5])
def test_thm_narrowing(d, sigma):
    rng, n = np.random.default_rng(d), 100_000
    mu, a = rng.normal(size=(2, d))
    x, _ = sample(n, [mu], sigma, rng=rng)
    # with a point mass there is one coupling: each draw goes to mu; a squared distance is sigma^2 chi^2_d
    squares = ((x - mu) ** 2).sum(axis=1)
    assert squares.mean() == pytest.approx(d * sigma**2, abs=5 * sigma**2 * np.sqrt(2 * d / n))
    # a bounded f of slope at most |a|: E sin(a.x) = sin(a.mu) exp(-sigma^2 |a|^2 / 2)
    shift = np.sin(a @ mu) * np.expm1(-(sigma**2) * (a @ a) / 2)
    assert abs(shift) <= np.sqrt(a @ a) * sigma * np.sqrt(d)
    changes = np.sin(x @ a) - np.sin(a @ mu)
    assert changes.mean() == pytest.approx(shift, abs=5 * changes.std() / np.sqrt(n) + 1e-14)
    # total variation: mu has mass 1 in the one, and a tiny ball around it next to none in the other
    assert chi2(d).sf(1e-20) > 1 - 1e-9
    assert squares.min() > 1e-20 * sigma**2


@given(few, st.sampled_from([0.1, 1, 10]))
def test_thm_no_limit_model(problem, sigma):
    X, k = integers(problem)
    n, d = X.shape
    rng = np.random.default_rng(problem[0])
    J, hard = best_means(X, k)
    weights = positive_weights(problem[0], k)

    def ceiling(sigma):
        return -J / (2 * sigma**2) - n * d * np.log(2 * np.pi * sigma**2) / 2

    best = fit(X, hard[0], sigma, max_steps=100).means
    for means in (hard[0], best, X[:k], rng.normal(size=(k, d))):
        for prior in (None, weights):
            slack = 1e-12 * size(X, means, sigma, weights)
            assert log_likelihood(X, means, sigma, prior) <= ceiling(sigma) + slack
    # and it is reached up to n log k, so where J > 0 it is the supremum itself that falls without end
    assert log_likelihood(X, hard[0], sigma) >= ceiling(sigma) - n * np.log(k) - 1e-12 * size(
        X, hard[0], sigma, weights
    )
    if J > 0:
        least = np.sqrt(J / (n * d))
        assert ceiling(1e-3 * least) < ceiling(1e-2 * least) < ceiling(least)
        assert ceiling(1e-3 * least) < -J / (4e-6 * least**2)


def test_thm_no_limit_model_needs_points_that_cost():
    X = np.array([[0.0], [0], [3]])
    assert log_likelihood(X, [[0], [3]], 1e-6) > log_likelihood(X, [[0], [3]], 1e-3) > 10
