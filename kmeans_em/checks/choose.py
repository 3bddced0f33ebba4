"""Chapter 10: the centres of two bells, BIC, farthest points, a soft picture, and data in blocks."""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from typing import Any

import numpy as np

from kmeans_em import datasets
from kmeans_em.checks.asking import array, ask, close, number, parts, rounded, slip
from kmeans_em.checks.registry import Hint, exercise
from kmeans_em.em import Array, responsibilities, sq_dists, update


@exercise("centre-outside")
def _centre(answer: Any) -> Hint:
    """A function m, s -> the right centre of k-means for 1/2 N(-m, s^2) + 1/2 N(m, s^2)."""
    for m, s in ((1.0, 1.0), (0.5, 2.0), (3.0, 0.5)):
        within, density = erf(m / s / sqrt(2)), exp(-((m / s) ** 2) / 2) / sqrt(2 * pi)
        right = m * within + 2 * s * density
        title = f"m = {m:g}, s = {s:g}"
        found = number(ask(answer, title, m, s), title, "the centre")
        slips = {
            "2 phi(m/s) is a number without unit; multiply it by s": m * within + 2 * density,
            "phi counts twice: both bells have points on the right": m * within + s * density,
            "that is the mean of the bell, not the centre of k-means": m,
            "that is how far the centre is from the mean; add m": right - m,
            "2 Phi(m/s) - 1, not Phi(m/s)": m * (1 + within) / 2 + 2 * s * density,
            "that is the centre in units of s": right / s,
            "divide m by s before you use Phi and phi": m * erf(m / sqrt(2)) + 2 * s * exp(-m * m / 2) / sqrt(2 * pi),
        }
        if not close(found, right):
            return f"at {title}: " + (slip(found, slips) or f"the centre is {right:.4f}, not {found:.4f}")
    return None


@exercise("bic")
def _bic(answer: Any) -> Hint:
    """A function log L, n, k, d -> BIC of the spherical mixture with learned sigma and weights."""
    for log_L, n, k, d in ((-400.0, 150, 3, 4), (-20.0, 6, 2, 1)):
        title = f"log L = {log_L:g}, n = {n}, k = {k}, d = {d}"
        right = -2 * log_L + (k * d + k) * np.log(n)
        found = number(ask(answer, title, log_L, n, k, d), title, "the BIC")
        slips = {
            "sigma and the weights are learned too: k more": right - k * np.log(n),
            "sigma is learned too: 1 more": right - np.log(n),
            "the k weights sum to 1, so only k - 1 of them are free": right + np.log(n),
            "the weights are learned too: k - 1 more": right - (k - 1) * np.log(n),
            "-2 log L, with the factor 2": right + log_L,
            "the sign of log L: BIC is low where log L is high": right + 4 * log_L,
            "log n, not 2: that is the AIC": -2 * log_L + 2 * (k * d + k),
            "that is minus BIC, the sign of other books; here the lowest wins": -right,
        }
        if not close(found, right):
            return f"for {title}: " + (slip(found, slips) or f"BIC is {right:.4f}, not {found:.4f}")
    return None


@exercise("farthest")
def _farthest(answer: Any) -> Hint:
    """A function X (n, d), k -> centres (k, d): the first row, then each time the row farthest from its nearest."""
    for title, X, k in (
        ("three blobs, five centres", datasets.blobs(60), 5),
        ("the line, three centres", datasets.line(), 3),
    ):
        right = _farthest_rows(X, k, np.min)
        found = array(ask(answer, title, X, k), right.shape, title, "the centres")
        slips = {
            "you look at the last centre only; take the distance to the nearest of all so far": _from_the_last(X, k),
            "to the nearest of the centres, not to all of them together": _farthest_rows(X, k, np.sum),
            "to the nearest of the centres, not to the farthest": _farthest_rows(X, k, np.max),
        }
        if not close(found, right):
            i = int(np.flatnonzero((found != right).any(axis=1))[0])
            hint = f"centre {i + 1} should be {right[i].round(3).tolist()}, not {found[i].round(3).tolist()}"
            return f"on {title}: " + (slip(found, slips) or hint)
    return None


def _farthest_rows(X: Array, k: int, of_all: Any) -> Array:
    chosen = X[:1]
    while len(chosen) < k:
        chosen = np.vstack([chosen, X[[of_all(sq_dists(X, chosen), axis=0).argmax()]]])
    return chosen


def _from_the_last(X: Array, k: int) -> Array:
    chosen = X[:1]
    while len(chosen) < k:
        chosen = np.vstack([chosen, X[[sq_dists(X, chosen[-1:])[0].argmax()]]])
    return chosen


@exercise("soft-picture")
def _soft_picture(answer: Any) -> Hint:
    """A function X (n, d), palette (k, d), sigma -> (W, S), from the colours and from the blends."""
    for title, X, palette, sigma in (
        ("the line with the greys 1 and 11, sigma 4", datasets.line(), [[1.0], [11.0]], 4.0),
        ("three blobs with three colours, sigma 2", datasets.blobs(40), datasets.blobs(40)[:3], 2.0),
    ):
        palette = np.asarray(palette)
        resp = responsibilities(X, palette, sigma)
        blends, D = resp @ palette, sq_dists(X, palette).T
        W, S = float((resp * D).sum()), _mixing(resp, palette, blends)
        given = ask(answer, title, X, palette, sigma, allowed=("responsibilities",))
        both = [number(part, title, what) for part, what in zip(parts(given, title, "W", "S"), ("W", "S"))]
        if close(both, [W, S]):
            continue
        slips = {
            "you returned S and W; the one from the pixels comes first": [S, W],
            "S is measured from each pixel's own blend, not from the palette's mean": [
                W,
                _mixing(resp, palette, palette.mean(axis=0)[None]),
            ],
            "S is the mean over the pixels; add them up": [W, S / len(X)],
            "both are means over the pixels; add them up": [W / len(X), S / len(X)],
            "the second is the error of the soft picture, W - S; S is the rest": [W, W - S],
            "W is the error of the nearest colours, J; every colour counts with its share": [
                float(D.min(axis=1).sum()),
                S,
            ],
            "the shares are missing: each colour counts with its share": [
                float(D.sum()),
                float(((palette - blends[:, None]) ** 2).sum()),
            ],
        }
        return f"on {title}: " + (
            slip(both, slips) or f"W is {W:.6g} and S is {S:.6g}, not {both[0]:.6g} and {both[1]:.6g}"
        )
    return None


def _mixing(resp: Array, palette: Array, places: Array) -> float:
    """sum_ij resp |palette_j - place_i|^2"""
    return float((resp * ((palette - places[:, None]) ** 2).sum(axis=2)).sum())


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


def _step(X: Array, means: Array) -> Array:
    return update(X, responsibilities(X, means, 0), means)


def _sums(X: Array, means: Array) -> Array:
    return responsibilities(X, means, 0).T @ X
