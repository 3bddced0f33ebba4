"""Each theorem of chapter 1, on random data and at the edges of its hypotheses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_em import log_likelihood

seeds = st.integers(0, 2**32 - 1)
dimensions = st.sampled_from([1, 2, 5])
sizes = st.integers(1, 30)


@given(seed=seeds, n=sizes, d=dimensions)
def test_thm_weighted_mean(seed, n, d):
    rng = np.random.default_rng(seed)
    x, m = rng.normal(size=(n, d)), rng.normal(size=d)
    a = rng.exponential(size=n) * rng.integers(0, 2, size=n)
    a[rng.integers(n)] = 1.0  # some weights are 0, not all
    mean = a @ x / a.sum()

    def around(point):
        return a @ ((x - point) ** 2).sum(axis=1)

    excess = a.sum() * ((m - mean) ** 2).sum()
    assert around(m) == pytest.approx(around(mean) + excess, rel=1e-10, abs=1e-12)
    assert excess > 0
    assert around(m) > around(mean)


@given(seed=seeds, n=st.integers(2, 30), d=dimensions)
def test_thm_gaussian_mle(seed, n, d):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) * rng.exponential(size=d)
    mean = x.mean(axis=0)
    sigma = np.sqrt(((x - mean) ** 2).sum() / (n * d))
    top = log_likelihood(x, [mean], sigma)
    assert top == pytest.approx(-n * d / 2 * (1 + np.log(2 * np.pi * sigma**2)), rel=1e-10, abs=1e-10)
    for _ in range(20):
        elsewhere = mean + rng.normal(size=d) * sigma * rng.choice([0, 1e-2, 1])
        other = sigma * np.exp(rng.normal() * rng.choice([1e-2, 1]))
        assert log_likelihood(x, [elsewhere], other) < top


def test_thm_gaussian_mle_has_no_maximum_when_all_points_are_equal():
    x = np.full((4, 2), 3.0)
    values = [log_likelihood(x, [[3, 3]], sigma) for sigma in (1, 1e-3, 1e-30, 1e-100)]
    assert values == sorted(values)
    assert values[-1] > 1000
