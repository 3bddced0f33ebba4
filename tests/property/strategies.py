"""Data that hurts: ties, duplicates, lines, far from the origin, tiny and huge.

Every coordinate is a multiple of 1/1024 below 64, so differences, their squares and sums of those
are exact in floating point, and stay so when a power of two shifts or scales the data.
"""

import numpy as np
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


@st.composite
def mixing_weights(draw, k):
    """Weights (k,) of sum 1, some of them perhaps 0."""
    parts = draw(arrays(float, k, elements=st.integers(0, 9).map(float)).filter(np.any))
    return parts / parts.sum()
