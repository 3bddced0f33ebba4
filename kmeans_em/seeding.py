"""Where to start: k-means++ (Arthur & Vassilvitskii, 2007)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kmeans_em import validation as check
from kmeans_em.em import Array, sq_dists


def kmeans_plusplus(X: ArrayLike, k: int, rng: int | np.random.Generator | None = None) -> Array:
    """Draw k starting centres from the data, each far from those before it.

    The first is drawn uniformly, each later one with probability proportional to the squared
    distance to the nearest centre so far. No row is drawn twice.

    Parameters
    ----------
    X : (n, d) array_like
    k : int, 1 <= k <= n
    rng : int, numpy Generator or None
        A seed or a source of random numbers.

    Returns
    -------
    means : (k, d) array
        Rows of X.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X = check.numbers("X", X, "(n, d)")
    k = check.whole("k", k, at_least=1)
    X, _ = check.data_and_means(X, X[:1])
    if k > len(X):
        raise ValueError(f"k: {k} centres for {len(X)} points; use at most as many as points")
    generator = check.generator(rng)
    chosen = [int(generator.integers(len(X)))]
    X = X.astype(float, copy=False)
    nearest = np.full(len(X), np.inf)
    while len(chosen) < k:
        nearest = np.minimum(nearest, sq_dists(X, X[chosen[-1:]])[0])
        if nearest.max() > 0:
            odds = nearest / nearest.max()
        else:
            # every point sits on a centre already: any row not drawn yet is as good as another
            odds = np.ones(len(X))
            odds[chosen] = 0
        chosen.append(int(generator.choice(len(X), p=odds / odds.sum())))
    return X[chosen]
