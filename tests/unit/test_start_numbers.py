"""What the first page says in numbers, and each of its five lines."""

import numpy as np
import pytest
from scipy.special import rel_entr

from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood, responsibilities, update

X = datasets.old_faithful(standardised=True)
START = [[-0.4, 0.3], [0.4, -0.3]]
RNG = np.random.default_rng(0)
PROBLEMS = [
    (RNG.normal(size=(n, d)), RNG.normal(size=(k, d)), sigma)
    for n, d, k, sigma in [(6, 1, 2, 0.3), (20, 2, 3, 1.0), (30, 5, 8, 0.05), (5, 2, 1, 2.0), (12, 3, 4, 30.0)]
]


def test_eight_points_are_shared_at_sigma_one_half_and_none_at_zero():
    assert len(X) == 272
    assert (fit(X, START, 0.5).resp.max(axis=1) < 0.99).sum() == 8
    assert (fit(X, START, 0).resp.max(axis=1) < 0.99).sum() == 0


def test_from_this_start_em_comes_to_rest_on_the_k_means_centres_as_sigma_falls():
    centres = fit(X, START, 0).means
    distances = [np.abs(fit(X, START, sigma).means - centres).max() for sigma in (0.5, 0.2, 0.1, 0.05)]
    assert distances[0] > distances[-1]
    assert distances[-1] < 1e-3


def test_the_means_merge_above_1_379():
    critical = np.sqrt(np.linalg.eigvalsh(np.cov(X.T, bias=True))[-1])
    assert round(critical, 3) == 1.379
    below, above = (fit(X, START, sigma, max_steps=100_000).means for sigma in (1.37, 1.39))
    assert np.linalg.norm(below[0] - below[1]) > 0.1
    assert np.linalg.norm(above[0] - above[1]) < 1e-5


@pytest.mark.parametrize(("X", "means", "sigma"), PROBLEMS)
def test_line_2_the_posterior_is_a_softmax(X, means, sigma):
    D = ((X[:, None] - means) ** 2).sum(axis=-1)
    weights = np.exp(-(D - D.min(axis=1, keepdims=True)) / (2 * sigma**2))
    np.testing.assert_allclose(responsibilities(X, means, sigma), weights / weights.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(("X", "means", "sigma"), PROBLEMS)
def test_line_3_em_minimises_one_function_in_turn_and_fits_the_mixture(X, means, sigma):
    n, d = X.shape
    k = len(means)
    resp, F = responsibilities(X, means, sigma), free_energy(X, means, sigma)

    def cost(w, means):
        D = ((X[:, None] - means) ** 2).sum(axis=-1)
        return (w * D).sum() + 2 * sigma**2 * (w * np.log(np.where(w > 0, w, 1))).sum()

    assert cost(resp, means) == pytest.approx(F)
    for _ in range(20):
        w = RNG.dirichlet(np.ones(k), size=n)
        if (resp > 0).all():
            excess = 2 * sigma**2 * rel_entr(w, resp).sum()
            assert cost(w, means) == pytest.approx(F + excess)
        assert cost(w, means) >= F - 1e-9 * abs(F)
        best = update(X, w, means)
        assert cost(w, best) <= cost(w, best + RNG.normal(size=best.shape))
    constant = -n * d * sigma**2 * np.log(2 * np.pi * sigma**2) - 2 * sigma**2 * n * np.log(k)
    assert pytest.approx(-2 * sigma**2 * log_likelihood(X, means, sigma) + constant) == F


@pytest.mark.parametrize(("X", "means", "sigma"), PROBLEMS)
def test_line_4_the_objective_is_squeezed(X, means, sigma):
    J, F = inertia(X, means), free_energy(X, means, sigma)
    rounding = 1e-12 * (J + sigma**2)
    assert J - 2 * sigma**2 * len(X) * np.log(len(means)) - rounding <= F <= J + rounding


@pytest.mark.parametrize(("X", "means", "sigma"), PROBLEMS)
def test_line_5_the_step_becomes_that_of_k_means(X, means, sigma):
    k = len(means)
    if k > 1:
        D = np.sort(((X[:, None] - means) ** 2).sum(axis=-1), axis=1)
        missing = 1 - responsibilities(X, means, sigma).max(axis=1)
        assert (missing <= (k - 1) * np.exp(-(D[:, 1] - D[:, 0]) / (2 * sigma**2)) + 1e-15).all()
    if responsibilities(X, means, 0).any(axis=0).all():
        steps = [fit(X, means, s, max_steps=1).means for s in (1e-3, 0)]
        np.testing.assert_allclose(*steps, atol=1e-9)


def test_line_5_needs_its_hypotheses():
    line = np.array([[0.0], [1], [2]])
    tie = [fit(line, [[0], [2]], s, max_steps=1).means.ravel() for s in (1e-6, 0)]
    np.testing.assert_allclose(tie, [[1 / 3, 5 / 3], [0.5, 2]])
    empty = [fit(line, [[1], [5]], s, max_steps=1).means.ravel() for s in (0.2, 0)]
    np.testing.assert_allclose(empty, [[1, 2], [1, 5]], atol=1e-9)
