"""Chapter 6: gaps, blocks, and one step for every sigma."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import Wrong, array, ask, by_hand, close, number, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("limit-by-hand")
def _limit_by_hand(answer: Any) -> Hint:
    """The points 0 and 10, the means 2 and 9, 2 sigma^2 = 11: gaps, what is given away, EM's means."""
    X, means, sigma = [[0], [10]], [[2], [9]], np.sqrt(5.5)
    away = 1 - em.responsibilities(X, means, sigma).max(axis=1)
    first = float(em.update(X, em.responsibilities(X, means, sigma), means)[0, 0])
    plain = "the gap is a difference of squared distances"
    return by_hand(
        answer,
        ("the gap of the point 0", 77, {7: plain, 49: "square both distances, then subtract"}),
        ("the gap of the point 10", 63, {7: plain, 49: "square both distances, then subtract"}),
        ("1 - r of the point 0", away[0], {np.exp(-77 / 5.5): "the exponent is the gap over 2 sigma^2, which is 11"}),
        ("1 - r of the point 10", away[1], {np.exp(-63 / 5.5): "the exponent is the gap over 2 sigma^2, which is 11"}),
        ("EM's first mean", first, {0: "that is Lloyd's; the point 10 gives a little of itself to this mean"}),
    )


@exercise("gaps")
def _gaps(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), k >= 2 -> the gap of each point, (n,)."""
    line, blobs, geyser = datasets.line(), datasets.blobs(60), datasets.old_faithful(standardised=True)
    for title, X, means in (
        ("the line, means 1 and 11", line, [[1], [11]]),
        ("the line, means 1, 11 and 16", line, [[1], [11], [16]]),
        ("three blobs, three means", blobs, blobs[:3]),
        ("the points -1, 0, 1, means -1 and 1, where 0 is tied", np.array([[-1.0], [0], [1]]), [[-1], [1]]),
        ("the line, means 1, 11 and 11, two of them in one place", line, [[1], [11], [11]]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]]),
    ):
        centres = np.array(means, dtype=float)
        D = em.sq_dists(X, centres)
        nearest, second = np.sort(D, axis=0)[:2]
        right = second - nearest
        found = array(ask(answer, title, X, centres), right.shape, title, "the gaps")
        if close(found, right, atol=1e-9):
            continue
        slips = {
            "those are differences of distances; the gap is one of squared distances": np.sqrt(second)
            - np.sqrt(nearest),
            "that is how far apart the distances are, squared; square first, then subtract": (
                (np.sqrt(second) - np.sqrt(nearest)) ** 2
            ),
            "the sign is wrong: the second smallest minus the smallest": -right,
            "that is the smallest squared distance alone": nearest,
            "that is the second smallest squared distance; subtract the smallest": second,
        }
        if hint := slip(found, slips):
            return f"on {title}: {hint}"
        i = int(abs(found - right).argmax())
        hint = f"the gap of {the_point(X, i)} is {right[i]:.6g}, not {found[i]:.6g}"
        others = {
            "; the first two means need not be the two nearest": abs(D[0] - D[1]),
            "; which of the two means is the nearer one differs from point to point": D[1] - D[0],
            "; that is the farthest mean minus the nearest": D.max(axis=0) - nearest,
        }
        return f"on {title}: {hint}{slip(found, others) or ''}"
    return None


@exercise("total")
def _total(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma -> per point the sum of exp(-(D_ij - min D) / 2 sigma^2), (n,)."""
    line, blobs = datasets.line(), datasets.blobs(60)
    for title, X, means, sigma in (
        ("the line, means 1 and 11, sigma = 4", line, [[1], [11]], 4),
        ("the line, means 0 and 16, where 8 is tied", line, [[0], [16]], 1),
        ("three blobs, sigma = 1", blobs, blobs[:3], 1),
        ("three blobs, sigma = 0.0001", blobs, blobs[:3], 1e-4),
    ):
        centres = np.array(means, dtype=float)
        D = em.sq_dists(X, centres).T
        right = np.exp(-(D - D.min(axis=1, keepdims=True)) / sigma / (2 * sigma)).sum(axis=1)
        found = array(ask(answer, title, X, centres, sigma), right.shape, title, "one number a point, the total,")
        if close(found, right):
            continue
        i = int(abs(found - right).argmax())
        if np.allclose(found, np.exp(-D / sigma / (2 * sigma)).sum(axis=1), rtol=1e-9, atol=1e-300):
            return (
                f"on {title}: the total of {the_point(X, i)} is {found[i]:.4g}, below 1: "
                "the tallest block, that of the nearest mean, has the height 1"
            )
        if close(found, 1 / right):
            return f"on {title}: that is the largest share, the inverse of the total"
        return f"on {title}: the total of {the_point(X, i)} should be {right[i]:.6g}, not {found[i]:.6g}"
    return None


