"""Machine-checked exercises: `check("name", answer)` gives a tick, or a hint with a counter-example."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.gaussian import log_density

Hint = str | None
CHECKS: dict[str, Callable[[Any], Hint]] = {}


@dataclass(frozen=True)
class Verdict:
    """True if the answer is right; otherwise a hint."""

    name: str
    hint: Hint

    def __bool__(self) -> bool:
        return self.hint is None

    def __repr__(self) -> str:
        verdict = f"✓ {self.name}: right" if self else f"✗ {self.name}: {self.hint}"
        return textwrap.fill(verdict, width=70, subsequent_indent="  ")


def check(name: str, answer: Any) -> Verdict:
    """Check an answer to the exercise called `name`.

    Parameters
    ----------
    name : str
        The exercise's name, as the book gives it.
    answer : callable
        The function that the exercise asks for.

    Returns
    -------
    verdict : Verdict
        True or false, and in a notebook a tick or a hint.

    Raises
    ------
    ValueError
        If there is no exercise of that name.
    """
    if name not in CHECKS:
        raise ValueError(f"name: no exercise {name!r}; there are {', '.join(sorted(CHECKS))}")
    if not callable(answer):
        return Verdict(name, f"give the function itself, not what it returned: {answer!r} is no function")
    return Verdict(name, CHECKS[name](answer))


def exercise(name: str) -> Callable[[Callable[[Any], Hint]], Callable[[Any], Hint]]:
    """Register a checker: it returns None for a right answer, a hint for a wrong one."""

    def register(checker: Callable[[Any], Hint]) -> Callable[[Any], Hint]:
        CHECKS[name] = checker
        return checker

    return register


@exercise("weighted-mean")
def _weighted_mean(answer: Any) -> Hint:
    """A function X (n, d), a (n,) -> the place with the least weighted sum of squared distances, (d,)."""
    for title, X, a in (
        ("the line, all weights 1", datasets.line(), np.ones(6)),
        ("the line, weights 1, 1, 1, 1/2, 0, 0", datasets.line(), np.array([1, 1, 1, 0.5, 0, 0])),
        ("Old Faithful, weights from 1 to 2", datasets.old_faithful(), np.linspace(1, 2, 272)),
    ):
        found, right = np.asarray(answer(X.copy(), a.copy()), dtype=float), a @ X / a.sum()
        if found.shape != right.shape:
            return f"on {title} the mean should have shape {right.shape}, not {found.shape}"
        if np.allclose(found, right, rtol=1e-9):
            continue
        if np.allclose(found, a @ X / len(X), rtol=1e-9):
            return f"on {title} you divided by n = {len(X)}; the weights add up to {a.sum():.6g}"
        if np.allclose(found, X.mean(axis=0), rtol=1e-9):
            return f"on {title} that is the plain mean; each point counts with its weight"
        return f"on {title} the weighted mean is {right.round(4).tolist()}, not {found.round(4).tolist()}"
    return None


@exercise("posterior")
def _posterior(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> the posterior of each label, (n, k)."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, weights 0.8 and 0.2", line, [[1], [11]], 4, [0.8, 0.2]),
        ("the line, equal weights", line, [[1], [11]], 4, [0.5, 0.5]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, [0.5, 0.3, 0.2]),
    ):
        centres, prior = np.array(means, dtype=float), np.array(weights)
        found = np.asarray(answer(X.copy(), centres.copy(), sigma, prior.copy()), dtype=float)
        right = em.responsibilities(X, centres, sigma, weights)
        if found.shape != right.shape:
            return f"on {title} the posterior should have shape {right.shape}, not {found.shape}"
        if np.allclose(found, right, rtol=1e-9, atol=1e-12):
            continue
        equal = em.responsibilities(X, centres, sigma)
        if np.allclose(found, equal, rtol=1e-9, atol=1e-12):
            return f"on {title} the weights are missing: each density counts with its prior"
        if not np.allclose(found.sum(axis=1), 1, rtol=1e-9):
            i = int(abs(found.sum(axis=1) - 1).argmax())
            return f"on {title} the probabilities of point {i + 1} add up to {found[i].sum():.4g}, not to 1"
        i = int(abs(found - right).max(axis=1).argmax())
        return (
            f"on {title} the posterior of point {i + 1} should be {right[i].round(4).tolist()}, "
            f"not {found[i].round(4).tolist()}"
        )
    return None


@exercise("lower-bound")
def _lower_bound(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, w (n, k) -> the lower bound of log L for equal weights."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma in (
        ("the line, means 1 and 11", line, [[1], [11]], 4),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5),
    ):
        centres = np.array(means, dtype=float)
        k, resp = len(centres), em.responsibilities(X, centres, sigma)
        for kind, w in (("equal shares", np.full_like(resp, 1 / k)), ("mixed shares", (resp + 1 / k) / 2)):
            log_p = np.array([log_density(X, mean, sigma) for mean in centres]).T - np.log(k)
            averaged, entropy = (w * log_p).sum(), -(w * np.log(w)).sum()
            found, right = answer(X.copy(), centres.copy(), sigma, w.copy()), averaged + entropy
            where = f"on {title}, with {kind},"
            if found is None or np.ndim(found) > 0:
                return f"{where} return one number, the sum over points and components, not shape {np.shape(found)}"
            if np.isclose(found, right, rtol=1e-9):
                continue
            if np.isclose(found, right + len(X) * np.log(k), rtol=1e-9):
                return f"{where} the weights 1/k are missing in p_ij: {found:.4f} lies n log k above {right:.4f}"
            if np.isclose(found, averaged, rtol=1e-9):
                return f"{where} the entropy is missing: {found:.4f} for {right:.4f}"
            if np.isclose(found, averaged - entropy, rtol=1e-9):
                return f"{where} the entropy has the wrong sign: it is added, and it is not negative"
            if np.isclose(found, em.log_likelihood(X, centres, sigma), rtol=1e-9):
                return f"{where} that is log L itself; the bound is lower unless the shares are the responsibilities"
            return f"{where} the bound is {right:.6g}, not {found:.6g}"
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
        with np.errstate(all="ignore"):
            found = np.asarray(answer(X.copy(), centres.copy(), sigma), dtype=float)
        blocks = np.exp(-(D - D.min(axis=1, keepdims=True)) / sigma / (2 * sigma))
        right = blocks.sum(axis=1)
        if found.shape != right.shape:
            return f"on {title} there should be one number a point, shape {right.shape}, not {found.shape}"
        if np.allclose(found, right, rtol=1e-9):
            continue
        i = int(abs(found - right).argmax())
        if np.allclose(found, np.exp(-D / sigma / (2 * sigma)).sum(axis=1), rtol=1e-9, atol=1e-300):
            return (
                f"on {title} the total of point {i + 1} is {found[i]:.4g}, below 1: "
                "the tallest block, that of the nearest mean, has the height 1"
            )
        if np.allclose(found, 1 / right, rtol=1e-9):
            return f"on {title} that is the largest share, the inverse of the total"
        return f"on {title} the total of point {i + 1} should be {right[i]:.6g}, not {found[i]:.6g}"
    return None


@exercise("gaussian-mle")
def _gaussian_mle(answer: Any) -> Hint:
    """A function X (n, d) -> mean (d,), sigma: the maximum likelihood of one N(mean, sigma^2 I)."""
    for title, X in (
        ("the line", datasets.line()),
        ("Old Faithful", datasets.old_faithful()),
        ("three points in space", np.array([[0.0, 0, 0], [1, 2, 2], [2, 4, 1]])),
    ):
        pair = answer(X.copy())
        if not isinstance(pair, tuple) or len(pair) != 2:
            return f"on {title} return two things, mean and sigma, not {pair!r}"
        mean, sigma = pair
        right_mean = X.mean(axis=0)
        squares = ((X - right_mean) ** 2).sum()
        right_sigma = np.sqrt(squares / X.size)
        if np.shape(mean) != right_mean.shape:
            return f"on {title} the mean should have shape {right_mean.shape}, not {np.shape(mean)}"
        if not np.allclose(mean, right_mean, rtol=1e-9):
            return f"on {title} the mean is {right_mean}, not {mean}"
        if np.ndim(sigma) > 0:
            return f"on {title} sigma has shape {np.shape(sigma)}; it is one number, shared by all coordinates"
        if np.isclose(sigma, right_sigma, rtol=1e-9):
            continue
        if np.isclose(sigma, right_sigma**2, rtol=1e-9):
            return f"on {title} {sigma:.6g} is sigma squared; return its square root"
        if np.isclose(sigma, np.sqrt(squares / len(X)), rtol=1e-9):
            return f"on {title} you divided by n = {len(X)}; there are n d = {X.size} squared coordinates to average"
        return (
            f"on {title} sigma should be {right_sigma:.6g}, not {sigma:.6g}; "
            "sigma^2 is the sum of all squared distances from the mean, divided by n d"
        )
    return None


@exercise("lloyd")
def _lloyd(answer: Any) -> Hint:
    """A function X (n, d), means (k, d) -> the centres where Lloyd's algorithm rests."""
    blobs = datasets.blobs(60)
    for title, X, means in (
        ("the line, from 0 and 16", datasets.line(), [[0], [16]]),
        ("the line, from 8 and 16", datasets.line(), [[8], [16]]),
        ("three blobs", blobs, blobs[:3]),
        ("the line, with a far centre that has no points", datasets.line(), [[0], [16], [100]]),
        ("the points -1, 0, 1, from -1 and 1, where 0 is tied", [[-1], [0], [1]], [[-1], [1]]),
    ):
        X, means = np.array(X, dtype=float), np.array(means, dtype=float)
        found, right = np.asarray(answer(X.copy(), means.copy()), dtype=float), em.fit(X, means).means
        if found.shape != right.shape:
            return f"on {title} the centres should have shape {right.shape}, not {found.shape}"
        if np.isnan(found).any():
            return f"on {title} a centre is NaN: one without points has no mean, and stays where it is"
        if not np.allclose(found, right, atol=1e-9):
            return f"on {title} the centres should come to rest at {right.tolist()}, not {found.tolist()}"
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
        with np.errstate(all="ignore"):
            found = np.asarray(answer(X.copy(), means.copy(), sigma), dtype=float)
        right = em.responsibilities(X, means, sigma)
        if found.shape != right.shape:
            return f"on {title} the shares should have shape {right.shape}, not {found.shape}"
        if np.isnan(found).any():
            i = int(np.isnan(found).any(axis=1).argmax())
            return (
                f"on {title} the shares of point {i + 1} are NaN: every power in its row was rounded to 0, "
                "and 0/0 is no number; which number can be subtracted from a row of squared distances "
                "without changing its shares?"
            )
        if not np.allclose(found.sum(axis=1), 1, rtol=1e-9):
            i = int(abs(found.sum(axis=1) - 1).argmax())
            return f"on {title} the shares of point {i + 1} add up to {found[i].sum():.6g}, not to 1"
        if not np.allclose(found, right, rtol=1e-9, atol=1e-12):
            i = int(abs(found - right).max(axis=1).argmax())
            return (
                f"on {title} the shares of point {i + 1} should be {right[i].round(4).tolist()}, "
                f"not {found[i].round(4).tolist()}; the exponent is minus the squared distance over 2 sigma^2"
            )
    return None


