"""One pass over the data: blocks of rows in, `Statistics` out.

With D[i, j] = |x_i - mu_j|^2 there are two ways to the responsibilities of a block:

- by differences: D as the sum of the squared differences, accurate to its last digits, and slow;
- by products: -D / 2 is x.mu - |mu|^2 / 2 up to a number that all clusters share, which is one
  matrix product, and what cancels is lost. Taken where nothing that shows is lost by it.

The borders of blocks and strips of blocks follow from the shapes alone, and strips are added up in
order, so any number of threads gives the same bits.
"""

from __future__ import annotations

import math
import operator
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial, reduce
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_em import validation as check

Array = NDArray[np.float64]
Floats = NDArray[np.floating]
T = TypeVar("T")

CELLS_PER_BLOCK = 2**18  # numbers in one array of a block: 2 MB, near the cache, and few calls for threads to wait at
STRIPS = 16  # tasks in one pass, at most: enough to keep a few threads busy to the end
SERIAL = 2**18  # multiplications up to which OpenBLAS starts no threads of its own
RUN = 16  # rows of one cluster added up at once
EPS, EPS32 = 2.0**-52, 2.0**-23
LOWEST = -708.0  # exp takes ten times as long below; a share of exp(-708) is as good as none
VISIBLE = 2e-12  # bound on a logit's error above which differences take over; errors measured stay below half of it


class Frame(NamedTuple):
    """Where and in what unit sums over the data are taken: near the data, and a power of two."""

    origin: Array  # (d,)
    unit: float
    moves: bool  # whether a point in it differs from the point
    # known once the data are `measured`; until then no products are taken
    reach: float = np.inf  # no point is further from the origin, in this unit
    mean_square: float = np.inf  # mean of the points' squared distances from the origin, in this unit

    def of(self, points: Floats) -> Array:
        return (points - self.origin) / self.unit if self.moves else np.asarray(points, float)

    def back(self, points: Array) -> Array:
        return self.origin + self.unit * points if self.moves else points


class Statistics(NamedTuple):
    """What one pass over the data leaves behind. Each part is a sum over rows, so blocks add up.

    By products, `within` and `base` of one block are off by numbers that add up to 0 over all blocks.
    """

    counts: Array  # (k,)    R_j = sum_i resp[i, j]
    sums: Array  # (k, d)  sum_i resp[i, j] y_i, with y_i the point x_i in the frame
    within: float  #         sum_ij resp[i, j] D[i, j]
    base: float  #           sum_i b_i for some b_i: min_j D[i, j], or |x_i - origin|^2
    log_sum: float  #        sum_i log sum_j w_j exp(-(D[i, j] - b_i) / 2 sigma^2)

    def plus(self, other: Statistics) -> Statistics:
        return Statistics(*map(operator.add, self, other))


class Box(NamedTuple):
    """The least and the largest number in each column."""

    low: Array
    high: Array

    def plus(self, other: Box) -> Box:
        return Box(np.minimum(self.low, other.low), np.maximum(self.high, other.high))


class Moments(NamedTuple):
    """Sums over the points y in a frame."""

    sums: Array  # (d,)
    squares: float  # of |y|^2
    farthest: float  # the largest |y|^2

    def plus(self, other: Moments) -> Moments:
        return Moments(self.sums + other.sums, self.squares + other.squares, max(self.farthest, other.farthest))


