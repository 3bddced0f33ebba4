"""Each theorem of chapter 8 and its companions, on random data and at the edges of its hypotheses."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from kmeans_em import fit, free_energy, responsibilities, update
from kmeans_em.annealing import critical_sigma
from tests.property.strategies import positive_weights

seeds = st.integers(0, 2**32 - 1)
sizes = st.tuples(seeds, st.integers(2, 12), st.integers(1, 3))
LINE = np.array([[0.0], [1], [2], [8], [9], [16]])


def cloud(seed, n, d):
    """Centred points: round, skewed, with an outlier, or on a small grid."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(4)
    X = [rng.normal, rng.standard_exponential, rng.standard_normal, rng.standard_normal][kind](size=(n, d))
    if kind == 2:
        X[0] *= 20
    if kind == 3:
        X = np.round(2 * X)
        X[0] += 20  # never all on one spot
    return X - X.mean(axis=0)


def top(X):
    """The largest eigenvalue of the covariance with 1/n, and a unit eigenvector."""
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    return values[-1], vectors[:, -1]


def excess(X, means, sigma, weights=None):
    """F at these means minus F where all are at the mean of the data, over n."""
    k = len(means)
    weights = np.full(k, 1 / k) if weights is None else weights
    merged = np.zeros_like(means)
    return (free_energy(X, means, sigma, weights) - free_energy(X, merged, sigma, weights)) / len(X)


def step(X, means, sigma, weights=None):
    return update(X, responsibilities(X, means, sigma, weights), means)


def jacobian(X, means, sigma, weights, h=1e-5):
    """EM's step, differentiated by central differences; rows and columns are (mean, coordinate)."""
    columns = []
    for j in np.ndindex(means.shape):
        aside = np.zeros_like(means)
        aside[j] = h
        columns.append((step(X, means + aside, sigma, weights) - step(X, means - aside, sigma, weights)) / (2 * h))
    return np.array([column.ravel() for column in columns]).T


@given(sizes, st.integers(2, 4), st.floats(0.5, 2), st.booleans())
def test_thm_coincident(size, k, ratio, equal):
    X = cloud(*size)
    d = X.shape[1]
    S = X.T @ X / len(X)
    sigma = ratio * critical_sigma(X)
    weights = np.full(k, 1 / k) if equal else positive_weights(size[0], k)
    found = jacobian(X, np.zeros((k, d)), sigma, weights, h=1e-5 * sigma)
    expected = np.kron(np.eye(k) - np.ones((k, 1)) * weights, S) / sigma**2
    np.testing.assert_allclose(found, expected, atol=1e-5 * ratio**-2)
    eigenvalues = np.sort(np.linalg.eigvals(expected).real)
    predicted = np.sort([*np.zeros(d), *np.tile(np.linalg.eigvalsh(S) / sigma**2, k - 1)])
    np.testing.assert_allclose(eigenvalues, predicted, atol=1e-9 * ratio**-2)


@given(sizes, st.integers(2, 4))
def test_thm_coincident_above_it_means_come_back_and_below_they_do_not(size, k):
    X = cloud(*size)
    assume(k <= len(X))
    sigma_c, u = critical_sigma(X), top(X)[1]
    aside = 1e-3 * sigma_c * np.random.default_rng(size[0]).normal(size=(k, X.shape[1]))
    back = fit(X, aside, 1.2 * sigma_c, max_steps=200).means
    assert np.abs(back).max() < 1e-6 * sigma_c
    away = 1e-3 * sigma_c * np.outer([1, -1] + (k - 2) * [0], u)
    assert excess(X, away, 0.8 * sigma_c) < 0
    assert np.ptp(fit(X, away, 0.8 * sigma_c, max_steps=500).means, axis=0).max() > 0.1 * sigma_c


@given(sizes, st.floats(1, 4), st.floats(-2, 1.5), st.floats(-2, 1.5))
def test_thm_two_means(size, ratio, log_shift, log_apart):
    X = cloud(*size)
    rng = np.random.default_rng(size[0])
    sigma = ratio * critical_sigma(X)
    directions = rng.normal(size=(2, X.shape[1])) if rng.random() < 0.5 else np.array([top(X)[1]] * 2)
    c, m = sigma * np.array([[10**log_shift], [10**log_apart]]) * directions
    assert excess(X, np.array([c + m, c - m]), sigma) >= -1e-12 * sigma**2 * (1 + (c**2).sum() + (m**2).sum())


