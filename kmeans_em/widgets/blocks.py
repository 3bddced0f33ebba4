"""A point and k means: k blocks, of which all but the nearest mean's melt as sigma falls."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import em, plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, OnTheLine, Widget, places, share_in_short, source, stylesheet


class Blocks(Widget):
    """A tower of k blocks, e^{-(D_j - D_min) / 2 sigma^2} tall, D_j the squared distance of mean j from the point.

    The nearest mean's block is 1 tall, and the tower between 1 and k. Only the distances matter: for means in the
    plane or beyond, give ``point=0`` and their distances from the point as `means`.

    Parameters
    ----------
    point : float, optional
        A point on the line; -1e6 <= point <= 1e6.
    means : (k,) array_like, 2 <= k <= 8, optional
        Means on the line, between -1e6 and 1e6.
    sigma : float, optional
        Where the slider stands at first, 0 <= sigma <= 1e70; its left end is 0.
    sigma_range : pair of float, optional
        The slider's ends above 0. When left out: from where all blocks but the nearest's have melted to where
        they are all nearly 1, for the point and the means given at first.

    Attributes
    ----------
    point, means, sigma, sigma_range
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If there are fewer than two means or more than eight, or an argument has a value outside its range.
    """

    _esm = source("figure.js", "blocks.js")
    _css = stylesheet("blocks")

    point = t.Float().tag(sync=True)
    means = OnTheLine()
    sigma = t.Float().tag(sync=True)
    sigma_range = t.Tuple(t.Float(), t.Float()).tag(sync=True)

    def __init__(
        self,
        point: float = 8.0,
        means: ArrayLike = (1.0, 4.0, 7.0, 11.0, 14.0),
        sigma: float = 4.0,
        *,
        sigma_range: tuple[float, float] | None = None,
    ) -> None:
        point, means = check.within("point", point, FARTHEST), _several(means)
        super().__init__(
            point=point,
            means=means,
            sigma=_sigma(sigma),
            sigma_range=check.sigma_range(sigma_range or _melting((means - point) ** 2)),
            label=f"A tower of {len(means)} blocks, one for each mean, and a slider for sigma",
        )

    @t.validate("point")
    def _check_point(self, proposal: Any) -> float:
        return check.within("point", proposal["value"], FARTHEST)

    @t.validate("means")
    def _check_means(self, proposal: Any) -> Array:
        return _several(proposal["value"])

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return _sigma(proposal["value"])

    @t.validate("sigma_range")
    def _check_range(self, proposal: Any) -> tuple[float, float]:
        return check.sigma_range(proposal["value"])

    def _blocks(self) -> tuple[list[int], Array, Array]:
        """The means from the nearest on, what their squared distances exceed the smallest by, and the blocks."""
        D = (self.means - self.point) ** 2
        order = np.argsort(D, kind="stable")
        gaps = D[order] - D.min()
        if self.sigma == 0:
            return order.tolist(), gaps, (gaps == 0).astype(float)
        return order.tolist(), gaps, np.exp(gaps / self.sigma / (-2 * self.sigma))

    def describe(self) -> str:
        """The picture in words."""
        order, gaps, blocks = self._blocks()
        D = (self.means[order] - self.point) ** 2
        k, nearest = len(D), int((gaps == 0).sum())
        total, rest = blocks.sum(), blocks[1:].sum()
        ends = f"it tends to {nearest} as sigma goes to 0"
        if nearest > 1:
            ends += f", not to 1, for {nearest} means are equally near"
        free = em.free_energy([[self.point]], self.means[:, None], self.sigma)
        return (
            f"A point at {self.point:.6g} and {k} means at squared distances {', '.join(f'{d:.4g}' for d in D)}, and a "
            f"tower of blocks, one for each, at sigma = {self.sigma:.3g}: {', '.join(f'{b:.3g}' for b in blocks)}. "
            f"Their total, {total:.4g}, lies between 1 and {k}; {ends}. "
            f"The share of mean {order[0] + 1} is {share_in_short(1 / total, rest / total)}, and F = {free:.4g}."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 3.2))
        ax = figure.subplots()
        order, _, blocks = self._blocks()
        k, foot, right = len(order), 0.0, 0.6
        ax.plot([-right, -right, right, right], [0, k, k, 0], color=plots.QUIET, linestyle=":", linewidth=1)
        for row, (j, tall) in enumerate(zip(order, blocks, strict=True)):
            colour, middle = plots.PALETTE[j], row + 0.5
            ax.bar(0, tall, 2 * right, bottom=foot, color=colour, edgecolor="white", linewidth=0.6)
            corners = [(right, foot), (right, foot + tall), (1, middle + 0.06), (1, middle - 0.06)]
            ax.fill(*np.transpose(corners), color=colour, alpha=0.3, linewidth=0)
            ax.text(1.03, middle, f"$D_{j + 1}$ = {(self.means[j] - self.point) ** 2:.4g}", va="center")
            foot += tall
        ax.plot([-1.05, -right], [foot, foot], color=plots.INK, linewidth=1)
        ax.text(-0.85, foot, f"$S$ = {foot:.3g}", ha="center", va="bottom")
        ax.text(1.6, 0.99 * k, "$D$ = squared distance", ha="right", va="bottom", color=plots.QUIET, fontsize="small")
        self._line(ax, 1.3 * k)
        ax.set(xlim=(-1.1, 1.6), ylim=(0, 1.4 * k), xticks=[], yticks=[0, 1, k], yticklabels=["0", "1", f"$k$ = {k}"])
        ax.spines["bottom"].set_visible(False)
        ax.spines["left"].set_bounds(0, k)
        share = share_in_short(1 / foot, blocks[1:].sum() / foot)
        ax.set_title(f"$\\sigma = {self.sigma:.3g}$: $r_{order[0] + 1} = 1/S$ = {share}")
        return figure

    def _line(self, ax: Any, level: float) -> None:
        """The line above the tower, with the point and the means; a name that would touch another is left out."""
        places = [self.point, *self.means]
        low, high = min(places), max(places)
        x, *means = np.interp(places, (low, high if high > low else low + 1), (-0.9, 1.45))
        ax.plot([-1.05, 1.6], [level, level], color=plots.QUIET, linewidth=1)
        end = -np.inf
        for j in np.argsort(means, kind="stable"):
            ax.plot([means[j]] * 2, [level, 0.96 * level], color=plots.PALETTE[j])
            if means[j] - end > 0.12:
                end = means[j]
                ax.text(end, 0.95 * level, f"$\\mu_{j + 1}$", ha="center", va="top", color=plots.QUIET)
        ax.plot(x, level, "o", color=plots.INK)
        ax.text(x, 1.02 * level, f"$x$ = {self.point:.4g}", ha="center", va="bottom")


def _several(means: ArrayLike) -> Array:
    line = places(means)
    if not 2 <= len(line) <= len(plots.PALETTE):
        raise ValueError(f"means: expected from 2 to {len(plots.PALETTE)} of them, got {len(line)}")
    return line


def _sigma(value: Any) -> float:
    return check.sigma(value, at_most=check.LARGEST**0.5)


def _melting(D: Array) -> tuple[float, float]:
    """About from where the second block is 1e-4 tall to where the last is 0.9: round numbers."""
    gaps = D - D.min()
    if not gaps.any():
        return 0.1, 10.0  # nothing will melt
    low, high = np.sqrt([gaps[gaps > 0].min() / (2 * np.log(1e4)), gaps.max() / (2 * np.log(1 / 0.9))])
    return float(f"{max(low, high / 1000):.1g}"), float(f"{high:.1g}")
