"""What chapter 1 and its companion say in numbers, in its text, its figures and its solutions."""

import re
from pathlib import Path

import numpy as np
import pytest

from kmeans_em import datasets, gaussian, log_likelihood

CHAPTERS = Path(__file__).parents[2] / "chapters"
LINE = datasets.line()
X = datasets.old_faithful()
WAITING = X[:, [1]]


def rows(header, page="01-squared-error"):
    """The numbers of the table that follows `header` on a page, row by row."""
    table = (CHAPTERS / f"{page}.md").read_text().split(header, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.?\d*", row.split("$")[0])] for row in table]


def test_the_table_of_log_densities():
    *points, total = rows("| $x$ | $(x-\\mu)^2$ | $(x-\\mu)^2/2\\sigma^2$ | $\\log p$ |")
    x, squares, terms, log_p = np.transpose(points)
    np.testing.assert_array_equal(x, LINE[:, 0])
    np.testing.assert_array_equal(squares, (x - 6) ** 2)
    np.testing.assert_array_equal(terms, (x - 6) ** 2 / 8)
    np.testing.assert_allclose(log_p, gaussian.log_density(LINE, [6], 2), atol=5e-4)
    np.testing.assert_allclose(total, [190, 23.75, log_likelihood(LINE, [[6]], 2)], atol=5e-4)


def test_the_table_of_three_sigmas():
    for sigma, squared, constant, log_p in rows(
        "| $\\sigma$ | $-(x-\\mu)^2/2\\sigma^2$ | $-\\log\\sigma - \\frac12\\log 2\\pi$ | $\\log p$ |",
        page="01-squared-error-one-gaussian",
    ):
        assert squared == -4 / (2 * sigma**2)
        assert constant == pytest.approx(-np.log(sigma) - np.log(2 * np.pi) / 2, abs=5e-4)
        assert log_p == pytest.approx(gaussian.log_density([[8]], [6], sigma)[0], abs=5e-4)


def test_the_table_of_squared_errors():
    for m, S in rows("| $m$ | $S(m)$ | |"):
        assert ((LINE - m) ** 2).sum() == S == 190 + 6 * (m - 6) ** 2


def test_the_most_likely_gaussian_on_the_line():
    sigma = np.sqrt(190 / 6)
    assert round(sigma, 3) == 5.627
    assert log_likelihood(LINE, [[6]], sigma) == pytest.approx(-18.879, abs=5e-4)
    assert log_likelihood(LINE, [[6]], 2) - log_likelihood(LINE, [[10]], 2) == pytest.approx(12)
    assert round(np.sqrt(286 / 6), 2) == 6.90
    assert round(log_likelihood(LINE, [[6]], sigma / 4)) == -56


def test_old_faithful():
    assert WAITING.mean().round(2) == 70.90
    assert WAITING.std().round(2) == 13.57
    np.testing.assert_allclose(X.var(axis=0).round(2), [1.30, 184.14])
    assert np.sqrt(X.var(axis=0).mean()).round(2) == 9.63
    assert ((WAITING >= 70) & (WAITING < 75)).sum() == 23
    assert round((np.sqrt(272 / 271) - 1) * 100, 1) == 0.2


def test_the_bell_promises_39_eruptions_from_70_to_under_75_minutes():
    grid = np.linspace(69.5, 74.5, 5001)  # whole minutes 70 to 74
    p = np.exp(gaussian.log_density(grid[:, None], [WAITING.mean()], WAITING.std()))
    assert int(272 * np.trapezoid(p, grid)) == 39


def test_the_solutions_in_numbers():
    x = LINE[:, 0]
    assert ((x - 2) ** 2).sum() == 286
    a = np.array([1, 1, 1, 0.5, 0, 0])
    assert (a @ x / a.sum(), a @ x**2, a @ (x - 2) ** 2, a.sum() * 2**2) == (2, 37, 23, 14)
    assert sum((x[i] - x[j]) ** 2 for i in range(6) for j in range(i)) == 1140
    assert {np.abs(x - m).sum() for m in (2, 5, 8)} == {30}
