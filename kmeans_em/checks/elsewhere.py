"""Chapter 11: clusters with a price, other distances, attention, mean-shift and probabilistic PCA."""

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
