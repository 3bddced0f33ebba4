"""The data of the book, and tables of the reader's own."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from kmeans_em.em import Array
from kmeans_em.gaussian import sample
from kmeans_em.tables import read_table as read_table  # here is where one looks for it


def line() -> Array:
    """Six points on a line, (6, 1): few enough to redo every number with a pencil."""
    return np.array([[0.0], [1.0], [2.0], [8.0], [9.0], [16.0]])


def blobs(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """Three round clouds in the plane, (n, 2), of standard deviation 1 around (0, 0), (5, 0), (2, 4)."""
    return sample(n, [[0, 0], [5, 0], [2, 4]], sigma=1.0, rng=rng)[0]


def old_faithful(*, standardised: bool = False) -> Array:
    """272 eruptions of the Old Faithful geyser, (272, 2).

    Columns: duration of the eruption and waiting time to the next, in minutes.
    With ``standardised=True`` each column has its mean subtracted and is divided by its
    standard deviation (the one with 1/n).

    Source: the data frame `faithful` of R's `datasets`, from W. Haerdle, *Smoothing Techniques with
    Implementation in S*, Springer, 1991. A more complete version is in A. Azzalini and A. W. Bowman,
    "A look at some data on the Old Faithful geyser", Applied Statistics 39, 357-365, 1990.
    """
    X = _table("old_faithful.csv")
    return (X - X.mean(axis=0)) / X.std(axis=0) if standardised else X


def iris() -> Array:
    """150 irises, (150, 4): length and width of a sepal, length and width of a petal, in centimetres.

    The first 50 are setosa, the next 50 versicolor, the last 50 virginica.

    Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7, 179-188, 1936;
    the numbers are those of scikit-learn's `load_iris`.
    """
    return _table("iris.csv")


def _table(name: str) -> Array:
    with files("kmeans_em").joinpath("data", name).open() as file:
        return np.loadtxt(file, delimiter=",", skiprows=1)
