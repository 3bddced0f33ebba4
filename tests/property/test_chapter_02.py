"""Each theorem of chapter 2, on random data and at the edges of its hypotheses."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_em import fit, inertia, responsibilities, update

seeds = st.integers(0, 2**32 - 1)
# small integers: ties, duplicates, coincident centres and empty clusters are common
small = st.tuples(seeds, st.integers(1, 7), st.integers(1, 3), st.sampled_from([1, 2]))
any_size = st.tuples(seeds, st.integers(1, 40), st.integers(1, 8), st.sampled_from([1, 2, 5]))


def integers(problem):
    seed, n, k, d = problem
    rng = np.random.default_rng(seed)
    return rng.integers(-2, 3, (n, d)).astype(float), rng.integers(-2, 3, (k, d)).astype(float)


def reals(problem):
    seed, n, k, d = problem
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(k, d))


def cost(X, z, means):
    return ((X - means[z]) ** 2).sum()


def within(X, z):
    return sum(((X[z == j] - X[z == j].mean(axis=0)) ** 2).sum() for j in np.unique(z))


def labellings(n, k):
    return (np.array(z) for z in product(range(k), repeat=n))


@given(small)
def test_thm_two_views(problem):
    X, means = integers(problem)
    n, k = len(X), len(means)
    costs = [(cost(X, z, means), z) for z in labellings(n, k)]
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    assert min(costs, key=lambda pair: pair[0])[0] == inertia(X, means)
    for value, z in costs:
        nearest = (D[np.arange(n), z] == D.min(axis=1)).all()
        assert (value == inertia(X, means)) == nearest
    for z in list(labellings(n, k))[:50]:
        middles = update(X, np.eye(k)[z], means)
        assert cost(X, z, middles) == pytest.approx(within(X, z), abs=1e-12)
        assert cost(X, z, means) >= within(X, z) - 1e-12
        assert inertia(X, middles) <= within(X, z) + 1e-12


@pytest.mark.parametrize("make", [integers, reals])
@given(problem=any_size)
def test_thm_lloyd_descent(make, problem):
    X, means = make(problem)
    while True:
        resp = responsibilities(X, means, 0)
        new = update(X, resp, means)
        drop = inertia(X, means) - inertia(X, new)
        promised = resp.sum(axis=0) @ ((means - new) ** 2).sum(axis=1)
        assert drop >= promised - 1e-12 * (1 + inertia(X, means))
        if (new == means).all():
            break
        assert promised > 0
        means = new


@given(small)
def test_thm_lloyd_descent_within_k_to_the_n_steps(problem):
    X, means = integers(problem)
    n, k = len(X), len(means)
    if k <= n:
        run = fit(X, means, max_steps=10_000)
        assert run.converged
        assert run.steps - 1 <= k**n  # the last step found that nothing moves


@given(small)
def test_thm_no_ties(problem):
    X, means = integers(problem)
    n, k = len(X), len(means)
    if len(np.unique(X, axis=0)) < k:
        return
    least = min(within(X, z) for z in labellings(n, k))
    for z in labellings(n, k):
        if within(X, z) < least + 1e-9:
            assert len(np.unique(z)) == k
            best = update(X, np.eye(k)[z], means)
            D = np.sort(((X[:, None] - best) ** 2).sum(axis=2), axis=1)
            assert k == 1 or (D[:, 1] - D[:, 0] > 1e-9).all()


def test_thm_no_ties_needs_k_distinct_points():
    X, means = np.array([[0.0], [0], [1]]), np.array([[0.0], [0], [1]])
    assert inertia(X, means) == 0
    assert (means[0] == means[1]).all()
