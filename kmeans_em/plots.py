"""Axes in, axes out. The colours of the book live here, and widget.css takes them from here."""

from __future__ import annotations

from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.font_manager import get_font_names
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from kmeans_em.em import Array, free_energy, inertia, responsibilities, sq_dists


class Theme(NamedTuple):
    """The ground and what stands on it: every colour has a contrast of 4.5 : 1 or more to `paper`."""

    paper: str
    ink: str
    quiet: str
    palette: tuple[str, ...]


# Colours that colour-blind readers tell apart (after Okabe and Ito); the markers are the second cue, in the same order.
LIGHT = Theme(
    paper="#fffefb",
    ink="#1f2328",
    quiet="#5d656e",
    palette=("#0072B2", "#C45200", "#008059", "#B05095", "#8F6A00", "#17365D", "#6B5B4D", "#5A5AA8"),
)
DARK = Theme(
    paper="#181a1c",
    ink="#e2e4e7",
    quiet="#a7afb8",
    palette=("#56B4E9", "#F0883E", "#3DC79A", "#DE8CC6", "#E3CF57", "#B5E3FF", "#BCA999", "#A3A3EE"),
)
PAPER, INK, QUIET, PALETTE = LIGHT  # what is drawn ahead of time keeps its paper in the dark too
DASHES = ("-", (0, (4, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

# Letters that the first does not have come from the next one: DejaVu comes with matplotlib, the others if installed.
OTHERS = {
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "PingFang SC",
    "Hiragino Sans",
    "Arial Unicode MS",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Nirmala UI",
}
FONTS = ["STIXGeneral", "DejaVu Sans", *sorted(OTHERS & set(get_font_names()))]

MANY = 1000  # points above which a drawing holds them as pixels, and they are small

STYLE: Any = {
    "figure.figsize": (4.8, 2.8),  # wide enough for the text column, and legible on a phone
    "figure.constrained_layout.use": True,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "svg.hashsalt": "soft-to-hard",  # the same figure is the same file
    "font.family": FONTS,
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
    """Draw in the book's style: as SVG in a notebook, and as PNG for one that is not trusted, which shows no SVG."""
    plt.rcParams.update(STYLE)
    from matplotlib_inline import backend_inline

    backend_inline.set_matplotlib_formats("svg", "png", metadata={"Date": None})


def blend(resp: ArrayLike) -> list[str]:
    """One colour a point: the clusters' colours mixed in proportion to the responsibilities (n, k)."""
    resp = np.asarray(resp, dtype=float)
    return [to_hex(rgb) for rgb in np.clip(resp @ _rgb(resp.shape[1]), 0, 1)]


def points(ax: Axes, X: ArrayLike, resp: ArrayLike | None = None, **style: Any) -> Axes:
    """Draw points (n, d), d = 1 or 2; with `resp`, coloured by it and marked by the likeliest cluster.

    A point whose two largest shares are as good as equal is an open circle.
    """
    X = np.asarray(X, dtype=float)
    x, y = X[:, 0], X[:, 1] if X.shape[1] > 1 else np.zeros(len(X))
    many = len(X) > MANY
    size = {"s": 6, "linewidths": 0} if many else {"s": 28, "linewidths": 0.6}
    style = {**size, "edgecolors": "white", "zorder": 3, "rasterized": many, **style}
    if resp is None:
        ax.scatter(x, y, color=INK, **style)
        return ax
    resp = np.asarray(resp, dtype=float)
    colours, labels = np.array(blend(resp)), resp.argmax(axis=1)
    ranked = np.sort(resp, axis=1)
    undecided = (ranked[:, -1] - ranked[:, -2] < 1e-3) if resp.shape[1] > 1 else np.zeros(len(X), bool)
    open_circle = {**style, "facecolors": "none", "edgecolors": colours[undecided], "linewidths": 1.4}
    ax.scatter(x[undecided], y[undecided], marker="o", **open_circle)
    for j in range(resp.shape[1]):
        mine = (labels == j) & ~undecided
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


def field(ax: Axes, means: ArrayLike, sigma: float) -> Axes:
    """Shade the axes, as they are, by the responsibilities of each place; at sigma = 0 these are Voronoi cells."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    x, y = np.meshgrid(np.linspace(left, right, 300), np.linspace(bottom, top, 300))
    resp = responsibilities(np.column_stack([x.ravel(), y.ravel()]), means, sigma)
    colours = np.clip(resp @ _rgb(resp.shape[1]), 0, 1).reshape(*x.shape, 3)
    # "none": the drawing keeps these pixels instead of finer, heavier ones
    ax.imshow(colours, extent=(left, right, bottom, top), origin="lower", alpha=0.18, interpolation="none")
    return ax


def circles(ax: Axes, means: ArrayLike, radius: float) -> Axes:
    """Draw a thin circle of the given radius, in data units, around each mean (k, 2)."""
    for j, mean in enumerate(np.asarray(means, dtype=float)):
        colour = PALETTE[j % len(PALETTE)]
        ax.add_patch(Circle((mean[0], mean[1]), radius, fill=False, edgecolor=colour, linewidth=1, zorder=2))
    return ax


def twins(ax: Axes, means: ArrayLike) -> Axes:
    """Draw means (k, d), d = 1 or 2, as dashed rings: a second set of centres beside the first."""
    means = np.asarray(means, dtype=float)
    for j, mean in enumerate(means):
        x, y = mean[0], mean[1] if means.shape[1] > 1 else 0.0
        colour = PALETTE[j % len(PALETTE)]
        ax.plot(x, y, "o", markersize=19, fillstyle="none", color="white", markeredgewidth=4, zorder=4)
        ax.scatter(x, y, s=360, facecolors="none", edgecolors=colour, linewidths=1.8, linestyle="--", zorder=4.5)
    return ax


def squeeze(ax: Axes, X: ArrayLike, means: ArrayLike, sigma: float) -> Axes:
    """Draw the range from J - 2 sigma^2 n log k to J as a bar, and F_sigma in it."""
    J, F = inertia(X, means), free_energy(X, means, sigma)
    bound = J - 2 * sigma**2 * len(np.asarray(X)) * np.log(len(np.asarray(means)))
    ax.barh(0, J - bound, left=bound, color=PALETTE[0], alpha=0.3)
    ax.plot([F, F], [-0.5, 0.5], color=PALETTE[0], linewidth=2.5)
    ax.plot([J, J], [-0.5, 0.5], color=INK)
    ax.set(yticks=[], ylim=(-0.7, 0.7))
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"$J - 2\\sigma^2 n\\,\\log k = {bound:.4g}$,   $F_\\sigma = {F:.4g}$,   $J = {J:.4g}$")
    return ax


def terms(ax: Axes, X: ArrayLike, means: ArrayLike, sigma: float) -> Axes:
    """Draw the two terms of F_sigma as bars: how far each is from its value at 0 to that for equal shares."""
    X, means = np.asarray(X, dtype=float), np.asarray(means, dtype=float)
    resp, D = responsibilities(X, means, sigma), sq_dists(X, means).T
    J, energy, even = inertia(X, means), (resp * D).sum(), D.mean(axis=1).sum()
    entropy, most = -np.log(resp**resp).sum(), len(X) * np.log(len(means))
    rows = [
        (1, energy - J, even - J, f"naive loss $\\Sigma\\,r D = {energy:.4g}$, from $J = {J:.4g}$ to {even:.4g}"),
        (0, entropy, most, f"entropy $\\Sigma\\,H = {entropy:.3g}$, from 0 to $n\\,\\log k = {most:.3g}$"),
    ]
    for y, value, full, words in rows:
        ax.barh(y, value / full if full > 0 else 0, height=0.36, color=PALETTE[0], alpha=0.3)
        ax.barh(y, 1, height=0.36, color="none", edgecolor=QUIET)
        ax.text(0, y + 0.28, words)
    ax.set(xlim=(0, 1), ylim=(-0.3, 1.65))
    ax.set_axis_off()
    return ax


def posterior_curves(
    ax: Axes, means: ArrayLike, sigma: float, limits: tuple[float, float], weights: ArrayLike | None = None
) -> Axes:
    """Draw each cluster's responsibility along the line, for means (k, 1)."""
    means = np.asarray(means, dtype=float)
    grid = np.linspace(*limits, 401)
    for j, curve in enumerate(responsibilities(grid[:, None], means, sigma, weights).T):
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