@exercise("mixture-likelihood")
def _mixture_likelihood(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> the log-likelihood of the mixture."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, one component", line, [[6]], 4, [1.0]),
        ("the line, means 1 and 11, sigma = 4, equal weights", line, [[1], [11]], 4, [0.5, 0.5]),
        ("the line, weights 0.8 and 0.2", line, [[1], [11]], 4, [0.8, 0.2]),
        ("Old Faithful, sigma = 0.5", geyser, [[1, 1], [-1, -1]], 0.5, [0.6, 0.4]),
        ("the line, sigma = 0.1, where densities underflow", line, [[1], [11]], 0.1, [0.5, 0.5]),
    ):
        with np.errstate(all="ignore"):
            found = answer(X.copy(), np.array(means, dtype=float), sigma, list(weights))
        right = em.log_likelihood(X, means, sigma, weights)
        if found is None or np.ndim(found) > 0:
            return f"on {title} return one number, the sum over the points, not shape {np.shape(found)}"
        if np.isclose(found, right, rtol=1e-9):
            continue
        if not np.isfinite(found):
            return f"on {title} the result is {found}: add in the logarithm, as log-sum-exp does"
        log_p = [log_density(X, mean, sigma) for mean in means]
        if np.isclose(found, np.dot(weights, log_p).sum(), rtol=1e-9):
            return (
                f"on {title} you averaged the log-densities, {found:.4f}; average the densities first, "
                f"then take the logarithm: {right:.4f}"
            )
        if np.isclose(found, right - len(X) * np.log(len(means)), rtol=1e-9):
            return f"on {title} there is a factor 1/k too much: are the weights counted twice, or a sum averaged?"
        if np.isclose(found, em.log_likelihood(X, means, sigma) + len(X) * np.log(len(means)), rtol=1e-9):
            return f"on {title} the weights are missing: each density counts with its weight"
        if np.isclose(found, em.log_likelihood(X, means, sigma), rtol=1e-9):
            return f"on {title} the weights are {weights}, not equal ones"
        return f"on {title} the log-likelihood is {right:.6g}, not {found:.6g}"
    return None


