import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import fit, inertia, passes, responsibilities
from kmeans_em.annealing import anneal, critical_sigma
from kmeans_em.datasets import line, old_faithful


def weighted_covariance(X, r):
    centred = X - r @ X / r.sum()
    return (r * centred.T) @ centred / r.sum()


def test_on_the_line_it_is_the_standard_deviation():
    # the squared distances from the mean 6 are 36, 25, 16, 4, 9 and 100
    assert critical_sigma(line()) == pytest.approx(np.sqrt(190 / 6), rel=1e-14)


def test_of_standardised_columns_it_is_a_root_of_one_plus_the_correlation():
    X = old_faithful(standardised=True)
    assert critical_sigma(X) == pytest.approx(np.sqrt(1 + np.corrcoef(X.T)[0, 1]), rel=1e-13)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_with_shares_it_is_that_of_each_weighted_covariance(d):
    rng = np.random.default_rng(d)
    X, resp = rng.normal(size=(40, d)) * [*range(1, d + 1)], rng.random((40, 3))
    expected = [np.sqrt(np.linalg.eigvalsh(weighted_covariance(X, r))[-1]) for r in resp.T]
    assert_allclose(critical_sigma(X, resp), expected, rtol=1e-12)
    assert_allclose(critical_sigma(X, resp * [1e-300, 1, 1e100]), expected, rtol=1e-12)
    assert_allclose(critical_sigma(X, np.ones((40, 1))), [critical_sigma(X)], rtol=1e-14)


def test_a_group_on_one_spot_or_without_points_has_zero():
    X = np.array([[1.0, 2.0], [1.0, 2.0], [5.0, 3.0]])
    assert_array_equal(critical_sigma(X, [[1, 0, 0], [1, 0, 0], [0, 1, 0]]), [0, 0, 0])
    assert critical_sigma(X[:2]) == 0


@pytest.mark.parametrize(("scale", "shift"), [(1e130, 0), (1e-130, 0), (1, 2.0**30)])
def test_size_and_place_of_the_data_cost_no_digits(scale, shift):
    X = np.round(1024 * np.random.default_rng(0).normal(size=(50, 3))) / 1024
    assert critical_sigma(scale * X + shift) == pytest.approx(scale * critical_sigma(X), rel=1e-12)


def test_blocks_add_up(monkeypatch):
    rng = np.random.default_rng(1)
    X, resp = rng.normal(size=(100, 3)), rng.random((100, 2))
    expected = critical_sigma(X, resp)
    monkeypatch.setattr(passes, "CELLS_PER_BLOCK", 40)
    assert_allclose(critical_sigma(X, resp), expected, rtol=1e-13)


def test_above_it_nudged_means_come_back_and_below_they_part():
    X = old_faithful(standardised=True)
    s = critical_sigma(X)
    above, below = anneal(X, 2, [1.05 * s, 0.95 * s], max_steps=3000)
    assert np.ptp(above.means, axis=0).max() < 1e-6
    assert np.ptp(below.means, axis=0).max() > 0.3
    assert above.converged
    assert below.converged


def test_without_a_nudge_merged_means_stay_together():
    X = old_faithful(standardised=True)
    (found,) = anneal(X, 3, [0.3], nudge=0)
    assert_allclose(found.means, np.zeros((3, 2)), atol=1e-12)


def test_each_fit_starts_beside_the_last_rest():
    X = line()
    first, second = anneal(X, 2, [4, 2], nudge=1e-5)
    assert_allclose(second.history[0].means, first.means, atol=1e-3)
    assert first.sigma == 4
    assert second.sigma == 2
    assert_allclose(np.sort(second.means, axis=0), np.sort(fit(X, [[1], [11]], 2).means, axis=0), atol=1e-6)


def test_it_may_start_anywhere_and_end_with_k_means():
    X = old_faithful(standardised=True)
    *_, last = anneal(X, 2, [0.5, 0.2, 0], means=[[-1, -1], [1, 1]])
    assert inertia(X, last.means) == pytest.approx(fit(X, [[-1, -1], [1, 1]]).history[-1].objective, rel=1e-12)
    assert_array_equal(last.resp, responsibilities(X, last.means, 0))


def test_the_nudge_is_measured_in_radii_of_the_data():
    X = old_faithful(standardised=True)
    (small,), (large,) = (anneal(scale * X, 2, [1.0 * scale], max_steps=0) for scale in (1.0, 1024.0))
    assert_allclose(large.means, 1024 * small.means, rtol=1e-12)
    assert np.abs(small.means).max() < 5e-3 * np.sqrt(2)


def test_a_seed_repeats_and_another_differs():
    X = line()
    one, same, other = (anneal(X, 3, [8.0], max_steps=0, rng=seed)[0].means for seed in (0, 0, 1))
    assert_array_equal(one, same)
    assert (one != other).any()


def test_equal_points_are_no_trouble():
    fits = anneal(np.ones((4, 2)), 3, [2.0, 1.0, 0.0])
    assert all((found.means == 1).all() for found in fits)


def test_unequal_weights_are_kept():
    (found,) = anneal(line(), 2, [3.0], weights=[0.9, 0.1])
    assert_array_equal(found.weights, [0.9, 0.1])
    assert_allclose(found.means, fit(line(), found.means, 3.0, weights=[0.9, 0.1]).means, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[np.nan]], 1, [1]), "X: has NaN"),
        (([0, 1], 1, [1]), "X: expected shape"),
        (([[0], [1]], 3, [1]), "k: 3 centres for 2 points"),
        (([[0], [1]], 0, [1]), "k: expected a whole number >= 1"),
        (([[0], [1]], 1, [1, -2]), "sigmas: must be >= 0, got -2"),
        (([[0], [1]], 1, []), "sigmas: expected at least one number"),
        (([[0], [1]], 1, 3.0), "sigmas: expected shape"),
        (([[0], [1]], 1, [np.nan]), "sigmas: has NaN"),
    ],
)
def test_bad_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        anneal(*arguments)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"means": [[0]]}, "means: expected 2 of them"),
        ({"means": [[0, 0], [1, 1]]}, "means: expected shape"),
        ({"nudge": -1}, "nudge: expected a finite number >= 0"),
        ({"rng": "seed"}, "rng: expected a seed"),
        ({"weights": [1, 1]}, "weights: must sum to 1"),
        ({"threads": 0}, "threads: expected a whole number >= 1"),
        ({"max_steps": -1}, "max_steps: expected"),
    ],
)
def test_bad_options_are_refused(option, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        anneal([[0], [1]], 2, [1.0], **option)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[np.inf]],), "X: has NaN or infinite"),
        (([[0], [1]], [[1]]), "resp: expected shape"),
        (([[0], [1]], [1, 1]), "resp: expected shape"),
        (([[0], [1]], [[1], [-1]]), "resp: entries must be >= 0"),
        (([[0], [1e150]],), "X, means: they spread over"),
    ],
)
def test_critical_sigma_refuses_too(arguments, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        critical_sigma(*arguments)
