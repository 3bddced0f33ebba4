"""Each theorem of chapter 5 and its companions, on random data and at the edges of its hypotheses."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import entr, rel_entr

from kmeans_em import fit, free_energy, log_likelihood, responsibilities, update
from tests.property.strategies import memberships, positive_weights, problems

seeds = st.integers(0, 2**32 - 1)
every_choice = st.sets(st.sampled_from(["means", "sigma", "weights"]))


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def log_p(X, means, sigma, weights):
    d = X.shape[1]
    return np.log(weights) - sq_dists(X, means) / (2 * sigma**2) - d * (np.log(sigma) + np.log(2 * np.pi) / 2)


def bound(w, X, means, sigma, weights):
    return (w * log_p(X, means, sigma, weights)).sum() + entr(w).sum()


def divergence(w, log_r):
    return -entr(w).sum() - (w * log_r).sum()


def log_resp(X, means, sigma, weights):
    joint = log_p(X, means, sigma, weights)
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


def size(X, means, sigma, weights):
    return abs(log_p(X, means, sigma, weights)).sum() + len(X)


@given(problems(), seeds)
def test_thm_elbo(problem, seed):
    X, means, sigma = problem
    weights = positive_weights(seed, len(means))
    w = memberships(seed, len(X), len(means))
    log_L, scale = log_likelihood(X, means, sigma, weights), size(X, means, sigma, weights)
    below, KL = bound(w, X, means, sigma, weights), divergence(w, log_resp(X, means, sigma, weights))
    assert below + KL == pytest.approx(log_L, abs=1e-12 * scale)
    assert below <= log_L + 1e-12 * scale
    r = responsibilities(X, means, sigma, weights)
    assert bound(r, X, means, sigma, weights) == pytest.approx(log_L, abs=1e-12 * scale)


@given(problems(), seeds)
def test_thm_m_step(problem, seed):
    X, means, sigma = problem
    (n, d), k = X.shape, len(means)
    rng = np.random.default_rng(seed)
    w = memberships(seed, n, k)
    w = 0.99 * w + 0.01 / k  # all sizes positive
    weights = positive_weights(seed, k)
    sizes = w.sum(axis=0)
    best_means, best_weights = update(X, w, means), sizes / n
    best_sigma = np.sqrt((w * sq_dists(X, best_means)).sum() / (n * d))
    for step in (1e-2, 1.0):
        other_means = best_means + step * rng.normal(size=means.shape)
        other_weights = best_weights * np.exp(step * rng.normal(size=k))
        other_weights /= other_weights.sum()

        def B(means, sigma, weights):
            return bound(w, X, means, sigma, weights), 1e-12 * size(X, means, sigma, weights)

        top, slack = B(best_means, sigma, weights)
        below, more = B(other_means, sigma, weights)
        assert below <= top + slack + more
        top, slack = B(means, sigma, best_weights)
        below, more = B(means, sigma, other_weights)
        assert below <= top + slack + more
        if best_sigma > 1e-6:
            top, slack = B(best_means, best_sigma, weights)
            below, more = B(other_means, best_sigma * np.exp(step * rng.normal()), weights)
            assert below <= top + slack + more


@given(problems(), seeds, every_choice)
def test_thm_em_monotone(problem, seed, chosen):
    X, means, sigma = problem
    weights = positive_weights(seed, len(means))
    r = responsibilities(X, means, sigma, weights)
    if (r.sum(axis=0) < 1e-200).any():
        return  # rounded to an empty cluster, which the theorem excludes
    new_means = update(X, r, means) if {"means", "sigma"} & chosen else means
    new_sigma = np.sqrt((r * sq_dists(X, new_means)).sum() / X.size) if "sigma" in chosen else sigma
    new_weights = r.sum(axis=0) / len(X) if "weights" in chosen else weights
    if new_sigma < 1e-6 or (new_weights < 1e-200).any():
        return
    before, after = (means, sigma, weights), (new_means, new_sigma, new_weights)
    slack = 1e-11 * (size(X, *before) + size(X, *after))
    gain = bound(r, X, *after) - bound(r, X, *before)
    KL = divergence(r, log_resp(X, *after))
    assert log_likelihood(X, *after) - log_likelihood(X, *before) == pytest.approx(gain + KL, abs=slack)
    assert min(gain, KL) >= -slack


@given(problems())
def test_thm_em_soft_k_means(problem):
    X, means, sigma = problem
    k = len(means)
    # EM of the mixture, by its own formulas and weights, against the loop that knows no weights
    em_means, soft_means = means, means
    for t in range(3):
        em_means = update(X, responsibilities(X, em_means, sigma, np.full(k, 1 / k)), em_means)
        soft_means = fit(X, means, sigma, max_steps=t + 1, tol=0).means
    np.testing.assert_allclose(em_means, soft_means, rtol=0, atol=1e-9 * (1 + abs(X).max()))


@given(problems(), seeds)
def test_thm_em_soft_k_means_have_one_objective(problem, seed):
    X, means, sigma = problem
    (n, d), k = X.shape, len(means)
    w = memberships(seed, n, k)
    cost = (w * sq_dists(X, means)).sum() - 2 * sigma**2 * entr(w).sum()
    constant = n * d * sigma**2 * np.log(2 * np.pi * sigma**2) + 2 * sigma**2 * n * np.log(k)
    B = bound(w, X, means, sigma, np.full(k, 1 / k))
    scale = abs(constant) + 2 * sigma**2 * size(X, means, sigma, np.full(k, 1 / k))
    assert cost == pytest.approx(-2 * sigma**2 * B - constant, abs=1e-12 * scale)


@given(problems())
def test_thm_exact_descent(problem):
    X, means, sigma = problem
    r = responsibilities(X, means, sigma)
    new = update(X, r, means)
    even = np.full(len(means), 1 / len(means))
    KL = divergence(r, log_resp(X, new, sigma, even))
    drop = free_energy(X, means, sigma) - free_energy(X, new, sigma)
    promised = r.sum(axis=0) @ ((means - new) ** 2).sum(axis=1) + 2 * sigma**2 * KL
    scale = 2 * sigma**2 * (size(X, means, sigma, even) + size(X, new, sigma, even))
    assert drop == pytest.approx(promised, abs=1e-11 * scale)


@given(problems())
def test_thm_gradient_step(problem):
    X, means, sigma = problem
    sigma = max(sigma, 0.05 * (np.ptp(X) or 1))  # so that differences of F have digits left
    r = responsibilities(X, means, sigma)
    new, h = update(X, r, means), 1e-4 * sigma
    even = np.full(len(means), 1 / len(means))
    rounding = 1e-14 * 2 * sigma**2 * size(X, means, sigma, even) / h
    for j in range(len(means)):
        for a in range(X.shape[1]):
            shift = h * np.outer(np.eye(len(means))[j], np.eye(X.shape[1])[a])
            slope = (free_energy(X, means + shift, sigma) - free_energy(X, means - shift, sigma)) / (2 * h)
            exact = 2 * r[:, j].sum() * (means[j, a] - new[j, a])
            assert slope == pytest.approx(exact, abs=1e-4 * len(X) * (np.ptp(X) + sigma) + rounding, rel=1e-4)


@given(problems())
def test_thm_steps_vanish(problem):
    X, means, sigma = problem
    radius = np.sqrt(((X - X.mean(axis=0)) ** 2).sum(axis=1).max()) or 1.0
    sigma = max(sigma, radius)  # where the bound of the proof is large enough to be seen
    (n, _), k = X.shape, len(means)
    history = fit(X, means, sigma, max_steps=40, tol=0).history
    rho2 = max(sq_dists(X, step.means).max() for step in history[1:])
    least = n * np.exp(-rho2 / (2 * sigma**2)) / k
    assert rho2 <= (2 * radius) ** 2 * (1 + 1e-9)
    drops = 0.0
    for before, after in pairwise(history[1:]):
        sizes = responsibilities(X, before.means, sigma).sum(axis=0)
        assert (sizes >= least * (1 - 1e-9)).all()
        moved = ((before.means - after.means) ** 2).sum()
        assert before.objective - after.objective >= least * moved - 1e-11 * (abs(before.objective) + n * sigma**2)
        drops += least * moved
    slack = 1e-9 * n * sigma**2
    assert drops <= history[1].objective + 2 * sigma**2 * n * np.log(k) + slack


@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_thm_steps_vanish_to_a_place_without_slope(sigma):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2)) + 4 * rng.integers(0, 2, (60, 1))
    run = fit(X, rng.normal(size=(3, 2)) * 20, sigma, max_steps=20_000, tol=1e-12)
    assert run.converged
    slope = 2 * run.resp.sum(axis=0)[:, None] * (run.means - update(X, run.resp, run.means))
    assert abs(slope).max() < 1e-8


def test_a_saddle_holds_the_means_for_ever():
    X = np.array([[0.0], [1], [2], [8], [9], [16]])
    assert fit(X, [[6], [6]], 4, max_steps=1000).means.tolist() == [[6], [6]]
    assert rel_entr([[0.5, 0.5]], responsibilities(X, [[6], [6]], 4)).sum() == 0


@given(problems(), seeds)
def test_thm_em_means(problem, seed):
    X, means, sigma = problem
    weights = positive_weights(seed, len(means))
    r = responsibilities(X, means, sigma, weights)
    if (r.sum(axis=0) < 1e-200).any():
        return  # rounded to an empty cluster, which the theorem excludes
    new = update(X, r, means)
    start, touch = log_likelihood(X, means, sigma, weights), bound(r, X, means, sigma, weights)
    top, end = bound(r, X, new, sigma, weights), log_likelihood(X, new, sigma, weights)
    slack = 1e-12 * (size(X, means, sigma, weights) + size(X, new, sigma, weights))
    assert touch == pytest.approx(start, abs=slack)
    rise = r.sum(axis=0) @ ((means - new) ** 2).sum(axis=1) / (2 * sigma**2)
    assert top - touch == pytest.approx(rise, abs=slack)
    assert end >= top - slack


@pytest.mark.parametrize("seed", range(12))
def test_thm_means_settle(seed):
    rng = np.random.default_rng(seed)
    n, d, k = int(rng.integers(2, 30)), int(rng.integers(1, 4)), int(rng.integers(1, 5))
    X, means = rng.normal(size=(n, d)), rng.normal(size=(k, d))
    sigma = float(rng.uniform(0.2, 1.5))
    diagonal = np.linalg.norm(np.ptp(X, axis=0))
    least = n * np.exp(-(diagonal**2) / (2 * sigma**2)) / k
    means = fit(X, means, sigma, max_steps=1).means
    lengths = []
    for _ in range(3000):
        r = responsibilities(X, means, sigma)
        new = update(X, r, means)
        step = np.linalg.norm(new - means)
        slope = 2 * r.sum(axis=0)[:, None] * (means - new)
        assert free_energy(X, means, sigma) - free_energy(X, new, sigma) >= least * step**2 - 1e-9
        assert np.linalg.norm(slope) <= 2 * n * step + 1e-12
        lengths.append(step)
        means = new
    # the way that is left is short beside the way gone, and the slope is gone
    assert sum(lengths[1500:]) < 1e-3 * (1 + sum(lengths))
    assert lengths[-1] < 1e-6