@exercise("em-step")
def _em_step(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> the three after one step of EM."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, from 1 and 11", line, [[1], [11]], 4, [0.5, 0.5]),
        ("the line, weights 0.8 and 0.2", line, [[1], [11]], 4, [0.8, 0.2]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, [0.5, 0.3, 0.2]),
    ):
        old = np.array(means, dtype=float)
        step = em.fit(X, old, sigma, weights=weights, learn=("sigma", "weights"), max_steps=1)
        triple = answer(X.copy(), old.copy(), sigma, np.array(weights))
        if not isinstance(triple, tuple) or len(triple) != 3:
            return f"on {title} return a tuple of three: means, sigma, weights"
        new_means, new_sigma, new_weights = (np.asarray(part, dtype=float) for part in triple)
        if new_means.shape != old.shape:
            return f"on {title} the means should have shape {old.shape}, not {new_means.shape}"
        if (
            np.allclose(new_means, em.update(X, em.responsibilities(X, old, sigma), old), rtol=1e-9)
            and len(set(weights)) > 1
        ):
            return f"on {title} the responsibilities did not get the weights"
        if not np.allclose(new_means, step.means, rtol=1e-9):
            return f"on {title} the means should be {step.means.round(4).tolist()}, not {new_means.round(4).tolist()}"
        if new_weights.shape != step.weights.shape or not np.allclose(new_weights, step.weights, rtol=1e-9):
            return f"on {title} the weights should be R_j / n, {step.weights.round(4).tolist()}"
        if new_sigma.ndim > 0:
            return f"on {title} sigma has shape {new_sigma.shape}; it is one number, shared by all components"
        if np.isclose(new_sigma, step.sigma, rtol=1e-9):
            continue
        resp = em.responsibilities(X, old, sigma, weights)
        late = np.sqrt((resp * em.sq_dists(X, old).T).sum() / X.size)
        if np.isclose(new_sigma, late, rtol=1e-9):
            return (
                f"on {title} sigma = {new_sigma:.4f} measures the spread from the old means; "
                f"from the new ones it is {step.sigma:.4f}"
            )
        if np.isclose(new_sigma, step.sigma * np.sqrt(X.shape[1]), rtol=1e-9):
            return f"on {title} you divided by n = {len(X)}; there are n d = {X.size} squared coordinates to average"
        if np.isclose(new_sigma, step.sigma**2, rtol=1e-9):
            return f"on {title} {new_sigma:.4f} is sigma squared; return its square root"
        return f"on {title} sigma should be {step.sigma:.6g}, not {new_sigma:.6g}"
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
        with np.errstate(all="ignore"):
            found = answer(X.copy(), means.copy(), tol)
        if found is None or np.ndim(found) > 0:
            return f"on {title} return one number, a sigma for all points, not shape {np.shape(found)}"
        nearest, second = np.sort(em.sq_dists(X, means), axis=0)[:2]
        gaps, others = second - nearest, len(means) - 1
        odds = (1 - tol) / tol
        least, right = gaps.min(), np.sqrt(gaps.min() / (2 * np.log(others * odds)))
        if np.isclose(found, right, rtol=1e-9, atol=0):
            continue
        point = int(gaps.argmin()) + 1
        if least == 0:
            return (
                f"on {title} point {point} is tied, so half of it is given away at every sigma > 0, "
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
                return f"on {title} {found:.6g} {hint}"
        for name, gap in (("first point", gaps[0]), ("largest gap", gaps.max()), ("mean gap", gaps.mean())):
            if np.isclose(found, np.sqrt(gap / (2 * np.log(others * odds))), rtol=1e-9, atol=0):
                return (
                    f"on {title} you took the {name}; the smallest gap, {least:.6g} of point {point}, "
                    "decides whether all points are hard"
                )
        return (
            f"on {title} sigma should be {right:.6g}, not {found:.6g}: the smallest gap is {least:.6g}, "
            "and (k-1)q / (1 + (k-1)q) = tol there"
        )
    try:
        with np.errstate(all="ignore"):
            found = answer(datasets.line(), np.array([[7.0]]), 0.01)
    except (ValueError, IndexError) as error:
        found = f"an error ({error})"
    if not np.array_equal(found, np.inf):
        return f"on the line with the one mean 7 nothing is given away at any sigma: return np.inf, not {found}"
    return None


@exercise("hard-em")
def _hard_em(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> labels (n,), means, weights after one hard step."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, sigma = 6, weights 0.8 and 0.2", line, [[1], [11]], 6, [0.8, 0.2]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, [0.3, 0.6, 0.1]),
        ("the points -1, 0, 1, where 0 is tied", [[-1], [0], [1]], [[-1], [1]], 1, [0.5, 0.5]),
        ("the line, with a far mean that gets no points", line, [[0], [16], [100]], 1, [0.25, 0.5, 0.25]),
        ("the line, with a mean at 8 of weight 0", line, [[1], [11], [8]], 4, [0.5, 0.5, 0]),
    ):
        X, old, prior = (np.array(part, dtype=float) for part in (X, means, weights))
        D = em.sq_dists(X, old)
        with np.errstate(all="ignore"):
            triple = answer(X.copy(), old.copy(), sigma, prior.copy())
            edge = 2 * sigma**2 * np.log(prior)[:, None]
        if not isinstance(triple, tuple) or len(triple) != 3:
            return f"on {title} return a tuple of three: labels, means, weights"
        found, new_means, new_weights = (np.asarray(part, dtype=float) for part in triple)
        labels = (D - edge).argmin(axis=0)
        if found.shape != labels.shape:
            return f"on {title} the labels should have shape {labels.shape}, one for each point, not {found.shape}"
        if not np.array_equal(found, labels):
            if np.isin(found, np.flatnonzero(prior == 0)).any():
                return f"on {title} a class of weight 0 got a point: log 0 is -inf, and nothing is further away"
            for other, hint in (
                (labels + 1, "the labels count from 0 in Python, like the rows of the means"),
                (D.argmin(axis=0), "the labels did not get the weights"),
                ((D + edge).argmin(axis=0), "a large weight should draw points in: the sign of its logarithm is wrong"),
                ((D - edge / 2).argmin(axis=0), "a factor 2 is missing: log(weight) counts 2 sigma^2 times"),
            ):
                if np.array_equal(found, other):
                    return f"on {title} {hint}"
            i = int((found != labels).argmax())
            return (
                f"on {title} the label of point {i + 1} should be {labels[i]}, not {found[i]:g}: "
                "the least of D - 2 sigma^2 log(weight), and the lowest index at a tie"
            )
        hard = np.eye(len(old))[labels]
        right, sizes = em.update(X, hard, old), hard.sum(axis=0)
        soft = em.responsibilities(X, old, sigma, weights)
        if new_means.shape != old.shape:
            return f"on {title} the means should have shape {old.shape}, not {new_means.shape}"
        if np.isnan(new_means).any():
            return f"on {title} a mean is NaN: a class without points has no mean, and keeps the one it had"
        if not np.allclose(new_means, right, atol=1e-9):
            if np.allclose(new_means, em.update(X, soft, old), atol=1e-9):
                return f"on {title} the means are those of the shares; each point counts whole, for its own class"
            return f"on {title} the means should be {right.round(4).tolist()}, not {new_means.round(4).tolist()}"
        if new_weights.shape != prior.shape or not np.allclose(new_weights, sizes / len(X), atol=1e-9):
            return (
                f"on {title} the weights should be the shares of the classes, n_j / n = "
                f"{(sizes / len(X)).round(4).tolist()}, not {new_weights.round(4).tolist()}"
            )
    return None


