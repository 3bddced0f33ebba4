"""A Gaussian on the line that narrows towards the point mass at its mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from kmeans_em import plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, Widget, source, stylesheet

REACH, CEILING, NEAR = 3.0, 2.0, 0.1  # as in narrowing.js


class Narrowing(Widget):
    """The density and the cdf of N(mu, sigma^2), the point mass at mu, and a slider for sigma that ends there.

    Parameters
    ----------
    mu : float, optional
        The mean, and the place of the point mass; -1e6 <= mu <= 1e6.
    sigma : float, optional
        Where the slider stands at first, 0 <= sigma <= 1e140; it runs from 0.01 to 2, and to 0 at its left end.

    Attributes
    ----------
    mu, sigma
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has a value outside its range.
    """

    _esm = source("figure.js", "narrowing.js")
    _css = stylesheet("narrowing")

    mu = t.Float().tag(sync=True)
    sigma = t.Float().tag(sync=True)

    def __init__(self, mu: float = 0.0, sigma: float = 1.0) -> None:
        super().__init__(
            mu=check.within("mu", mu, FARTHEST),
            sigma=check.sigma(sigma, at_most=check.LARGEST),
            label="A Gaussian on the line, the point mass at its mean, and a slider for sigma",
        )

    @t.validate("mu")
    def _check_mu(self, proposal: Any) -> float:
        return check.within("mu", proposal["value"], FARTHEST)

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST)

    def describe(self) -> str:
        """The picture in words."""
        if self.sigma == 0:
            return (
                f"The point mass at {self.mu:.6g}, to which N(mu, sigma^2) narrows as sigma goes to 0: a dashed "
                "upright arrow, for it has no density, and below it its cdf, a step from 0 to 1. "
                "W2 = 0, total variation 0, and P(X = mu) 1."
            )
        near, cosine = math.erf(NEAR / self.sigma / math.sqrt(2)), math.exp(-(self.sigma**2) / 2)
        return (
            f"The density of N({self.mu:.6g}, sigma^2) at sigma = {self.sigma:.3g}, its top at {self._height()}, and "
            "a dashed arrow for the point mass at its mean. Below, the cdf of each, the point mass's a dashed step, "
            f"and the area between the two shaded. W2 = {self.sigma:.3g}, total variation 1; the mass within {NEAR} of "
            f"the mean is {near:.6f}, the mean of cos(X - mu) {cosine:.6f}, and P(X = mu) 0."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 4.2))
        top, below = figure.subplots(2, sharex=True)
        top.set(ylim=(0, CEILING), yticks=[0, 1, CEILING], ylabel="density")
        below.set(xlim=(self.mu - REACH, self.mu + REACH), yticks=[0, 0.5, 1], xlabel="$x$", ylabel="cdf")
        x, cdf = step = np.array([-REACH, 0, 0, REACH]), np.array([0, 0, 1, 1])
        thick: Any = {"color": plots.PALETTE[0], "linewidth": 2.8}
        dashed: Any = {"color": plots.PALETTE[1], "linestyle": "--"}
        if self.sigma > 0:
            x, density, cdf = self._curves()
            top.plot(self.mu + x, density, **thick)
        for side, other in [(x <= 0, 0), (x >= 0, 1)]:
            below.fill_between(self.mu + x[side], cdf[side], other, color=plots.PALETTE[0], alpha=0.2, linewidth=0)
        below.plot(self.mu + x, cdf, **thick)
        below.plot(self.mu + step[0], step[1], **dashed)
        below.plot(self.mu, 0, "o", color=plots.PALETTE[1], markerfacecolor="white", zorder=3)
        below.plot(self.mu, 1, "o", color=plots.PALETTE[1], zorder=3)
        below.plot(self.mu, 0.5 if self.sigma > 0 else 1, "o", color=plots.PALETTE[0], zorder=3)
        top.plot([self.mu, self.mu], [0, CEILING], **dashed)
        top.plot(self.mu, CEILING, "^", color=plots.PALETTE[1], clip_on=False)
        top.text(self.mu + 0.2, 0.9 * CEILING, "point mass")
        top.text(self.mu - 0.2, 0.9 * CEILING, self._top(), ha="right", style="italic")
        variation = 1 if self.sigma > 0 else 0
        top.set_title(f"$\\sigma = {self.sigma:.3g}$: $W_2 = {self.sigma:.3g}$, total variation {variation}", pad=10)
        return figure

    def _curves(self) -> tuple[Array, Array, Array]:
        """Places on the axis as in narrowing.js, seen from mu, and there the density (as far as shown) and the cdf."""
        steps = self.sigma * 40 * (np.arange(-160, 161) / 160) ** 3
        x = np.array([-REACH, *steps[abs(steps) < REACH], REACH])
        with np.errstate(over="ignore"):
            z = x / self.sigma
            log_density = -z * z / 2 - math.log(self.sigma) - math.log(2 * math.pi) / 2
        density = np.exp(np.minimum(log_density, math.log(2 * CEILING)))
        return x, density, np.array([(1 + math.erf(each / math.sqrt(2))) / 2 for each in z])

    def _height(self) -> str:
        height = 1 / self.sigma / math.sqrt(2 * math.pi)
        return f"{height:.3g}" if height < math.inf else "over 1e308"

    def _top(self) -> str:
        """What the drawing says beside the arrow."""
        if self.sigma == 0:
            return "no density"
        return f"top at {self._height()}" if self.sigma * CEILING * math.sqrt(2 * math.pi) < 1 else ""
