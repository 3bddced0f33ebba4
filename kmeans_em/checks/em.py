"""Chapter 5: the lower bound, and the steps that climb."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, by_hand, close, number, parts, rounded, slip
from kmeans_em.checks.registry import Hint, exercise
from kmeans_em.gaussian import log_density


@exercise("em-by-hand")
def _em_by_hand(answer: Any) -> Hint:
    """The points and means 0 and 4, 2 sigma^2 = 16 / log 3: a share, the means after a step, and their limit."""
    hard = "that is the step of k-means; the other point counts with its share too"
    return by_hand(
        answer,
        (
            "the share of the point 0 in the mean 0",
            0.75,
            {
                1: "the mean 4 gets a share too: its power is e^(-16 / 2 sigma^2) = 1/3",
                3: "that is the ratio of the shares",
                0.25: "that is its share in the mean 4",
            },
        ),
        ("the first mean after a step", 1, {0: hard}),
        ("the second mean after a step", 3, {4: hard}),
        ("the place to which both means go", 2, {0: "they stay as far from the middle on both sides"}),
    )


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
            right, where = averaged + entropy, f"{title}, with {kind}"
            given = ask(answer, where, X, centres, sigma, w, allowed=("log_density",))
            found = number(given, where, "the sum over points and components")
            if np.isclose(found, right, rtol=1e-9):
                continue
            slips = {
                f"the weights 1/k are missing in p_ij: {found:.4f} lies n log k above {right:.4f}": (
                    right + len(X) * np.log(k)
                ),
                f"the entropy is missing: {found:.4f} for {right:.4f}": averaged,
                "the entropy has the wrong sign: it is added, and it is not negative": averaged - entropy,
                "that is log L itself; the bound is lower unless the shares are the responsibilities": (
                    em.log_likelihood(X, centres, sigma)
                ),
            }
            return f"on {where}: " + (slip(found, slips) or f"the bound is {right:.6g}, not {found:.6g}")
    return None


@exercise("em")
def _em(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, steps -> the means after so many steps of EM, equal weights.

    The answer may call the package's `responsibilities`: what it has to write is the M-step and the loop.
    """
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, steps in (
        ("the line, from 0 and 16, sigma = 4, one step", line, [[0], [16]], 4, 1),
        ("the line, from 1 and 11, sigma = 4, two steps", line, [[1], [11]], 4, 2),
        ("the line, from 1 and 11, sigma = 4, no step", line, [[1], [11]], 4, 0),
        ("Old Faithful, three means, eight steps", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, 8),
        ("the line, from 6 and 6, where nothing moves", line, [[6], [6]], 4, 5),
        ("the line, from the one mean 9, one step", line, [[9]], 4, 1),
        ("the line, from 1 and 11, sigma = 0.01, two steps", line, [[1], [11]], 0.01, 2),
    ):
        old = np.array(means, dtype=float)
        way = [old]
        for _ in range(steps + 1):
            way.append(em.update(X, em.responsibilities(X, way[-1], sigma), way[-1]))
        right, first = way[steps], em.responsibilities(X, old, sigma)
        given = ask(answer, title, X, old, sigma, steps, allowed=("responsibilities",))
        found = array(given, old.shape, title, "the means")
        if close(found, right):
            continue
        if not np.isfinite(found).all():
            return f"on {title}: a mean is {found[~np.isfinite(found)][0]}: what was divided by 0?"
        slips = {
            "you divided by n, the number of points; divide by R_j, the sum of the shares of the mean j": (
                first.T @ X / len(X)
            ),
            "that is where k-means would stand; the shares are not to be made hard": (
                em.fit(X, old, 0, max_steps=steps).means if steps else None
            ),
            "that is where the first step leads: new means have new shares, so the E-step belongs into the loop": way[
                1
            ],
            "that is one step too many": way[steps + 1],
            "that is one step too few": way[max(steps - 1, 0)],
        }
        hint = slip(found, slips) or "each is the average of all points, weighted by its responsibilities"
        return f"on {title}: the means should be {rounded(right)}, not {rounded(found)}: {hint}"
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
        old, prior = np.array(means, dtype=float), np.array(weights)
        step = em.fit(X, old, sigma, weights=weights, learn=("sigma", "weights"), max_steps=1)
        triple = ask(answer, title, X, old, sigma, prior, allowed=("responsibilities",))
        new_means, new_sigma, new_weights = parts(triple, title, "means", "sigma", "weights")
        new_means = array(new_means, old.shape, title, "the means")
        without = em.update(X, em.responsibilities(X, old, sigma), old)
        if close(new_means, without) and len(set(weights)) > 1:
            return f"on {title}: the responsibilities did not get the weights"
        if not close(new_means, step.means):
            return f"on {title}: the means should be {rounded(step.means)}, not {rounded(new_means)}"
        if not close(array(new_weights, prior.shape, title, "the weights"), step.weights):
            return f"on {title}: the weights should be R_j / n, {rounded(step.weights)}, not {rounded(new_weights)}"
        if np.shape(new_sigma) == prior.shape:
            return f"on {title}: sigma has shape {prior.shape}; it is one number, shared by all components"
        new_sigma = number(new_sigma, title, "sigma")
        if np.isclose(new_sigma, step.sigma, rtol=1e-9):
            continue
        resp = em.responsibilities(X, old, sigma, weights)
        slips = {
            f"sigma = {new_sigma:.4f} is the spread around the old means; around the new ones it is {step.sigma:.4f}": (
                np.sqrt((resp * em.sq_dists(X, old).T).sum() / X.size)
            ),
            f"you divided by n = {len(X)}; there are n d = {X.size} squared coordinates to average": (
                step.sigma * np.sqrt(X.shape[1])
            ),
            f"{new_sigma:.4f} is sigma squared; return its square root": step.sigma**2,
        }
        return f"on {title}: " + (slip(new_sigma, slips) or f"sigma should be {step.sigma:.6g}, not {new_sigma:.6g}")
    return None
