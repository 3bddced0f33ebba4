"""What a cluster costs: where DP-means rests on a line of points, and which number of clusters would be cheapest."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kmeans_em import datasets, plots
from kmeans_em import validation as check
from kmeans_em.dp_means import dp_means
from kmeans_em.em import Array
from kmeans_em.widgets.base import FARTHEST, Data, Widget, source, stylesheet

MOST = 8  # colours
LARGEST_PRICE = 1e14  # the squared length of the longest line that can be drawn, and some more


class Price(Widget):
    """Where DP-means rests on a line of points, at a price that the reader chooses.

    Above, the clusters, each with a ball whose radius is the root of the price. Below, for each number k of clusters
    the least J and k times the price, one on the other.

    Parameters
    ----------
    X : (n, 1) array_like, optional
        From two to eight points on a line, between -1e6 and 1e6, not all equal; the book's six when left out.
    price : float, optional
        What a cluster costs at first, 1e-12 <= price <= 1e14.

    Attributes
    ----------
    price
        Can be read and set while the widget is shown.

    Raises
    ------
    ValueError
        If an argument has the wrong shape or a value outside its range.
    """

    _esm = source("figure.js", "price.js")
    _css = stylesheet("price")

    X = Data()
    price = t.Float().tag(sync=True)

    def __init__(self, X: ArrayLike | None = None, price: float = 120.0) -> None:
        data = datasets.line() if X is None else check.numbers("X", X, "(n, d)").astype(float)
        if data.shape[1] != 1:
            raise ValueError(f"X: expected points on a line, shape (n, 1), got {data.shape}; choose one column")
        if not 2 <= len(data) <= MOST:
            raise ValueError(f"X: expected from 2 to {MOST} points, one colour for each, got {len(data)}")
        if np.ptp(data) == 0:
            raise ValueError("X: all points are equal, and one cluster is best at any price; use points that differ")
        for place in (data.min(), data.max()):
            check.within("X", place, FARTHEST)
        super().__init__(
            X=data,
            price=_price(price),
            label=f"{len(data)} points, the clusters that DP-means finds at a price, and the cheapest number of them",
        )

    @t.validate("price")
    def _check_price(self, proposal: Any) -> float:
        return _price(proposal["value"])

    def describe(self) -> str:
        """The picture in words."""
        k, J = self._rest()
        least = least_costs(self.X[:, 0])
        best = int(np.argmin(least + self.price * np.arange(1, len(least) + 1)))
        return (
            "Points on a line, and over each cluster a ball whose radius is the root of the price of a cluster. "
            "Below, a bar for each number k of clusters: the least J, and on top of it k times the price. "
            f"At the price {self.price:.4g} DP-means rests with k = {k} and J + price k = {J + self.price * k:.4g}; "
            f"the lowest bar is k = {best + 1} with {least[best] + self.price * (best + 1):.4g}."
        )

    def draw(self) -> Figure:
        """The bars, and where DP-means rests."""
        figure = Figure(figsize=(4.8, 3.2))
        ax = figure.subplots()
        least = least_costs(self.X[:, 0])
        numbers = np.arange(1, len(least) + 1)
        ax.bar(numbers, least, width=0.6, color=plots.PALETTE[0], label="least $J$")
        ax.bar(
            numbers,
            numbers * self.price,
            width=0.6,
            bottom=least,
            color=plots.PALETTE[1],
            hatch="//",
            edgecolor="white",
            label=f"$\\Lambda k$, $\\Lambda = {self.price:.4g}$",
        )
        k, J = self._rest()
        ax.plot(k, J + self.price * k, "o", color=plots.INK, label="DP-means")
        ax.legend(loc="upper right")
        top = max(1.6 * least[0], 1.2 * (J + self.price * k))
        ax.set(xlabel="$k$", ylabel="$J + \\Lambda k$", ylim=(0, top), xticks=numbers)
        return figure

    def _rest(self) -> tuple[int, float]:
        """The number of clusters with which DP-means rests, and its J."""
        labels, means = dp_means(self.X, self.price)
        return len(means), float(((self.X - means[labels]) ** 2).sum())


def least_costs(values: Array) -> Array:
    """J* for k = 1 to n points on a line, (n,): the best clusters are stretches of neighbours."""
    values = np.sort(values) - np.mean(values)
    n = len(values)
    J = np.full((n + 1, n + 1), np.inf)
    J[0, 0] = 0
    for k in range(1, n + 1):
        for end in range(k, n + 1):
            J[k, end] = min(J[k - 1, a] + _scatter(values[a:end]) for a in range(k - 1, end))
    return J[1:, n]


def _scatter(values: Array) -> float:
    """The squared distances of one cluster from its mean."""
    return float(((values - values.mean()) ** 2).sum())


def _price(value: Any) -> float:
    return check.between("price", value, 1e-12, LARGEST_PRICE)
