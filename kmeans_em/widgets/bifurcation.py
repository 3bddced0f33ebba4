"""Where EM rests as sigma falls and rises again: the reader's drag draws the branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import em, plots
from kmeans_em import validation as check
from kmeans_em.annealing import anneal, critical_sigma
from kmeans_em.datasets import line
from kmeans_em.em import Array
from kmeans_em.widgets.base import Means, Widget, source, stylesheet

ONE_FAR = np.array([[0.0], [1], [1], [2], [2], [2], [3], [3], [4], [20]])
FROM, TO = 0.1, 1.4  # the slider's ends, in critical sigmas
TOGETHER = 1e-2  # means as near as this, in critical sigmas, count as merged

Case = tuple[str, ArrayLike, int]


class Bifurcation(Widget):
    """Means that follow EM to rest while sigma falls or rises, and leave a trail.

    Sideways sigma, upwards the place of each mean along the direction in which the data spread most.
    The trail of a falling sigma is a thin line, that of a rising one a broad band: where they differ is hysteresis.

    Parameters
    ----------
    cases : sequence of (name, X, k), optional
        Data (n, d) to choose from, and how many means, 2 <= k <= 8 and k <= n.
        When left out: the six points on the line with 2 means, and ten points, one of them far off, with 4.
    case : int, optional
        Which of them is shown at first.
    sigma : float, optional
        Where to begin, with all means merged; the slider's right end when left out.
    predictions : bool, optional
        Whether the critical sigma, the square-root law (two means) and the range in which merged and parted
        means are both at rest are drawn in.

    Attributes
    ----------
    case, sigma, means, predictions
        Can be read and set while the widget is shown. A new case begins with merged means at the right end.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("em.js", "figure.js", "trail.js", "bifurcation.js")
    _css = stylesheet("bifurcation")

    cases = t.List().tag(sync=True)
    case = t.Int().tag(sync=True)
    sigma = t.Float().tag(sync=True)
    means = Means()
    predictions = t.Bool().tag(sync=True)

    def __init__(
        self,
        cases: Sequence[Case] | None = None,
        case: int = 0,
        sigma: float | None = None,
        *,
        predictions: bool = False,
    ) -> None:
        given = [("six points, 2 means", line(), 2), ("ten points, 4 means", ONE_FAR, 4)] if cases is None else cases
        known = [_case(*one) for one in given]
        if not known:
            raise ValueError("cases: expected at least one (name, X, k), got none")
        self._branches: dict[int, tuple[Array, Array, Array, Array]] = {}
        case = _number(case, len(known))
        first = known[case]
        super().__init__(
            cases=known,
            case=case,
            sigma=first["start"] if sigma is None else sigma,
            means=_merged(first),
            predictions=check.flag("predictions", predictions),
            label="Where the means rest, drawn while sigma falls and rises",
        )

    @t.validate("case")
    def _check_case(self, proposal: Any) -> int:
        return _number(proposal["value"], len(self.cases))

    @t.validate("sigma")
    def _check_sigma(self, proposal: Any) -> float:
        return check.sigma(proposal["value"], at_most=check.LARGEST**0.5, positive=True)

    @t.observe("case")
    def _begin(self, change: Any) -> None:
        shown = self.cases[self.case]
        with self.hold_trait_notifications():
            self.sigma = shown["start"]
            self.means = _merged(shown)

    def _branch(self) -> tuple[Array, Array, Array, Array]:
        """Falling sigmas and the places of the means there, then rising ones: for paper."""
        if self.case not in self._branches:
            shown = self.cases[self.case]
            X, u, centre = (np.array(shown[name]) for name in ("X", "u", "centre"))
            down = shown["sigma_c"] * np.linspace(TO, FROM, 131)
            cooled = anneal(X, shown["k"], down, nudge=1e-4, max_steps=2000, tol=1e-8)
            heated = anneal(X, shown["k"], down[::-1], means=cooled[-1].means, nudge=1e-4, max_steps=2000, tol=1e-8)
            places = [np.array([(fit.means - centre) @ u + centre @ u for fit in fits]) for fits in (cooled, heated)]
            self._branches[self.case] = down, places[0], down[::-1], places[1]
        return self._branches[self.case]

    def describe(self) -> str:
        """The picture in words."""
        shown = self.cases[self.case]
        both = shown["both"]
        loop = (
            f"On the way back up they stay apart until sigma = {both:.3g}: between the two, merged and parted means "
            "are both at rest."
            if both > 1.002 * shown["sigma_c"]
            else "On the way back up they merge again at the same sigma."
        )
        return (
            f"Sideways sigma, upwards the place of {shown['k']} means: {shown['name']}. From the right the means come "
            f"as one line, merged at the mean of the data. Below sigma = {shown['sigma_c']:.4g} they part. {loop}"
        )

    def draw(self) -> Figure:
        """Both trails, as a reader would draw them, and what the theorems predict."""
        shown = self.cases[self.case]
        figure = Figure(figsize=(4.8, 3.4))
        ax = figure.subplots()
        down, cooled, up, heated = self._branch()
        for j in range(shown["k"]):
            ax.plot(up, heated[:, j], color=plots.PALETTE[j], linewidth=6, alpha=0.3)
            ax.plot(down, cooled[:, j], color=plots.PALETTE[j], linewidth=1.5)
        ax.axvline(shown["sigma_c"], color=plots.INK, linestyle="--", linewidth=1)
        ax.axvspan(shown["sigma_c"], shown["both"], color=plots.QUIET, alpha=0.15, linewidth=0)
        if shown["k"] == 2:
            law = shown["sigma_c"] * np.linspace(0.8, 1, 60)
            half = np.sqrt(3 * (shown["sigma_c"] ** 2 - law**2) / shown["kurtosis"])
            middle = float(np.dot(shown["centre"], shown["u"]))
            for sign in (-1, 1):
                ax.plot(law, middle + sign * half, color=plots.INK, linestyle=":", linewidth=1.5)
        ax.set(xlabel="σ", ylabel="place of the means", title=shown["name"])
        ax.annotate(r"$\sigma_c$", (shown["sigma_c"], 1), (2, -12), ("data", "axes fraction"), "offset points")
        return figure


