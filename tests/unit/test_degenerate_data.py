"""Data on which a loop divides by zero, loses a cluster or never ends, and what ours does there."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import fit, free_energy, inertia, responsibilities

SIGMAS = [0, 1e-300, 0.5, 1e8, np.inf]


def column(*numbers):
    return np.array(numbers, dtype=float)[:, None]


@pytest.fixture
def cloud():
    return np.random.default_rng(0).normal(size=(60, 3))


def test_with_more_centres_than_places_one_centre_takes_each_place_and_the_others_stay():
    X, means = column(0, 0, 0, 5, 5), column(0, 5, 0, 5, 7)
    found = fit(X, means)
    assert_array_equal(found.means, means)
    assert found.labels.tolist() == [0, 0, 0, 1, 1]
    assert (found.history[-1].objective, found.converged) == (0, True)


@pytest.mark.parametrize("sigma", SIGMAS[1:])
def test_means_in_one_place_share_their_points_evenly_and_stay_together(cloud, sigma):
    means = cloud[[0, 1, 0, 0]]
    found = fit(cloud, means, sigma)
    for j in (2, 3):
        assert_allclose(found.resp[:, j], found.resp[:, 0], rtol=1e-9)
        assert_allclose(found.means[j], found.means[0], rtol=1e-12)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_a_column_of_equal_numbers_keeps_its_number_and_changes_nothing(cloud, sigma):
    constant = np.full((60, 1), 0.1)  # a sum of sixty tenths is not six
    X = np.hstack([cloud, constant])
    found, expected = fit(X, X[:4], sigma), fit(cloud, cloud[:4], sigma)
    assert_array_equal(found.means[:, 3], 0.1)
    assert_allclose(found.means[:, :3], expected.means, rtol=1e-9, atol=1e-12)
    assert_array_equal(found.labels, expected.labels)


@pytest.mark.parametrize("outlier", [-1e16, 1e16, -1e100])
def test_an_outlier_takes_no_digit_from_the_other_clusters(outlier):
    X = column(0.1, 0.2, 0.6, outlier)
    for sigma in (0, 1e-3, 1.0):
        found = fit(X, column(0.5, outlier), sigma)
        assert_allclose(found.means, column(0.3, outlier), rtol=1e-15)
        assert found.steps <= 3


def test_k_means_rests_only_when_nothing_moves_not_even_by_less_than_a_square_can_say():
    # 1e-320 squared is 0, and 5e-321 is the middle of the last two
    found = fit(column(1, 1e-320, 0), column(1, 1e-320))
    assert_array_equal(found.means, column(1, 5e-321))
    assert_array_equal(found.history[-2].means, found.means)


def test_more_columns_than_rows():
    X = np.random.default_rng(0).normal(size=(8, 3000))
    D = ((X[:, None] - X[:3]) ** 2).sum(axis=2)
    assert inertia(X, X[:3]) == pytest.approx(D.min(axis=1).sum())
    resp = np.exp(-D / (2 * 30**2))
    resp /= resp.sum(axis=1, keepdims=True)
    assert_allclose(responsibilities(X, X[:3], 30), resp, rtol=1e-10)
    assert_allclose(fit(X, X[:3], 30, max_steps=1).means, (resp.T @ X) / resp.sum(axis=0)[:, None], rtol=1e-9)


def test_a_weight_that_is_learned_to_be_zero_leaves_its_mean_alone():
    found = fit(column(0, 1, 2), column(1, 1e6), 1.0, learn="weights")
    assert found.converged
    assert_array_equal(found.weights, [1, 0])
    assert_array_equal(found.means, column(1, 1e6))
    assert_array_equal(found.resp, [[1, 0]] * 3)


def test_between_centres_equally_far_the_shares_are_the_weights_however_small():
    resp = responsibilities([[0.0]], [[-2.0], [2.0]], 1.0, [1e-300, 1.0])
    assert_allclose(resp, [[1e-300, 1]], rtol=1e-12)


@pytest.mark.parametrize(("sigma", "learn"), [(0, []), (0.5, []), (0.5, ["weights"]), (0.5, ["sigma", "weights"])])
@pytest.mark.parametrize("max_steps", [0, 1, 3, 500])
def test_labels_and_resp_belong_to_the_final_means_however_the_loop_ended(cloud, sigma, learn, max_steps):
    found = fit(cloud, cloud[:4], sigma, learn=learn, max_steps=max_steps)
    resp = responsibilities(cloud, found.means, found.sigma, found.weights)
    assert_allclose(found.resp, resp, rtol=1e-12)
    assert_array_equal(found.labels, resp.argmax(axis=1))


@pytest.mark.parametrize(("sigma", "learn"), [(0, []), (0.5, []), (0.5, ["sigma", "weights"])])
def test_stopping_and_going_on_is_the_same_as_going_through(cloud, sigma, learn):
    through = fit(cloud, cloud[:4], sigma, learn=learn, max_steps=6)
    half = fit(cloud, cloud[:4], sigma, learn=learn, max_steps=2)
    rest = fit(cloud, half.means, half.sigma, weights=half.weights, learn=learn, max_steps=4)
    assert_allclose(rest.means, through.means, rtol=1e-12)
    assert_allclose([rest.sigma, *rest.weights], [through.sigma, *through.weights], rtol=1e-12)


def test_the_loop_ends_where_the_likelihood_has_no_top():
    found = fit(column(0, 0, 1, 1), column(0.1, 0.8), 0.5, learn=["sigma", "weights"], max_steps=10_000)
    assert found.converged
    assert_allclose(found.means, column(0, 1), atol=1e-12)


def test_a_point_between_centres_far_apart_belongs_to_both():
    # D is 1e240 for both: only their difference may count
    assert_array_equal(responsibilities([[0.0]], column(-1e120, 1e120), 1.0), [[0.5, 0.5]])
    assert free_energy([[0.0]], column(-1e120, 1e120), 1.0) == pytest.approx(1e240)
