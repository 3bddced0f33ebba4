"""The explorer: sweep sigma, and see soft k-means become k-means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import em, plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import Data, Means, Widget, source, stylesheet

PARTS = ("state", "points", "plane", "line", "panels", "handles", "travel")  # what explorer.js puts together
PANELS = ("none", "range", "staircase", "terms", "likelihood", "bound")


class Explorer(Widget):
    """Points coloured by responsibility, means to drag, and a slider for sigma that ends at k-means.

    Parameters
    ----------
    X : (n, d) array_like, d = 1 or 2
    means : (k, d) array_like, k <= 8
        Where the means start.
    sigma : float, optional
        Finite, >= 0, in the units of X. Half the data's root-mean-square radius when left out.
    follow : bool
        Whether the means follow EM to rest when sigma changes, or stay.
    twins : bool
        Whether to show the centres that k-means finds from the same start, as dashed rings.
    panel : {"none", "range", "staircase", "terms", "likelihood", "bound"}, optional
        What stands below the figure: nothing but what is seen, in a sentence; the range from
        J - 2 sigma^2 n log k to J with F_sigma in it (unless said otherwise); the objective after each step, as a
        staircase; the two terms of F_sigma, the naive loss sum r D and the entropy of the shares; the
        log-likelihood of the mixture; or, with E-step and M-step taken one by one, its lower bound and the
        divergence that is missing to it.
        The boxes for `follow` and `twins` are shown with the range alone; with "none", nothing steps or resets.
        A staircase that begins at sigma = 0 is about k-means alone, and has no slider.
    weights : (k,) array_like, optional
        Mixing weights, with a slider each; the panel is then "likelihood", unless "bound" is asked for.
        Left out, the clusters have equal weights and no sliders.
    axis_labels : sequence of str, optional
        What the axes measure; empty where that needs no words. The columns' names when X is a data frame.
    sigma_range : pair of float, optional
        The slider's range above 0.

    Attributes
    ----------
    sigma, means, follow, twins
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", *(f"explorer_{part}.js" for part in PARTS), "explorer.js")
    _css = stylesheet("explorer")

    X = Data()
    means = Means()
    sigma = t.Float().tag(sync=True)
    sigma_range = t.Tuple(t.Float(), t.Float()).tag(sync=True)
    follow = t.Bool().tag(sync=True)
    twins = t.Bool().tag(sync=True)
    panel = t.Enum(PANELS).tag(sync=True)
    weights = t.List(t.Float()).tag(sync=True)
    axis_labels = t.List(t.Unicode()).tag(sync=True)

    def __init__(
        self,
        X: ArrayLike,
        means: ArrayLike,
        sigma: float | None = None,
        *,
        follow: bool = False,
        twins: bool = True,
        panel: str | None = None,
        weights: ArrayLike | None = None,
        axis_labels: Sequence[str] | None = None,
        sigma_range: tuple[float, float] | None = None,
    ) -> None:
        if axis_labels is None:
            axis_labels = [str(name) for name in getattr(X, "columns", ("x", "y"))]
        X, means = check.data_and_means(X, means)
        check.enough_points(X, means)
        n, d = X.shape
        if d > 2:
            raise ValueError(f"X: the explorer draws 1 or 2 dimensions, got {d}; choose two columns")
        if len(means) > len(plots.PALETTE):
            raise ValueError(f"means: at most {len(plots.PALETTE)} colours, got {len(means)} means")
        if isinstance(axis_labels, str):
            raise ValueError(f"axis_labels: expected a list with a name for each axis; write [{axis_labels!r}]")
        if len(axis_labels) < d:
            raise ValueError(f"axis_labels: expected {d} of them, got {len(axis_labels)}")
        panel = panel or ("range" if weights is None else "likelihood")
        if panel not in PANELS:
            raise ValueError(f"panel: expected one of {', '.join(PANELS)}, got {panel!r}")
        if weights is not None and panel not in ("likelihood", "bound"):
            raise ValueError(f"panel: {panel!r} is about equal weights; with weights, choose 'likelihood' or 'bound'")
        radius = em.rms_radius(X) or 1.0
        low, high = sigma_range or (radius / 100, 2 * radius)
        if not 0 < low < high < check.LARGEST:
            raise ValueError(f"sigma_range: expected 0 < low < high, got {(low, high)}")
        self._start = means
        super().__init__(
            X=X,
            means=means,
            sigma=radius / 2 if sigma is None else sigma,
            sigma_range=(low, high),
            follow=follow,
            twins=twins,
            panel=panel,
            weights=[] if weights is None else check.weights(weights, len(means)).tolist(),
            axis_labels=[str(label) for label in axis_labels[:d]],
            label=f"Explorer: {n} points, {len(means)} means to move, and a slider for sigma",
        )

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST)

    @t.validate("means")
    def _check_means(self, proposal: Any) -> Any:
        means, shown = check.data_and_means(self.X, proposal["value"])[1], len(self._start)
        if len(means) != shown:
            raise ValueError(f"means: this explorer shows {shown}, got {len(means)}; make a new one for another number")
        return means

    @t.validate("axis_labels")
    def _check_axis_labels(self, proposal: Any) -> list[str]:
        if len(proposal["value"]) != self.X.shape[1]:
            raise ValueError(f"axis_labels: expected {self.X.shape[1]} of them, got {len(proposal['value'])}")
        return list(proposal["value"])

    @t.validate("weights")
    def _check_weights(self, proposal: Any) -> list[float]:
        if not proposal["value"]:
            return []
        return list(check.weights(proposal["value"], len(self.means)).tolist())

    def _at_first(self) -> Array:
        """Where the means stand when the page opens: at rest if they follow EM."""
        if not self.follow:
            return self.means
        return em.fit(self.X, self.means, self.sigma, weights=self.weights or None, max_steps=2000).means

    def _shares(self, means: Array) -> Array:
        return em.responsibilities(self.X, means, self.sigma, self.weights or None)

    def describe(self) -> str:
        """The picture in words."""
        means = self._at_first()
        shared = int((self._shares(means).max(axis=1) < 0.99).sum())
        named = f", {' and '.join(self.axis_labels)}," if any(self.axis_labels) else ""
        places = "; ".join(", ".join(f"{c:.3g}" for c in mean) for mean in means)
        weighted = f" with weights {', '.join(f'{w:.3g}' for w in self.weights)}" if self.weights else ""
        return (
            f"{len(self.X)} points{named} coloured by their shares in "
            f"{len(means)} means at {places}{weighted}. At sigma = {self.sigma:.3g}, {shared} points are shared: "
            "their largest share is below 99%."
        )

    def draw(self) -> Figure:
        """What the page shows when it opens."""
        tall = 2.8 if self.X.shape[1] == 1 else 3.8
        low = {"terms": 1.0, "staircase": 0.9, "none": 0.05, "likelihood": 0.05, "bound": 0.05}.get(self.panel, 0.4)
        figure = Figure(figsize=(4.8, tall + low + 0.2), layout="constrained")
        ax, below = figure.subplots(2, height_ratios=[tall, low])
        means = self._at_first()
        if self.X.shape[1] == 1:
            plots.posterior_curves(ax, means, self.sigma, plots.margins(self.X[:, 0]), self.weights or None)
            ax.set_ylabel("responsibility")
        else:
            ax.set_ylabel(self.axis_labels[1], parse_math=False)
            plots.circles(ax, means, self.sigma)
            width, height = np.ptp(self.X, axis=0)
            if width < 4 * height and height < 4 * width:  # as in explorer.js
                ax.set_aspect("equal", adjustable="datalim")
        plots.points(ax, self.X, self._shares(means))
        if self.twins and self.follow:
            plots.twins(ax, em.fit(self.X, self.means, 0).means)
        plots.centres(ax, means)
        ax.set_xlabel(self.axis_labels[0], parse_math=False)
        ax.set_title(f"$\\sigma = {self.sigma:.3g}$")
        if self.panel in ("none", "likelihood", "bound"):
            below.set_axis_off()
            if self.sigma > 0 and self.panel != "none":
                log_L = em.log_likelihood(self.X, means, self.sigma, self.weights or None)
                ax.set_title(f"$\\sigma = {self.sigma:.3g}$,   $\\log L = {log_L:.5g}$")
        elif self.panel == "staircase":
            self._stairs(below)
        else:
            (plots.terms if self.panel == "terms" else plots.squeeze)(below, self.X, means, self.sigma)
        return figure

    def _stairs(self, ax: Any) -> None:
        """The objective after each step to rest: where the page's stairs lead to."""
        history = em.fit(self.X, self.means, self.sigma, weights=self.weights or None).history
        J = [step.objective for step in history]
        ax.stairs(J, np.arange(len(J) + 1), baseline=None, color=plots.INK)
        ax.annotate(f"{J[0]:.3g}", (0, J[0]), (2, 3), textcoords="offset points")
        ax.annotate(f"{J[-1]:.3g}", (len(J), J[-1]), (-2, 3), textcoords="offset points", ha="right")
        every = max(1, len(J) // 10)
        ax.set(xlabel="steps", yticks=[], xticks=np.arange(0, len(J), every) + 0.5, xticklabels=range(0, len(J), every))
        ax.margins(y=0.3)
        if J[-1] > 0:
            ax.set_ylim(bottom=0)