@exercise("growth")
def _growth(answer: Any) -> Hint:
    """A function X (n, d), sigma -> the largest factor by which EM multiplies a small distance of merged means."""
    geyser = datasets.old_faithful(standardised=True)
    for title, X, sigma in (
        ("the line, sigma = 4", datasets.line(), 4.0),
        ("standardised Old Faithful, sigma = 1", geyser, 1.0),
        ("Old Faithful in minutes, sigma = 20", datasets.old_faithful(), 20.0),
    ):
        (n, d), centred = X.shape, X - X.mean(axis=0)
        spreads = np.linalg.eigvalsh(centred.T @ centred / n)
        right = spreads[-1] / sigma**2
        with np.errstate(all="ignore"):
            found = np.asarray(answer(X.copy(), sigma), dtype=float)
        if found.shape != ():
            return f"on {title} return one number, not an array of shape {found.shape}"
        if not np.isclose(found, right, rtol=1e-9):
            for other, hint in (
                (right * n / (n - 1), "divide by n, not by n - 1"),
                (X.var(axis=0).max() / sigma**2, "the data spread more in a slanting direction than along any column"),
                (spreads.sum() / sigma**2, "one direction alone parts fastest: the largest eigenvalue, not their sum"),
                (spreads.sum() * n / (n - 1) / sigma**2, "divide by n, and take one direction: the largest eigenvalue"),
                (spreads.sum() / d / sigma**2, "not the average of the eigenvalues but the largest"),
                (np.sqrt(right), "a variance over sigma^2, without the root"),
                (right * sigma, "divide by sigma^2, not by sigma"),
            ):
                if np.isclose(found, other, rtol=1e-9):
                    return f"on {title} {hint}"
            return f"on {title} the factor should be {right:.4f}, not {found:.4f}"
    return None


