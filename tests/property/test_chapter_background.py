"""The five theorems of the background appendix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import entr, rel_entr

seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 8)


def shares(rng, k):
    w = rng.dirichlet(np.full(k, rng.choice([0.05, 1, 20])))
    w[w < 1e-6] = 0
    return w / w.sum()


@given(seeds, sizes)
def test_thm_kl(seed, k):
    rng = np.random.default_rng(seed)
    w, r = shares(rng, k), 0.9 * shares(rng, k) + 0.1 / k
    divergence = rel_entr(w, r).sum()
    assert divergence >= 0.5 * abs(w - r).sum() ** 2 - 1e-12  # Pinsker: 0 only at w = r
    assert rel_entr(r, r).sum() == 0


@given(seeds, sizes)
def test_thm_entropy(seed, k):
    w = shares(np.random.default_rng(seed), k)
    H = entr(w).sum()
    assert -1e-15 <= H <= np.log(k) + 1e-12
    assert (H <= 1e-15) == (w.max() >= 1 - 1e-15)
    assert np.log(k) - H == pytest.approx(rel_entr(w, np.full(k, 1 / k)).sum(), abs=1e-12)
    assert entr(np.full(k, 1 / k)).sum() == pytest.approx(np.log(k))


@given(seeds, sizes)
def test_thm_jensen(seed, k):
    rng = np.random.default_rng(seed)
    w, t = shares(rng, k), np.exp(rng.normal(size=k) * rng.choice([0, 1e-3, 3]))
    gap = np.log(w @ t) - w @ np.log(t)
    assert gap >= -1e-14
    spread = np.ptp(np.log(t[w > 0]))
    assert (gap > 1e-14) or spread**2 * w[w > 0].min() < 1e-11


@given(seeds, sizes, st.floats(0.01, 100))
def test_thm_log_sum_exp(seed, k, T):
    a = np.random.default_rng(seed).integers(-9, 10, k) * 0.5
    soft = T * np.logaddexp.reduce(a / T)
    assert a.max() - 1e-12 * (1 + T) <= soft <= a.max() + T * np.log(k) + 1e-12 * (1 + T)
    h = 1e-5 * T
    steps = [
        (T * np.logaddexp.reduce((a + h * e) / T) - T * np.logaddexp.reduce((a - h * e) / T)) / (2 * h)
        for e in np.eye(k)
    ]
    softmax = np.exp((a - a.max()) / T)
    assert np.allclose(steps, softmax / softmax.sum(), atol=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_thm_lagrange(seed):
    # a strictly convex quadratic on a plane: the multiplier's candidate against scipy's constrained search
    rng = np.random.default_rng(seed)
    k = 2 + seed % 4
    root, a, b = rng.normal(size=(k, k)), rng.normal(size=k), rng.normal()
    Q, c = root @ root.T + 0.5 * np.eye(k), rng.normal(size=k)
    p, multiplier = np.split(np.linalg.solve(np.block([[Q, a[:, None]], [a, 0]]), np.append(-c, b)), [k])

    def f(w):
        return w @ Q @ w / 2 + c @ w

    assert np.allclose(Q @ p + c + multiplier * a, 0)
    found = minimize(f, np.zeros(k), constraints={"type": "eq", "fun": lambda w: a @ w - b}, tol=1e-14)
    assert f(p) <= found.fun + 1e-9
    for _ in range(50):
        w = p + (np.eye(k) - np.outer(a, a) / (a @ a)) @ rng.normal(size=k)
        assert f(w) >= f(p) + 0.2 * ((w - p) ** 2).sum()
