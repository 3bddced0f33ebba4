"""Chapter 2: the k-means objective, Lloyd's algorithm, and its starts."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_em import datasets, em
from kmeans_em.checks.asking import array, ask, by_hand, close, number, slip
from kmeans_em.checks.registry import Hint, exercise


@exercise("two-starts-by-hand")
def _two_starts(answer: Any) -> Hint:
    """Where Lloyd's algorithm ends on the line from 9 and 16, and from 1 and 2: two centres and J of each."""
    one_step = "that is where one step leads; the border has moved to 4.625, and the point 2 changes sides"
    return by_hand(
        answer,
        ("from 9 and 16, the first centre", 4, {8.5: "0, 1 and 2 are nearer to 9 than to 16, so they count here too"}),
        ("from 9 and 16, the second centre", 16, {12.5: "that is the border; 9 lies on its left"}),
        ("from 9 and 16, J", 70, {22: "the squared distances are added, not the distances"}),
        ("from 1 and 2, the first centre", 1, {0.5: one_step}),
        ("from 1 and 2, the second centre", 11, {8.75: one_step}),
        ("from 1 and 2, J", 40, {55.9375: one_step, 12: "the squared distances are added, not the distances"}),
    )


@exercise("plusplus-by-hand")
def _plusplus(answer: Any) -> Hint:
    """k-means++ on the line after 0: the probability of 16, and of one of 8, 9, 16."""
    plain = "chances go by squared distances, not by distances"
    return by_hand(
        answer,
        ("the probability of 16", 256 / 406, {16 / 36: plain, 1 / 5: plain, 1 / 6: plain}),
        ("the probability of one of 8, 9, 16", 401 / 406, {33 / 36: plain, 256 / 406: "8 and 9 count as well"}),
        rtol=0.003,
    )


@exercise("inertia")
def _inertia(answer: Any) -> Hint:
    """A function X (n, d), means (k, d) -> the k-means objective J."""
    line, blobs = datasets.line(), datasets.blobs(60)
    for title, X, means in (
        ("the line, centres 1 and 11", line, [[1], [11]]),
        ("the line, centres 0 and 16, where 8 is tied", line, [[0], [16]]),
        ("the line, the one centre 6", line, [[6]]),
        ("three blobs, three centres", blobs, blobs[:3]),
        ("the line, shifted by 100 million, and the centres 1 and 11 as well", line + 1e8, [[1e8 + 1], [1e8 + 11]]),
    ):
        centres = np.array(means, dtype=float)
        D, right = em.sq_dists(X, centres), em.inertia(X, centres)
        found = number(ask(answer, title, X, centres), title, "J, the sum over all points")
        if np.isclose(found, right, rtol=1e-9):
            continue
        nearest = D.min(axis=0)
        slips = {
            "the distances are not squared": np.sqrt(nearest).sum(),
            f"that is the average over the n = {len(X)} points; J is the sum": nearest.mean(),
            "that is the square root of J": np.sqrt(right),
            "every point counts for every centre; only its nearest centre counts": D.sum(),
            "that goes through the centres and takes each one's nearest point; take each point's nearest centre": (
                D.min(axis=1).sum()
            ),
            "the farthest centre was taken, not the nearest": D.max(axis=0).sum(),
            "that is the squared distance of the worst point alone; J adds up all points": nearest.max(),
        }
        if hint := slip(found, slips):
            return f"on {title}: J is {right:.6g}, not {found:.6g}: {hint}"
        lost = ": digits were lost; subtract first, then square" if X.min() > 1e6 else ""
        return f"on {title}: J is {right:.6g}, not {found:.6g}{lost}"
    return None


@exercise("lloyd")
def _lloyd(answer: Any) -> Hint:
    """A function X (n, d), means (k, d) -> the centres where Lloyd's algorithm rests."""
    line, blobs = datasets.line(), datasets.blobs(60)
    for title, X, means in (
        ("the line, from 0 and 16", line, [[0], [16]]),
        ("the line, from 8 and 16", line, [[8], [16]]),
        ("three blobs", blobs, blobs[:3]),
        ("the line, with a far centre that has no points", line, [[0], [16], [100]]),
        ("the points -1, 0, 1, from -1 and 1, where 0 is tied", [[-1], [0], [1]], [[-1], [1]]),
        ("the line, from the one centre 9", line, [[9]]),
    ):
        X, means = np.array(X, dtype=float), np.array(means, dtype=float)
        run = em.fit(X, means)
        found = array(ask(answer, title, X, means), means.shape, title, "the centres")
        if np.isnan(found).any():
            return f"on {title}: a centre is NaN: one without points has no mean, and stays where it is"
        if close(found, run.means, atol=1e-9):
            continue
        hint = f"on {title}: the centres should come to rest at {run.means.tolist()}, not {found.tolist()}"
        if run.steps > 1 and close(found, run.history[1].means):
            return f"{hint}, where one step leads: repeat it until no centre moves"
        return hint
    return None


@exercise("best-start")
def _best_start(answer: Any) -> Hint:
    """A function X (n, d), starts (m, k, d) -> of the places where Lloyd's algorithm rests, one with the least J.

    The answer may call the package's `fit` and `inertia`: what it has to write is the choice.
    """
    line, geyser = datasets.line(), datasets.old_faithful(standardised=True)
    for title, X, places in (
        ("the line, from (4, 16) and (0, 16)", line, [[[4], [16]], [[0], [16]]]),
        ("the line, from (0, 16) and (8, 16)", line, [[[0], [16]], [[8], [16]]]),
        (
            "the line, from (1, 2, 8), (0, 9, 16) and (16, 100, 200)",
            line,
            [[[1], [2], [8]], [[0], [9], [16]], [[16], [100], [200]]],
        ),
        ("Old Faithful, three starts with three centres", geyser, [geyser[:3], geyser[10:13], geyser[[0, 0, 5]]]),
        ("the line, from the one start (8, 16)", line, [[[8], [16]]]),
    ):
        starts = np.array(places, dtype=float)
        rests = [em.fit(X, start).means for start in starts]
        J = np.array([em.inertia(X, rest) for rest in rests])
        at_start = np.array([em.inertia(X, start) for start in starts])
        found = array(
            ask(answer, title, X, starts, allowed=("fit", "inertia")), starts.shape[1:], title, "the best centres"
        )
        if any(close(found, rest, atol=1e-9) for rest, cost in zip(rests, J) if np.isclose(cost, J.min(), rtol=1e-9)):
            continue
        least = f"the least J at rest is {J.min():.6g}"
        place = next((i for i, rest in enumerate(rests) if close(found, rest, atol=1e-9)), None)
        if place is None and any(close(found, start) for start in starts):
            return f"on {title}: those centres are a start; run Lloyd's algorithm from it"
        if place is None:
            return f"on {title}: Lloyd's algorithm rests at {found.tolist()} from none of the starts; {least}"
        if len(set(at_start)) > 1 and place == at_start.argmin():
            return (
                f"on {title}: you chose the start where J is least, {at_start[place]:.6g}, and it ends at "
                f"{J[place]:.6g}; {least}: choose after the runs"
            )
        return f"on {title}: you chose centres with J = {J[place]:.6g}; {least}"
    return None
