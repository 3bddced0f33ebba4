"""The digits that are right, against 50-digit arithmetic on the same binary numbers."""

import numpy as np
import pytest

from benchmarks.accuracy import LEAST, errors, exact, families, hard, relative
from kmeans_em import responsibilities

FEW = 10 * np.finfo(float).eps  # last digits: some each for the sums over coordinates and clusters, exp and log
FAMILIES, HARD = families(), dict(hard())
CASES = [pytest.param(*case, id=f"{name}, sigma {case[2]:.0e}") for name, cases in FAMILIES.items() for case in cases]


@pytest.mark.parametrize(
    ("X", "means", "sigma", "weights"), [*CASES, *(pytest.param(*HARD[name], id=name) for name in HARD)]
)
def test_no_more_digits_are_lost_than_the_condition_number_says(X, means, sigma, weights):
    true = exact(X, means, sigma, weights)
    found = errors(X, means, sigma, weights, true)
    assert found.F is None or found.F / true.cond_F <= FEW
    assert found.J <= FEW
    for (i, j), share in np.ndenumerate(responsibilities(X, means, sigma, weights)):
        right = true.resp[i][j]
        if right > LEAST:
            assert relative(share, right) <= FEW * true.cond_share[i][j]
        else:
            assert share <= 2 * LEAST


@pytest.mark.parametrize(("X", "means", "sigma", "weights"), CASES)
def test_twelve_digits_are_right_where_the_conditioning_allows(X, means, sigma, weights):
    true = exact(X, means, sigma, weights)
    found = errors(X, means, sigma, weights, true)
    assert max(found.share, found.share_rel) <= 1e-12
    assert true.cond_F < 400
    assert found.F is None or found.F <= 1e-12
    assert found.log_L is None or found.log_L <= 1e-12
    assert found.means <= 1e-14
    assert found.sigma is None or found.sigma <= 1e-14
