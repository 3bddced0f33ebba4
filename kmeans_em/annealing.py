"""Turn sigma up, and down again: where means merge, where they part, and a sequence of fits on the way."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_em import passes
from kmeans_em import validation as check
from kmeans_em.em import LEAST_COUNT, Array, Fit, loop
from kmeans_em.passes import InMemory, Workers


def critical_sigma(X: ArrayLike, resp: ArrayLike | None = None) -> float | Array:
    """The sigma above which merged means stay merged: the root of the covariance's largest eigenvalue.

    With `resp`, the same for each group of merged means, from the covariance of the points weighted by the
    group's column (thm-coincident, thm-next-split).

    Parameters
    ----------
    X : (n, d) array_like
        Read in blocks of rows, twice.
    resp : (n, k) array_like, entries >= 0, optional
        For means that coincide, add their columns up first, or take any one of them: its size does not matter.

    Returns
    -------
    sigma : float, or (k,) array if `resp` is given
        In the units of X. 0 for a group of points on one spot, or of none.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X = check.numbers("X", X, "(n, d)")
    X, _ = check.data_and_means(X, X[:1])
    if resp is None:
        return float(_critical(X, np.ones((len(X), 1)))[0])
    resp = check.numbers("resp", resp, "(n, k)")
    return _critical(X, check.resp(resp, len(X), resp.shape[1]))


def anneal(
    X: ArrayLike,
    k: int,
    sigmas: ArrayLike,
    *,
    means: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    nudge: float = 1e-3,
    rng: int | np.random.Generator | None = 0,
    max_steps: int = 300,
    tol: float = 1e-9,
    threads: int | None = None,
) -> list[Fit]:
    """Fit at one sigma after the other, each from where the last came to rest.

    Merged means would stay together for ever, by symmetry. So before each fit every mean is nudged:
    moved by normal random numbers. Where together is stable, they come back.

    Parameters
    ----------
    X : (n, d) array_like
    k : int, 1 <= k <= n
    sigmas : (m,) array_like, entries >= 0
        In the order in which they are taken: falling to cool, rising to heat. A last 0 ends with k-means.
    means : (k, d) array_like, optional
        The start; all at the mean of the data when left out.
    weights : (k,) array_like, optional
        Mixing weights; equal when left out.
    nudge : float >= 0
        The standard deviation of the nudge in each column, in root-mean-square radii of the data.
    rng : int, numpy Generator or None
        A seed or a source of random numbers.
    max_steps, tol, threads
        As for `fit`, at each sigma.

    Returns
    -------
    fits : list of Fit
        One for each sigma.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X = check.floats("X", X, "(n, d)")
    k = check.whole("k", k, at_least=1)
    sigmas = check.numbers("sigmas", sigmas, "(m,)").astype(float)
    if sigmas.min() < 0:
        raise ValueError(f"sigmas: must be >= 0, got {sigmas.min():.3g}")
    nudge, generator = check.not_negative("nudge", nudge), check.generator(rng)
    if k > len(X):
        raise ValueError(f"k: {k} centres for {len(X)} points; use at most as many as points")
    threads = passes.cores() if threads is None else check.whole("threads", threads, at_least=1)
    with Workers(threads) as workers:
        data = InMemory(X, workers)
        place = check.means_for(data.shape, *data.box, _middle(data, k) if means is None else means)
        if len(place) != k:
            raise ValueError(f"means: expected {k} of them, one for each cluster, got {len(place)}")
        fits = []
        for sigma in sigmas:
            start = place + nudge * data.radius * generator.normal(size=place.shape)
            fits.append(Fit(**loop(data, start, float(sigma), weights, (), max_steps, tol), _data=X))
            place = fits[-1].means
    return fits


def _middle(data: InMemory, k: int) -> Array:
    """All k means at the mean of the data: one step at sigma = inf takes them there from anywhere."""
    means: Array = loop(data, np.tile(data.box.low, (k, 1)), np.inf, None, (), 1, 0.0)["means"]
    return means


def _critical(X: NDArray[np.floating], resp: Array) -> Array:
    """The root of the largest eigenvalue of each weighted covariance, (k,)."""
    (n, d), k = X.shape, resp.shape[1]
    frame = passes.frame_of(*check.column_range(X))
    largest = resp.max(axis=0)
    share = np.divide(resp, largest, out=np.zeros_like(resp), where=largest > 0)  # a group's size does not matter
    blocks = list(passes.blocks((n, d), max(k, d)))
    counts, sums = np.zeros(k), np.zeros((k, d))
    for rows in blocks:
        counts += share[rows].sum(axis=0)
        sums += share[rows].T @ frame.of(X[rows])
    counts = np.maximum(counts, LEAST_COUNT)
    centres = sums / counts[:, None]
    scatter = np.zeros((k, d, d))
    for rows in blocks:
        Y = frame.of(X[rows])
        for j in range(k):
            from_centre = Y - centres[j]
            scatter[j] += (share[rows, j] * from_centre.T) @ from_centre
    variances = np.linalg.eigvalsh(scatter / counts[:, None, None])[:, -1]
    roots: Array = frame.unit * np.sqrt(np.maximum(variances, 0.0))
    return roots
