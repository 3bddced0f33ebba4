"""DP-means: k-means in which each cluster has a price, so that their number comes out (Kulis & Jordan, 2012)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_em import validation as check
from kmeans_em.em import Array, sq_dists


def dp_means(
    X: ArrayLike, price: float, *, order: ArrayLike | None = None, max_rounds: int = 300
) -> tuple[NDArray[np.intp], Array]:
    """Lower J + price * k, the squared distances plus the price of k clusters, until a round changes nothing.

    All points begin in one cluster, with its centre at their mean. In a round each point in turn goes to its nearest
    centre, at a tie the first, or, if that is farther than the root of the price, becomes a new centre; then clusters
    without points are dropped, and each centre moves to the mean of its points (alg-dp-means). No round raises
    J + price * k (thm-dp-descent), but the end may depend on the order, and need not be the best.

    Parameters
    ----------
    X : (n, d) array_like
    price : float > 0
        What a cluster costs, in the squared unit of X.
    order : (n,) array_like of whole numbers, optional
        The order in which the points have their turn; that of the rows when left out.
    max_rounds : int >= 1

    Returns
    -------
    labels : (n,) array
    means : (k, d) array

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X = check.numbers("X", X, "(n, d)")
    X = check.data_and_means(X, X[:1])[0].astype(float, copy=False)
    price = check.not_negative("price", price)
    if price == 0:
        raise ValueError("price: expected a number > 0, got 0; at no price each distinct point is a cluster")
    turns = np.arange(len(X)) if order is None else np.asarray(order)
    if turns.shape != (len(X),) or not np.array_equal(np.sort(turns), np.arange(len(X))):
        raise ValueError(f"order: expected each of the rows 0 to {len(X) - 1} once")
    labels, means = np.zeros(len(X), dtype=np.intp), X.mean(axis=0, keepdims=True)
    for _ in range(check.whole("max_rounds", max_rounds, at_least=1)):
        before, (labels, means) = labels, _round(X, means, price, turns)
        if np.array_equal(labels, before):
            break
    return labels, means


def _round(X: Array, means: Array, price: float, turns: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array]:
    """Each point to its nearest centre or to a new one, then each centre to the mean of its points."""
    labels = np.zeros(len(X), dtype=np.intp)
    for i in turns:
        distances = sq_dists(X[i : i + 1], means)[:, 0]
        labels[i] = distances.argmin()
        if distances[labels[i]] > price:
            labels[i] = len(means)
            means = np.vstack([means, X[i]])
    _, labels = np.unique(labels, return_inverse=True)
    return labels, np.array([X[labels == j].mean(axis=0) for j in range(labels.max() + 1)])
