"""One loop with one knob: soft k-means for sigma > 0, k-means at sigma = 0.

The formulas, with D[i, j] = |x_i - mu_j|^2:

    resp[i, j]  = w_j exp(-D[i, j] / 2 sigma^2) / sum_l w_l exp(-D[i, l] / 2 sigma^2)
    means[j]    = sum_i resp[i, j] x_i / sum_i resp[i, j]
    inertia     = sum_i min_j D[i, j]
    free_energy = -2 sigma^2 sum_i log sum_j w_j exp(-D[i, j] / 2 sigma^2)

with w_j = 1 where no weights are given.
A step is one pass over the data (`passes`), which adds up `Statistics`; it never holds an n x k array.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_em import passes
from kmeans_em import validation as check
from kmeans_em.passes import Array as Array  # other modules take these two from here
from kmeans_em.passes import Frame, InMemory, Statistics, Workers, posterior
from kmeans_em.passes import sq_dists as sq_dists

LEAST_COUNT = 1e-290  # a cluster smaller than this has lost its digits to underflow: it is empty


@dataclass(frozen=True, eq=False)
class Step:
    """Where the loop stands after some number of steps, and the objective there."""

    means: Array
    sigma: float
    weights: Array
    objective: float


@dataclass(frozen=True, eq=False)
class Fit:
    """What `fit` found.

    Attributes
    ----------
    means : (k, d) array
    sigma : float
    weights : (k,) array
    labels : (n,) array of int
        The cluster with the largest responsibility; the lowest index wins a tie.
    resp : (n, k) array
        This and `labels` are computed when first asked for, from the X that was fitted: ask before
        changing X.
    history : list of Step
        ``history[t]`` is the state after t steps; ``history[0]`` is the start.
        Its ``objective`` is the free energy F_sigma (beyond sigma = 1e140 without the constant
        -2 sigma^2 n log k), or -log L when sigma is learned.
    steps : int
    converged : bool
    """

    means: Array
    sigma: float
    weights: Array
    history: list[Step] = field(repr=False)
    steps: int
    converged: bool
    _data: Any = field(repr=False)  # X, an array in memory or of Dask
    _log_weights: Array = field(repr=False)

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        return labels_of(self._data, self.means, self.sigma, self._log_weights)

    @cached_property
    def resp(self) -> Array:
        return responsibilities_of(self._data, self.means, self.sigma, self._log_weights)


def responsibilities(X: ArrayLike, means: ArrayLike, sigma: float, weights: ArrayLike | None = None) -> Array:
    """Share each point out among the clusters (the E-step).

    Parameters
    ----------
    X : (n, d) array_like
    means : (k, d) array_like
    sigma : float, 0 <= sigma <= inf
        The shared standard deviation, in the units of X.
        At 0 each point goes whole to its nearest centre; the lowest index wins a tie.
    weights : (k,) array_like, optional
        Mixing weights; equal when left out.

    Returns
    -------
    resp : (n, k) array
        Rows sum to 1.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, means = check.data_and_means(X, means)
    sigma = check.sigma(sigma)
    return responsibilities_of(X, means, sigma, _log_weights(weights, len(means)))


def update(X: ArrayLike, resp: ArrayLike, means: ArrayLike) -> Array:
    """Move each centre to the weighted mean of its points (the M-step).

    Parameters
    ----------
    X : (n, d) array_like
    resp : (n, k) array_like, entries >= 0
    means : (k, d) array_like
        Where the centres are now: a cluster whose column of `resp` sums to 0, or to less than 1e-290
        times the largest entry of `resp`, stays there.

    Returns
    -------
    means : (k, d) array

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, means = check.data_and_means(X, means)
    resp = check.resp(resp, len(X), len(means))
    frame = passes.frame_of(*check.column_range(X))
    largest = resp.max() or 1.0  # divided out: weights of any size may be summed, and are not taken for underflow
    counts, sums = np.zeros(len(means)), np.zeros_like(means)
    for rows in passes.blocks(X.shape, len(means)):
        share = resp[rows].T / largest
        counts += share.sum(axis=1)
        sums += share @ frame.of(X[rows])
    return _weighted_means(counts, sums, frame, means)


def inertia(X: ArrayLike, means: ArrayLike) -> float:
    """The k-means objective J = sum_i min_j |x_i - mu_j|^2, in squared units of X.

    Parameters
    ----------
    X : (n, d) array_like
    means : (k, d) array_like

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, means = check.data_and_means(X, means)
    return _statistics(X, means, 0.0, _log_weights(None, len(means))).base


