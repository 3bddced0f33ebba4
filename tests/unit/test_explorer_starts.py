"""Starts in the page: points of the data, by the laws of their names, the same for the same seed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import datasets, fit, inertia
from kmeans_em.em import sq_dists
from kmeans_em.widgets.base import source
from tests.node import compute

STARTS = source("em.js", "explorer_starts.js")
X = datasets.blobs(60)
HOW = ["random", "farthest", "plusplus"]
GIVEN = """
const X = { n: given.X.length, d: given.X[0].length, values: Float64Array.from(given.X.flat()) };
const start = (k, how, seed) => m.startMeans(X, k, how, seed);
"""


def starts(body, X=X, **given):
    return compute(STARTS, GIVEN + body, {"X": np.asarray(X).tolist(), **given})


def rows_of(X):
    return {tuple(row) for row in np.asarray(X).tolist()}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("k", [1, 2, 8, 60])
def test_a_start_is_k_different_rows_of_the_data(how, k):
    for means in starts("return [0, 1, 2, 3].map((seed) => start(given.k, given.how, seed))", k=k, how=how):
        assert np.shape(means) == (k, 2)
        assert rows_of(means) <= rows_of(X)
        assert len(rows_of(means)) == k


@pytest.mark.parametrize("how", HOW)
def test_more_means_than_points_are_refused(how):
    body = "try { return start(61, given.how, 0); } catch (error) { return error.message; }"
    assert starts(body, how=how) == "k: 61 means for 60 points; use at most as many as points"


@pytest.mark.parametrize("how", HOW)
def test_a_seed_repeats_and_another_differs(how):
    body = "return [0, 0, 1, 4294967295, 4294967295].map((seed) => start(5, given, seed))".replace("given", "given.how")
    first, again, other, last, last_again = starts(body, how=how)
    assert first == again
    assert last == last_again
    assert first != other != last


def test_the_generator_is_mulberry32():
    assert mulberry32(0, 1) == 0.26642920868471265  # as published programs with this generator have it
    found = compute(STARTS, "return [0, 1].map((seed) => { const r = m.seeded(seed); return [r(), r(), r()]; })")
    assert_allclose(found, [[mulberry32(seed, i) for i in (1, 2, 3)] for seed in (0, 1)], rtol=0)


def mulberry32(seed, i):
    """The i-th number, in Python."""
    mask = 2**32 - 1
    a = (seed + i * 0x6D2B79F5) & mask
    t = ((a ^ (a >> 15)) * (a | 1)) & mask
    t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & mask)) & mask
    return (t ^ (t >> 14)) / 2**32


def test_the_generator_is_even_within_a_seed_and_over_seeds():
    body = """
    const within = m.seeded(5);
    const counts = [0, 1, 2].map(() => Array(10).fill(0));
    for (let i = 0; i < 20000; i++) {
      const next = m.seeded(i);
      [within(), next(), next()].forEach((u, row) => counts[row][Math.floor(10 * u)]++);
    }
    return counts;
    """
    counts = np.array(compute(STARTS, body))
    assert (abs(counts / 20_000 - 0.1) < 4.5 * np.sqrt(0.09 / 20_000)).all()


def farthest(X, first, k):
    """Each row the farthest from those before it, the first of several."""
    rows = [first]
    while len(rows) < k:
        rows.append(int(sq_dists(X, X[rows]).min(axis=0).argmax()))
    return X[rows]


@pytest.mark.parametrize("data", [datasets.line(), X, datasets.old_faithful()], ids=["line", "blobs", "old_faithful"])
def test_farthest_is_that_of_python_from_the_same_first(data):
    for seed in range(5):
        means = np.array(starts("return start(6, 'farthest', given.seed)", data, seed=seed))
        first = int((data == means[0]).all(axis=1).argmax())
        assert_array_equal(means, farthest(data, first, 6))


DRAWS = 6000
MANY = "return Array.from({ length: given.draws }, (_, seed) => start(given.k, given.how, seed).flat())"


def test_random_points_are_each_as_likely():
    points = [[0.0], [1.0], [3.0], [7.0]]
    pairs = [tuple(pair) for pair in starts(MANY, points, draws=DRAWS, k=2, how="random")]
    assert len(set(pairs)) == 12
    for pair in set(pairs):
        assert abs(pairs.count(pair) / DRAWS - 1 / 12) < 4.5 * np.sqrt(11 / 144 / DRAWS)


def test_k_means_plusplus_draws_by_the_squared_distance_to_the_nearest():
    # on 0, 1, 3: first each with 1/3; then by squares, (1, 9), (1, 4) and (9, 4) against each other
    expected = {}
    for first, squares in {0: {1: 1, 3: 9}, 1: {0: 1, 3: 4}, 3: {0: 9, 1: 4}}.items():
        for second, square in squares.items():
            expected[first, second] = square / sum(squares.values()) / 3
    pairs = [tuple(pair) for pair in starts(MANY, [[0.0], [1.0], [3.0]], draws=DRAWS, k=2, how="plusplus")]
    assert set(pairs) == set(expected)
    for pair, p in expected.items():
        assert abs(pairs.count(pair) / DRAWS - p) < 4.5 * np.sqrt(p * (1 - p) / DRAWS)


def test_the_third_centre_heeds_the_nearest_of_two():
    # once 0 and 10 are taken, 9 is 1 away and 5 is 5 away: 25 times as likely
    draws = starts(MANY, [[0.0], [5.0], [9.0], [10.0]], draws=3000, k=3, how="plusplus")
    thirds = [third for *two, third in draws if set(two) == {0, 10}]
    assert len(thirds) > 500
    assert abs(thirds.count(9) / len(thirds) - 1 / 26) < 4 * np.sqrt(25 / 26**2 / len(thirds))


@pytest.mark.parametrize("how", HOW[1:])
@pytest.mark.parametrize("scale", [1.0, 1e-120, 1e120])
def test_no_place_is_drawn_twice_while_another_is_left(how, scale):
    many = [[0.0]] * 20 + [[scale], [2 * scale]]
    for seed in range(20):
        assert len(rows_of(starts("return start(3, given.how, given.seed)", many, how=how, seed=seed))) == 3


@pytest.mark.parametrize("how", HOW)
def test_points_on_one_spot_still_give_k_centres(how):
    assert starts("return start(4, given.how, 3)", [[2.0, 1.0]] * 4, how=how) == [[2, 1]] * 4
    with_two_places = starts("return start(5, given.how, 3)", [[0.0], [0.0], [1.0], [1.0], [1.0]], how=how)
    assert sorted(np.ravel(with_two_places)) == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("how", HOW)
def test_runs_end_where_pythons_k_means_ends_with_its_J(how):
    seeds = [3, 1, 4, 1, 5]
    found = starts("return m.runs(X, 4, given.how, given.seeds)", how=how, seeds=seeds)
    assert [run["seed"] for run in found] == seeds
    for run in found:
        assert run["start"] == starts("return start(4, given.how, given.seed)", how=how, seed=run["seed"])
        rest = fit(X, run["start"])
        assert_allclose(run["means"], rest.means, rtol=1e-12)
        assert run["J"] == pytest.approx(inertia(X, rest.means), rel=1e-12)
    assert found[1] == found[3]


def test_a_run_may_be_left_after_each_step():
    body = """
    const going = m.eachRun(X, 3, "random", [7]);
    const parts = [];
    for (const part of going) parts.push(part === null);
    return parts;
    """
    parts = starts(body)
    start = starts("return start(3, 'random', 7)")
    assert parts == [True] * fit(X, start).steps + [False]