class Workers:
    """Up to `threads` threads, with arrays that each uses again from block to block."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._kept = threading.local()

    def map(self, function: Callable[[slice], T], strips: list[slice]) -> list[T]:
        """`function` of each strip. The calling thread works too: if it waited, each strip done would wake it."""
        if self.threads == 1:
            return [function(strip) for strip in strips]
        found: dict[int, T] = {}
        left = iter(range(len(strips)))

        def work() -> None:
            for i in left:  # whoever is free takes the next
                found[i] = function(strips[i])

        self._pool = self._pool or ThreadPoolExecutor(self.threads - 1, "kmeans_em")
        helpers = [self._pool.submit(work) for _ in range(min(self.threads, len(strips)) - 1)]
        try:
            work()
        finally:
            list(left)  # after an interrupt nobody takes another
        for helper in helpers:
            helper.result()
        return [found[i] for i in range(len(strips))]

    def scratch(self, name: str, *shape: int, dtype: type = float) -> NDArray[Any]:
        """An array with anything in it: fresh memory would cost as much as the arithmetic.

        It is this thread's until it asks for the same name again; a name stands for one dtype.
        """
        kept, size = self._kept.__dict__, math.prod(shape)
        if name not in kept or kept[name].size < size:
            kept[name] = np.empty(size, dtype)
        array: NDArray[Any] = kept[name][:size].reshape(shape)
        return array

    def __reduce__(self) -> tuple[type[Workers], tuple[int]]:
        return Workers, (self.threads,)  # neither threads nor arrays travel to another process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def sq_dists(X: Floats, means: Array) -> Array:
    """Squared distances D, clusters first: (k, n). Differences come before squares, so ties stay ties."""
    X = X.astype(float, copy=False)
    D = np.zeros((len(means), len(X)))
    if D.size * X.shape[1] <= 2**16:
        differences: Array = means.T[:, :, None] - X.T[:, None, :]
        return np.square(differences, out=differences).sum(axis=0, out=D)
    square = np.empty_like(D)
    for m, x in zip(means.T, X.T, strict=True):
        np.subtract(x, m[:, None], out=square)
        square *= square
        D += square
    return D


def posterior(D: Array, sigma: float, log_weights: Array) -> tuple[Array, Array, Array]:
    """Responsibilities (k, n), nearest = min_j D (n,) and log sum_j w_j exp(-(D - nearest) / 2 sigma^2) (n,).

    Only D minus its minimum is ever exponentiated, divided by sigma twice rather than by sigma^2:
    accurate down to sigma = 1e-300, where sigma^2 would be 0.
    """
    dead = np.isneginf(log_weights)
    nearest = D[~dead].min(axis=0)
    if sigma == 0:
        hard = _nearest(np.where(dead[:, None], np.inf, D))
        return hard.astype(float), nearest, np.zeros_like(nearest)
    with np.errstate(over="ignore", under="ignore"):
        logits = (D - nearest) / sigma / (-2 * sigma)
        logits[dead] = 0.0  # may be inf, if nearer than `nearest`: inf - inf is no number
        logits += log_weights[:, None]
        top = logits.max(axis=0)
        resp = np.exp(logits - top)
        whole = resp.sum(axis=0)
        log_whole = np.log(whole)
        if nearest.mean() / sigma / (2 * sigma) < 1e-3:  # little but these logarithms is in F: each digit counts
            alone = np.flatnonzero(whole < 1.5)
            log_whole[alone] = np.log1p(np.sort(resp[:, alone], axis=0)[:-1].sum(axis=0))
        return resp / whole, nearest, top + log_whole


def _nearest(D: Array) -> NDArray[np.bool_]:
    """Whether a cluster is a point's nearest, (k, n): one in each column, at a tie the first."""
    nearest: NDArray[np.bool_] = np.arange(len(D))[:, None] == D.argmin(axis=0)
    return nearest


class InMemory:
    """Data in an array, in memory or mapped from a file."""

    def __init__(self, X: Floats, workers: Workers | None = None) -> None:
        self.X, self.workers = X, workers or Workers()
        self.shape: tuple[int, int] = X.shape
        self.box = self._total(box, 1)
        check.finite("X", *self.box)
        frame = frame_of(*self.box)
        self.frame, self.radius = measured(frame, self._total(partial(moments, frame, self.workers), 1), len(X))

    def statistics(self, means: Array, sigma: float, log_weights: Array) -> Statistics:
        rule = block_rule(means, sigma, log_weights, self.frame, self.workers)
        return self._total(rule, len(means))

    def residuals(self, means: Array, sigma: float, log_weights: Array, new: Array) -> Array:
        return self._total(partial(residuals, means, sigma, log_weights, new), len(means))

    def scatter(self, means: Array, sigma: float, log_weights: Array, new: Array) -> float:
        return self._total(partial(scatter, means, sigma, log_weights, new), len(means))

    def _total(self, of_block: Callable[[Floats], T], width: int) -> T:
        return total(self.X, of_block, width, self.workers)


def box(block: Floats) -> Box:
    return Box(*check.column_range(block))


def frame_of(low: Array, high: Array) -> Frame:
    """A frame in which no x loses a digit, even beside an outlier: a difference that is taken is exact.

    In each column the origin is the middle of the box if the box is farther from 0 than wide, else 0.
    The unit is 1 where that is safe, to save a division.
    """
    with np.errstate(over="ignore"):  # data beyond the range of squares are refused once the means are known
        width = high - low
    spread = width.max()
    unit = 1.0 if 2.0**-30 < spread < 2.0**30 or spread == 0 else float(2.0 ** min(np.ceil(np.log2(spread)), 1023))
    near = np.clip(0.0, low, high)
    origin = np.where(abs(near) > width, low + width / 2, 0.0)
    return Frame(origin, unit, moves=unit != 1 or bool(origin.any()))


