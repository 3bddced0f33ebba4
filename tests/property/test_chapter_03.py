"""Each theorem of chapter 3, on random data and at the edges of its hypotheses."""

from functools import partial

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from kmeans_em import gaussian, responsibilities
from tests.property.strategies import mixing_weights, problems


@given(problems(), st.data())
def test_thm_posterior(problem, data):
    X, means, sigma = problem
    sigma = max(sigma, np.ptp(X) / 20, 1e-3)  # so that Bayes' rule can be computed as it stands, without underflow
    weights = data.draw(mixing_weights(len(means)))
    density = np.column_stack(
        [np.atleast_1d(multivariate_normal(mean, sigma**2 * np.eye(X.shape[1])).pdf(X)) for mean in means]
    )
    joint = weights * density
    total = joint.sum(axis=1, keepdims=True)
    resp = responsibilities(X, means, sigma, weights)
    seen = total[:, 0] > 1e-250
    naive = joint / np.where(total > 0, total, 1)
    # a smaller share comes from a density near the end of the floats, which has lost its digits
    np.testing.assert_allclose(resp[seen], naive[seen], rtol=1e-9, atol=1e-40)
    assert (resp[:, weights == 0] == 0).all()


@given(problems())
def test_thm_posterior_with_equal_weights_is_the_softmax(problem):
    X, means, sigma = problem
    k = len(means)
    even = responsibilities(X, means, sigma, np.full(k, 1 / k))
    np.testing.assert_allclose(even, responsibilities(X, means, sigma), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("weights", [[1.0], [0.5, 0.5], [0.8, 0.2], [0.2, 0.3, 0.5]])
def test_thm_posterior_counts_the_labels(weights):
    means = [[0.0], [3.0], [-2.0]][: len(weights)]
    X, labels = gaussian.sample(200_000, means, 1.5, weights, rng=1)
    resp = responsibilities(X, means, 1.5, weights)
    for low, high in [(-1, -0.5), (0.5, 1), (2, 3)]:
        here = (X[:, 0] > low) & (X[:, 0] < high)
        counted = np.bincount(labels[here], minlength=len(weights)) / here.sum()
        # five standard errors of a frequency
        assert abs(counted - resp[here].mean(axis=0)).max() <= 2.5 / np.sqrt(here.sum())
    assert abs(resp.mean(axis=0) - weights).max() < 2.5 / np.sqrt(len(X))


@pytest.mark.parametrize(("n", "k", "d"), [(3, 1, 1), (4, 2, 1), (3, 3, 5), (4, 3, 2)])
def test_thm_likelihood_slope(n, k, d):
    rng = np.random.default_rng(n * k * d)
    X, means = rng.integers(-3, 4, (n, d)).astype(float), rng.integers(-3, 4, (k, d)).astype(float)
    weights = rng.integers(0, 3, k) + np.eye(k)[0]
    weights /= weights.sum()
    sigma = 1.25

    def log_L(j, a, value):
        moved = means.tolist()
        moved[j][a] = value
        s2 = mp.mpf(sigma) ** 2
        total = mp.mpf(0)
        for x in X:
            squares = [mp.fsum((mp.mpf(c) - m) ** 2 for c, m in zip(x, mean)) for mean in moved]
            total += mp.log(mp.fsum(mp.mpf(w) * mp.exp(-D / (2 * s2)) for w, D in zip(weights, squares)))
        return total

    resp = responsibilities(X, means, sigma, weights)
    for j in range(k):
        slope = resp[:, j] @ (X - means[j]) / sigma**2
        for a in range(d):
            with mp.workdps(40):
                exact = mp.diff(partial(log_L, j, a), mp.mpf(means[j, a]))
            assert float(exact) == pytest.approx(slope[a], rel=1e-9, abs=1e-12)
