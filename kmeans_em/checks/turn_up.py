"""Chapter 8: how fast merged means part."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets
from kmeans_em.checks.asking import ask, close, number, slip
from kmeans_em.checks.registry import Hint, exercise


@exercise("growth")
def _growth(answer: Any) -> Hint:
    """A function X (n, d), sigma -> the largest factor by which EM multiplies a small distance of merged means."""
    for title, X, sigma in (
        ("the line, sigma = 4", datasets.line(), 4.0),
        ("standardised Old Faithful, sigma = 1", datasets.old_faithful(standardised=True), 1.0),
        ("Old Faithful in minutes, sigma = 20", datasets.old_faithful(), 20.0),
    ):
        (n, d), centred = X.shape, X - X.mean(axis=0)
        spreads = np.linalg.eigvalsh(centred.T @ centred / n)
        right, total = spreads[-1] / sigma**2, spreads.sum() / sigma**2
        found = number(ask(answer, title, X, sigma), title, "the factor")
        slips = {
            "divide by n, not by n - 1": right * n / (n - 1),
            "the data spread more in a slanting direction than along any column": X.var(axis=0).max() / sigma**2,
            "one direction alone parts fastest: the largest eigenvalue, not their sum": total,
            "divide by n, and take one direction: the largest eigenvalue": total * n / (n - 1),
            "not the average of the eigenvalues but the largest": total / d,
            "a variance over sigma^2, without the root": np.sqrt(right),
            "divide by sigma^2, not by sigma": right * sigma,
        }
        if not close(found, right):
            return f"on {title}: " + (slip(found, slips) or f"the factor should be {right:.4f}, not {found:.4f}")
    return None
