"""Two equal bells, and the centres of k-means outside their means."""

from __future__ import annotations

from math import erf, exp, pi, sqrt
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure

from kmeans_em import plots
from kmeans_em import validation as check
from kmeans_em.widgets.base import Widget, source, stylesheet

FARTHEST = 4.0  # as in bias.js


class Bias(Widget):
    """The population 1/2 N(-m, s^2) + 1/2 N(m, s^2), its means, and the best two centres of k-means.

    Parameters
    ----------
    separation : float, optional
        m / s, how many widths of a bell its mean is from the middle; 0 <= separation <= 4.

    Attributes
    ----------
    separation
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If the separation has a value outside its range.
    """

    _esm = source("figure.js", "bias.js")
    _css = stylesheet("bias")

    separation = t.Float().tag(sync=True)

    def __init__(self, separation: float = 1.0) -> None:
        super().__init__(
            separation=check.between("separation", separation, 0, FARTHEST),
            label="Two equal bells and a slider for their distance, with their means and the centres of k-means",
        )

    @t.validate("separation")
    def _check_separation(self, proposal: Any) -> float:
        return check.between("separation", proposal["value"], 0, FARTHEST)

    def describe(self) -> str:
        """The picture in words."""
        c = _centre(self.separation)
        return (
            f"Two equal bells of width s with means at plus and minus {self.separation:.4g} s, and a border midway. "
            f"The tail of each bell beyond the border is shaded. The centres of k-means stand at plus and minus "
            f"{c:.4f} s, outside the means by {c - self.separation:.4f} s. Below, that difference as a curve: "
            "0.798 s for one bell, and falling towards 0 as the bells part."
        )

    def draw(self) -> Figure:
        """The bells with means and centres, and the difference as a curve."""
        figure = Figure(figsize=(4.8, 3.4))
        above, below = figure.subplots(2, 1)
        m, c = self.separation, _centre(self.separation)
        x = np.linspace(-7, 7, 281)
        for j, side in enumerate((-1, 1)):
            bell = np.exp(-((x - side * m) ** 2) / 2) / sqrt(2 * pi)
            above.plot(x, bell, color=plots.PALETTE[j], linestyle=plots.DASHES[j])
            above.fill_between(x, bell, where=side * x <= 0, color=plots.PALETTE[j], alpha=0.3, linewidth=0)
            above.plot(side * c, 0, "o", color=plots.PALETTE[j], markersize=6, clip_on=False)
            above.plot(side * m, 0, "o", markerfacecolor="none", color=plots.INK, markersize=10, clip_on=False)
        above.axvline(0, color=plots.QUIET, linestyle=":")
        above.set(yticks=[], xlabel="rings: means; dots: centres of k-means", ylim=(0, None))
        grid = np.linspace(0, FARTHEST, 161)
        below.plot(grid, [_centre(each) - each for each in grid], color=plots.INK)
        below.plot(m, c - m, "o", color=plots.PALETTE[1])
        below.set(xlabel="$m/s$", ylabel="$(c - m)/s$", ylim=(0, 0.9))
        return figure


def _centre(m: float) -> float:
    """The right centre, m (2 Phi(m) - 1) + 2 phi(m), in units of s (thm-centres-outside)."""
    return m * erf(m / sqrt(2)) + 2 * exp(-m * m / 2) / sqrt(2 * pi)