def moments(frame: Frame, workers: Workers, block: Floats) -> Moments:
    Y = _moved(block, frame, workers)
    lengths = np.einsum("an,an->n", Y, Y)
    return Moments(np.einsum("an->a", Y), float(lengths.sum()), float(lengths.max()))


def measured(frame: Frame, found: Moments, n: int) -> tuple[Frame, float]:
    """The frame with its reach, and the root-mean-square distance of the points from their mean."""
    mean_square = found.squares / n
    variance = mean_square - float(((found.sums / n) ** 2).sum())
    reach = float(np.sqrt(found.farthest)) * (1 + 4 * EPS)
    return frame._replace(reach=reach, mean_square=mean_square), frame.unit * float(np.sqrt(max(variance, 0.0)))


def block_rule(
    means: Array, sigma: float, log_weights: Array, frame: Frame, workers: Workers
) -> Callable[[Floats], Statistics]:
    """How to get a block's statistics: by products where that is accurate enough."""
    alive = log_weights > -np.inf
    if not alive.all():
        return partial(_without_the_dead, alive, block_rule(means[alive], sigma, log_weights[alive], frame, workers))
    y_means, s = frame.of(means), sigma / frame.unit
    variance = s * s  # inf where s**2 would raise
    with np.errstate(over="ignore"):
        lengths = (y_means**2).sum(axis=1)
    longest = math.sqrt(lengths.max())
    span = frame.reach + longest
    if sigma == 0 and span < 2**30:
        return partial(_hard, means, y_means, _scores(y_means, lengths, longest, span), frame, workers)
    if EPS * span**2 < VISIBLE * variance and variance < np.inf and sigma <= check.LARGEST:
        far = span**2 / 2 > 600 * variance  # bounds the logits but for the log-weights; exp ends near 708
        offsets = log_weights - lengths / 2 / variance
        return partial(_soft, y_means, y_means / variance, offsets, far, frame, workers)
    return partial(by_differences, means, sigma, log_weights, frame)