def free_energy(X: ArrayLike, means: ArrayLike, sigma: float, weights: ArrayLike | None = None) -> float:
    """The soft k-means objective F_sigma, in squared units of X.

    At sigma = 0 it is J, taken over the clusters of positive weight.

    Without weights the inner sum is a plain sum over j. With weights each term carries its w_j,
    so uniform weights give a value larger by the constant 2 sigma^2 n log k.

    Parameters
    ----------
    X : (n, d) array_like
    means : (k, d) array_like
    sigma : float, 0 <= sigma <= 1e140
    weights : (k,) array_like, optional

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, means = check.data_and_means(X, means)
    sigma = check.sigma(sigma, at_most=check.LARGEST)
    log_weights = _log_weights(weights, len(means))
    return _free_energy(_statistics(X, means, sigma, log_weights), sigma)


def log_likelihood(X: ArrayLike, means: ArrayLike, sigma: float, weights: ArrayLike | None = None) -> float:
    """The log-likelihood log L of the Gaussian mixture with covariances sigma^2 I.

    Parameters
    ----------
    X : (n, d) array_like
    means : (k, d) array_like
    sigma : float, 0 < sigma <= 1e140
    weights : (k,) array_like, optional
        Equal weights 1/k when left out.

    Returns
    -------
    log_likelihood : float
        ``-inf`` where the true value lies below the range of floating point.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X, means = check.data_and_means(X, means)
    sigma = check.sigma(sigma, at_most=check.LARGEST, positive=True)
    log_weights = _log(check.weights(weights, len(means)))
    return _log_likelihood(_statistics(X, means, sigma, log_weights), sigma, X.shape)


