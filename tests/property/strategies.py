"""Data that hurts: ties, duplicates, lines, far from the origin, tiny and huge.

In `problems` every coordinate is a multiple of 1/1024 below 64, so differences, their squares and sums of
those are exact in floating point, and stay so when a power of two shifts or scales the data.
In `wild_problems` nothing is exact: any floats at all, as long as their squares stay in range.
"""

from itertools import product

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

grid = st.integers(-3, 3).map(float)
fine = st.integers(-(2**14), 2**14).map(lambda i: i / 1024)


@st.composite
def rows(draw, n, d):
    """n points: on a small grid, anywhere, on a line, or a few places taken many times."""
    kind = draw(st.sampled_from(["grid", "anywhere", "line", "crowd"]))
    if kind == "line":
        return draw(arrays(float, (n, 1), elements=fine)) * draw(arrays(float, d, elements=grid))
    if kind == "crowd":
        places = draw(arrays(float, (3, d), elements=fine))
        return places[draw(arrays(int, n, elements=st.integers(0, 2)))]
    return draw(arrays(float, (n, d), elements=grid if kind == "grid" else fine))


@st.composite
def problems(draw, moved=False):
    """X (n, d), means (k, d), sigma > 0; d up to 5, k up to 8; if `moved`, shifted and scaled."""
    d, k = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    n = draw(st.integers(k, 12))
    X = draw(rows(n, d))
    anywhere = draw(st.booleans())
    means = draw(rows(k, d)) if anywhere else X[draw(st.permutations(range(n)))[:k]]
    sigma = 2.0 ** draw(st.floats(-12, 8))
    if moved:
        scale = 2.0 ** draw(st.sampled_from([0, 0, -300, -20, 20, 300]))
        shift = scale * draw(st.sampled_from([0, 0, 2.0**27, -(2.0**30)]))
        X, means, sigma = scale * X + shift, scale * means + shift, scale * sigma
    return X, means, sigma


anywhere = st.one_of(st.floats(-1e139, 1e139), st.floats(-3, 3), st.integers(-3, 3).map(float))
powers = st.sampled_from([-160, -139, -30, -8, 0, 0, 0, 8, 30, 100, 138])


@st.composite
def wild_rows(draw, n, d):
    """n points: anywhere in the range of floats, each column of a size of its own, or close together far from 0."""
    kind = draw(st.sampled_from(["anywhere", "sizes", "far"]))
    if kind == "anywhere":
        return draw(arrays(float, (n, d), elements=anywhere))
    near = draw(arrays(float, (n, d), elements=st.floats(-3, 3)))
    if kind == "sizes":
        return near * 10.0 ** draw(arrays(float, d, elements=powers.map(float)))
    return near * 10.0 ** draw(powers) + 10.0 ** draw(powers)


def in_range(*points):
    """Whether data that spread like this are accepted."""
    extent = np.ptp(np.concatenate(points), axis=0).max()
    return extent == 0 or 1e-140 <= extent <= 1e140


@st.composite
def wild_problems(draw):
    """X (n, d), means (k, d), sigma > 0, of every size that is accepted; often without any exact number."""
    d, k = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    n = draw(st.integers(k, 10))
    X = draw(wild_rows(n, d))
    means = draw(wild_rows(k, d)) if draw(st.booleans()) else X[draw(st.permutations(range(n)))[:k]]
    assume(in_range(X) and in_range(X, means))
    extent = np.ptp(np.concatenate([X, means]), axis=0).max()
    fitting = st.floats(-5, 3).map(lambda power: max(10.0**power * extent, 5e-324))
    sigma = draw(st.one_of(fitting, st.sampled_from([5e-324, 1e-300, 1e-140, 1e-8, 1.0, 1e8, 1e139])))
    return X, means, min(sigma, 1e139)


def memberships(seed, n, k):
    """Shares (n, k) of random points: anywhere in the simplex, near its edges, and at its corners."""
    rng = np.random.default_rng(seed)
    w = rng.dirichlet(np.full(k, rng.choice([0.05, 1, 20])), n)
    w[rng.random(n) < 0.3] = np.eye(k)[rng.integers(k)]
    return w / w.sum(axis=1, keepdims=True)


@st.composite
def mixing_weights(draw, k):
    """Weights (k,) of sum 1, some of them perhaps 0."""
    parts = draw(arrays(float, k, elements=st.integers(0, 9).map(float)).filter(np.any))
    return parts / parts.sum()


def positive_weights(seed, k):
    """Weights (k,) of sum 1, each at least 0.1 / k."""
    return np.random.default_rng(seed).dirichlet(np.full(k, 2.0)) * 0.9 + 0.1 / k


def best_means(X, k):
    """The least J over all means, and every choice of class means that attains it, by trying all labels."""
    labels = np.array(list(product(range(k), repeat=len(X))))
    hard = labels[:, None] == np.arange(k)[:, None]
    means = (hard @ X) / np.maximum(hard.sum(axis=2), 1)[:, :, None]
    costs = ((X - np.take_along_axis(means, labels[:, :, None], axis=1)) ** 2).sum(axis=(1, 2))
    return costs.min(), means[costs <= costs.min() + 1e-9]
