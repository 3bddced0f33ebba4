"""A companion of chapter 10: the two parts of a soft picture's error."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import ask, close, number, parts, slip
from kmeans_em.checks.registry import Hint, exercise


@exercise("soft-picture")
def _soft_picture(answer: Any) -> Hint:
    """A function X (n, d), palette (k, d), sigma -> (W, S), from the colours and from the blends."""
    for title, X, palette, sigma in (
        ("the line with the greys 1 and 11, sigma 4", datasets.line(), [[1.0], [11.0]], 4.0),
        ("three blobs with three colours, sigma 2", datasets.blobs(40), datasets.blobs(40)[:3], 2.0),
    ):
        palette = np.asarray(palette)
        resp = em.responsibilities(X, palette, sigma)
        blends, D = resp @ palette, em.sq_dists(X, palette).T
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


def _mixing(resp: em.Array, palette: em.Array, places: em.Array) -> float:
    """sum_ij resp |palette_j - place_i|^2"""
    return float((resp * ((palette - places[:, None]) ** 2).sum(axis=2)).sum())