def total(X: Floats, of_block: Callable[[Floats], T], width: int, workers: Workers) -> T:
    """The sum of `of_block` over all blocks of rows: over each strip first, then over the strips."""
    slices = list(blocks(X.shape, width))
    if len(slices) == 1:
        return of_block(X)  # wakes no thread
    size = -(-len(slices) // STRIPS)

    def of_strip(strip: slice) -> T:
        return reduce(plus, (of_block(X[rows]) for rows in slices[strip]))

    return reduce(plus, workers.map(of_strip, [slice(a, a + size) for a in range(0, len(slices), size)]))


def blocks(shape: tuple[int, ...], width: int) -> Iterator[slice]:
    """Slices of rows, such that neither the rows nor `width` numbers for each outgrow a block."""
    n, d = shape
    size = max(1, CELLS_PER_BLOCK // max(d + 1, width))
    return (slice(start, start + size) for start in range(0, n, size))


def plus(a: T, b: T) -> T:
    sum_: T = a.plus(b) if hasattr(a, "plus") else operator.add(a, b)
    return sum_


def residuals(means: Array, sigma: float, log_weights: Array, new: Array, block: Floats) -> Array:
    """sum_i resp (x_i - new mean_j), (k, d)."""
    resp = posterior(sq_dists(block, means), sigma, log_weights)[0]
    return np.array([shares @ (block - mean) for shares, mean in zip(resp, new)])


def scatter(means: Array, sigma: float, log_weights: Array, new: Array, block: Floats) -> float:
    """sum_ij resp |x_i - new mean_j|^2."""
    resp = posterior(sq_dists(block, means), sigma, log_weights)[0]
    return float((resp * sq_dists(block, new)).sum())


def by_differences(means: Array, sigma: float, log_weights: Array, frame: Frame, block: Floats) -> Statistics:
    D = sq_dists(block, means)
    resp, nearest, log_sum = posterior(D, sigma, log_weights)
    return Statistics(
        counts=resp.sum(axis=1),
        sums=resp @ frame.of(block),
        within=float((resp * D).sum()),
        base=float(nearest.sum()),
        log_sum=float(log_sum.sum()),
    )


def _without_the_dead(alive: NDArray[np.bool_], rule: Callable[[Floats], Statistics], block: Floats) -> Statistics:
    """Statistics over the clusters of positive weight, with zeros for the others."""
    some = rule(block)
    counts, sums = np.zeros(len(alive)), np.zeros((len(alive), block.shape[1]))
    counts[alive], sums[alive] = some.counts, some.sums
    return some._replace(counts=counts, sums=sums)


def _soft(
    means: Array, slopes: Array, offsets: Array, far: bool, frame: Frame, workers: Workers, block: Floats
) -> Statistics:
    """By products, logits being slope.y + offset; `far` says that they may leave the range of exp."""
    k, n = len(means), len(block)
    Y = _moved(block, frame, workers)
    logits = _product(slopes, Y, out=workers.scratch("resp", k, n))
    logits += offsets[:, None]
    log_sum = 0.0
    if far:
        top = logits.max(axis=0, out=workers.scratch("top", n))
        log_sum = float(top.sum())
        logits -= top
        np.maximum(logits, LOWEST, out=logits)
    resp = np.exp(logits, out=logits)
    whole = resp.sum(axis=0, out=workers.scratch("whole", n))
    resp *= np.divide(1.0, whole, out=workers.scratch("inverse", n))
    log_sum += float(np.log(whole, out=whole).sum())
    counts = resp.sum(axis=1)
    sums = _product_over_points(resp, Y)
    scale = frame.unit**2
    squares = n * frame.mean_square  # not the block's own, but over all blocks the sum is the same
    return Statistics(counts, sums, scale * _within(squares, counts, sums, means), scale * squares, log_sum)


class Scores(NamedTuple):
    """slope.y + offset in float32: a point's nearest centre has the largest, but for rounding."""

    slopes: Floats  # (k, d)
    offsets: Floats  # (k, 1)
    error: np.float32  # bound on the error of the difference of two scores


def _scores(means: Array, lengths: Array, longest: float, span: float) -> Scores:
    """y.m - |m|^2 / 2, for `lengths` |m|^2."""
    # the last but one term: what differences would call a tie is a tie here too
    error = (means.shape[1] + 8) * (EPS32 * longest * span + EPS * span**2 + 2.0**-126)
    return Scores(means.astype(np.float32), (-lengths / 2).astype(np.float32)[:, None], np.float32(error))


def _hard(means: Array, y_means: Array, scores: Scores, frame: Frame, workers: Workers, block: Floats) -> Statistics:
    """By products in float32, which is twice as fast; points it cannot place with certainty go by differences."""
    k, (n, d) = len(means), block.shape
    Y = _moved(block, frame, workers)
    score = workers.scratch("score", k, n, dtype=np.float32)
    _product(scores.slopes, _single(Y, block, frame, workers), out=score)
    score += scores.offsets
    best = score.max(axis=0, out=workers.scratch("best", n, dtype=np.float32))
    best -= scores.error
    near = np.greater_equal(score, best, out=workers.scratch("near", k, n, dtype=bool))
    if np.count_nonzero(near) > n:
        unsure = np.flatnonzero(near.sum(axis=0, dtype=np.min_scalar_type(k)) > 1)
        D = sq_dists(block[unsure], means)
        near[:, unsure] = _nearest(D)
    gather = _by_runs if k >= 2 * RUN and d >= RUN else _by_ones
    counts, sums = gather(near, Y, workers)
    squares = _squares(Y)
    within = frame.unit**2 * _within(squares, counts, sums, y_means)
    if within < 1e-2 * frame.unit**2 * squares:  # digits have cancelled: by differences, each from its own mean
        own = _product(means.T, _ones(near, workers), out=workers.scratch("own", d, n))
        own -= block.T
        within = _squares(own)
    return Statistics(counts, sums, within, within, 0.0)


def _by_ones(near: NDArray[np.bool_], Y: Array, workers: Workers) -> tuple[Array, Array]:
    """How many points each cluster has, and their sum: a product with zeros and ones."""
    sums = _product_over_points(_ones(near, workers), Y)
    return np.array([np.count_nonzero(row) for row in near], float), sums  # thrice as fast as near.sum(axis=1)


def _ones(near: NDArray[np.bool_], workers: Workers) -> Array:
    ones: Array = workers.scratch("resp", *near.shape)
    np.copyto(ones, near)
    return ones


def _by_runs(near: NDArray[np.bool_], Y: Array, workers: Workers) -> tuple[Array, Array]:
    """The same, quicker for many clusters: their points side by side, and in each `RUN` of them one cluster's alone."""
    (k, n), d = near.shape, len(Y)
    hits = np.flatnonzero(near)  # cluster by cluster
    starts = np.searchsorted(hits, n * np.arange(k + 1))
    counts = np.diff(starts)
    runs = -(-counts // RUN)
    first, m = np.cumsum(runs) - runs, int(runs.sum())
    place = np.arange(n) + np.repeat(RUN * first - starts[:-1], counts)
    point, ones = np.zeros((m, RUN), int), np.zeros((m, 1, RUN))  # places left over hold point 0, zero times
    point.ravel()[place], ones.ravel()[place] = hits % n, 1
    out = workers.scratch("rows", m, RUN, d)
    rows = np.take(Y.T, point, axis=0, mode="clip", out=out)  # "raise", the default, would fill a copy of `out` first
    sums, full = np.zeros((k, d)), counts > 0
    sums[full] = np.add.reduceat((ones @ rows)[:, 0], first[full], axis=0)
    return counts.astype(float), sums


def _within(squares: float, counts: Array, sums: Array, means: Array) -> float:
    """sum_ij resp |y_i - m_j|^2, which is the sum of resp (|y|^2 - 2 y.m + |m|^2)."""
    return squares - float((means * (2 * sums - counts[:, None] * means)).sum())


def _moved(block: Floats, frame: Frame, workers: Workers) -> Array:
    """The points in the frame, one in a column: (d, n); the block itself where that is the same."""
    n, d = block.shape
    Y = _laid_out("Y", d, n, workers)
    if _in_place(block, frame, Y):
        return np.asarray(block.T, dtype=float)
    np.copyto(Y, block.T)  # before the subtraction, which would be slow on another kind of number
    if frame.moves:
        Y -= frame.origin[:, None]
    if frame.unit != 1:
        Y /= frame.unit
    return Y


def _single(Y: Array, block: Floats, frame: Frame, workers: Workers) -> Floats:
    """Y in float32; the block itself where that is the same."""
    d, n = Y.shape
    Y32 = _laid_out("Y32", d, n, workers, np.float32)
    if _in_place(block, frame, Y32):
        return block.T
    np.copyto(Y32, Y, casting="same_kind")
    return Y32


def _in_place(block: Floats, frame: Frame, Y: Floats) -> bool:
    """Whether the block's own memory already holds what Y is for."""
    return not frame.moves and block.T.strides == Y.strides and block.dtype == Y.dtype


def _laid_out(name: str, d: int, n: int, workers: Workers, dtype: type = float) -> NDArray[Any]:
    """A scratch array (d, n), in the order in memory that numpy and BLAS do fastest."""
    return workers.scratch(name, d, n, dtype=dtype) if d < 16 else workers.scratch(name, n, d, dtype=dtype).T


def _squares(Y: Floats) -> float:
    """The sum of all squares; in pieces, for which BLAS starts no threads and numpy lets go of Python's lock."""
    y = Y.ravel("K")
    if len(y) < 4096:
        return float(y @ y)
    cut = len(y) - len(y) % 256
    rows = y[:cut].reshape(-1, 1, 256)
    return float((rows @ rows.swapaxes(1, 2)).sum() + y[cut:] @ y[cut:])


def _product(A: Floats, B: Floats, out: Floats) -> Floats:
    """A @ B, in pieces so small that BLAS does not start threads, which would get into the way of ours."""
    (k, d), n = A.shape, B.shape[1]
    A = np.asfortranarray(A) if k >= 8 else A  # takes OpenBLAS half the time where k and d are large
    size = _piece(k, d)
    cut = n - n % size
    if cut:
        np.matmul(A, _pieces(B[:, :cut], size), out=_pieces(out[:, :cut], size))
    if cut < n:
        np.matmul(A, B[:, cut:], out=out[:, cut:])
    return out


def _product_over_points(A: Array, B: Array) -> Array:
    """A @ B.T, in pieces for the same reason."""
    (k, n), d = A.shape, len(B)
    size = _piece(k, d)
    cut = n - n % size
    sums: Array = A[:, cut:] @ B[:, cut:].T
    if cut:
        sums += (_pieces(A[:, :cut], size) @ _pieces(B[:, :cut], size).swapaxes(1, 2)).sum(axis=0)
    return sums


def _piece(k: int, d: int) -> int:
    """How many columns of a (d, n) matrix to multiply at once by a (k, d) one: a power of 2, for speed."""
    most = min(SERIAL // (k * d), 2**13 // max(k, d))
    return 1 << max(3, most.bit_length() - 1)


def _pieces(M: Floats, size: int) -> Floats:
    """A view of (d, n) as (n / size, d, size)."""
    return M.reshape(len(M), -1, size).swapaxes(0, 1)
