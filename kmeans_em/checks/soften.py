"""Chapter 4: shares, their entropy, and the free energy."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, close, number, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("entropy")
def _entropy(answer: Any) -> Hint:
    """A function w (n, k), shares with rows that sum to 1 -> the entropy of each row, (n,)."""
    soft = em.responsibilities(datasets.old_faithful(standardised=True), [[1, 1], [-1, -1], [0, 1]], 0.5)
    for title, w in (
        ("the shares (1/2, 1/2) and (0.9, 0.1)", np.array([[0.5, 0.5], [0.9, 0.1]])),
        ("the shares (1/2, 1/2) and (1, 0)", np.array([[0.5, 0.5], [1, 0]])),
        ("the shares of Old Faithful for three means", soft),
        ("hard shares", np.eye(3)[[0, 2, 1, 0]]),
        ("a single cluster, where all shares are 1", np.ones((3, 1))),
    ):
        log_w = np.log(np.where(w > 0, w, 1))
        right = -(w * log_w).sum(axis=1)
        found = array(ask(answer, title, w), right.shape, title, "the entropy, one number for each row,")
        if close(found, right, rtol=1e-7, atol=1e-8):
            continue
        if np.isnan(found).any():
            i = int(np.isnan(found).argmax())
            return f"on {title}: the entropy of the shares {rounded(w[i])} is NaN: 0 log 0 counts as 0"
        slips = {
            "the sign is wrong: a logarithm of a share is not positive, and the entropy not negative": -right,
            "that is the logarithm to base 2; the book's is the natural one": right / np.log(2),
            "that is the average over the clusters; the entropy is the sum": right / w.shape[1],
            "each -log w counts with its share w": -log_w.sum(axis=1),
            "the sum runs over the points; it belongs over the shares of one point": -(w * log_w).sum(axis=0),
        }
        i = int(abs(found - right).argmax())
        hint = slip(found, slips) or f"it should be {right[i]:.6g}, not {found[i]:.6g}"
        return f"on {title}, with {rounded(w[i])}: {hint}"
    return None


@exercise("responsibilities")
def _responsibilities(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma > 0 -> responsibilities (n, k), for small sigma too."""
    line, blobs = datasets.line(), datasets.blobs(60)
    for title, X, means, sigma in (
        ("the line, centres 1 and 11, sigma = 4", line, [[1], [11]], 4),
        ("the line, centres 0 and 16, where 8 is tied", line, [[0], [16]], 4),
        ("three blobs, sigma = 1", blobs, blobs[:3], 1),
        ("the line in centimetres, sigma = 400", 100 * line, [[100], [1100]], 400),
        ("the line, centres 1 and 11, sigma = 0.001", line, [[1], [11]], 1e-3),
        ("three blobs, sigma = 0.0001", blobs, blobs[:3], 1e-4),
    ):
        X, means = np.array(X, dtype=float), np.array(means, dtype=float)
        right = em.responsibilities(X, means, sigma)
        found = array(ask(answer, title, X, means, sigma), right.shape, title, "the shares")
        if np.isnan(found).any():
            i = int(np.isnan(found).any(axis=1).argmax())
            return (
                f"on {title}: the shares of {the_point(X, i)} are NaN: every power in its row was rounded to 0, "
                "and 0/0 is no number; which number can be subtracted from a row of squared distances "
                "without changing its shares?"
            )
        if not np.allclose(found.sum(axis=1), 1, rtol=1e-9):
            i = int(abs(found.sum(axis=1) - 1).argmax())
            return f"on {title}: the shares of {the_point(X, i)} add up to {found[i].sum():.6g}, not to 1"
        if not close(found, right):
            i = int(abs(found - right).max(axis=1).argmax())
            return (
                f"on {title}: the shares of {the_point(X, i)} should be {rounded(right[i])}, "
                f"not {rounded(found[i])}; the exponent is minus the squared distance over 2 sigma^2"
            )
    return None


@exercise("free-energy")
def _free_energy(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma > 0 -> the free energy F_sigma, for small sigma too."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma in (
        ("the line, centres 1 and 11, sigma = 4", line, [[1], [11]], 4),
        ("Old Faithful, three centres, sigma = 0.5", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5),
        ("the line, the one centre 6, where it is J", line, [[6]], 4),
        ("the line, centres 1 and 11, sigma = 0.001", line, [[1], [11]], 1e-3),
        ("the line, centres 0 and 16, where 8 is tied, sigma = 0.01", line, [[0], [16]], 0.01),
    ):
        centres = np.array(means, dtype=float)
        T, D, right = 2 * sigma**2, em.sq_dists(X, centres), em.free_energy(X, centres, sigma)
        found = number(ask(answer, title, X, centres, sigma), title, "the sum over the points")
        if np.isclose(found, right, rtol=1e-9):
            continue
        if not np.isfinite(found):
            return (
                f"on {title}: it is {found}: all powers of a point were rounded to 0; "
                "take its smallest squared distance out of the sum first"
            )
        log_power = -D / T
        slips = {
            "the sum over the points stands outside the logarithm: each point has a logarithm of its own": (
                -T * np.logaddexp.reduce(log_power, axis=None)
            ),
            "each point has a logarithm of its own, and the sum inside it runs over the centres": (
                -T * np.logaddexp.reduce(log_power, axis=1).sum()
            ),
            "that is the average over the points; F is the sum": right / len(X),
            "the factor 2 sigma^2 is missing before the logarithm": right / T,
            "the factor before the logarithm is 2 sigma^2": right / 2,
            "the sign is wrong": -right,
            "in F the powers are added, not averaged: there is no 1/k": right + T * len(X) * np.log(len(centres)),
            "that is J: the sum over the centres is missing": em.inertia(X, centres),
            "the factor 2 is missing in the exponent": -T * np.logaddexp.reduce(2 * log_power, axis=0).sum(),
        }
        return f"on {title}: F is {right:.6g}, not {found:.6g}" + (f": {why}" if (why := slip(found, slips)) else "")
    return None
