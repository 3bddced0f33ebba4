"""The same fit on a dask array: each chunk gives its statistics, and a tree adds them up.

Runs on Dask's local threads, or on the cluster of the `dask.distributed` client that is active.
The tree follows from the chunks alone, so the result does not depend on who computed what, nor on a
worker that was lost on the way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kmeans_em import em, passes
from kmeans_em import validation as check
from kmeans_em.em import Array

try:
    import dask
    import dask.array
except ImportError as error:
    raise ImportError("kmeans_em.distributed needs Dask: pip install 'kmeans-em[dask]'") from error

FAN_IN = 8  # statistics added up by one task
log = logging.getLogger("kmeans_em")


@dataclass(frozen=True, eq=False)
class Fit(em.Fit):
    """What `fit` found: as `kmeans_em.Fit`, with `labels` and `resp` as dask arrays in the chunks of X."""

    @cached_property
    def labels(self) -> Any:
        return self._by_chunk(em.labels_of, np.empty(0, np.intp), drop_axis=1)

    @cached_property
    def resp(self) -> Any:
        rows = self._data.chunks[0]
        return self._by_chunk(em.responsibilities_of, np.empty((0, 0)), chunks=(rows, (len(self.means),)))

    def _by_chunk(self, function: Callable[..., Any], meta: NDArray[Any], **options: Any) -> Any:
        of_chunk = partial(function, means=self.means, sigma=self.sigma, log_weights=self._log_weights)
        return self._data.map_blocks(partial(_of_floats, of_chunk), dtype=meta.dtype, meta=meta, **options)


def fit(
    X: Any,
    means: ArrayLike,
    sigma: float = 0.0,
    *,
    weights: ArrayLike | None = None,
    learn: Collection[str] = (),
    max_steps: int = 300,
    tol: float = 1e-9,
    on_step: Callable[[int, em.Step], object] | None = None,
) -> Fit:
    """`kmeans_em.fit` on a dask array.

    Every step reads X once: call ``X.persist()`` first if computing X costs more than keeping it.

    Parameters
    ----------
    X : (n, d) dask.array.Array
        Of known shape, with whole rows in each chunk; the chunks may be of any length.
    means, sigma, weights, learn, max_steps, tol
        As for `kmeans_em.fit`.
    on_step : callable, optional
        Called as ``on_step(number, step)`` after each pass over the data.
        When left out, a line for each goes to the logger "kmeans_em", at level INFO.

    Returns
    -------
    Fit
        Its `labels` and `resp` are dask arrays.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """
    data = Chunks(X)
    means = check.means_for(data.shape, *data.box, means)
    check.enough_points(X, means)
    return Fit(**em.loop(data, means, sigma, weights, learn, max_steps, tol, on_step or _say), _data=X)


class Chunks:
    """Data in a dask array, as the loop asks for them."""

    def __init__(self, X: Any) -> None:
        self.shape: tuple[int, int] = _shape(X)
        parts = X.to_delayed().ravel()
        self._parts = [part for part, rows in zip(parts, X.chunks[0]) if rows]
        self.box: passes.Box = self._total(passes.box, 1)
        frame = passes.frame_of(*self.box)
        moments = self._total(partial(passes.moments, frame, passes.Workers()), 1)
        self.frame, self.radius = passes.measured(frame, moments, self.shape[0])

    def statistics(self, means: Array, sigma: float, log_weights: Array) -> passes.Statistics:
        rule = passes.block_rule(means, sigma, log_weights, self.frame, passes.Workers())
        found: passes.Statistics = self._total(rule, len(means))
        return found

    def residuals(self, means: Array, sigma: float, log_weights: Array, new: Array) -> Array:
        found: Array = self._total(partial(passes.residuals, means, sigma, log_weights, new), len(means))
        return found

    def scatter(self, means: Array, sigma: float, log_weights: Array, new: Array) -> float:
        return float(self._total(partial(passes.scatter, means, sigma, log_weights, new), len(means)))

    def _total(self, of_block: Callable[[Any], Any], width: int) -> Any:
        """The sum over all chunks, in a tree; each chunk is taken block by block."""
        of_chunk = partial(passes.total, of_block=of_block, width=width, workers=passes.Workers())
        work, add = dask.delayed(partial(_of_floats, of_chunk), pure=False), dask.delayed(_sum, pure=False)
        level = [work(part) for part in self._parts]
        while len(level) > 1:
            level = [add(level[i : i + FAN_IN]) for i in range(0, len(level), FAN_IN)]
        return level[0].compute()


def _of_floats(of_chunk: Callable[..., Any], chunk: Any) -> Any:
    """A chunk of integers becomes one of floats, and one with NaN an error, where the chunk is."""
    return of_chunk(check.numbers("X", chunk, "(n, d)") if len(chunk) else chunk)


def _sum(parts: Iterable[Any]) -> Any:
    return reduce(passes.plus, parts)


def _say(number: int, step: em.Step) -> None:
    log.info("step %d: objective %.10g", number, step.objective)


def _shape(X: Any) -> tuple[int, int]:
    if hasattr(X, "to_dask_array"):
        raise ValueError("X: is a dask data frame; use X.to_dask_array(lengths=True)")
    if not isinstance(X, dask.array.Array):
        raise ValueError(f"X: expected a dask array, got {type(X).__name__}; for arrays in memory use kmeans_em.fit")
    if X.ndim != 2:
        hint = "; for points on a line use X[:, None]" if X.ndim == 1 else ""
        raise ValueError(f"X: expected shape (n, d), got {X.ndim} axes{hint}")
    if any(np.isnan(size) for size in X.shape):
        raise ValueError(f"X: its shape {X.shape} is not known; call X.compute_chunk_sizes() first")
    if len(X.chunks[1]) > 1:
        raise ValueError(f"X: chunks {X.chunks[1]} split the columns; use X.rechunk({{1: -1}})")
    if 0 in X.shape:
        raise ValueError(f"X: expected at least one number, got shape {X.shape}")
    n, d = X.shape
    return int(n), int(d)
