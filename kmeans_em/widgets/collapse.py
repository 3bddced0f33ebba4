"""A bell that narrows onto one of the points: alone, and with a second bell that keeps the other points alive."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import datasets, gaussian, plots
from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, Data, Widget, source, stylesheet

NARROWEST, WIDEST = 1e-4, 20.0  # the slider's ends, in units of a fifth of the other points' width
UNIT, FLOOR = 5.0, -40.0  # and how far down the drawing goes


class Collapse(Widget):
    """Bells over points on a line, one of them centred on a point, and log L as that one narrows.

    Alone, the bell has to serve all points. Beside it there can be a second one that stays: it has the mean and the
    width of the other points, and each of the two has the weight 1/2.

    Parameters
    ----------
    X : (n, 1) array_like, optional
        Points on a line, between -1e6 and 1e6; the book's six when left out.
    point : int, optional
        Which of them the bell is centred on, counted from 0. The others must not all be equal.
    sigma : float, optional
        The width of that bell at first, 1e-9 <= sigma <= 1e9.

    Attributes
    ----------
    point, sigma
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "collapse.js")
    _css = stylesheet("collapse")

    X = Data()
    point = t.Int().tag(sync=True)
    sigma = t.Float().tag(sync=True)

    def __init__(self, X: ArrayLike | None = None, point: int = 5, sigma: float = 10.0) -> None:
        data = datasets.line() if X is None else check.numbers("X", X, "(n, d)").astype(float)
        if data.shape[1] != 1:
            raise ValueError(f"X: expected points on a line, shape (n, 1), got {data.shape}; choose one column")
        for place in (data.min(), data.max()):
            check.within("X", place, FARTHEST)
        super().__init__(
            X=data,
            point=_one_of(data, point),
            sigma=check.between("sigma", sigma, 1e-9, 1e9),
            label=f"{len(data)} points, a bell that narrows onto one of them, and its log-likelihood over sigma",
        )

    @t.validate("point")
    def _check_point(self, proposal: Any) -> int:
        return _one_of(self.X, proposal["value"])

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.between("sigma", proposal["value"], 1e-9, 1e9)

    def describe(self) -> str:
        """The picture in words."""
        alone, both = self._log_L([self.sigma])[:, 0]
        return (
            f"A bell centred on the point {self.X[self.point, 0]:.4g}, and log L as its sigma falls. Alone it serves "
            "the other points worse and worse, and log L falls below every bound. Beside a second, wide bell that "
            "stays over the other points, log L rises without bound. "
            f"At sigma = {self.sigma:.3g} log L is {alone:.3f} alone and {both:.3f} with the second bell."
        )

    def draw(self) -> Figure:
        """Both curves of log L, and where they stand."""
        figure = Figure(figsize=(4.8, 3.4))
        ax = figure.subplots()
        _, width = self._others()
        sigmas = np.geomspace(NARROWEST, WIDEST, 400) * width / UNIT
        for curve, here, colour, dash, name in zip(
            self._log_L(sigmas),
            self._log_L([self.sigma])[:, 0],
            plots.PALETTE,
            plots.DASHES,
            ("one bell", "two bells"),
            strict=False,
        ):
            ax.semilogx(sigmas, curve, color=colour, linestyle=dash, label=f"{name}: $\\log L = {here:.3f}$")
            ax.plot(self.sigma, here, "o", color=colour)
        ax.legend(loc="lower left")
        ax.set(xlabel="$\\sigma$ of the narrow bell", ylabel="$\\log L$", ylim=(FLOOR, None))
        return figure

    def _others(self) -> tuple[float, float]:
        """Mean and width of the points that the narrow bell does not sit on."""
        others = np.delete(self.X[:, 0], self.point)
        return float(others.mean()), float(others.std())

    def _log_L(self, sigmas: ArrayLike) -> Array:
        """log L for each sigma: of the one bell, and of the two."""
        mean, width = self._others()
        wide = gaussian.log_density(self.X, [mean], width)
        narrow = [gaussian.log_density(self.X, self.X[self.point], s) for s in np.asarray(sigmas)]
        return np.array(
            [[logs.sum() for logs in narrow], [(np.logaddexp(logs, wide) - np.log(2)).sum() for logs in narrow]]
        )


def _one_of(X: Array, point: Any) -> int:
    point = check.whole("point", point)
    if point >= len(X):
        raise ValueError(f"point: expected one of the {len(X)} points, 0 to {len(X) - 1}, got {point}")
    if np.ptp(np.delete(X, point, axis=0), axis=0).max(initial=0) == 0 or len(X) < 3:
        raise ValueError(f"X: without point {point} all points are equal; the second bell needs two that differ")
    return point
