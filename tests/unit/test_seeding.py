import numpy as np
import pytest
from numpy.testing import assert_array_equal

from kmeans_em.seeding import kmeans_plusplus


def rows_of(X):
    return {tuple(row) for row in X.tolist()}


@pytest.fixture
def X():
    return np.random.default_rng(0).normal(size=(30, 2))


@pytest.mark.parametrize("k", [1, 2, 7, 30])
def test_centres_are_different_rows_of_the_data(X, k):
    centres = kmeans_plusplus(X, k, rng=0)
    assert centres.shape == (k, 2)
    assert rows_of(centres) <= rows_of(X)
    assert len(rows_of(centres)) == k


def test_each_centre_is_drawn_by_its_squared_distance_to_those_before():
    # on 0, 1, 3: first each with 1/3; then by squares, (1, 9), (1, 4) and (9, 4) against each other
    X, expected = np.array([[0.0], [1.0], [3.0]]), {}
    for first, squares in {0: {1: 1, 3: 9}, 1: {0: 1, 3: 4}, 3: {0: 9, 1: 4}}.items():
        for second, square in squares.items():
            expected[first, second] = square / sum(squares.values()) / 3
    rng, draws = np.random.default_rng(0), 6000
    pairs = [tuple(kmeans_plusplus(X, 2, rng).ravel()) for _ in range(draws)]
    assert set(pairs) == set(expected)
    for pair, p in expected.items():
        assert abs(pairs.count(pair) / draws - p) < 4 * np.sqrt(p * (1 - p) / draws)


def test_the_third_centre_heeds_the_nearest_of_two():
    # once 0 and 10 are taken, 9 is 1 away and 5 is 5 away: 25 times as likely
    X, rng = np.array([[0.0], [5.0], [9.0], [10.0]]), np.random.default_rng(0)
    draws = [kmeans_plusplus(X, 3, rng).ravel().tolist() for _ in range(3000)]
    thirds = [third for *two, third in draws if set(two) == {0, 10}]
    assert len(thirds) > 500
    assert abs(thirds.count(9) / len(thirds) - 1 / 26) < 4 * np.sqrt(25 / 26**2 / len(thirds))


@pytest.mark.parametrize("scale", [1.0, 1e-120, 1e120])
def test_no_row_is_drawn_twice_while_another_place_is_left(scale):
    X = scale * np.array([[0.0]] * 20 + [[1.0], [2.0]])
    for seed in range(20):
        assert len(rows_of(kmeans_plusplus(X, 3, seed))) == 3


def test_points_on_one_spot_still_give_k_centres():
    assert_array_equal(kmeans_plusplus([[2.0, 1.0]] * 4, 4, rng=0), [[2.0, 1.0]] * 4)


def test_with_k_equal_to_n_every_row_is_drawn_once():
    X = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]])
    assert sorted(kmeans_plusplus(X, 5, rng=0).ravel()) == [0, 0, 1, 1, 1]


def test_a_shift_does_not_change_the_draw(X):
    X = np.round(1024 * X) / 1024
    assert_array_equal(kmeans_plusplus(X + 2.0**27, 5, rng=0) - 2.0**27, kmeans_plusplus(X, 5, rng=0))


def test_a_seed_repeats_and_a_generator_goes_on(X):
    assert_array_equal(kmeans_plusplus(X, 5, rng=1), kmeans_plusplus(X, 5, rng=1))
    generator = np.random.default_rng(1)
    assert_array_equal(kmeans_plusplus(X, 5, generator), kmeans_plusplus(X, 5, rng=1))
    assert (kmeans_plusplus(X, 5, generator) != kmeans_plusplus(X, 5, rng=1)).any()


def test_data_are_only_read_and_centres_are_float64(X):
    X = X.astype(np.float32)
    X.flags.writeable = False
    centres = kmeans_plusplus(X, 30, rng=0)
    assert centres.dtype == float
    assert not np.shares_memory(centres, X)
    assert kmeans_plusplus([[1], [2]], 2, rng=0).dtype == float