def fit(
    X: ArrayLike,
    means: ArrayLike,
    sigma: float = 0.0,
    *,
    weights: ArrayLike | None = None,
    learn: Collection[str] = (),
    max_steps: int = 300,
    tol: float = 1e-9,
    threads: int | None = None,
    on_step: Callable[[int, Step], object] | None = None,
) -> Fit:
    """Alternate `responsibilities` and `update` until the means rest.

    sigma > 0 is EM for a Gaussian mixture with covariances sigma^2 I; sigma = 0 is Lloyd's k-means.
    A cluster that is empty, or whose responsibilities underflow to nothing, keeps its mean.

    Parameters
    ----------
    X : (n, d) array_like
        Read in blocks of rows and never written to; float32 and float64 arrays are not copied whole.
    means : (k, d) array_like, k <= n
        The start.
    sigma : float, 0 <= sigma <= inf
        The shared standard deviation, in the units of X.
    weights : (k,) array_like, optional
        Mixing weights; equal when left out.
    learn : collection of {"sigma", "weights"}
        What else the M-step fits. A learned sigma must start between 0 and inf.
    max_steps : int
    tol : float
        Stop when no mean, nor a learned sigma, moved by more than `tol` times the root-mean-square
        distance of the data from their mean, nor a learned weight by more than `tol`.
        A last digit counts as no move; with tol = 0, and at sigma = 0, it does.
    threads : int, optional
        At most so many threads work on long data; all cores when left out. The result is the same to the bit.
    on_step : callable, optional
        Called as ``on_step(number, step)`` after each pass over the data, to show progress.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    X = check.floats("X", X, "(n, d)")
    threads = passes.cores() if threads is None else check.whole("threads", threads, at_least=1)
    with Workers(threads) as workers:
        data = InMemory(X, workers)
        means = check.means_for(data.shape, *data.box, means)
        check.enough_points(X, means)
        return Fit(**loop(data, means, sigma, weights, learn, max_steps, tol, on_step), _data=X)


class Data(Protocol):
    """What the loop asks of the data, wherever they are."""

    shape: tuple[int, int]
    frame: Frame
    radius: float  # root-mean-square distance from the mean

    def statistics(self, means: Array, sigma: float, log_weights: Array) -> Statistics: ...

    def residuals(self, means: Array, sigma: float, log_weights: Array, new: Array) -> Array:
        """sum_i resp (x_i - new mean_j), by differences."""

    def scatter(self, means: Array, sigma: float, log_weights: Array, new: Array) -> float:
        """sum_ij resp |x_i - new mean_j|^2, by differences."""


def loop(
    data: Data,
    means: Array,
    sigma: float,
    weights: ArrayLike | None,
    learn: Collection[str],
    max_steps: int,
    tol: float,
    on_step: Callable[[int, Step], object] | None = None,
) -> dict[str, Any]:
    """The steps of `fit`, and what `Fit` tells of them. `on_step` is told of each as it comes."""
    learn = check.learn(learn)
    max_steps, tol = check.whole("max_steps", max_steps), check.not_negative("tol", tol)
    learn_sigma, learn_weights = "sigma" in learn, "weights" in learn
    largest = check.LARGEST if learn_sigma else np.inf
    sigma = check.sigma(sigma, at_most=largest, positive=learn_sigma)
    k = len(means)
    plain_sum = weights is None and not learn
    shares = check.weights(weights, k)

    grain = 2 * np.sqrt(data.shape[1]) * np.spacing(abs(data.frame.origin).max())  # means far from 0 lie on a grid
    still = max(tol * data.radius, grain) if tol > 0 else 0.0  # what moves no further is at rest
    history: list[Step] = []
    converged = False
    while True:
        log_weights = np.zeros(k) if plain_sum else _log(shares)
        if sigma > 0 or learn or not converged:  # k-means at rest is where it was one look ago
            stats = data.statistics(means, sigma, log_weights)
        history.append(Step(means, sigma, shares, _objective(stats, sigma, data.shape, learn_sigma)))
        if on_step:
            on_step(len(history) - 1, history[-1])
        if converged or len(history) > max_steps:
            break
        new_means = _weighted_means(stats.counts, stats.sums, data.frame, means)
        new_sigma = sigma
        if learn_sigma:
            new_means, new_sigma = _shared_sigma(data, stats, means, new_means, sigma, log_weights)
        new_shares = stats.counts / stats.counts.sum() if learn_weights else shares
        converged = (
            (_largest_move(means, new_means) <= still if sigma > 0 else bool((means == new_means).all()))
            and (not learn_sigma or abs(new_sigma - sigma) <= still)
            and (not learn_weights or float(np.abs(new_shares - shares).max()) <= tol)
        )
        means, sigma, shares = new_means, new_sigma, new_shares
    return {
        "means": means,
        "sigma": sigma,
        "weights": shares,
        "history": history,
        "steps": len(history) - 1,
        "converged": converged,
        "_log_weights": log_weights,
    }


def _statistics(X: NDArray[np.floating], means: Array, sigma: float, log_weights: Array) -> Statistics:
    """The statistics to the last digit."""
    frame = passes.frame_of(*check.column_range(X))
    rule = partial(passes.by_differences, means, sigma, log_weights, frame)
    return passes.total(X, rule, len(means), Workers())


def responsibilities_of(X: NDArray[np.floating], means: Array, sigma: float, log_weights: Array) -> Array:
    resp = np.empty((len(X), len(means)))
    for rows in passes.blocks(X.shape, len(means)):
        resp[rows] = posterior(sq_dists(X[rows], means), sigma, log_weights)[0].T
    return resp


def labels_of(X: NDArray[np.floating], means: Array, sigma: float, log_weights: Array) -> NDArray[np.intp]:
    labels = np.empty(len(X), dtype=np.intp)
    for rows in passes.blocks(X.shape, len(means)):
        labels[rows] = posterior(sq_dists(X[rows], means), sigma, log_weights)[0].argmax(axis=0)
    return labels


def _weighted_means(counts: Array, sums: Array, frame: Frame, means: Array) -> Array:
    """Weighted means; an empty cluster keeps its mean."""
    return np.where(_full(counts), frame.back(_in_frame(counts, sums)), means)


def _in_frame(counts: Array, sums: Array) -> Array:
    """The weighted means in the frame, not yet rounded to floats beside the data."""
    return sums / np.maximum(counts, LEAST_COUNT)[:, None]


def _full(counts: Array) -> NDArray[np.bool_]:
    return (counts > LEAST_COUNT)[:, None]


def _shared_sigma(
    data: Data, stats: Statistics, means: Array, new: Array, sigma: float, log_weights: Array
) -> tuple[Array, float]:
    """sigma^2 = sum_ij resp |x_i - new mean_j|^2 / (n d), by the weighted-mean identity; and the means it is about.

    Where little is left, the identity's difference has lost its digits, and the last digit of a mean shows. Then one
    more pass over the data mends the means, so that the mean of equal points is that point, and another adds up the
    squares themselves.
    """
    n, d = data.shape
    moves = data.frame.unit * (_in_frame(stats.counts, stats.sums) - data.frame.of(means))
    scatter = stats.within - float(stats.counts @ (np.where(_full(stats.counts), moves, 0.0) ** 2).sum(axis=1))
    if scatter < 1e-4 * max(stats.within, n * (data.frame.unit * data.frame.reach) ** 2):
        left = _in_frame(stats.counts, data.residuals(means, sigma, log_weights, new))
        new = np.where(_full(stats.counts), new + left, new)
        scatter = data.scatter(means, sigma, log_weights, new)
    return new, float(np.sqrt(scatter / (n * d)))


def _free_energy(stats: Statistics, sigma: float) -> float:
    # sigma * sigma is rounded correctly, sigma**2 is not: scaling by 2 then scales F by 4 to the bit
    return float(stats.base - 2 * sigma * sigma * stats.log_sum)


def _log_likelihood(stats: Statistics, sigma: float, shape: tuple[int, ...]) -> float:
    n, d = shape
    with np.errstate(over="ignore"):
        misfit = np.float64(stats.base) / sigma / (2 * sigma)
        return float(stats.log_sum - misfit - n * d * (np.log(sigma) + np.log(2 * np.pi) / 2))


def _objective(stats: Statistics, sigma: float, shape: tuple[int, ...], learn_sigma: bool) -> float:
    """What the loop lowers. Beyond LARGEST the constant -2 sigma^2 n log k is left out."""
    if learn_sigma:
        return -_log_likelihood(stats, sigma, shape) if sigma > 0 else -np.inf
    return _free_energy(stats, sigma) if sigma <= check.LARGEST else stats.within


def _largest_move(old: Array, new: Array) -> float:
    return float(np.sqrt(((new - old) ** 2).sum(axis=1).max()))


def rms_radius(X: NDArray[np.floating]) -> float:
    """Root-mean-square distance of the points (n, d) from their mean."""
    return InMemory(X).radius


def _log_weights(weights: ArrayLike | None, k: int) -> Array:
    """Log-weights (k,); weights left out count as 1 each, which makes the sum over j a plain one."""
    return np.zeros(k) if weights is None else _log(check.weights(weights, k))


def _log(weights: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(weights)
