"""Axes in, axes out. The palette of the book lives here and is handed to the widgets."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import ArrayLike

from kmeans_em.em import Array, responsibilities

# Colours that colour-blind readers tell apart (after Okabe and Ito), none too pale for white paper;
# the markers are the second cue, in the same order.
PALETTE = (
    "#0072B2",
    "#D55E00",
    "#00875F",
    "#B5579B",
    "#A87900",
    "#3C91C2",
    "#6B5B4D",
    "#5A5AA8",
)
DASHES = ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK = "#1f2328"
QUIET = "#6e7681"

STYLE: Any = {
    "figure.figsize": (4.8, 2.8),  # wide enough for the text column, and legible on a phone
    "figure.constrained_layout.use": True,
    "savefig.transparent": True,
    "svg.hashsalt": "soft-to-hard",  # the same figure is the same file
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "axes.prop_cycle": cycler(color=PALETTE),
}


def use_book_style() -> None:
    """Draw in the book's style, as SVG in a notebook."""
    plt.rcParams.update(STYLE)
    from matplotlib_inline import backend_inline

    backend_inline.set_matplotlib_formats("svg", metadata={"Date": None})


def blend(resp: ArrayLike) -> list[str]:
    """One colour a point: the clusters' colours mixed in proportion to the responsibilities (n, k)."""
    resp = np.asarray(resp, dtype=float)
    return [to_hex(rgb) for rgb in np.clip(resp @ _rgb(resp.shape[1]), 0, 1)]


def points(ax: Axes, X: ArrayLike, resp: ArrayLike | None = None, **style: Any) -> Axes:
    """Draw points (n, d), d = 1 or 2; with `resp`, coloured by it and marked by the likeliest cluster."""
    X = np.asarray(X, dtype=float)
    x, y = X[:, 0], X[:, 1] if X.shape[1] > 1 else np.zeros(len(X))
    style = {"s": 28, "linewidths": 0.6, "edgecolors": "white", "zorder": 3, **style}
    if resp is None:
        ax.scatter(x, y, color=INK, **style)
        return ax
    resp = np.asarray(resp, dtype=float)
    colours, labels = np.array(blend(resp)), resp.argmax(axis=1)
    for j in range(resp.shape[1]):
        mine = labels == j
        ax.scatter(x[mine], y[mine], c=colours[mine], marker=MARKERS[j % len(MARKERS)], **style)
    return ax


def centres(ax: Axes, means: ArrayLike, **style: Any) -> Axes:
    """Draw means (k, d), d = 1 or 2, as large numbered marks; means in one place share a mark."""
    means = np.asarray(means, dtype=float)
    style = {"s": 170, "edgecolors": "white", "linewidths": 1.6, "zorder": 5, **style}
    for j, mean in enumerate(means):
        x, y = mean[0], mean[1] if means.shape[1] > 1 else 0.0
        ax.scatter(x, y, color=PALETTE[j % len(PALETTE)], **style)
        number = {"color": "white", "size": 0.7 * style["s"] ** 0.5, "zorder": style["zorder"] + 1}
        here = np.flatnonzero((abs(means - mean) < 1e-3).all(axis=1)) + 1
        if j + 1 == here[-1]:
            ax.annotate(",".join(map(str, here)), (x, y), ha="center", va="center_baseline", **number)
    return ax


def posterior_curves(ax: Axes, means: ArrayLike, sigma: float, limits: tuple[float, float]) -> Axes:
    """Draw each cluster's responsibility along the line, for means (k, 1)."""
    means = np.asarray(means, dtype=float)
    grid = np.linspace(*limits, 801)
    for j, curve in enumerate(responsibilities(grid[:, None], means, sigma).T):
        ax.plot(
            grid,
            curve,
            color=PALETTE[j % len(PALETTE)],
            linestyle=DASHES[j % len(DASHES)],
        )
    return ax


def margins(values: ArrayLike, share: float = 0.07) -> tuple[float, float]:
    """The range of some numbers, a little widened."""
    low, high = np.min(values), np.max(values)
    margin = share * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _rgb(k: int) -> Array:
    return np.array([to_rgb(PALETTE[j % len(PALETTE)]) for j in range(k)])