def least_excess(X, starts, sigma):
    def excess_of(flat):
        return excess(X, flat.reshape(-1, X.shape[1]), sigma)

    return min(minimize(excess_of, start.ravel()).fun for start in starts)


@pytest.mark.parametrize("seed", range(12))
def test_thm_two_means_against_an_optimiser(seed):
    X = cloud(seed, 10, 1 + seed % 2)
    sigma_c = critical_sigma(X)
    rng = np.random.default_rng(seed)
    for ratio, better in ((1.0, False), (0.97, True)):
        starts = [2 * sigma_c * rng.normal(size=(2, X.shape[1])) for _ in range(8)]
        starts += [np.array([X[i], X[j]]) for i, j in rng.integers(len(X), size=(8, 2))]
        least = least_excess(X, starts, ratio * sigma_c)
        assert (least < -1e-9 * sigma_c**2) is better


@pytest.mark.parametrize("seed", range(12))
def test_thm_two_means_part_by_the_square_root_law(seed):
    X = np.random.default_rng(seed).normal(size=(30, 1 + seed % 2)) * [2.0, 1.0][: 1 + seed % 2]
    X -= X.mean(axis=0)
    lam, u = top(X)
    kurtosis = ((X @ u) ** 4).mean() / lam**2
    ratios = []
    for below in (0.99, 0.999):
        sigma = below * np.sqrt(lam)
        means = fit(X, np.outer([0.1, -0.1], u) * np.sqrt(lam), sigma, max_steps=100_000, tol=1e-12).means
        half = np.linalg.norm(means[0] - means[1]) / 2
        ratios.append(half / np.sqrt(3 * (lam - sigma**2) / kurtosis))
    assert abs(ratios[1] - 1) < 0.01
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1)


