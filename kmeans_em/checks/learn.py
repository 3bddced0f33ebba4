"""Chapter 9: probabilities out of k-means."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, close, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("probabilities")
def _probabilities(answer: Any) -> Hint:
    """A function X (n, d), centres (k, d) -> responsibilities (n, k) with sigma^2 = J / nd."""
    blobs, geyser = datasets.blobs(60), datasets.old_faithful(standardised=True)
    for title, X, means in (
        ("the line, centres 1 and 11", datasets.line(), [[1], [11]]),
        ("Old Faithful, two centres", geyser, [[1, 1], [-1, -1]]),
        ("three blobs, three centres", blobs, blobs[:3]),
    ):
        X, centres = np.array(X, dtype=float), np.array(means, dtype=float)
        J, right = em.inertia(X, centres), _shares_at(X, centres, X.size)
        given = ask(answer, title, X, centres, allowed=("responsibilities", "inertia"))
        found = array(given, right.shape, title, "the probabilities")
        if close(found, right):
            continue
        scatter = ((X - X.mean(axis=0)) ** 2).sum()
        slips = {
            "you divided J by n; a width belongs to one column, so divide by n d": _shares_at(X, centres, len(X)),
            "J / nd is sigma squared; take its square root": em.responsibilities(X, centres, J / X.size),
            "you measured the spread around the mean of all points, not around the nearest centres": (
                em.responsibilities(X, centres, float(np.sqrt(scatter / X.size)))
            ),
        }
        i = int(abs(found - right).max(axis=1).argmax())
        return f"on {title}: " + (
            slip(found, slips)
            or f"sigma is {np.sqrt(J / X.size):.6g}, and {the_point(X, i)} should have {rounded(right[i])}, "
            f"not {rounded(found[i])}"
        )
    return None


def _shares_at(X: em.Array, centres: em.Array, count: int) -> em.Array:
    """The responsibilities at sigma^2 = J / count."""
    return em.responsibilities(X, centres, float(np.sqrt(em.inertia(X, centres) / count)))
