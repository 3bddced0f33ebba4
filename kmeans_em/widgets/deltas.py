"""Which delta lives where: one point's prior, posterior and component, on labels and on places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kmeans_em import em, plots
from kmeans_em import validation as check
from kmeans_em.widgets.base import Widget, source, stylesheet

WIDEST, REACH, LOW = 0.4, 1.25, 0.22  # as in deltas.js
FARTHEST = 1e6


class Pair(t.TraitType[Any, Any]):
    """Two different means on the line."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        pair = check.numbers("means", value, "(k,)").astype(float).tolist()
        if len(pair) != 2 or pair[0] == pair[1] or max(map(abs, pair)) > FARTHEST:
            raise ValueError(f"means: expected two different numbers from -1e+06 to 1e+06, got {value!r}")
        return [float(mean) for mean in pair]


class Deltas(Widget):
    """Prior and posterior of a point's label and of its hidden place, a component that narrows, and a slider for sigma.

    Parameters
    ----------
    point : float, optional
        The point; -1e6 <= point <= 1e6.
    means : (float, float), optional
        Two means of equal weight; different, and from -1e6 to 1e6.
    sigma : float, optional
        Where the slider stands at first, 0 <= sigma <= 1e140; it runs from 0.4 times the distance of the means to 0.

    Attributes
    ----------
    point, means, sigma
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has a value outside its range, or the means are not two different ones.
    """

    _esm = source("figure.js", "deltas.js")
    _css = stylesheet("deltas")

    point = t.Float().tag(sync=True)
    means = Pair().tag(sync=True)
    sigma = t.Float().tag(sync=True)

    def __init__(self, point: float = 8.0, means: Sequence[float] = (1.0, 11.0), sigma: float = 4.0) -> None:
        super().__init__(
            point=check.within("point", point, FARTHEST),
            means=means,
            sigma=check.sigma(sigma, at_most=check.LARGEST),
            label="Which delta lives where: prior and posterior, on labels and on places, and a slider for sigma",
        )

    @t.validate("point")
    def _check_point(self, proposal: Any) -> float:
        return check.within("point", proposal["value"], FARTHEST)

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST)

    def describe(self) -> str:
        """The picture in words."""
        (r1, r2), (a, b) = self._posterior(), self.means
        return (
            f"The point {self.point:.6g} and the means {a:.6g} and {b:.6g} at sigma = {self.sigma:.3g}. On the labels "
            f"1 and 2: the prior, bars of height 1/2; the posterior, bars of height {r1:.3g} and {r2:.3g}. On places: "
            f"the prior, Dirac deltas of height 1/2 at {a:.6g} and {b:.6g}; the posterior, the same places with the "
            f"heights {r1:.3g} and {r2:.3g}. {self._limit()} Neither prior depends on sigma."
        )

    def _limit(self) -> str:
        winner = self._winner()
        if winner is None:
            return "The point is tied, so the posteriors stay at 1/2 and 1/2 for every sigma, and in the limit."
        return (
            f"As sigma goes to 0 the posteriors tend to certainty, label {winner + 1} and place "
            f"{self.means[winner]:.6g} (dashed), and the component of that mean narrows towards a Dirac delta there."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 5.2))
        axes = figure.subplots(3, 2)
        share, winner = self._posterior(), self._winner()
        for (on_labels, on_places), heights, name in zip(axes, [[0.5, 0.5], share], ["prior: stays", "posterior"]):
            self._bars(on_labels, heights, quiet=name != "posterior")
            self._spikes(on_places, heights, quiet=name != "posterior")
            on_labels.set_title(f"{name}, on labels")
            on_places.set_title(f"{name}, on places")
        if winner is not None:
            dashed: Any = {"edgecolor": plots.INK, "linestyle": "--"}
            axes[1, 0].bar(winner + 1, 1, width=0.5, color="none", **dashed)
            axes[1, 1].vlines(self.means[winner], 0, 1, color=plots.INK, linestyle="--", linewidth=1, zorder=1)
        axes[1, 1].plot(self.point, 0, "x", color=plots.INK, clip_on=False)
        axes[2, 0].set_axis_off()
        axes[2, 0].text(0.5, 0.5, f"$\\sigma = {self.sigma:.3g}$", ha="center", size=13)
        self._component(axes[2, 1], 1 if winner is None else winner)
        return figure

    def _bars(self, ax: Axes, heights: Any, quiet: bool) -> None:
        bars = ax.bar([1, 2], heights, width=0.5, color=plots.PALETTE[:2], alpha=0.35 if quiet else 1)
        ax.bar_label(bars, [f"{height:.3g}" for height in heights])
        ax.set(xticks=[1, 2], yticks=[], xlim=(0.25, 2.75), ylim=(0, 1.3))

    def _spikes(self, ax: Axes, heights: Any, quiet: bool) -> None:
        for place, height, colour, mark in zip(self.means, heights, plots.PALETTE, ["o", "s"]):
            ax.vlines(place, 0, height, color=colour, linewidth=1 if quiet else 3)
            ax.plot(place, height, mark, color=colour, fillstyle="none" if quiet else "full")
        self._line(ax)

    def _component(self, ax: Axes, j: int) -> None:
        mean, widest = self.means[j], WIDEST * abs(self.means[1] - self.means[0])
        if self.sigma > 0:
            z = 8 * np.linspace(-1, 1, 161) ** 3
            height = np.minimum(2, LOW * (widest / self.sigma) * np.exp(-(z**2) / 2))
            ax.plot(mean + self.sigma * z, height, color=plots.PALETTE[j])
        ax.vlines(mean, 0, 1.1, color=plots.INK, linestyle="--", linewidth=1)
        ax.plot(mean, 1.1, "^", color=plots.INK)
        ax.set_title(f"component {j + 1} narrows")
        self._line(ax)

    def _line(self, ax: Axes) -> None:
        middle, reach = sum(self.means) / 2, REACH * abs(self.means[1] - self.means[0])
        ticks = [f"{mean:.4g}" for mean in self.means]
        ax.set(ylim=(0, 1.3), yticks=[], xlim=(middle - reach, middle + reach))
        ax.set_xticks(self.means, ticks)

    def _lead(self) -> float:
        """How much nearer the second mean is, in squared distances."""
        a, b = self.means
        return float((b - a) * (2 * self.point - a - b))

    def _winner(self) -> int | None:
        """The index of the nearest mean."""
        return None if self._lead() == 0 else int(self._lead() > 0)

    def _posterior(self) -> Any:
        """The two responsibilities; at sigma = 0 their limit, in which a tie stays a tie."""
        if self._winner() is None:
            return np.array([0.5, 0.5])
        return em.responsibilities([[self.point]], np.reshape(self.means, (2, 1)), self.sigma)[0]
