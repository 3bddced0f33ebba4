"""The data of the book, and tables of the reader's own."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from kmeans_em import validation as check
from kmeans_em.em import Array
from kmeans_em.gaussian import sample
from kmeans_em.tables import read_table as read_table  # here is where one looks for it


def line() -> Array:
    """Six points on a line, (6, 1): few enough to redo every number with a pencil."""
    return np.array([[0.0], [1.0], [2.0], [8.0], [9.0], [16.0]])


def blobs(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """Three round clouds in the plane, (n, 2), of standard deviation 1 around (0, 0), (5, 0), (2, 4)."""
    return sample(n, [[0, 0], [5, 0], [2, 4]], sigma=1.0, rng=rng)[0]


def unequal(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """Three round clouds in the plane, (n, 2), of unequal sizes and spreads.

    Of the points, about 80% lie around (0, 0) with standard deviation 1.5, about 15% around (4, 0) with 0.4 and about
    5% around (3, 3) with 0.2.
    """
    n, generator = check.whole("n", n, at_least=1), check.generator(rng)
    cloud = generator.choice(3, size=n, p=[0.8, 0.15, 0.05])
    centres, spreads = np.array([[0.0, 0.0], [4.0, 0.0], [3.0, 3.0]]), np.array([1.5, 0.4, 0.2])
    return centres[cloud] + spreads[cloud, None] * generator.standard_normal((n, 2))


def ring(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """A round cloud within a ring, (n, 2): about a third and two thirds of the points.

    The cloud has standard deviation 0.5 around (0, 0). The ring's points lie around its circle of radius 4, in every
    direction alike, and 0.3 is the standard deviation of their distance from (0, 0).
    """
    n, generator = check.whole("n", n, at_least=1), check.generator(rng)
    inside = generator.random(n) < 1 / 3
    cloud = 0.5 * generator.standard_normal((n, 2))
    around = _circle(2 * np.pi * generator.random(n)) * (4 + 0.3 * generator.standard_normal((n, 1)))
    return np.where(inside[:, None], cloud, around)


def skewed(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """One cloud with a long tail to the right, (n, 2): its third moment is not 0.

    The columns are independent. The first is exponential with mean 2, of skewness 2; the second is normal with mean 0
    and standard deviation 0.5.
    """
    n, generator = check.whole("n", n, at_least=1), check.generator(rng)
    return np.column_stack([generator.exponential(2.0, n), 0.5 * generator.standard_normal(n)])


def two_moons(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """Two half circles of radius 1 that reach into each other, (n, 2): no two centres tell them apart.

    The upper one has its centre in (0, 0), the lower one in (1, 0.5); a point belongs to either with probability 1/2.
    Both coordinates carry noise of standard deviation 0.1.
    """
    n, generator = check.whole("n", n, at_least=1), check.generator(rng)
    lower = generator.random(n) < 0.5
    upper_moon = _circle(np.pi * generator.random(n))
    moon = np.where(lower[:, None], [1.0, 0.5] - upper_moon, upper_moon)
    return moon + 0.1 * generator.standard_normal((n, 2))


def uniform(n: int = 300, rng: int | np.random.Generator | None = 0) -> Array:
    """Points anywhere in the square from (0, 0) to (1, 1), (n, 2): there are no clusters to find."""
    n, generator = check.whole("n", n, at_least=1), check.generator(rng)
    return generator.random((n, 2))


def _circle(angles: Array) -> Array:
    """Points of the unit circle, (n, 2)."""
    return np.column_stack([np.cos(angles), np.sin(angles)])


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
