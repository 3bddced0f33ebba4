"""Chapter 7: point masses on labels, hard EM, and hidden places."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, by_hand, close, parts, rounded, slip, the_point
from kmeans_em.checks.registry import Hint, exercise


@exercise("point-mass")
def _point_mass(answer: Any) -> Hint:
    """A function resp (n, k) -> for each row the point mass nearest to it in KL, (n, k)."""
    for title, resp in (
        ("the line, means 1 and 11, sigma = 4", em.responsibilities(datasets.line(), [[1], [11]], 4)),
        ("the shares (0.4, 0.35, 0.25) and (0.1, 0.2, 0.7)", np.array([[0.4, 0.35, 0.25], [0.1, 0.2, 0.7]])),
        ("the shares (0.2, 0.4, 0.4), a tie", np.array([[0.2, 0.4, 0.4]])),
        ("three means, shares 1/3 each", np.full((2, 3), 1 / 3)),
        ("one mean", np.ones((3, 1))),
    ):
        right = np.eye(resp.shape[1])[resp.argmax(axis=1)]
        given = ask(answer, title, resp)
        if np.shape(given) == (len(resp),) and len(resp) != resp.shape[1]:
            return f"on {title}: those are labels; the point mass on a label is a row of zeros with a single 1"
        found = array(given, resp.shape, title, "the point masses, one row for each point,")
        if np.array_equal(found, right):
            continue
        i = int((found != right).any(axis=1).argmax())
        shares, row = rounded(resp[i]), found[i].tolist()
        if not np.isin(found[i], (0, 1)).all():
            return f"on {title}: the shares {shares} became {row}; a point mass has zeros and a single 1"
        if found[i].sum() == 0:
            return f"on {title}: the shares {shares} became {row}, no label at all: the likeliest need not have half"
        if found[i].sum() > 1:
            return f"on {title}: the shares {shares} became {row}, more than one label; at a tie the lowest index wins"
        if np.isclose(resp[i, found[i].argmax()], resp[i].max()):
            return f"on {title}: the shares {shares} became {row}; at a tie the lowest index wins"
        return (
            f"on {title}: the shares {shares} became {row}, at the divergence log 1/{resp[i, found[i].argmax()]:.4g}; "
            f"the least is log 1/{resp[i].max():.4g}, at the largest share"
        )
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
        given = ask(answer, title, X, old, sigma, prior, allowed=("responsibilities",))
        triple = parts(given, title, "labels", "means", "weights")
        with np.errstate(divide="ignore"):
            edge = 2 * sigma**2 * np.log(prior)[:, None]
        labels = (D - edge).argmin(axis=0)
        found = array(triple[0], labels.shape, title, "the labels, one for each point,")
        if not np.array_equal(found, labels):
            if np.isin(found, np.flatnonzero(prior == 0)).any():
                return f"on {title}: a class of weight 0 got a point: log 0 is -inf, and nothing is further away"
            slips = {
                "the labels count from 0 in Python, like the rows of the means": labels + 1,
                "the labels did not get the weights": D.argmin(axis=0),
                "a large weight should draw points in: the sign of its logarithm is wrong": (D + edge).argmin(axis=0),
                "a factor 2 is missing: log(weight) counts 2 sigma^2 times": (D - edge / 2).argmin(axis=0),
            }
            i = int((found != labels).argmax())
            return f"on {title}: " + (
                slip(found, slips)
                or f"the label of {the_point(X, i)} should be {labels[i]}, not {found[i]:g}: "
                "the least of D - 2 sigma^2 log(weight), and the lowest index at a tie"
            )
        hard = np.eye(len(old))[labels]
        right, sizes = em.update(X, hard, old), hard.sum(axis=0)
        soft = em.responsibilities(X, old, sigma, weights)
        new_means = array(triple[1], old.shape, title, "the means")
        if np.isnan(new_means).any():
            return f"on {title}: a mean is NaN: a class without points has no mean, and keeps the one it had"
        if not close(new_means, right, atol=1e-9):
            if close(new_means, em.update(X, soft, old), atol=1e-9):
                return f"on {title}: the means are those of the shares; each point counts whole, for its own class"
            return f"on {title}: the means should be {rounded(right)}, not {rounded(new_means)}"
        new_weights = array(triple[2], prior.shape, title, "the weights")
        if not close(new_weights, sizes / len(X), atol=1e-9):
            return (
                f"on {title}: the weights should be the shares of the classes, n_j / n = "
                f"{rounded(sizes / len(X))}, not {rounded(new_weights)}"
            )
    return None


@exercise("place")
def _place(answer: Any) -> Hint:
    """A function X (n, d), means (k, d), sigma, weights (k,) -> the mean of the hidden place given each point, (n, d).

    The answer may call the package's `responsibilities`.
    """
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, means, sigma, weights in (
        ("the line, means 1 and 11, sigma = 4", line, [[1], [11]], 4, [0.5, 0.5]),
        ("the line, weights 0.8 and 0.2", line, [[1], [11]], 4, [0.8, 0.2]),
        ("Old Faithful, three means", geyser, [[1, 1], [-1, -1], [0, 1]], 0.5, [0.5, 0.3, 0.2]),
        (
            "the points -1, 0, 1, means -1 and 1, sigma = 0.001",
            np.array([[-1.0], [0], [1]]),
            [[-1], [1]],
            1e-3,
            [0.5, 0.5],
        ),
        ("the line, the one mean 6", line, [[6]], 4, [1.0]),
    ):
        centres, prior = np.array(means, dtype=float), np.array(weights)
        resp, equal = em.responsibilities(X, centres, sigma, prior), em.responsibilities(X, centres, sigma)
        right = resp @ centres
        given = ask(answer, title, X, centres, sigma, prior, allowed=("responsibilities",))
        found = array(given, right.shape, title, "the places")
        if close(found, right):
            continue
        nearest = centres[em.sq_dists(X, centres).argmin(axis=0)]
        slips = {
            "that is the likeliest place; the posterior keeps the others too, each with its share": (
                centres[resp.argmax(axis=1)]
            ),
            "that is the nearest mean; the posterior keeps the others too, each with its share": nearest,
            "the weights are missing: the posterior of a place begins with its prior": equal @ centres,
            "that is the mean of the prior; the point has not been looked at": np.tile(prior @ centres, (len(X), 1)),
            "that is the point as it was seen, with its noise": X,
        }
        i = int(abs(found - right).max(axis=1).argmax())
        hint = f"on {title}: the place of {the_point(X, i)} is {rounded(right[i])} on average, not {rounded(found[i])}"
        return hint + (f": {why}" if (why := slip(found, slips)) else "")
    return None


@exercise("which-delta")
def _which_delta(answer: Any) -> Hint:
    """The rows of the table of deltas to which five sentences belong."""
    dirac = "row 4 lives on places, and this is about labels"
    return by_hand(
        answer,
        (
            "the row of sentence 1",
            2,
            {4: "here the delta is a number that multiplies", 1: "it compares two labels, j and c(i)"},
        ),
        ("the row of sentence 2", 3, {4: dirac}),
        ("the row of sentence 3", 3, {4: dirac}),
        ("the row of sentence 4", 3, {4: dirac, 2: "a Kronecker delta is a number, and no prior"}),
        ("the row of sentence 5", 4, {3: "a component is a distribution of places, not of labels"}),
    )