@exercise("one-knob")
def _one_knob(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma >= 0 -> the means after a step: EM's, and Lloyd's at 0."""
    line, blobs = datasets.line(), datasets.blobs(60)
    tied = np.array([[-1.0], [0], [1]])
    for title, X, means, sigma in (
        ("the line, from 1 and 11, sigma = 4", line, [[1], [11]], 4),
        ("the line, from 1 and 11, sigma = 0", line, [[1], [11]], 0),
        ("the line, from 0 and 16, sigma = 0", line, [[0], [16]], 0),
        ("the points -1, 0, 1, from -1 and 1, sigma = 0.001", tied, [[-1], [1]], 1e-3),
        ("the line, with a far mean that has no points, sigma = 0", line, [[0], [16], [100]], 0),
        ("three blobs, three means, sigma = 0.0001", blobs, blobs[:3], 1e-4),
        ("the line, from the one mean 9, sigma = 0", line, [[9]], 0),
    ):
        old = np.array(means, dtype=float)
        right = em.update(X, em.responsibilities(X, old, sigma), old)
        found = array(ask(answer, title, X, old, sigma), old.shape, title, "the means")
        if close(found, right, atol=1e-9):
            continue
        hint = f"on {title}: the means should be {rounded(right)}, not {rounded(found)}"
        D = em.sq_dists(X, old)
        if np.isnan(found).any() and sigma == 0 and not np.isnan(found).all():
            return f"{hint}: a mean without points has no average, and stays where it is"
        if np.isnan(found).any() and sigma == 0:
            return f"{hint}: at sigma = 0 the exponent is 0/0; there each point goes whole to its nearest mean"
        if np.isnan(found).any():
            return f"{hint}: every power of a point was rounded to 0; subtract its smallest squared distance first"
        nearest = np.equal(D, D.min(axis=0)).T
        equal = nearest / nearest.sum(axis=1, keepdims=True)
        last = np.eye(len(old))[len(old) - 1 - D[::-1].argmin(axis=0)]
        lloyd = em.update(X, em.responsibilities(X, old, 0), old)
        slips = {
            "the tied point 8 was shared, which is the limit of EM's step; Lloyd's puts it to the lowest index": (
                em.update(X, equal, old)
            ),
            "at a tie the lowest index wins": em.update(X, last, old),
        }
        if sigma > 0:
            slips = {"that is Lloyd's step; for sigma > 0 a tied point is shared, however small sigma is": lloyd}
        return hint + (f": {why}" if (why := slip(found, slips)) else "")
    return None


@exercise("hard-enough")
def _hard_enough(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), tol -> the largest sigma whose bound keeps each 1 - r_ic(i) <= tol."""
    blobs, geyser = datasets.blobs(60), datasets.old_faithful(standardised=True)
    for title, X, means, tol in (
        ("the line, means 1 and 11, tol = 0.01", datasets.line(), [[1], [11]], 0.01),
        ("Old Faithful, two means, tol = 0.1", geyser, [[1, 1], [-1, -1]], 0.1),
        ("three blobs, three means, tol = 0.01", blobs, blobs[:3], 0.01),
        ("the points -1, 0, 1, means -1 and 1", [[-1], [0], [1]], [[-1], [1]], 0.01),
    ):
        X, means = np.array(X, dtype=float), np.array(means, dtype=float)
        found = number(ask(answer, title, X, means, tol), title, "a sigma for all points")
        nearest, second = np.sort(em.sq_dists(X, means), axis=0)[:2]
        gaps, others = second - nearest, len(means) - 1
        odds = (1 - tol) / tol
        least, right = gaps.min(), np.sqrt(gaps.min() / (2 * np.log(others * odds)))
        if np.isclose(found, right, rtol=1e-9, atol=0):
            continue
        point = the_point(X, int(gaps.argmin()))
        if least == 0:
            return (
                f"on {title}: {point} is tied, so half of it is given away at every sigma > 0, "
                f"and only 0 will do, not {found:.6g}"
            )
        apart = (np.sqrt(second) - np.sqrt(nearest)).min()
        for value, hint in (
            (right**2, "is sigma squared; return its square root"),
            (np.sqrt(least / np.log(others * odds)), "lacks a factor 2: q = exp(-Delta / 2 sigma^2)"),
            (np.sqrt(least / (2 * np.log(odds))), f"counts one other mean, but there are k - 1 = {others}"),
            (
                np.sqrt(least / (2 * np.log(others / tol))),
                f"is safe, but not the largest: you asked for (k-1)q <= tol, and (k-1)q / (1 + (k-1)q) <= tol "
                f"is enough, which gives {right:.6g}",
            ),
            (np.sqrt(apart / (2 * np.log(others * odds))), "takes distances; the gap is one of squared distances"),
        ):
            if np.isclose(found, value, rtol=1e-9, atol=0):
                return f"on {title}: {found:.6g} {hint}"
        for name, gap in (("first point", gaps[0]), ("largest gap", gaps.max()), ("mean gap", gaps.mean())):
            if np.isclose(found, np.sqrt(gap / (2 * np.log(others * odds))), rtol=1e-9, atol=0):
                return (
                    f"on {title}: you took the {name}; the smallest gap, {least:.6g} of {point}, "
                    "decides whether all points are hard"
                )
        return (
            f"on {title}: sigma should be {right:.6g}, not {found:.6g}: the smallest gap is {least:.6g}, "
            "and (k-1)q / (1 + (k-1)q) = tol there"
        )
    title = "the line with the one mean 7"
    nothing = "nothing is given away at any sigma: return np.inf"
    try:
        found = ask(answer, title, datasets.line(), np.array([[7.0]]), 0.01)
    except Wrong as wrong:
        return f"{wrong}; {nothing}"
    return None if np.array_equal(found, np.inf) else f"on {title}: {nothing}, not {found}"
