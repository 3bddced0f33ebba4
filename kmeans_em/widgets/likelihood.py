"""The log-likelihood of one Gaussian on the line, as a map on which the reader moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import em, gaussian, plots
from kmeans_em import validation as check
from kmeans_em.widgets.base import Data, Widget, source, stylesheet


class Likelihood(Widget):
    """A bell over the points, and below it the map of log L over mu and sigma.

    Parameters
    ----------
    X : (n, 1) array_like
        Points on a line, not all equal.
    mu, sigma : float, optional
        Where to stand at first; sigma > 0. Away from the top when left out.
    axis_label : str
        What the line measures.

    Attributes
    ----------
    mu, sigma
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "likelihood.js")
    _css = stylesheet("likelihood")

    X = Data()
    mu = t.Float().tag(sync=True)
    sigma = t.Float().tag(sync=True)
    axis_label = t.Unicode().tag(sync=True)

    def __init__(
        self,
        X: ArrayLike,
        mu: float | None = None,
        sigma: float | None = None,
        *,
        axis_label: str = "x",
    ) -> None:
        data, _ = check.data_and_means(X, [[0.0]] if mu is None else [[mu]])
        spread = em.rms_radius(data)
        if spread == 0:
            raise ValueError("X: all points are equal, and log L has no top; use points that differ")
        super().__init__(
            X=data,
            mu=float(data.mean() + spread / 2 if mu is None else mu),
            sigma=spread / 2 if sigma is None else sigma,
            axis_label=axis_label,
            label=f"{len(data)} points on a line, a bell to move over them, and the map of its log-likelihood",
        )

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST, positive=True)

    def describe(self) -> str:
        """The picture in words."""
        here = em.log_likelihood(self.X, [[self.mu]], self.sigma)
        mean, spread = self.X.mean(), em.rms_radius(self.X)
        best = em.log_likelihood(self.X, [[mean]], spread)
        return (
            f"A bell with mu = {self.mu:.3g} and sigma = {self.sigma:.3g} over {len(self.X)} points on a line: "
            f"log L = {here:.2f}. Below it closed curves of equal log L over mu and sigma, around the top at "
            f"mu = {mean:.3g}, sigma = {spread:.3g}, where log L = {best:.2f}."
        )

    def draw(self) -> Figure:
        """What the page shows before the reader moves anything."""
        figure = Figure(figsize=(4.8, 4.2))
        top, map_ = figure.subplots(2, sharex=True)
        x, spread = self.X[:, 0], em.rms_radius(self.X)
        grid = np.linspace(*plots.margins(x), 241)
        sigmas = np.linspace(spread / 4, 2.4 * spread, 121)
        top.plot(grid, np.exp(gaussian.log_density(grid[:, None], [self.mu], self.sigma)))
        top.vlines(x, 0, np.exp(gaussian.log_density(self.X, [self.mu], self.sigma)), lw=1)
        top.set_ylabel("density")
        log_L = [[em.log_likelihood(self.X, [[m]], s) for m in grid[::6]] for s in sigmas]
        best = em.log_likelihood(self.X, [[x.mean()]], spread)
        levels = best - len(x) * np.array([1, 0.4, 0.15, 0.05, 0.01])
        map_.contour(grid[::6], sigmas, log_L, levels=levels, colors=plots.QUIET, linewidths=1)
        map_.plot(x.mean(), spread, "+", color=plots.INK)
        map_.plot(self.mu, self.sigma, "o", markersize=9)
        map_.set(xlabel=self.axis_label, ylabel="$\\sigma$")
        here = em.log_likelihood(self.X, [[self.mu]], self.sigma)
        top.set_title(
            f"$\\mu = {self.mu:.3g}$, $\\sigma = {self.sigma:.3g}$: $\\log L = {here:.2f}$, at the plus ${best:.2f}$"
        )
        return figure
