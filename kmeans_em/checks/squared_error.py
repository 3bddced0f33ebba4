"""Chapter 1: squared errors, and where they are least."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets
from kmeans_em.checks.asking import array, ask, by_hand, close, number, parts, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("weights-by-hand")
def _weights_by_hand(answer: Any) -> Hint:
    """The weighted mean of the line with weights 1, 1, 1, 1/2, 0, 0, and the sides of the identity at m = 0."""
    plain = "that divides the sum, 7, by the number of points; divide by the sum of the weights"
    return by_hand(
        answer,
        ("the weighted mean", 2, {7 / 6: plain, 7 / 4: "the weights add up to 3.5; the point 8 counts half"}),
        ("the left side", 37, {69: "the square of the point 8 counts half", 21: "8 squared is 64, and half of it 32"}),
        ("the spread around the weighted mean", 23, {41: "the square of the point 8 counts half"}),
        ("the last term, A times the square of the mean", 14, {7: "the mean is squared", 4: "it counts A times"}),
    )


@exercise("weighted-mean")
def _weighted_mean(answer: Any) -> Hint:
    """A function X (n, d), a (n,) -> the place with the least weighted sum of squared distances, (d,)."""
    for title, X, a in (
        ("the line, all weights 1", datasets.line(), np.ones(6)),
        ("the line, weights 1, 1, 1, 1/2, 0, 0", datasets.line(), np.array([1, 1, 1, 0.5, 0, 0])),
        ("Old Faithful, weights from 1 to 2", datasets.old_faithful(), np.linspace(1, 2, 272)),
    ):
        right = a @ X / a.sum()
        found = array(ask(answer, title, X, a), right.shape, title, "the mean")
        if close(found, right):
            continue
        slips = {
            f"you divided by n = {len(X)}; the weights add up to {a.sum():.6g}": a @ X / len(X),
            "that is the plain mean; each point counts with its weight": X.mean(axis=0),
            "that is the sum of the weighted points, not yet divided by the sum of the weights": a @ X,
        }
        return f"on {title}: " + (slip(found, slips) or f"the weighted mean is {rounded(right)}, not {rounded(found)}")
    return None


@exercise("log-density")
def _log_density(answer: Any) -> Hint:
    """A function X (n, d), mean (d,), sigma -> the log-density of each point, (n,)."""
    for title, X, mean, sigma in (
        ("the line, mean 6, sigma = 3", datasets.line(), [6], 3),
        ("Old Faithful, mean (3.5, 70.9), sigma = 6", datasets.old_faithful(), [3.5, 70.9], 6),
        ("the line, mean 6, sigma = 0.1, where densities underflow", datasets.line(), [6], 0.1),
        ("three points in space", np.array([[0.0, 0, 0], [1, 2, 2], [2, 4, 1]]), [1, 2, 1], 0.5),
    ):
        n, d = X.shape
        D, one = ((X - mean) ** 2).sum(axis=1), -np.log(sigma) - np.log(2 * np.pi) / 2
        right = d * one - D / (2 * sigma**2)
        found = array(ask(answer, title, X, np.array(mean, dtype=float), sigma), (n,), title, "the log-density")
        if close(found, right):
            continue
        if np.isneginf(found).any():
            i = int(np.isneginf(found).argmax())
            return f"on {title}: that of {the_point(X, i)} is -inf: take the logarithm on paper, not of a rounded power"
        slips = {
            f"the constant counts for each of the d = {d} coordinates; yours counts once": one - D / (2 * sigma**2),
            "the constant is missing": -D / (2 * sigma**2),
            "the factor 2 is missing below the squared error": d * one - D / sigma**2,
            "the distance is not squared": d * one - np.sqrt(D) / (2 * sigma**2),
            "sigma is not squared": d * one - D / (2 * sigma),
            "the sign of log sigma is wrong": right + 2 * d * np.log(sigma),
            "that is the density; take its logarithm": np.exp(right),
        }
        i = int(abs(found - right).argmax())
        return f"on {title}: " + (
            slip(found, slips) or f"the log-density of {the_point(X, i)} is {right[i]:.6g}, not {found[i]:.6g}"
        )
    return None


@exercise("gaussian-mle")
def _gaussian_mle(answer: Any) -> Hint:
    """A function X (n, d) -> mean (d,), sigma: the maximum likelihood of one N(mean, sigma^2 I)."""
    for title, X in (
        ("the line", datasets.line()),
        ("Old Faithful", datasets.old_faithful()),
        ("three points in space", np.array([[0.0, 0, 0], [1, 2, 2], [2, 4, 1]])),
    ):
        mean, sigma = parts(ask(answer, title, X), title, "mean", "sigma")
        right_mean = X.mean(axis=0)
        squares = ((X - right_mean) ** 2).sum()
        right_sigma = np.sqrt(squares / X.size)
        mean = array(mean, right_mean.shape, title, "the mean")
        if not close(mean, right_mean):
            return f"on {title}: the mean is {right_mean}, not {mean}"
        if np.shape(sigma) == (X.shape[1],):
            return f"on {title}: sigma has shape {np.shape(sigma)}; it is one number, shared by all coordinates"
        sigma = number(sigma, title, "sigma")
        if np.isclose(sigma, right_sigma, rtol=1e-9):
            continue
        if np.isclose(sigma, right_sigma**2, rtol=1e-9):
            return f"on {title}: {sigma:.6g} is sigma squared; return its square root"
        if np.isclose(sigma, np.sqrt(squares / len(X)), rtol=1e-9):
            return f"on {title}: you divided by n = {len(X)}; there are n d = {X.size} squared coordinates to average"
        return (
            f"on {title}: sigma should be {right_sigma:.6g}, not {sigma:.6g}; "
            "sigma^2 is the sum of all squared distances from the mean, divided by n d"
        )
    return None