@exercise("probabilities")
def _probabilities(answer: Any) -> Hint:
    """A function X (n, d), centres (k, d) -> responsibilities (n, k) with sigma^2 = J / nd."""
    blobs, geyser = datasets.blobs(60), datasets.old_faithful(standardised=True)
    for title, X, centres in (
        ("the line, centres 1 and 11", datasets.line(), [[1], [11]]),
        ("Old Faithful, two centres", geyser, [[1, 1], [-1, -1]]),
        ("three blobs, three centres", blobs, blobs[:3]),
    ):
        X, centres = np.array(X, dtype=float), np.array(centres, dtype=float)
        with np.errstate(all="ignore"):
            found = np.asarray(answer(X.copy(), centres.copy()), dtype=float)
        J, right = em.inertia(X, centres), _shares_at(X, centres, X.size)
        if found.shape != right.shape:
            return f"on {title} the probabilities should have shape {right.shape}, not {found.shape}"
        if np.allclose(found, right, rtol=1e-9, atol=1e-12):
            continue
        scatter = ((X - X.mean(axis=0)) ** 2).sum()
        for wrong, hint in (
            (_shares_at(X, centres, len(X)), "you divided J by n; a width belongs to one column, so divide by n d"),
            (em.responsibilities(X, centres, J / X.size), "J / nd is sigma squared; take its square root"),
            (
                em.responsibilities(X, centres, np.sqrt(scatter / X.size)),
                "you measured the spread around the mean of all points, not around the nearest centres",
            ),
        ):
            if np.allclose(found, wrong, rtol=1e-9, atol=1e-12):
                return f"on {title} {hint}"
        i = int(abs(found - right).max(axis=1).argmax())
        return (
            f"on {title} sigma is {np.sqrt(J / X.size):.6g}, and point {i + 1} should have "
            f"{right[i].round(4).tolist()}, not {found[i].round(4).tolist()}"
        )
    return None


def _shares_at(X: em.Array, centres: em.Array, count: int) -> em.Array:
    """The responsibilities at sigma^2 = J / count."""
    return em.responsibilities(X, centres, float(np.sqrt(em.inertia(X, centres) / count)))
