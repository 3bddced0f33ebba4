"""What chapter 2 and its companions say in numbers, in its text, its figure and its solutions."""

import numpy as np
import pytest

from kmeans_em import datasets, fit, inertia
from kmeans_em.gaussian import sample

LINE = datasets.line()


@pytest.mark.parametrize(
    ("start", "way"),
    [([8, 16], [150, 70]), ([0, 16], [118, 55.9375, 40]), ([9, 16], [195, 70]), ([1, 2], [282, 55.9375, 40])],
)
def test_the_runs_on_the_line(start, way):
    run = fit(LINE, np.reshape(start, (2, 1)))
    assert [step.objective for step in run.history[: len(way)]] == way


def test_the_centres_on_the_way_from_0_and_16():
    run = fit(LINE, [[0], [16]])
    assert [step.means.ravel().tolist() for step in run.history[:3]] == [[0, 16], [2.75, 12.5], [1, 11]]
    assert 4 * 2.75**2 + 2 * 3.5**2 == 54.75
    assert 118 - 55.9375 == 62.0625


def test_a_rest_that_is_no_local_minimum():
    X = np.array([[0.0], [2], [3]])
    assert fit(X, [[1], [3]]).means.ravel().tolist() == [1, 3]
    assert inertia(X, [[1], [3]]) == 2
    for eps in (0.01, 0.3, 0.99):
        assert inertia(X, [[1], [3 - eps]]) == pytest.approx(2 - 2 * eps * (1 - eps))


def test_the_first_figure():
    run = fit(datasets.blobs(), [[-2, -2], [-2, -1], [-1, -2]])
    J = [round(step.objective) for step in run.history]
    assert (J[0], J[1], J[2], J[-1], run.steps) == (9582, 1237, 632, 528, 5)


def test_two_pairs_of_clouds():
    pairs, _ = sample(240, [[0, 0], [0, 4], [9, 0], [9, 4]], sigma=0.8, rng=0)
    run = fit(pairs, [[-1, 0.5], [1, 2], [-1, 3.5], [9, 2]])
    assert (round(run.history[0].objective), round(run.history[-1].objective)) == (974, 822)
    for j in range(3):
        for place in ([8, 0], [9, 2], [10, 3]):
            start = run.means.copy()
            start[j] = place
            end = inertia(pairs, fit(pairs, start).means)
            assert round(end) == 288
            assert round(inertia(pairs, run.means) - end) == 533
    for place in (
        [1.6, -3],
        [2.5, -3],
        [3.6, -3],
        [2, -2.5],
        [3.2, -2.5],
    ):  # as a finger drops it
        start = run.means.copy()
        start[2] = place
        assert fit(pairs, start).means[2].tolist() == place


def test_units_decide_what_counts_as_near():
    X, Z = datasets.old_faithful(), datasets.old_faithful(standardised=True)
    labels = fit(X, X[:2]).labels
    assert (labels != fit(X[:, [1]], X[:2, [1]]).labels).sum() == 0
    assert (labels != fit(Z, Z[:2]).labels).sum() == 4
    assert np.ptp(X, axis=0) == pytest.approx([3.5, 53])


def test_sizes():
    X = np.array([[0.0]] * 99 + [[1.0]])
    assert inertia(X, [[0], [1]]) == 0
    X = np.array([[0.0]] * 50 + [[1.0]] * 50 + [[5.0]])
    assert round(inertia(X, fit(X, [[0], [1]]).means), 1) == 15.7
    assert inertia(X, fit(X, [[0.5], [5]]).means) == 25


def test_five_starts():
    assert round(0.855**5, 2) == 0.46
    assert 0.38**5 < 0.01


def test_the_solutions_in_numbers():
    squares = LINE[:, 0] ** 2
    assert squares.sum() == 406
    assert round(256 / 406, 2) == 0.63
    assert round(squares[3:].sum() / 406, 3) == 0.988
    assert inertia([[1], [1], [3]], [[0], [2], [4]]) == 3
