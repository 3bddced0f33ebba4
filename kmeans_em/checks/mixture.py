"""Chapter 3: draw a label, then a point; and back from the point to the label."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, by_hand, close, number, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise
from kmeans_em.em import Array
from kmeans_em.gaussian import log_density


@exercise("bayes-by-hand")
def _bayes(answer: Any) -> Hint:
    """The posterior of the points 8 and 9 for the means 1 and 11, sigma = 4, weights 0.8 and 0.2."""
    X, means = [[8], [9]], [[1], [11]]
    found = em.responsibilities(X, means, 4, [0.8, 0.2]).ravel()
    equal = em.responsibilities(X, means, 4).ravel()
    joint = (np.exp([log_density(X, mean, 4) for mean in means]).T * [0.8, 0.2]).ravel()
    names = ("left posterior of 8", "right posterior of 8", "left posterior of 9", "right posterior of 9")
    return by_hand(
        answer,
        *(
            (
                f"the {name}",
                float(right),
                {
                    float(plain): "that is the posterior for equal weights; the prior speaks too",
                    float(part): "divide by the sum of both components, so that the two add up to 1",
                },
            )
            for name, right, plain, part in zip(names, found, equal, joint)
        ),
    )


@exercise("sample")
def _sample(answer: Any) -> Hint:
    """A function n, means (k, d), sigma, weights (k,), rng -> n points of the mixture, (n, d).

    The means lie many sigma apart, so a point tells its label; what is compared is at least five of its own
    standard deviations from what chance gives.
    """
    n = 4000
    for title, means, sigma, weights in (
        ("the means 1 and 11, weights 0.8 and 0.2, sigma = 1", [[1], [11]], 1.0, [0.8, 0.2]),
        ("three means in the plane, sigma = 0.5", [[0, 0], [6, 0], [2, 9]], 0.5, [0.5, 0.3, 0.2]),
        ("the one mean 3, sigma = 2", [[3]], 2.0, [1.0]),
    ):
        centres, prior = np.array(means, dtype=float), np.array(weights)
        X, again = (
            array(
                ask(answer, title, n, centres, sigma, prior, np.random.default_rng(7)),
                (n, centres.shape[1]),
                title,
                "the sample",
            )
            for _ in range(2)
        )
        if not np.isfinite(X).all():
            return f"on {title}: some of the {n} points are {X[~np.isfinite(X)][0]}"
        if not np.array_equal(X, again):
            return f"on {title}: the same seed gave two different samples: draw everything from `rng`"
        if hint := _unlike(X, centres, sigma, prior):
            return f"on {title}: {hint}"
    return None


def _unlike(X: Array, means: Array, sigma: float, weights: Array) -> Hint:
    """What sets a large sample apart from the mixture, if anything does."""
    labels = em.sq_dists(X, means).argmin(axis=0)
    shares = np.bincount(labels, minlength=len(means)) / len(X)
    rest = X - means[labels]
    blend = weights @ means
    if len(means) > 1 and np.abs(X.mean(axis=0) - blend).max() < 0.5 and np.median(abs(X - blend)) < sigma:
        return (
            f"the points lie in one heap around {rounded(blend)}, the average of the means: "
            "draw one label for each point, and take the mean of that label"
        )
    if len(means) > 1 and shares.max() == 1:
        return "all points come from one component: draw a label for each of the n points"
    if abs(shares - weights).max() > 0.05:
        even = abs(shares - 1 / len(means)).max() < 0.05
        why = "; all labels are equally probable, so the weights are not used" if even else ""
        return f"the shares of the points near each mean are {shares.round(2).tolist()}, not {weights.tolist()}{why}"
    spread = rest.std()
    if abs(spread / sigma - 1) > 0.08:
        for value, why in (
            (sigma**2, ": that is sigma squared"),
            (0, ": the noise is missing"),
            (1, ": sigma is missing"),
        ):
            if abs(spread - value) < 0.05 * max(value, 1e-9):
                return f"the points lie {spread:.2f} around their means, root mean square, not sigma = {sigma:g}{why}"
        return f"the points lie {spread:.2f} around their means, root mean square, not sigma = {sigma:g}"
    if abs(rest.mean(axis=0)).max() > 0.1 * sigma:
        return f"the points of a component lie around its mean, shifted by {rounded(rest.mean(axis=0))}"
    if X.shape[1] > 1 and abs(np.corrcoef(rest.T)[0, 1]) > 0.1:
        return "both coordinates of a point have the same noise; draw it for each coordinate"
    if len(np.unique(rest.round(9), axis=0)) < len(X) / 2:
        return "many points have the same noise; draw it for each point"
    return None


@exercise("posterior")
def _posterior(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> the posterior of each label, (n, k)."""
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, weights 0.8 and 0.2", line, [[1], [11]], 4, [0.8, 0.2]),
        ("the line, equal weights", line, [[1], [11]], 4, [0.5, 0.5]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, [0.5, 0.3, 0.2]),
        ("the line, one mean", line, [[6]], 4, [1.0]),
    ):
        centres, prior = np.array(means, dtype=float), np.array(weights)
        right = em.responsibilities(X, centres, sigma, weights)
        found = array(
            ask(answer, title, X, centres, sigma, prior, allowed=("log_density",)), right.shape, title, "the posterior"
        )
        if close(found, right):
            continue
        if close(found, em.responsibilities(X, centres, sigma)):
            return f"on {title}: the weights are missing: each density counts with its prior"
        if not np.allclose(found.sum(axis=1), 1, rtol=1e-9):
            i = int(abs(found.sum(axis=1) - 1).argmax())
            return f"on {title}: the probabilities of {the_point(X, i)} add up to {found[i].sum():.4g}, not to 1"
        i = int(abs(found - right).max(axis=1).argmax())
        return f"on {title}: the posterior of {the_point(X, i)} should be {rounded(right[i])}, not {rounded(found[i])}"
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
        given = ask(answer, title, X, np.array(means, dtype=float), sigma, list(weights), allowed=("log_density",))
        found, right = number(given, title, "the sum over the points"), em.log_likelihood(X, means, sigma, weights)
        if np.isclose(found, right, rtol=1e-9):
            continue
        if not np.isfinite(found):
            return f"on {title}: the result is {found}: add in the logarithm, as log-sum-exp does"
        log_p = [log_density(X, mean, sigma) for mean in means]
        equal, n_log_k = em.log_likelihood(X, means, sigma), len(X) * np.log(len(means))
        averaged = np.dot(weights, log_p).sum()
        slips = {
            f"you averaged the log-densities, {found:.4f}; average the densities first, then take the logarithm: "
            f"{right:.4f}": averaged,
            "there is a factor 1/k too much: are the weights counted twice, or a sum averaged?": right - n_log_k,
            "the weights are missing: each density counts with its weight": equal + n_log_k,
            f"the weights are {weights}, not equal ones": equal,
        }
        return f"on {title}: " + (slip(found, slips) or f"the log-likelihood is {right:.6g}, not {found:.6g}")
    return None
