"""EM that learns sigma along with two means, a step at a time, and the floor that sigma never goes below."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import datasets, em, plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, Data, OnTheLine, Widget, places, source, stylesheet

STEPS = 12  # as in learn_sigma.js


class LearnSigma(Widget):
    """The widths that EM learns, step by step, above the floor sqrt(J* / nd); the two weights are equal.

    Parameters
    ----------
    X : (n, 1) array_like, optional
        Points on a line, at least three different ones, between -1e6 and 1e6; the book's six when left out.
    means : (2,) array_like, optional
        Where the two means start.
    sigma : float, optional
        The width at the start, from a thousandth of the points' own width to a thousand times that.
    step : int, optional
        How many steps have been taken at first, 0 to 12.

    Attributes
    ----------
    means, sigma, step
        Can be read and set while the widget is shown; `sigma` is the width at the start.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "learn_sigma.js")
    _css = stylesheet("learn-sigma")

    X = Data()
    means = OnTheLine()
    sigma = t.Float().tag(sync=True)
    step = t.Int().tag(sync=True)
    least = t.Float().tag(sync=True)  # J*, the least J of two centres

    def __init__(
        self, X: ArrayLike | None = None, means: ArrayLike = (1.0, 11.0), sigma: float = 0.5, step: int = 0
    ) -> None:
        data = datasets.line() if X is None else check.numbers("X", X, "(n, d)").astype(float)
        if data.shape[1] != 1:
            raise ValueError(f"X: expected points on a line, shape (n, 1), got {data.shape}; choose one column")
        for place in (data.min(), data.max()):
            check.within("X", place, FARTHEST)
        if len(np.unique(data)) < 3:
            raise ValueError("X: has at most two different points, and two means leave sigma no floor; use three")
        super().__init__(
            X=data,
            means=_two(means),
            sigma=_width(data, sigma),
            step=_step(step),
            least=_least_inertia(data[:, 0]),
            label=f"{len(data)} points, two bells, and the sigma that EM learns step by step above its floor",
        )

    @t.validate("means")
    def _check_means(self, proposal: Any) -> Array:
        return _two(proposal["value"])

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return _width(self.X, proposal["value"])

    @t.validate("step")
    def _check_step(self, proposal: Any) -> int:
        return _step(proposal["value"])

    def describe(self) -> str:
        """The picture in words."""
        sigmas = self._sigmas()
        return (
            f"The sigma that EM learns on {len(self.X)} points with two means: from {sigmas[0]:.3g} it goes to "
            f"{sigmas[1]:.3f} in the first step and to {sigmas[-1]:.3f} after {STEPS}. A dashed line marks the floor "
            f"{self._floor():.3f}, and no step after the start lies below it."
        )

    def draw(self) -> Figure:
        """All the steps, above the floor."""
        figure = Figure(figsize=(4.8, 3.0))
        ax = figure.subplots()
        ax.plot(self._sigmas(), "o-", color=plots.PALETTE[0])
        ax.axhline(self._floor(), color=plots.PALETTE[3], linestyle="--")
        ax.annotate(
            f"floor {self._floor():.3f}", (STEPS, self._floor()), (0, -13), textcoords="offset points", ha="right"
        )
        ax.set(xlabel="step of EM", ylabel="$\\sigma$", ylim=(0, None))
        return figure

    def _floor(self) -> float:
        return float(np.sqrt(self.least / len(self.X)))

    def _sigmas(self) -> list[float]:
        run = em.fit(self.X, self.means[:, None], self.sigma, learn="sigma", max_steps=STEPS, tol=0)
        return [step.sigma for step in run.history]


def _two(means: ArrayLike) -> Array:
    line = places(means)
    if len(line) != 2:
        raise ValueError(f"means: expected two, got {len(line)}")
    return line


def _width(X: Array, sigma: Any) -> float:
    spread = float(X.std())
    return check.between("sigma", sigma, spread / 1000, 1000 * spread)


def _step(step: Any) -> int:
    return int(check.between("step", check.whole("step", step), 0, STEPS))


def _least_inertia(x: Array) -> float:
    """J*: of two clusters on a line one lies to the left of the other."""
    x = np.sort(x)
    return float(min(i * x[:i].var() + (len(x) - i) * x[i:].var() for i in range(1, len(x))))
