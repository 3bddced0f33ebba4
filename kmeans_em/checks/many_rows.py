"""A companion of chapter 10: a step of k-means over data in blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, close, rounded, slip
from kmeans_em.checks.registry import Hint, exercise


@exercise("blocks")
def _blocks(answer: Any) -> Hint:
    """A function: blocks, a list of (n_b, d), and means (k, d) -> the means after a step of k-means on all rows."""
    x, blobs = datasets.line(), datasets.blobs(90)
    right_half = blobs[:, 0] > 2.5
    for title, blocks, means in (
        ("the line in blocks of 5 and 1 from 0 and 9", [x[:5], x[5:]], [[0.0], [9.0]]),
        ("three blobs cut at 2.5", [blobs[right_half], blobs[~right_half]], [[0.0, 0.0], [5.0, 0.0], [2.0, 4.0]]),
        ("the line from 1, 9 and 100", [x[:3], x[3:]], [[1.0], [9.0], [100.0]]),
    ):
        start = np.array(means)
        right = _step(np.concatenate(blocks), start)
        found = array(ask(answer, title, blocks, start), start.shape, title, "the new means")
        if close(found, right):
            continue
        if not np.isfinite(found).all():
            return f"on {title}: a mean is NaN: a cluster may have no points in a block, or in all of them"
        each = [_step(block, start) for block in blocks]
        slips = {
            "you took the mean of the blocks' means; add up sums and counts, and divide once": np.mean(each, axis=0),
            "that is the step of the last block alone": each[-1],
            "each block began where the one before had led; all of them need the same means": _step(blocks[1], each[0]),
            "these are the sums, not yet divided by the counts": _sums(np.concatenate(blocks), start),
            "nothing has moved": start,
        }
        return f"on {title}: " + (slip(found, slips) or f"the means should be {rounded(right)}, not {rounded(found)}")
    return None


def _step(X: em.Array, means: em.Array) -> em.Array:
    return em.update(X, em.responsibilities(X, means, 0), means)


def _sums(X: em.Array, means: em.Array) -> em.Array:
    return em.responsibilities(X, means, 0).T @ X
