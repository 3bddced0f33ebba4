import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from kmeans_em import fit, inertia, log_likelihood, responsibilities, update
from kmeans_em.datasets import blobs, old_faithful
from kmeans_em.gaussian import sample
from kmeans_em.seeding import kmeans_plusplus


def start(seed):
    """Data (n, d), starting means (k, d), sigma and weights, all from one seed."""
    rng = np.random.default_rng(seed)
    n, d, k = rng.integers(50, 300), rng.integers(1, 6), rng.integers(1, 9)
    X = rng.normal(size=(n, d)) + 3 * rng.integers(0, 3, (n, 1))
    return X, kmeans_plusplus(X, int(k), rng), rng.uniform(0.3, 3), rng.dirichlet(np.ones(k))


def assert_agrees_with_sklearn(X, means):
    ours = fit(X, means, max_steps=1000)
    for step in ours.history:  # sklearn would move an empty cluster
        assert responsibilities(X, step.means, 0).any(axis=0).all()
    theirs = KMeans(len(means), init=means, n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(X)
    assert_allclose(ours.means, theirs.cluster_centers_, rtol=1e-9, atol=1e-12)
    assert_array_equal(ours.labels, theirs.labels_)
    assert inertia(X, ours.means) == pytest.approx(theirs.inertia_)


@pytest.mark.parametrize("seed", range(12))
def test_at_sigma_zero_the_loop_is_the_k_means_of_sklearn(seed):
    X, means, _, _ = start(seed)
    assert_agrees_with_sklearn(X, means)


@pytest.mark.parametrize("X", [old_faithful(), blobs()], ids=["old faithful", "blobs"])
def test_on_the_data_of_the_book_too(X):
    for k in (1, 2, 3, 5):
        assert_agrees_with_sklearn(X, kmeans_plusplus(X, k, rng=k))


def mixture_of(means, sigma, weights):
    """sklearn cannot fix sigma or the weights while it fits, so its parameters are set by hand."""
    k = len(means)
    mixture = GaussianMixture(k, covariance_type="spherical")
    mixture.means_, mixture.weights_ = means, weights
    mixture.covariances_, mixture.precisions_cholesky_ = np.full(k, sigma**2), np.full(k, 1 / sigma)
    return mixture


@pytest.mark.parametrize("seed", range(8))
def test_likelihood_and_posterior_are_those_of_sklearn(seed):
    X, means, sigma, weights = start(seed)
    mixture = mixture_of(means, sigma, weights)
    log_L = mixture.score_samples(X).sum()
    assert log_likelihood(X, means, sigma, weights) == pytest.approx(log_L, rel=1e-10)
    resp = responsibilities(X, means, sigma, weights)
    assert_allclose(resp, mixture.predict_proba(X), rtol=1e-9, atol=1e-12)
    assert_array_equal(fit(X, means, sigma, weights=weights, max_steps=0).labels, mixture.predict(X))


@pytest.mark.parametrize("seed", range(8))
def test_likelihood_and_posterior_are_bayes_rule_with_scipys_densities(seed):
    X, means, sigma, weights = start(seed)
    covariance = sigma**2 * np.eye(X.shape[1])
    density = np.array([multivariate_normal(mean, covariance).pdf(X) for mean in means]).T
    joint = weights * density.reshape(len(X), len(means))
    log_L = np.log(joint.sum(axis=1)).sum()
    assert log_likelihood(X, means, sigma, weights) == pytest.approx(log_L, rel=1e-10)
    posterior = joint / joint.sum(axis=1, keepdims=True)
    assert_allclose(responsibilities(X, means, sigma, weights), posterior, rtol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_equal_weights_give_scipys_softmax_and_numpys_weighted_average(seed):
    X, means, sigma, _ = start(seed)
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    resp = softmax(-D / (2 * sigma**2), axis=1)
    assert_allclose(responsibilities(X, means, sigma), resp, rtol=1e-9)
    averages = [np.average(X, axis=0, weights=column) for column in resp.T]
    assert_allclose(update(X, resp, means), averages, rtol=1e-9, atol=1e-12)


def test_responsibilities_agree_with_fifty_digits_down_to_the_smallest_float():
    x, means, sigma = 0.1, np.array([[0.3], [3.9], [20.0], [37.0]]), 1.0
    with mpmath.workdps(50):
        terms = [mpmath.exp(-((mpmath.mpf(x) - mpmath.mpf(m)) ** 2) / 2) for m in means.ravel()]
        expected = [float(term / mpmath.fsum(terms)) for term in terms]
    assert 0 < expected[3] < 1e-290
    assert_allclose(responsibilities([[x]], means, sigma), [expected], rtol=1e-12)


def test_em_finds_the_mixture_that_the_data_were_drawn_from():
    means, sigma, weights, n = np.array([[0.0, 0], [4, 0], [1, 5]]), 0.8, np.array([0.5, 0.3, 0.2]), 20_000
    X, _ = sample(n, means, sigma, weights, rng=0)
    found = fit(X, means + 0.7, 2.0, learn=["sigma", "weights"])
    assert found.converged
    assert (abs(found.means - means) < 4 * sigma / np.sqrt(n * weights[:, None])).all()
    assert (abs(found.weights - weights) < 4 * np.sqrt(weights * (1 - weights) / n)).all()
    assert abs(found.sigma - sigma) < 4 * sigma / np.sqrt(2 * X.size)