def _case(name: str, X: ArrayLike, k: int) -> dict[str, Any]:
    """What the page has to know of some data and a number of means."""
    X = check.numbers("X", X, "(n, d)").astype(float)
    check.data_and_means(X, X[:1])
    k = check.whole("k", k, at_least=2)
    if k > min(len(plots.PALETTE), len(X)):
        raise ValueError(f"k: expected at most {min(len(plots.PALETTE), len(X))} means for {len(X)} points, got {k}")
    centre, sigma_c = X.mean(axis=0), critical_sigma(X)
    if not isinstance(sigma_c, float) or not sigma_c > 0:
        raise ValueError("X: all points are equal, and no mean ever parts from another; use points that differ")
    u = np.linalg.eigh(np.cov(X.T, bias=True).reshape(X.shape[1], -1))[1][:, -1]
    u *= np.sign(u[np.abs(u).argmax()])
    z = (X - centre) @ u / sigma_c
    return {
        "name": str(name),
        "X": X.tolist(),
        "k": k,
        "centre": centre.tolist(),
        "u": u.tolist(),
        "sigma_c": sigma_c,
        "skewness": float((z**3).mean()),
        "kurtosis": float((z**4).mean()),
        "ends": [FROM * sigma_c, TO * sigma_c],
        "start": float(f"{TO * sigma_c:.3g}"),
        "both": _both(X, k, sigma_c),
    }


def _merged(shown: dict[str, Any]) -> Any:
    """All means at the mean of the data."""
    return np.tile(shown["centre"], (shown["k"], 1))


def _both(X: Array, k: int, sigma_c: float) -> float:
    """How far up parted means are still at rest, heated from where annealing ends; at least sigma_c."""
    parted = anneal(X, k, sigma_c * np.array([0.95, 0.85]), nudge=1e-3, max_steps=3000, tol=1e-8)[-1].means
    last = sigma_c
    for sigma in sigma_c * np.linspace(1, TO, 161):
        found = em.fit(X, parted, sigma, max_steps=3000, tol=1e-8)
        parted = found.means
        if not found.converged or np.linalg.norm(np.ptp(parted, axis=0)) < TOGETHER * sigma_c:
            break
        last = sigma
    return float(last)


def _number(case: Any, cases: int) -> int:
    number = check.whole("case", case)
    if number >= cases:
        raise ValueError(f"case: expected a whole number below {cases}, got {case!r}")
    return number
