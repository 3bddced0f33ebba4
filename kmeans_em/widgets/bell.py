"""A bell and its logarithm, a parabola, with a point to drag along both."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from kmeans_em import datasets, gaussian, plots
from kmeans_em import validation as check
from kmeans_em.widgets.base import Widget, source, stylesheet

REACH = 5.0  # as in bell.js
NARROWEST, FARTHEST = 1e-6, 1e6  # numbers stay short


class Bell(Widget):
    """The density of N(mu, sigma^2), below it its logarithm, and a point x that the reader drags along both.

    Parameters
    ----------
    mu : float, optional
        The mean; -1e6 <= mu <= 1e6.
    sigma : float, optional
        The standard deviation, 1e-6 <= sigma <= 1e6; the axis reaches 5 sigma to either side, or as far as x.
    x : float, optional
        Where the point stands at first; -1e6 <= x <= 1e6.

    Attributes
    ----------
    mu, sigma, x
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has a value outside its range.
    """

    _esm = source("figure.js", "bell.js")
    _css = stylesheet("bell")

    mu = t.Float().tag(sync=True)
    sigma = t.Float().tag(sync=True)
    x = t.Float().tag(sync=True)
    points = t.List(t.Float()).tag(sync=True)  # marked on the axis, and x snaps to them

    def __init__(self, mu: float = 6.0, sigma: float = 2.0, x: float = 8.0) -> None:
        super().__init__(
            mu=check.within("mu", mu, FARTHEST),
            sigma=check.between("sigma", sigma, NARROWEST, FARTHEST),
            x=check.within("x", x, FARTHEST),
            points=datasets.line()[:, 0].tolist(),
            label="A bell and its logarithm, a parabola, and a point to drag along both",
        )

    @t.validate("mu", "x")
    def _check_place(self, proposal: Any) -> float:
        return check.within(proposal["trait"].name, proposal["value"], FARTHEST)

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.between("sigma", proposal["value"], NARROWEST, FARTHEST)

    def describe(self) -> str:
        """The picture in words."""
        constant, drop = self._constant(), self._drop()
        return (
            f"Above, the bell of N({self.mu:.6g}, sigma^2) with sigma = {self.sigma:.6g}; below, over the same axis, "
            "its logarithm, a parabola open downward. One sigma from the middle it has dropped by 1/2, two sigma by 2, "
            f"three sigma by 9/2. At x = {self.x:.6g} the density is {math.exp(constant - drop):.3g}; the drop is "
            f"{drop:.4g}, so log p = {constant:.3f} - {drop:.4g} = {constant - drop:.3f}."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 4.2))
        (above, below) = figure.subplots(2, sharex=True, height_ratios=[1, 2])
        z = (self.x - self.mu) / self.sigma
        reach, drop, constant = max(REACH, abs(z)), self._drop(), self._constant()
        curve = np.union1d(np.linspace(-REACH, REACH, 201), np.linspace(-reach, reach, 201))
        blue, orange = plots.PALETTE[:2]
        above.plot(curve, np.exp(-(curve**2) / 2), color=blue)
        below.plot(curve, -(curve**2) / 2, color=blue)
        above.vlines(z, 0, math.exp(-drop), color=blue)
        above.plot(z, math.exp(-drop), "o", color=blue)
        below.axhline(0, color=plots.INK, linestyle="--", linewidth=1)
        for far in range(1, 6):
            below.vlines([-far, far], -(far**2) / 2, 0, color=plots.QUIET, linewidth=0.6, alpha=0.6)
        below.plot([z, z], [0, -drop], color=orange, linewidth=4, solid_capstyle="butt")
        below.plot(z, -drop, "o", color=blue)
        below.annotate(f"{drop:.4g}", (z, 0), (0, 3), textcoords="offset points", ha="center", color=orange)
        marked = [point for point in self.points if abs(point - self.mu) <= reach * self.sigma]
        places = [(point - self.mu) / self.sigma for point in marked]
        below.set_xticks(places, [f"{point:g}" for point in marked])
        depths = {-(far**2) / 2: name for far, name in enumerate(["½", "2", "4½", "8", "12½"], 1)}
        below.set_yticks(*zip(*depths.items()) if reach < 6 else [[]])
        below.yaxis.tick_right()
        below.set(xlim=(-1.04 * reach, 1.04 * reach), xlabel="$x$", ylim=(-1.04 * reach**2 / 2, 1.2))
        above.set(ylim=(0, 1.08), yticks=[], title=f"$\\mu = {self.mu:.6g}$, $\\sigma = {self.sigma:.6g}$")
        below.set_title(f"$\\log\\, p = {constant:.3f} - {drop:.4g} = {constant - drop:.3f}$")
        return figure

    def _constant(self) -> float:
        return float(gaussian.log_density([[0.0]], [0.0], self.sigma)[0])

    def _drop(self) -> float:
        return ((self.x - self.mu) / self.sigma) ** 2 / 2
