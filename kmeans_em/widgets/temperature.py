"""One point shared between two centres: distance, entropy, and their sum at a temperature."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import plots
from kmeans_em import validation as check
from kmeans_em.passes import Array, posterior
from kmeans_em.widgets.base import Widget, source, stylesheet


class Temperature(Widget):
    """What it costs to share one point between two centres, and a slider for sigma that moves the cheapest share.

    Over the share w of the point in the second centre: the average squared distance, a straight line; minus
    2 sigma^2 times the entropy, a bowl; and their sum, the cost, whose lowest point is the softmax.

    Parameters
    ----------
    sq_dists : (2,) array_like, optional
        Squared distances of the point from the two centres, each from 0 to 1e140.
    sigma : float, optional
        Where the slider stands at first, 0 <= sigma <= 1e140. The slider runs from 0 to where the farther centre has a
        share of about 0.45: sigma = 10 for the default distances.

    Attributes
    ----------
    sq_dists, sigma
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "temperature.js")
    _css = stylesheet("temperature")

    sq_dists = t.Any().tag(sync=True)
    sigma = t.Float().tag(sync=True)

    def __init__(self, sq_dists: ArrayLike = (49, 9), sigma: float = 4.0) -> None:
        super().__init__(
            sq_dists=sq_dists,
            sigma=check.sigma(sigma, at_most=check.LARGEST),
            label="The cost of sharing one point between two centres, and a slider for sigma",
        )

    @t.validate("sq_dists")
    def _check_sq_dists(self, proposal: Any) -> list[float]:
        D = check.numbers("sq_dists", proposal["value"], "(2,)").astype(float)
        if D.shape != (2,):
            raise ValueError(f"sq_dists: expected 2 numbers, one for each centre, got {len(D)}")
        if D.min() < 0 or D.max() > check.LARGEST:
            raise ValueError(
                f"sq_dists: expected 0 <= each <= {check.LARGEST:.3g}, got {D.tolist()}; square the distances"
            )
        return [float(d) for d in D]

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST)

    def describe(self) -> str:
        """The picture in words."""
        far, near = self.sq_dists
        w, distance, cost = self._lowest()
        return (
            "Three curves over the share w of one point in the second of two centres. The average squared distance is "
            f"a straight line from {far:.6g} to {near:.6g}; minus 2 sigma^2 times the entropy is a bowl that hangs "
            f"down from 0; the cost is their sum. At sigma = {self.sigma:.3g} the cost is lowest at w = {w:.3f}: "
            f"{distance:.2f} - {distance - cost:.2f} = {cost:.2f}. Below, a bar split at that share."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 3.9))
        (top, bar) = figure.subplots(2, sharex=True, height_ratios=(9, 1))
        w = (1 - np.cos(np.linspace(0, np.pi, 121))) / 2
        line, bowl = self._terms(w)
        best, _, cost = self._lowest()
        top.axhline(0, color=plots.QUIET, linewidth=0.6)
        top.plot(w, line, color=plots.INK, label="average squared distance")
        top.plot(w, bowl, color=plots.PALETTE[2], linestyle="--", label=r"$-2\sigma^2 \times$ entropy")
        top.plot(w, line + bowl, color=plots.PALETTE[3], linewidth=3, label="cost = sum")
        top.plot([best, best], [cost, bowl.min()], color=plots.PALETTE[3], linestyle=":", linewidth=1)
        top.plot(best, cost, "o", color=plots.PALETTE[3], markersize=8)
        top.set_title(f"$\\sigma = {self.sigma:.3g}$: lowest at $w = {best:.3f}$", pad=8)
        figure.legend(loc="outside lower center", ncols=3, handlelength=1.4, columnspacing=1, fontsize=9)
        bar.barh(0, best, color=plots.PALETTE[1])
        bar.barh(0, 1 - best, left=best, color=plots.PALETTE[0], hatch="//", edgecolor="white", linewidth=0)
        bar.set(xlim=(-0.02, 1.02), yticks=[], xlabel="share $w$ in the second centre; hatched: in the first")
        bar.spines["left"].set_visible(False)
        return figure

    def _lowest(self) -> tuple[float, float, float]:
        """The cheapest share in the second centre, its average squared distance, and its cost."""
        shares, nearest, log_sum = posterior(np.reshape(self.sq_dists, (2, 1)), self.sigma, np.zeros(2))
        cost = nearest[0] - 2 * self.sigma**2 * log_sum[0]
        return float(shares[1, 0]), float(shares[:, 0] @ self.sq_dists), float(cost)

    def _terms(self, w: Array) -> tuple[Array, Array]:
        """At each share w the average squared distance, and minus 2 sigma^2 times the entropy."""
        far, near = self.sq_dists
        return (1 - w) * far + w * near, 2 * self.sigma**2 * np.log(w**w * (1 - w) ** (1 - w))