def witness(X, k, epsilon):
    """Means at 0 + delta u with delta = sign(M3) epsilon (2, -1, -1), as often as it goes into k."""
    _, u = top(X)
    pattern = np.zeros(k)
    pattern[: 3 * (k // 3)] = np.tile([2, -1, -1], k // 3)
    return epsilon * np.sign(((X @ u) ** 3).mean()) * np.outer(pattern, u)


@given(sizes, st.integers(3, 7))
def test_thm_jump(size, k):
    X = cloud(*size)
    lam, u = top(X)
    skew = ((X @ u) ** 3).mean() / lam**1.5
    assume(abs(skew) > 1e-2)
    kurtosis = ((X @ u) ** 4).mean() / lam**2
    epsilon = 4 * (k // 3) / k * abs(skew) / (5 * (5 + kurtosis)) * np.sqrt(lam)
    assert excess(X, witness(X, k, epsilon), np.sqrt(lam)) < 0


@given(sizes, st.integers(3, 7))
def test_thm_jump_size(size, k):
    X = cloud(*size)
    lam, u = top(X)
    z = X @ u
    skew, kurtosis, rho = (z**3).mean() / lam**1.5, (z**4).mean() / lam**2, (k // 3) / k
    assume(abs(skew) > 1e-2)
    sigma = np.sqrt(lam * (1 + rho * skew**2 / (8 * (5 + kurtosis))))
    epsilon = 4 * rho * abs(skew) / (5 * (5 + kurtosis)) * np.sqrt(lam)
    assert excess(X, witness(X, k, epsilon), sigma) < 0
    assert sigma <= max(np.linalg.norm(a - b) for a in X for b in X) / 2


@given(sizes, st.integers(2, 5), st.floats(0.3, 2), st.floats(1, 3))
def test_thm_jump_once_merged_is_best_it_stays_so(size, k, ratio, more):
    X = cloud(*size)
    sigma = ratio * critical_sigma(X)
    weights = positive_weights(size[0], k)
    tau = np.random.default_rng(size[0]).normal(size=(k, X.shape[1])) / sigma
    gains = [-excess(X, s**2 * tau, s, weights) / (2 * s**2) for s in (sigma, more * sigma)]
    assert gains[1] <= gains[0] + 1e-12


@given(sizes, st.integers(2, 5))
def test_thm_unequal_jump(size, k):
    X = cloud(*size)
    lam, u = top(X)
    skew = ((X @ u) ** 3).mean() / lam**1.5
    kurtosis = ((X @ u) ** 4).mean() / lam**2
    weights = positive_weights(size[0], k)
    assume(abs(skew) > 0.1)
    assume(abs(weights[0] - weights[1]) > 0.05)
    delta = np.zeros(k)
    delta[:2] = np.array([weights[1], -weights[0]]) * np.sign(weights[1] - weights[0]) * np.sign(skew)
    epsilons = 10.0 ** np.arange(-4, 0) * np.sqrt(lam) / (1 + kurtosis)
    assert min(excess(X, e * np.outer(delta, u), np.sqrt(lam), weights) for e in epsilons) < 0


@pytest.mark.parametrize(("k", "n", "jumps"), [(4, 80, False), (5, 50, False), (5, 60, True), (6, 20, True)])
def test_thm_symmetric_jump(k, n, jumps):
    X = np.array([-1.0, 1] + (n - 2) * [0])[:, None]  # kurtosis n / 2; the theorem asks for more than 27 and 8
    delta = np.array([k - 1.0] + (k - 1) * [-1])[:, None]
    sigma = critical_sigma(X)
    assert (excess(X, 0.003 * delta, sigma) < 0) is jumps


@given(sizes, st.integers(2, 6), st.floats(1, 3), st.floats(-2, 1))
def test_thm_one_blob(size, k, more, log_spread):
    X = cloud(*size)
    R = max(np.linalg.norm(a - b) for a in X for b in X)
    rng = np.random.default_rng(size[0])
    means = 10**log_spread * R * rng.normal(size=(k, X.shape[1]))
    if rng.random() < 0.5:
        means = X[rng.integers(len(X), size=k)] * rng.uniform(0, 2)
    sigma = more * R / 2
    assert excess(X, means, sigma, positive_weights(size[0], k)) >= -1e-12 * sigma**2 * (1 + (means**2).sum())
    assert critical_sigma(X) <= R / 2 * (1 + 1e-12)


@given(sizes, st.floats(0.3, 1.2))
def test_thm_one_blob_is_beaten_where_a_direction_is_too_heavy(size, ratio):
    X = cloud(*size)
    sigma = ratio * critical_sigma(X)
    rng = np.random.default_rng(size[0])
    tries = sigma * rng.normal(size=(40, X.shape[1])) * 10.0 ** rng.uniform(-1, 1, size=(40, 1))
    heavy = [np.exp((X @ t - t @ t / 2) / sigma**2).mean() for t in tries]
    t, most = tries[int(np.argmax(heavy))], max(heavy)
    assume(1 + 1e-6 < most < 1e6)
    share = 1e-3 / np.exp((X @ t - t @ t / 2) / sigma**2).max() * (most - 1)
    assume(share > 1e-9)
    two = np.array([0 * t, t])
    assert excess(X, two, sigma, [1 - share, share]) < 0


@given(sizes, st.integers(2, 3), st.integers(1, 2), st.floats(0.2, 0.9), st.booleans())
def test_thm_next_split(size, together, others, ratio, equal):
    X = cloud(*size)
    n, d = X.shape
    k = together + others
    assume(n >= k)
    sigma = ratio * critical_sigma(X)
    weights = np.full(k, 1 / k) if equal else positive_weights(size[0], k)
    group = weights[:together].sum()  # the merged means as one, with their weights together: no rounding parts them
    as_one = np.array([group, *weights[together:]])
    found = fit(X, X[: 1 + others], sigma, weights=as_one, max_steps=20_000, tol=1e-13)
    assume(found.converged)
    means = np.array([*together * [found.means[0]], *found.means[1:]])
    resp = responsibilities(X, means, sigma, weights)
    share = resp[:, :together].sum(axis=1)
    assume(share.sum() > 1e-3)
    centred = X - means[0]
    C = (share * centred.T) @ centred / share.sum()
    rng = np.random.default_rng(size[0])
    delta = rng.normal(size=(together, d))
    delta -= weights[:together] @ delta / group
    h = 1e-5 * sigma
    aside = np.zeros((k, d))
    aside[:together] = h * delta
    moved = (step(X, means + aside, sigma, weights) - step(X, means - aside, sigma, weights)) / (2 * h)
    np.testing.assert_allclose(moved[:together], delta @ C / sigma**2, atol=1e-4 * (1 + np.abs(C).max() / sigma**2))
    np.testing.assert_allclose(moved[together:], 0, atol=1e-4)
    assert critical_sigma(X, share[:, None])[0] ** 2 == pytest.approx(np.linalg.eigvalsh(C)[-1], rel=1e-6, abs=1e-9)
