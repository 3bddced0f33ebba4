"""Companions of chapter 11: attention, mean-shift and probabilistic PCA."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, close, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("attention-weights")
def _attention_weights(answer: Any) -> Hint:
    """A function queries (n, d), keys (k, d), tau -> the shares (n, k) of softmax attention."""
    geyser = datasets.old_faithful(standardised=True)
    for title, asked, told, tau in (
        ("two keys of length 5, tau = 4", [[1, 1], [3, 0]], [[3, 4], [-5, 0]], 4.0),
        ("the line as keys, tau = 16", [[8], [1]], datasets.line(), 16.0),
        ("Old Faithful as keys, tau = 0.5", geyser[:9], geyser, 0.5),
        ("the line as keys, tau = 0.01", [[8], [1]], datasets.line(), 0.01),
    ):
        queries, keys = np.array(asked, dtype=float), np.array(told, dtype=float)
        right = _softmax(queries @ keys.T / tau)
        given = ask(answer, title, queries, keys, tau, allowed=("responsibilities",))
        found = array(given, right.shape, title, "the shares")
        if close(found, right, atol=1e-9):
            continue
        if not np.isfinite(found).all():
            return f"on {title}: a share is NaN or inf: subtract the largest exponent before you take the power"
        sq_norms, distances = (keys**2).sum(axis=1), em.sq_dists(queries, keys).T / 2
        slips = {
            "those are the shares with equal weights; a long key needs a larger one": _softmax(-distances / tau),
            "sigma squared is tau; take its root for `responsibilities`": _softmax(
                sq_norms / 2 / tau - distances / tau**2
            ),
            "the sign in the weights: a longer key has the larger one": _softmax(-sq_norms / 2 / tau - distances / tau),
            "the exponent of the weights is divided by 2 tau, not by tau": _softmax(sq_norms / tau - distances / tau),
            "the exponent of the weights has the squared length of a key, not its length": _softmax(
                np.sqrt(sq_norms) / 2 / tau - distances / tau
            ),
        }
        i = int(abs(found - right).max(axis=1).argmax())
        top = int(right[i].argmax())
        return f"on {title}: " + (
            slip(found, slips)
            or f"queries[{i}] gives its largest share, {right[i].max():.4f}, to keys[{top}]; "
            f"you gave that key {found[i, top]:.4f}"
        )
    return None


@exercise("mean-shift")
def _mean_shift(answer: Any) -> Hint:
    """A function X (n, d), x (d,), sigma, steps -> the place (d,) after so many steps of mean-shift."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, data, x, sigma, steps in (
        ("the line from 6, sigma = 3, no step", line, [6], 3.0, 0),
        ("the line from 6, sigma = 3, one step", line, [6], 3.0, 1),
        ("the line from 6, sigma = 3, three steps", line, [6], 3.0, 3),
        ("Old Faithful from (0, 0), sigma = 0.5, two steps", geyser, [0, 0], 0.5, 2),
        ("the line from 500, sigma = 3, one step", line, [500], 3.0, 1),
    ):
        X, place = np.array(data, dtype=float), np.array(x, dtype=float)
        right = _climb(X, place, sigma, steps)
        found = array(ask(answer, title, X, place, sigma, steps), right.shape, title, "the place")
        if close(found, right):
            continue
        if not np.isfinite(found).all():
            return f"on {title}: the place is NaN: all powers were rounded to 0; subtract the least squared distance"
        first = _shares(X, place, sigma)
        slips = {
            "one step too many": _climb(X, place, sigma, steps + 1),
            "that is where the first step leads: compute the powers inside the loop": _climb(X, place, sigma, 1),
            "one step too few": _climb(X, place, sigma, max(steps - 1, 0)),
            "that is the nearest point: share the place out among all of them": X[first.argmax()],
            "sigma is squared in the exponent": _climb(X, place, float(np.sqrt(sigma)), steps),
            "the factor 2 is missing below the exponent": _climb(X, place, sigma / float(np.sqrt(2)), steps),
            "divide by the sum of the powers, not by n": np.exp(-em.sq_dists(X, place[None])[0] / 2 / sigma**2)
            @ X
            / len(X),
        }
        return f"on {title}: " + (slip(found, slips) or f"the place is {rounded(right)}, not {rounded(found)}")
    return None


def _shares(X: em.Array, place: em.Array, sigma: float) -> em.Array:
    shares: em.Array = em.responsibilities(place[None], X, sigma)[0]
    return shares


def _climb(X: em.Array, place: em.Array, sigma: float, steps: int) -> em.Array:
    for _ in range(steps):
        place = _shares(X, place, sigma) @ X
    return place


@exercise("posterior-mean")
def _posterior_mean(answer: Any) -> Hint:
    """A function X (n, d), W (d, q), sigma -> mean + W E[z | x] (n, d)."""
    geyser = datasets.old_faithful()
    for title, data, axes, sigma in (
        ("two points, W = (2, 0), sigma = 2", [[3, 1], [-3, -1]], [[2], [0]], 2.0),
        ("Old Faithful, W = (1, 12), sigma = 3", geyser, [[1], [12]], 3.0),
        ("three blobs in 3 columns, two directions, sigma = 0.5", _lifted(), [[1, 0], [1, 1], [0, 2]], 0.5),
    ):
        X, W = np.array(data, dtype=float), np.array(axes, dtype=float)
        mean = X.mean(axis=0)
        right = mean + (X - mean) @ _towards(W, sigma**2)
        found = array(ask(answer, title, X, W, sigma), right.shape, title, "the places")
        if close(found, right):
            continue
        slips = {
            "that is the orthogonal projection, where sigma = 0": mean + (X - mean) @ _towards(W, 0.0),
            "sigma is squared in M": mean + (X - mean) @ _towards(W, sigma),
            "subtract the mean of the data first": mean + X @ _towards(W, sigma**2),
            "add the mean of the data again": (X - mean) @ _towards(W, sigma**2),
            "subtract the mean of the data first, and add it again": X @ _towards(W, sigma**2),
        }
        i = int(abs(found - right).max(axis=1).argmax())
        return f"on {title}: " + (
            slip(found, slips) or f"{the_point(X, i)} should go to {rounded(right[i])}, not to {rounded(found[i])}"
        )
    return None


def _towards(W: em.Array, noise: float) -> em.Array:
    """The (d, d) matrix from y to W E[z | y]."""
    matrix: em.Array = W @ np.linalg.solve(W.T @ W + noise * np.eye(W.shape[1]), W.T)
    return matrix


def _lifted() -> em.Array:
    """The blobs with a third column, their product over 4."""
    blobs = datasets.blobs(30)
    return np.column_stack([blobs, blobs.prod(axis=1) / 4])


def _softmax(logits: em.Array) -> em.Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: em.Array = powers / powers.sum(axis=1, keepdims=True)
    return shares
