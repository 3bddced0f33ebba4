"""EM on one mean, a step at a time: a lower bound touches the likelihood, and the mean goes to its top."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import datasets, em, plots
from kmeans_em import validation as check
from kmeans_em.widgets.base import Data, Widget, source, stylesheet

FINEST = 1e-3  # sigma, as a part of the length of the axis: narrower bells make cliffs of log L


class Climb(Widget):
    """The log-likelihood over one mean m, the other means held, and buttons for the halves of an EM step.

    The E-step makes a lower bound, a parabola, touch log L at m. The M-step moves m to the parabola's top; there log L
    is higher by the divergence KL. All clusters weigh the same, and sigma is fixed.

    Parameters
    ----------
    X : (n, 1) array_like, optional
        Points on a line; the book's six when left out.
    others : (k - 1,) array_like, optional
        The means that are held.
    m : float, optional
        Where to start.
    sigma : float, optional
        At least a thousandth, and at most a thousand times, the length of the line that X and the means take up.

    Attributes
    ----------
    others, m, sigma
        Can be read and set while the widget is shown; setting one starts the climb anew.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "climb.js")
    _css = stylesheet("climb")

    X = Data()
    others = t.Any().tag(sync=True)
    m = t.Float().tag(sync=True)
    sigma = t.Float().tag(sync=True)

    def __init__(
        self, X: ArrayLike | None = None, others: ArrayLike = (11,), m: float = 16.0, sigma: float = 4.0
    ) -> None:
        data = datasets.line() if X is None else check.numbers("X", X, "(n, d)")
        if data.shape[1] != 1:
            raise ValueError(f"X: expected points on a line, shape (n, 1), got {data.shape}; choose one column")
        super().__init__(
            X=data,
            others=_held(data, others),
            m=check.within("m", m, check.LARGEST),
            sigma=check.sigma(sigma, at_most=check.LARGEST, positive=True),
            label=f"The log-likelihood of {len(data)} points over one mean, with buttons for E-step and M-step",
        )

    @t.validate("others")
    def _check_others(self, proposal: Any) -> list[float]:
        return _held(self.X, proposal["value"])

    @t.validate("m")
    def _check_m(self, proposal: Any) -> float:
        return check.within("m", proposal["value"], check.LARGEST)

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        sigma = check.sigma(proposal["value"], at_most=check.LARGEST, positive=True)
        places = [*self.X[:, 0], *self.others, self.m]
        length = max(places) - min(places) or 1.0
        if not FINEST * length <= sigma <= length / FINEST:
            low, high = FINEST * length, length / FINEST
            raise ValueError(f"sigma: expected {low:.3g} <= sigma <= {high:.3g} for these points, got {sigma!r}")
        return sigma

    def describe(self) -> str:
        """The picture in words."""
        step = self._step()
        return (
            f"The log-likelihood of {len(self.X)} points as a curve over one mean m, sigma = {self.sigma:.3g}, the "
            f"other means held at {', '.join(f'{mean:.3g}' for mean in self.others)}. Below it a parabola, the lower "
            f"bound B, touches it at m = {self.m:.4g}; its top is at m = {step.top:.4g}, and an upright marked KL "
            f"leads from there up to the curve. log L = B = {step.before:.3f}; at the top B = {step.height:.3f} "
            f"and log L = {step.after:.3f}."
        )

    def draw(self) -> Figure:
        """The first step of EM, which the page shows when its two buttons have been pressed."""
        step = self._step()
        figure = Figure(figsize=(4.8, 3.4))
        ax = figure.subplots()
        grid = np.linspace(*plots.margins([*self.X[:, 0], *self.others, self.m]), 301)
        curve = np.array([self._log_L(m) for m in grid])
        room = np.ptp(curve) or 1.0
        ax.plot(grid, curve, color=plots.INK, linewidth=3)
        ax.plot(grid, step.height - step.steepness * (grid - step.top) ** 2, color=plots.PALETTE[2], linestyle="--")
        ax.plot([step.top, step.top], [step.height, step.after], color=plots.PALETTE[3], linewidth=2.5)
        falls = self._log_L(step.top + np.ptp(grid) / 50) < step.after  # the words stand where log L leaves room
        words: Any = {"textcoords": "offset points", "ha": "left" if falls else "right", "va": "bottom"}
        gap = f"gap (KL)\n{step.after - step.height:.2f}"
        ax.annotate(gap, (step.top, step.after), (8 if falls else -8, 4), color=plots.PALETTE[3], **words)
        below: Any = {"textcoords": "offset points", "ha": "center", "va": "top"}
        ax.annotate("$B$", (step.top, step.height), (0, -6), color=plots.PALETTE[2], **below)
        ax.plot(self.m, step.before, "o", color=plots.PALETTE[0], zorder=3)
        ax.plot(step.top, step.after, "o", color=plots.PALETTE[0], markerfacecolor="white", zorder=3)
        ax.set(xlim=(grid[0], grid[-1]), ylim=(curve.min() - 0.35 * room, curve.max() + 0.1 * room))
        floor = curve.min() - 0.35 * room
        ax.plot(self.X[:, 0], np.full(len(self.X), floor), "o", color=plots.QUIET, markersize=5, clip_on=False)
        ax.plot(self.others, np.full(len(self.others), floor), "D", color=plots.PALETTE[1], clip_on=False, zorder=3)
        held: Any = {"textcoords": "offset points", "ha": "center", "color": plots.QUIET}
        ax.annotate("other mean, held", (self.others[0], floor), (0, 8), fontsize="small", **held)
        ax.set(xlabel="mean $m$", ylabel=r"$\log L$")
        before, after = f"\\log L = B = {step.before:.3f}", f"{step.height:.3f}"
        ax.set_title(f"${before}$, after M: $B = {after} \\leq \\log L = {step.after:.3f}$", pad=8)
        return figure

    def _log_L(self, m: float) -> float:
        return em.log_likelihood(self.X, self._means(m), self.sigma)

    def _means(self, m: float) -> list[list[float]]:
        return [[m], *([mean] for mean in self.others)]

    def _step(self) -> _Step:
        """One step of EM from m: the parabola B(x) = height - steepness (x - top)^2, and log L at both ends."""
        means, before = self._means(self.m), self._log_L(self.m)
        resp = em.responsibilities(self.X, means, self.sigma)
        top = float(em.update(self.X, resp, means)[0, 0])
        steepness = resp[:, 0].sum() / (2 * self.sigma**2)
        return _Step(top, steepness, before, before + steepness * (self.m - top) ** 2, self._log_L(top))


def _held(X: ArrayLike, value: ArrayLike) -> list[float]:
    others = check.numbers("others", value, "(k - 1,)").astype(float)
    check.data_and_means(X, others[:, None])
    return [float(mean) for mean in others]


class _Step(NamedTuple):
    top: float
    steepness: float
    before: float
    height: float
    after: float
