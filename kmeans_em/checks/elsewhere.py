"""Chapter 11: clusters with a price, and other distances."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em, gaussian
from kmeans_em.checks.asking import array, ask, close, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("new-cluster")
def _new_cluster(answer: Any) -> Hint:
    """A function x (d,), means (k, d), counts (k,), alpha, rho, sigma -> probabilities (k + 1,)."""
    for title, x, means, counts, alpha, rho, sigma in (
        ("the point 16, one cluster of five at 4", [16.0], [[4.0]], [5], 0.01, 10.0, 4.0),
        ("a point of the plane and two clusters", [1.0, 2.0], [[0.0, 0], [3, 3]], [4, 1], 0.5, 2.0, 1.0),
        ("a point far from three clusters", [9.0], [[0.0], [1], [4]], [7, 2, 1], 1e-3, 5.0, 0.5),
    ):
        given = (np.array(x), np.array(means), np.array(counts), alpha, rho, sigma)
        right = _join_or_open(*given)
        found = array(ask(answer, title, *given, allowed=("log_density",)), right.shape, title, "the probabilities")
        if close(found, right):
            continue
        slips = {
            "under a new cluster the point has two reasons to vary, the centre and the noise: add the variances": (
                _join_or_open(*given, spread=rho)
            ),
            "rho^2 + sigma^2 is a variance; log_density wants its root": _join_or_open(
                *given, spread=rho**2 + sigma**2
            ),
            "standard deviations do not add up; their squares do": _join_or_open(*given, spread=rho + sigma),
            "a cluster is joined in proportion to the number of its points": _join_or_open(
                given[0], given[1], np.ones(len(counts)), *given[3:]
            ),
            "a new cluster is opened in proportion to alpha": _join_or_open(*given[:3], 1.0, *given[4:]),
        }
        return f"on {title}: " + (slip(found, slips) or f"it should be {rounded(right)}, not {rounded(found)}")
    return None


def _join_or_open(
    x: em.Array, means: em.Array, counts: em.Array, alpha: float, rho: float, sigma: float, spread: float | None = None
) -> em.Array:
    """The probabilities of a Gibbs step; `spread` stands for the width of a point in a new cluster."""
    wide = np.hypot(rho, sigma) if spread is None else spread
    logs = [np.log(count) + gaussian.log_density([x], mean, sigma)[0] for count, mean in zip(counts, means)]
    logs.append(np.log(alpha) + gaussian.log_density([x], np.zeros(len(x)), wide)[0])
    powers = np.exp(np.array(logs) - max(logs))
    return np.asarray(powers / powers.sum())


@exercise("dp-means")
def _dp_means(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), price -> the means after one round of DP-means, in any order."""
    geyser = datasets.old_faithful(standardised=True)
    for title, X, means, price in (
        ("the line, one centre at 6, price 3", datasets.line(), [[6.0]], 3.0),
        ("the line, one centre at 6, price 100", datasets.line(), [[6.0]], 100.0),
        ("the line, centres 1 and 30, price 50", datasets.line(), [[1.0], [30]], 50.0),
        ("Old Faithful, one centre, price 1", geyser, geyser[:1], 1.0),
    ):
        X, centres = np.array(X), np.array(means, dtype=float)
        right = _one_round(X, centres, price)
        found = ask(answer, title, X, centres, price)
        rows = len(found) if np.ndim(found) == 2 else len(right)  # how many there are is a question of its own
        given = array(found, (rows, X.shape[1]), title, "the means")
        if _same_rows(given, right):
            continue
        slips = {
            "a point farther than the root of the price opens a cluster": _one_round(X, centres, np.inf),
            "a point that opens a cluster is a centre for those after it": _one_round(X, centres, price, seen=False),
            "the price is compared with the squared distance": _one_round(X, centres, price**2),
            "a point at exactly the root of the price stays": _one_round(X, centres, price, ties_open=True),
        }
        hint = next((hint for hint, wrong in slips.items() if _same_rows(given, wrong)), None)
        return f"on {title}: " + (hint or f"there should be {len(right)} means, not {len(given)}, or they are others")
    return None


def _same_rows(a: em.Array, b: em.Array) -> bool:
    return len(a) == len(b) and close(a[np.lexsort(a.T)], b[np.lexsort(b.T)])


def _one_round(X: em.Array, means: em.Array, price: float, seen: bool = True, ties_open: bool = False) -> em.Array:
    """A round of DP-means; without `seen`, points do not see the centres that others have just opened."""
    labels = np.zeros(len(X), dtype=int)
    first = len(means)
    for i, x in enumerate(X):
        distances = ((means - x) ** 2).sum(axis=1)[: None if seen else first]
        labels[i] = distances.argmin()
        if distances.min() > price or (ties_open and distances.min() == price):
            labels[i] = len(means)
            means = np.vstack([means, x])
    return np.array([X[labels == j].mean(axis=0) for j in np.unique(labels)])


@exercise("rate-shares")
def _rate_shares(answer: Any) -> Hint:
    """A function counts (n, d), means (k, d), beta -> shares (n, k) for the Poisson cost."""
    words = np.random.default_rng(3).poisson(4, size=(6, 3)).astype(float)
    for title, counts, means, beta in (
        ("the line, means 1 and 11, beta 0.3", datasets.line(), [[1.0], [11]], 0.3),
        ("three columns of counts, two means", words, [[2.0, 5, 4], [6, 3, 4.5]], 1.0),
    ):
        X, centres = np.array(counts), np.array(means)
        right = _poisson(X, centres, beta)
        found = array(ask(answer, title, X, centres, beta), right.shape, title, "the shares")
        if close(found, right):
            continue
        slips = {
            "the cost has a + m, which is not the same for all means": _poisson(X, centres, beta, mean=0.0),
            "beta multiplies the cost": _poisson(X, centres, 1.0),
            "these are the shares for squared distances": em.responsibilities(X, centres, np.sqrt(1 / (2 * beta))),
        }
        if np.isnan(found).any():
            i = int(np.isnan(found).any(axis=1).argmax())
            return f"on {title}: {the_point(X, i)} has no number for a share; 0 log 0 counts as 0"
        i = int(abs(found - right).max(axis=1).argmax())
        return f"on {title}: " + (
            slip(found, slips) or f"{the_point(X, i)} should have {rounded(right[i])}, not {rounded(found[i])}"
        )
    return None


def _poisson(X: em.Array, means: em.Array, beta: float, mean: float = 1.0) -> em.Array:
    """The shares for the costs x log(x/m) + `mean` m, up to what all means have in common."""
    costs = beta * (mean * means - X[:, None] * np.log(means)).sum(axis=2)
    powers = np.exp(costs.min(axis=1, keepdims=True) - costs)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
