"""Each theorem of chapter 4, on random data and at the edges of its hypotheses."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import entr, rel_entr

from kmeans_em import fit, free_energy, inertia, log_likelihood, responsibilities, update
from tests.property.strategies import memberships, mixing_weights, problems

seeds = st.integers(0, 2**32 - 1)


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def soft_cost(w, D, sigma):
    return (w * D).sum() - 2 * sigma**2 * entr(w).sum()


def size(D, sigma):
    """How large the terms are that rounding acts on."""
    return D.sum() + 2 * sigma**2 * (1 + len(D) * np.log(D.shape[1] + 1))


@given(problems(), seeds)
def test_thm_naive_hard(problem, seed):
    X, means, _ = problem
    D, J = sq_dists(X, means), inertia(X, means)
    nearest = D.min(axis=1, keepdims=True) == D
    w = memberships(seed, *D.shape)
    assert (w * D).sum() >= J - 1e-12 * D.sum()
    assert (w * D).sum() - J == pytest.approx((w * (D - D.min(axis=1, keepdims=True))).sum(), abs=1e-12 * D.sum())
    # shares among the nearest centres alone, in any way, attain it
    w = np.where(nearest, w + 1e-3, 0)
    w /= w.sum(axis=1, keepdims=True)
    assert (w * D).sum() == pytest.approx(J, abs=1e-12 * (1 + D.sum()))


@given(problems(), seeds)
def test_thm_softmax(problem, seed):
    X, means, sigma = problem
    D, r = sq_dists(X, means), responsibilities(X, means, sigma)
    gap = (D - D.min(axis=1, keepdims=True)) / (2 * sigma**2)
    log_r = -gap - np.log(np.exp(-gap).sum(axis=1, keepdims=True))  # of r itself, also where r underflows
    w = memberships(seed, *D.shape)
    KL = -entr(w).sum() - (w * log_r).sum()
    excess = soft_cost(w, D, sigma) - free_energy(X, means, sigma)
    scale = size(D, sigma)
    assert excess == pytest.approx(2 * sigma**2 * KL, abs=1e-11 * scale)
    assert excess >= -1e-11 * scale
    assert soft_cost(r, D, sigma) == pytest.approx(free_energy(X, means, sigma), abs=1e-11 * scale)


@given(problems(), seeds)
def test_thm_softmax_has_no_second_minimiser(problem, seed):
    X, means, sigma = problem
    D, r = sq_dists(X, means), responsibilities(X, means, sigma)
    w = memberships(seed, *D.shape)
    if len(means) > 1 and abs(w - r).max() > 1e-3:
        # Pinsker: 2 KL >= (sum |w - r|)^2, so other memberships cost more by a margin
        margin = sigma**2 * abs(w - r).max() ** 2
        if margin > 1e-10 * size(D, sigma):
            assert soft_cost(w, D, sigma) > free_energy(X, means, sigma)


@given(problems(), seeds)
def test_thm_soft_descent_for_any_memberships(problem, seed):
    X, means, _ = problem
    w = memberships(seed, len(X), len(means))
    w[:, 0] = 0 if len(means) > 1 and seed % 2 else w[:, 0]
    w /= np.maximum(w.sum(axis=1, keepdims=True), 1e-300)
    new = update(X, w, means)
    assert (new[w.sum(axis=0) == 0] == means[w.sum(axis=0) == 0]).all()
    drop = (w * (sq_dists(X, means) - sq_dists(X, new))).sum()
    promised = w.sum(axis=0) @ ((means - new) ** 2).sum(axis=1)
    assert drop == pytest.approx(promised, abs=1e-11 * (1 + sq_dists(X, means).sum()))


@given(problems())
def test_thm_soft_descent_of_the_free_energy(problem):
    X, means, sigma = problem
    r = responsibilities(X, means, sigma)
    new = update(X, r, means)
    drop = free_energy(X, means, sigma) - free_energy(X, new, sigma)
    promised = r.sum(axis=0) @ ((means - new) ** 2).sum(axis=1)
    assert drop >= promised - 1e-11 * size(sq_dists(X, means), sigma)


@given(problems())
def test_thm_temperature(problem):
    X, means, sigma = problem
    D = sq_dists(X, means)
    H = entr(responsibilities(X, means, sigma)).sum()
    s, h = sigma**2, 1e-4 * sigma**2
    slope = (free_energy(X, means, np.sqrt(s + h)) - free_energy(X, means, np.sqrt(s - h))) / (2 * h)
    # the central difference errs by h^2 times a third derivative, which is of order n k / s^2, and by rounding over h
    assert slope == pytest.approx(-2 * H, abs=1e-7 * D.size + 1e-13 * size(D, sigma) / h)
    assert (H == 0) if len(means) == 1 else (H >= 0)


def test_thm_temperature_in_fifty_digits():
    rng = np.random.default_rng(3)
    for n, k, d in [(4, 2, 1), (3, 3, 5), (5, 4, 2), (3, 1, 1)]:
        D = sq_dists(rng.integers(-3, 4, (n, d)).astype(float), rng.integers(-3, 4, (k, d)).astype(float))

        def F(s, D=D):
            return -2 * s * mp.fsum(mp.log(mp.fsum(mp.exp(-mp.mpf(float(x)) / (2 * s)) for x in row)) for row in D)

        for s in ("0.3", "1", "40"):
            with mp.workdps(50):
                s = mp.mpf(s)
                weights = [[mp.exp(-mp.mpf(float(x)) / (2 * s)) for x in row] for row in D]
                H = -mp.fsum(mp.fsum(e / mp.fsum(row) * mp.log(e / mp.fsum(row)) for e in row) for row in weights)
                assert abs(mp.diff(F, s) + 2 * H) < mp.mpf(10) ** -15
                assert k == 1 or H > 0


@given(problems())
def test_the_loss_and_the_entropy_of_the_best_shares_grow_with_sigma(problem):
    X, means, sigma = problem
    D = sq_dists(X, means)
    cold, warm = responsibilities(X, means, sigma), responsibilities(X, means, 1.1 * sigma)
    assert (warm * D).sum() >= (cold * D).sum() - 1e-12 * D.sum()
    assert entr(warm).sum() >= entr(cold).sum() - 1e-10 * len(X)


@given(problems(), st.integers(-20, 20))
def test_shares_do_not_know_the_unit(problem, power):
    X, means, sigma = problem
    c = 2.0**power
    assert (responsibilities(c * X, c * means, c * sigma) == responsibilities(X, means, sigma)).all()
    assert free_energy(c * X, c * means, c * sigma) == c * c * free_energy(X, means, sigma)


@given(problems())
def test_the_squeeze_of_the_exercise(problem):
    X, means, sigma = problem
    J, F = inertia(X, means), free_energy(X, means, sigma)
    slack = 1e-12 * size(sq_dists(X, means), sigma)
    assert J - 2 * sigma**2 * len(X) * np.log(len(means)) - slack <= F <= J + slack


def test_a_tie_may_be_shared_in_any_way():
    D = np.array([[4.0, 4.0, 9.0]])
    for w in ([1, 0, 0], [0.3, 0.7, 0], [0, 1, 0]):
        assert (np.array([w]) * D).sum() == 4
    assert (np.array([[0.5, 0.4, 0.1]]) * D).sum() > 4


def test_no_cluster_is_empty_in_soft_k_means():
    run = fit([[0.0], [1.0], [2.0]], [[0.0], [1.0], [30.0]], sigma=1, max_steps=1)
    assert run.means[2, 0] != 30


def test_a_divergence_from_the_responsibilities_is_that_of_scipy():
    r = responsibilities([[8.0]], [[1.0], [11.0]], 4)
    assert rel_entr([[0.5, 0.5]], r).sum() == pytest.approx(0.18378, abs=1e-5)


@given(problems())
def test_thm_likelihood(problem):
    X, means, sigma = problem
    (n, d), k = X.shape, len(means)
    constant = n * d * sigma**2 * np.log(2 * np.pi * sigma**2) + 2 * sigma**2 * n * np.log(k)
    F, log_L = free_energy(X, means, sigma), log_likelihood(X, means, sigma)
    scale = abs(constant) + abs(F) + n * sigma**2
    assert pytest.approx(-2 * sigma**2 * log_L - constant, abs=1e-12 * scale) == F


@given(problems(), st.data())
def test_thm_likelihood_with_weights(problem, data):
    X, means, sigma = problem
    n, d = X.shape
    weights = data.draw(mixing_weights(len(means)))
    constant = n * d * sigma**2 * np.log(2 * np.pi * sigma**2)
    F, log_L = free_energy(X, means, sigma, weights), log_likelihood(X, means, sigma, weights)
    scale = abs(constant) + abs(F) + n * sigma**2
    assert pytest.approx(-2 * sigma**2 * log_L - constant, abs=1e-12 * scale) == F
