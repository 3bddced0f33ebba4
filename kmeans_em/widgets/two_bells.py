"""Two bells of one sigma, a point, and the shares of the bells in it."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import em, gaussian, plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, OnTheLine, Widget, places, share_in_short, source, stylesheet


class TwoBells(Widget):
    """Two Gaussians of one sigma on the line, their heights at a point as sticks, and a bar split in their ratio.

    The two parts of the bar are the responsibilities of the bells for the point, with equal weights.

    Parameters
    ----------
    point : float, optional
        Where the sticks stand; -1e6 <= point <= 1e6. The reader can drag it.
    means : (2,) array_like, optional
        Where the bells stand: two numbers that differ, between -1e6 and 1e6.
    sigma : float, optional
        Where the slider stands at first, within `sigma_range`.
    relative : bool, optional
        Whether the heights are drawn and written as they are, or divided by the taller stick.
    sigma_range : pair of float, optional
        The slider's two ends, 0 < low < high. Unless `relative`, the box is as high as the bells at its right end.

    Attributes
    ----------
    point, means, sigma, relative, sigma_range
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If the means are equal or not two, or an argument has a value outside its range.
    """

    _esm = source("figure.js", "two_bells.js")
    _css = stylesheet("two-bells")

    sigma_range = t.Tuple(t.Float(), t.Float()).tag(sync=True)
    point = t.Float().tag(sync=True)
    means = OnTheLine()
    sigma = t.Float().tag(sync=True)
    relative = t.Bool().tag(sync=True)

    def __init__(
        self,
        point: float = 8.0,
        means: ArrayLike = (1.0, 11.0),
        sigma: float = 4.0,
        relative: bool = False,
        *,
        sigma_range: tuple[float, float] = (0.5, 4.0),
    ) -> None:
        super().__init__(
            sigma_range=check.sigma_range(sigma_range),
            point=check.within("point", point, FARTHEST),
            means=_pair(means),
            sigma=_between(sigma, sigma_range),
            relative=check.flag("relative", relative),
            label="Two bells on the line, a point to drag with the height of each on it, and a slider for sigma",
        )

    @t.validate("point")
    def _check_point(self, proposal: Any) -> float:
        return check.within("point", proposal["value"], FARTHEST)

    @t.validate("means")
    def _check_means(self, proposal: Any) -> Array:
        return _pair(proposal["value"])

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return _between(proposal["value"], self.sigma_range)

    @t.validate("sigma_range")
    def _check_range(self, proposal: Any) -> tuple[float, float]:
        return check.sigma_range(proposal["value"])

    def _sticks(self) -> Array:
        """The heights of the bells at the point, as the figure shows them."""
        logs = gaussian.log_density(self.means[:, None], [self.point], self.sigma)
        return np.exp(logs - logs.max() if self.relative else logs)

    def _shares(self) -> Array:
        return em.responsibilities([[self.point]], self.means[:, None], self.sigma)[0]

    def describe(self) -> str:
        """The picture in words."""
        (first, second), shares = self._sticks(), self._shares()
        scale = "divided by the taller one, they are" if self.relative else "they are"
        return (
            f"Bells of sigma = {self.sigma:.3g} at {self.means[0]:.6g} and {self.means[1]:.6g}, and two sticks on the "
            f"point {self.point:.6g}, as tall as the bells there: {scale} {first:.3g} and {second:.3g}. "
            "Below, a bar of width 1 split in their ratio, into the shares "
            f"{share_in_short(*shares)} and {share_in_short(*shares[::-1])}."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 3.4))
        (ax, bar) = figure.subplots(2, height_ratios=[6, 1])
        sticks, shares, order = self._sticks(), self._shares(), np.argsort(self.means)
        low, high = min(self.point, *self.means), max(self.point, *self.means)
        grid = np.linspace(low - 0.4 * (high - low), high + 0.4 * (high - low), 401)
        here = gaussian.log_density(self.means[:, None], [self.point], self.sigma).max()
        top = 0.0 if self.relative else -np.log(self.sigma_range[1]) - np.log(2 * np.pi) / 2
        ax.set(
            xlim=(grid[0], grid[-1]),
            ylim=(0, 1.15 * np.exp(top)),
            ylabel="divided by the taller" if self.relative else "height",
        )
        left = 0.0
        for j, side in zip(order, (-1, 1), strict=True):
            colour = plots.PALETTE[j]
            logs = gaussian.log_density(grid[:, None], [self.means[j]], self.sigma) - (here if self.relative else 0)
            ax.plot(grid, np.exp(np.minimum(logs, top + 1)), color=colour, linestyle=plots.DASHES[j])
            width = 0.02 * (grid[-1] - grid[0])
            ax.bar(self.point + side * width / 2, sticks[j], width, color=colour, hatch="//" * j, edgecolor="white")
            bar.barh(0, shares[j], left=left, color=colour, hatch="//" * j, edgecolor="white")
            bar.text(
                max(0, side),
                -0.6,
                f"$r_{j + 1}$ = {share_in_short(shares[j], shares[1 - j])}",
                ha="right" if side > 0 else "left",
                va="top",
            )
            left += shares[j]
        ax.set_xticks(
            [*self.means, self.point],
            [f"$\\mu_1$ = {self.means[0]:.6g}", f"$\\mu_2$ = {self.means[1]:.6g}", f"\n$x$ = {self.point:.6g}"],
        )
        ax.set_title(f"$\\sigma = {self.sigma:.3g}$: sticks {sticks[0]:.3g} and {sticks[1]:.3g}")
        bar.set(xlim=(0, 1), ylim=(-1.2, 0.4))
        bar.set_axis_off()
        return figure


def _pair(means: ArrayLike) -> Array:
    pair = places(means)
    if len(pair) != 2:
        raise ValueError(f"means: expected two, one for each bell, got {len(pair)}")
    if pair[0] == pair[1]:
        raise ValueError(f"means: expected two that differ, got {pair[0]:.6g} twice")
    return pair


def _between(sigma: Any, sigma_range: tuple[float, float]) -> float:
    number, (low, high) = check.sigma(sigma, positive=True), sigma_range
    if not low <= number <= high:
        raise ValueError(f"sigma: expected {low:.3g} <= sigma <= {high:.3g}, got {sigma!r}; or widen sigma_range")
    return number
