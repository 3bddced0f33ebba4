import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import (
    fit,
    free_energy,
    inertia,
    log_likelihood,
    passes,
    responsibilities,
    update,
)

pytestmark = pytest.mark.filterwarnings("error")

SIGMAS = [0, 5e-324, 1e-300, 1e-8, 1, 1e8, 1e150, np.inf]


@pytest.fixture
def clouds():
    """Two overlapping clouds in the plane and three starting means; no ties, no empty cluster."""
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (40, 2)), rng.normal(3, 1, (60, 2))])
    return X, X[[0, 41, 99]]


def column(*numbers):
    return np.array(numbers, dtype=float)[:, None]


# Lloyd by hand: four points 0, 2, 6, 8 and the start 0, 2.
#   means      D of 0     of 2       of 6      of 8         labels     J
#   0, 2       0 4        4 0        36 16     64 36        0 1 1 1    0 + 0 + 16 + 36     = 52
#   0, 16/3    0 256/9    4 100/9    36 4/9    64 64/9      0 0 1 1    0 + 4 + 4/9 + 64/9  = 104/9
#   1, 7       1 49       1 25       25 1      49 1         0 0 1 1    1 + 1 + 1 + 1       = 4
#   1, 7       nothing moved: rest
def test_four_points_by_hand_at_sigma_zero():
    found = fit(column(0, 2, 6, 8), column(0, 2))
    assert_allclose([step.means.ravel() for step in found.history], [[0, 2], [0, 16 / 3], [1, 7], [1, 7]])
    assert_allclose([step.objective for step in found.history], [52, 104 / 9, 4, 4])
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.resp.tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]
    assert (found.steps, found.converged, found.sigma) == (3, True, 0)


# EM by hand: four points -1, 0, 1, 2, means 0, 1 and 2 sigma^2 = 1 / log 2, so that
# exp(-D / 2 sigma^2) = 2^-D.
#   x     D      2^-D          sum    resp
#   -1    1 4    1/2   1/16    9/16   8/9 1/9
#    0    0 1    1     1/2     3/2    2/3 1/3
#    1    1 0    1/2   1       3/2    1/3 2/3
#    2    4 1    1/16  1/2     9/16   1/9 8/9
#   counts  18/9 = 2 each
#   means   (-8/9 + 0 + 1/3 + 2/9) / 2 = -1/6     (-1/9 + 0 + 2/3 + 16/9) / 2 = 7/6
#   J       1 + 0 + 0 + 1 = 2
#   F       -log2(9/16 3/2 3/2 9/16) = -log2(729/1024)
#   log L   log(729/1024) - 4 log 2 - (4/2) log(2 pi sigma^2), and 2 pi sigma^2 = pi / log 2
#   sigma^2 sum resp D(old) = 4/3 + 1/3 + 1/3 + 4/3 = 10/3; the means' moves take off
#           2 (1/6)^2 + 2 (1/6)^2 = 1/9; over n d = 4: (30/9 - 1/9) / 4 = 29/36
HAND = column(-1, 0, 1, 2), column(0, 1), np.sqrt(0.5 / np.log(2))


def test_four_points_by_hand_at_positive_sigma():
    X, means, sigma = HAND
    resp = responsibilities(X, means, sigma)
    assert_allclose(resp, np.array([[8, 1], [6, 3], [3, 6], [1, 8]]) / 9)
    assert_allclose(update(X, resp, means), column(-1 / 6, 7 / 6))
    assert_allclose(fit(X, means, sigma, max_steps=1).means, column(-1 / 6, 7 / 6))
    assert inertia(X, means) == 2
    assert free_energy(X, means, sigma) == pytest.approx(-np.log2(729 / 1024))
    log_L = np.log(729 / 1024) - 4 * np.log(2) - 2 * np.log(np.pi / np.log(2))
    assert log_likelihood(X, means, sigma) == pytest.approx(log_L)


def test_four_points_by_hand_with_sigma_and_weights_learned():
    X, means, sigma = HAND
    found = fit(X, means, sigma, learn=["sigma", "weights"], max_steps=1)
    assert found.sigma == pytest.approx(np.sqrt(29) / 6)
    assert_allclose(found.weights, [1 / 2, 1 / 2])
    assert found.history[0].objective == pytest.approx(-log_likelihood(X, means, sigma))


# The same with weights 1/3, 2/3:  -1: 1/6 : 1/24 = 4 : 1    0: 1/3 : 1/3 = 1 : 1
#                                   1: 1/6 : 2/3  = 1 : 4    2: 1/48 : 1/3 = 1 : 16
def test_four_points_by_hand_with_weights():
    X, means, sigma = HAND
    weights = [1 / 3, 2 / 3]
    resp = responsibilities(X, means, sigma, weights)
    assert_allclose(resp, [[4 / 5, 1 / 5], [1 / 2, 1 / 2], [1 / 5, 4 / 5], [1 / 17, 16 / 17]])
    F = -np.log2((1 / 6 + 1 / 24) * (1 / 3 + 1 / 3) * (1 / 6 + 2 / 3) * (1 / 48 + 1 / 3))
    assert free_energy(X, means, sigma, weights) == pytest.approx(F)
    learned = fit(X, means, sigma, weights=weights, learn="weights", max_steps=1).weights
    share = (4 / 5 + 1 / 2 + 1 / 5 + 1 / 17) / 4
    assert_allclose(learned, [share, 1 - share])


# {-1, 0, 1} from -1, 1. Hard, 0 goes to the left centre: -1/2, 1 with J = 1/4 + 1/4 + 0.
# Soft with sigma near 0, 0 is shared: (-1 + 0/2) / (3/2) = -2/3, and 2/3.
def test_a_tie_sends_lloyd_and_em_to_different_places():
    X, means = column(-1, 0, 1), column(-1, 1)
    hard, soft = fit(X, means), fit(X, means, 0.05)
    assert_allclose(hard.means, column(-1 / 2, 1))
    assert hard.history[-1].objective == 1 / 2
    assert_allclose(soft.means, column(-2 / 3, 2 / 3))


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize(
    ("X", "means"),
    [
        pytest.param([[3.0, 4.0]], [[0.0, 0.0]], id="one point"),
        pytest.param([[0.0], [1.0], [5.0]], [[2.0]], id="k = 1"),
        pytest.param([[0.0], [1.0], [5.0]], [[0.0], [1.0], [5.0]], id="k = n"),
        pytest.param([[1.0, 1.0]] * 5, [[1.0, 1.0]] * 3, id="all the same"),
        pytest.param([[0.0], [0.0], [7.0]], [[0.0], [0.0]], id="duplicates"),
        pytest.param([[-1.0], [0.0], [1.0]], [[-1.0], [1.0]], id="a tie"),
        pytest.param([[0.0], [1.0], [2.0]], [[1.0], [100.0]], id="an empty cluster"),
        pytest.param([[1e8], [1e8 + 1], [1e8 + 9]], [[1e8], [1e8 + 9]], id="far away"),
        pytest.param([[0.0], [1e-120], [3e-120]], [[0.0], [3e-120]], id="tiny"),
        pytest.param([[0.0], [1e120], [3e120]], [[0.0], [3e120]], id="huge"),
        pytest.param([[0.0], [1e-200]], [[0.0], [1.0]], id="almost the same"),
        pytest.param([[0.0], [5e-324], [1.0]], [[0.0], [1.0]], id="almost duplicates"),
        pytest.param([[1e308], [1e308]], [[1e308]], id="at the edge of float64"),
    ],
)
def test_every_sigma_gives_finite_numbers_without_a_warning(X, means, sigma):
    resp = responsibilities(X, means, sigma)
    assert_allclose(resp.sum(axis=1), 1)
    for learn in [], ["weights"], ["sigma"], ["sigma", "weights"]:
        if "sigma" in learn and not 0 < sigma <= 1e140:
            continue
        found = fit(X, means, sigma, learn=learn)
        assert np.isfinite(found.means).all()
        assert np.isfinite(found.resp).all()
        assert 0 <= found.sigma <= np.inf
        assert found.weights.sum() == pytest.approx(1)
        assert not np.isnan([step.objective for step in found.history]).any()
    if sigma <= 1e140:
        assert np.isfinite(free_energy(X, means, sigma))
    if 0 < sigma <= 1e140:
        assert not np.isnan(log_likelihood(X, means, sigma))


@pytest.mark.parametrize("sigma", [5e-324, 1e-300, 1e-8])
def test_tiny_sigma_is_k_means(clouds, sigma):
    X, means = clouds
    soft, hard = fit(X, means, sigma), fit(X, means)
    assert_array_equal(responsibilities(X, means, sigma), responsibilities(X, means, 0))
    assert_array_equal(soft.means, hard.means)
    assert_array_equal(soft.labels, hard.labels)
    assert free_energy(X, means, sigma) == inertia(X, means)


@pytest.mark.parametrize("sigma", [1e20, 1e150, np.inf])
def test_huge_sigma_shares_every_point_by_the_weights(clouds, sigma):
    X, means = clouds
    assert_allclose(responsibilities(X, means, sigma), np.full((100, 3), 1 / 3))
    weights = [0.5, 0.25, 0.25]
    assert_allclose(responsibilities(X, means, sigma, weights), np.tile(weights, (100, 1)))
    assert_allclose(fit(X, means, sigma).means, np.tile(X.mean(axis=0), (3, 1)))


def test_the_log_likelihood_below_the_range_of_floats_is_minus_infinity():
    assert log_likelihood([[1.0]], [[0.0]], 1e-300) == -np.inf


def test_one_mean_goes_to_the_middle_at_once(clouds):
    X, means = clouds
    for sigma in SIGMAS:
        found = fit(X, means[:1], sigma)
        assert_allclose(found.means, [X.mean(axis=0)])
        assert (found.steps, found.converged) == (2, True)


@pytest.mark.parametrize("sigma", [0, 1e-300, 1e-8])
def test_with_a_mean_on_every_point_nothing_moves(sigma):
    X = column(0, 1, 5)
    found = fit(X, X, sigma)
    assert_array_equal(found.means, X)
    assert (found.steps, found.converged, found.history[-1].objective) == (1, True, 0)


def test_doubling_the_data_doubles_the_objectives_and_leaves_the_step(clouds):
    X, means = clouds
    twice = np.concatenate([X, X])
    assert inertia(twice, means) == pytest.approx(2 * inertia(X, means))
    assert free_energy(twice, means, 0.7) == pytest.approx(2 * free_energy(X, means, 0.7))
    assert_allclose(fit(twice, means, 0.7).means, fit(X, means, 0.7).means)


def test_the_lowest_index_wins_a_tie():
    X, between = [[1.0]], [[2.0], [0.0], [2.0]]
    assert responsibilities(X, between, 0).tolist() == [[1, 0, 0]]
    assert fit([[1.0]] * 3, between, max_steps=0).labels.tolist() == [0, 0, 0]
    assert fit([[1.0]] * 3, between, 1.0, max_steps=0).labels.tolist() == [0, 0, 0]
    assert_allclose(responsibilities(X, between, 5e-324), [[1 / 3, 1 / 3, 1 / 3]])


def test_an_empty_cluster_keeps_its_mean_at_sigma_zero():
    X, means = column(0, 1, 2), column(1, 100)
    assert_array_equal(update(X, [[1, 0], [1, 0], [1, 0]], means), means)
    found = fit(X, means)
    assert_array_equal(found.means, means)
    assert found.converged


def test_em_draws_an_empty_cluster_to_the_point_that_is_least_far_out_of_its_way():
    # D(., 10) - D(., 1) at 0, 1, 2: 100 - 1, 81 - 0, 64 - 1: least at 2
    found = fit(column(0, 1, 2), column(1, 10), 0.5, max_steps=1)
    assert found.means[1, 0] == pytest.approx(2)


def test_a_nearly_empty_cluster_stays_or_goes_to_its_only_point():
    # the second centre has exp(-744.44) of 1.6, the smallest float there is, and nothing of 0
    X, means = column(0, 1.6), column(0.8, 40)
    sigma = np.sqrt(((40 - 1.6) ** 2 - 0.8**2) / (2 * 744.44))
    assert fit(X, means, sigma, max_steps=1).means[1, 0] in (40, 1.6)
    assert update(X, [[1, 0], [1, 5e-324]], means)[1, 0] in (40, 1.6)


def test_a_nearly_empty_cluster_scales_with_the_data():
    X, means, scale = np.array([[0, 0], [1, 3], [2, 1.0]]), np.array([[1, 1], [35, 0.0]]), 2.0**-430
    expected = fit(X, means, 1.0, max_steps=1).means
    assert_allclose(fit(scale * X, scale * means, scale, max_steps=1).means / scale, expected)


def test_update_takes_weights_of_any_size():
    X = column(0, 1)
    assert_allclose(update(X, [[1e308], [1e308]], [[0.0]]), [[0.5]])
    assert_allclose(update(X, [[1e-308], [3e-308]], [[0.0]]), [[0.75]])


@pytest.mark.parametrize("sigma", [0, 1.0])
def test_a_cluster_of_weight_zero_is_not_there(clouds, sigma):
    X, means = clouds
    weights, others = [0.5, 0, 0.5], means[[0, 2]]
    resp = responsibilities(X, means, sigma, weights)
    assert_array_equal(resp[:, 1], 0)
    assert_allclose(resp[:, [0, 2]], responsibilities(X, others, sigma))
    found = fit(X, means, sigma, weights=weights)
    assert_array_equal(found.means[1], means[1])
    assert_allclose(found.means[[0, 2]], fit(X, others, sigma).means)
    half = [0.5, 0.5]
    assert free_energy(X, means, sigma, weights) == pytest.approx(free_energy(X, others, sigma, half))
    if sigma > 0:
        expected = log_likelihood(X, others, sigma, half)
        assert log_likelihood(X, means, sigma, weights) == pytest.approx(expected)


def test_uniform_weights_add_a_constant_to_free_energy_and_nothing_to_log_likelihood(clouds):
    X, means = clouds
    third, sigma = np.full(3, 1 / 3), 0.7
    constant = 2 * sigma**2 * 100 * np.log(3)
    assert free_energy(X, means, sigma, third) - free_energy(X, means, sigma) == pytest.approx(constant)
    assert log_likelihood(X, means, sigma, third) == log_likelihood(X, means, sigma)
    assert_allclose(responsibilities(X, means, sigma, third), responsibilities(X, means, sigma))
    assert_allclose(fit(X, means, sigma).weights, third)


@pytest.mark.parametrize("sigma", [0, 0.5, 1e8, np.inf])
def test_far_from_the_origin_the_loop_takes_the_same_way(clouds, sigma):
    X, means = (np.round(array * 1024) / 1024 for array in clouds)
    near, far = fit(X, means, sigma), fit(X + 1e8, means + 1e8, sigma)
    assert_array_equal(responsibilities(X + 1e8, means + 1e8, sigma), responsibilities(X, means, sigma))
    assert far.converged
    assert_allclose(far.means - 1e8, near.means, rtol=0, atol=1e-6)
    assert_array_equal(far.labels, near.labels)


SAME_NUMBERS = {
    "lists": lambda A: A.tolist(),
    "float32": lambda A: A.astype(np.float32),
    "float16": lambda A: A.astype(np.float16),
    "long double": lambda A: A.astype(np.longdouble),
    "int64": lambda A: A.astype(np.int64),
    "uint8": lambda A: A.astype(np.uint8),
    "python ints": lambda A: A.astype(int).astype(object),
    "other byte order": lambda A: A.astype(">f8"),
    "F-ordered": np.asfortranarray,
    "strided": lambda A: np.repeat(A, 2, axis=0)[::2],
    "reversed": lambda A: A[::-1].copy()[::-1],
}


@pytest.mark.parametrize("form", SAME_NUMBERS.values(), ids=SAME_NUMBERS)
def test_the_same_numbers_in_another_form_give_the_same_results(form):
    X = np.random.default_rng(0).integers(0, 50, (60, 2)).astype(float)
    means, resp = X[:3], np.tile([1.0, 0, 0], (60, 1))
    for sigma in (0, 5.0):
        expected, found = fit(X, means, sigma), fit(form(X), form(means), sigma)
        assert_allclose(found.means, expected.means, rtol=1e-12)
        assert_array_equal(found.labels, expected.labels)
        assert_allclose(found.resp, expected.resp, rtol=1e-9, atol=1e-12)
        assert found.means.dtype == found.resp.dtype == float
    assert inertia(form(X), form(means)) == inertia(X, means)
    assert_array_equal(update(form(X), form(resp), form(means)), update(X, resp, means))


@pytest.mark.parametrize("sigma", [0, 0.7])
def test_arguments_are_only_read(clouds, sigma):
    X, means = clouds
    weights, resp = np.full(3, 1 / 3), responsibilities(X, means, sigma)
    for array in (X, means, weights, resp):
        array.flags.writeable = False
    responsibilities(X, means, sigma, weights)
    update(X, resp, means)
    inertia(X, means)
    free_energy(X, means, sigma, weights)
    log_likelihood(X, means, 0.7, weights)
    learn = ["sigma", "weights"] if sigma else ["weights"]
    found = fit(X, means, sigma, weights=weights, learn=learn)
    assert found.resp.shape == (100, 3)


def test_results_do_not_share_memory_with_the_arguments(clouds):
    X, means = clouds
    weights = np.full(3, 1 / 3)
    found = fit(X, means, weights=weights, max_steps=0)
    assert not np.shares_memory(found.means, means)
    assert not np.shares_memory(found.weights, weights)
    assert not np.shares_memory(update(X, np.zeros((100, 3)), means), means)


def test_history_holds_the_start_and_every_step(clouds):
    X, means = clouds
    found = fit(X, means, 0.7)
    assert len(found.history) == found.steps + 1
    assert_array_equal(found.history[0].means, means)
    assert_array_equal(found.history[-1].means, found.means)
    for step in found.history:
        assert step.objective == pytest.approx(free_energy(X, step.means, 0.7), rel=1e-12)
        assert step.sigma == 0.7


def test_each_step_is_told_as_it_comes(clouds):
    seen = []
    run = fit(*clouds, 0.7, max_steps=4, on_step=lambda *told: seen.append(told))
    assert seen == list(enumerate(run.history))


def test_no_steps_leave_the_start(clouds):
    X, means = clouds
    found = fit(X, means, 0.7, max_steps=0)
    assert_array_equal(found.means, means)
    assert (found.steps, found.converged, len(found.history)) == (0, False, 1)
    assert_array_equal(found.resp, responsibilities(X, means, 0.7))
    assert_array_equal(found.labels, found.resp.argmax(axis=1))


def test_a_short_run_is_the_start_of_a_long_one_and_says_it_has_not_converged(clouds):
    X, means = clouds
    short, long = fit(X, means, 0.7, max_steps=3), fit(X, means, 0.7)
    assert (short.steps, short.converged) == (3, False)
    assert (long.steps > 3, long.converged) == (True, True)
    assert_array_equal(short.means, long.history[3].means)


def test_tol_is_in_units_of_the_data_radius(clouds):
    X, means = clouds
    radius = np.sqrt(((X - X.mean(axis=0)) ** 2).sum(axis=1).mean())
    for tol in (1e-2, 1e-6):
        found = fit(X, means, 0.7, tol=tol)
        old, new = (np.array([s.means for s in part]) for part in (found.history[:-1], found.history[1:]))
        moves = np.linalg.norm(new - old, axis=2).max(axis=1)
        assert (moves[:-1] > tol * radius).all()
        assert moves[-1] <= tol * radius


def test_at_sigma_zero_tol_is_not_asked(clouds):
    X, means = clouds
    assert fit(X, means, tol=1e6).steps == fit(X, means, tol=0).steps > 1


def test_from_rest_the_loop_stops_after_one_step(clouds):
    X, means = clouds
    for sigma in (0, 0.7):
        rest = fit(X, means, sigma)
        again = fit(X, rest.means, sigma)
        assert (again.steps, again.converged) == (1, True)


def naive_em(X, means, sigma, weights, steps):
    n, d = X.shape
    for _ in range(steps):
        D = ((X[:, None] - means) ** 2).sum(axis=2)
        joint = weights * np.exp(-D / (2 * sigma**2)) / (2 * np.pi * sigma**2) ** (d / 2)
        yield means, sigma, weights, np.log(joint.sum(axis=1)).sum()
        resp = joint / joint.sum(axis=1, keepdims=True)
        counts = resp.sum(axis=0)
        means, weights = resp.T @ X / counts[:, None], counts / n
        sigma = np.sqrt((resp * ((X[:, None] - means) ** 2).sum(axis=2)).sum() / (n * d))


def test_learning_sigma_and_weights_is_textbook_em(clouds):
    X, means = clouds
    weights = np.array([0.5, 0.3, 0.2])
    found = fit(X, means, 2.0, weights=weights, learn={"sigma", "weights"}, max_steps=20)
    expected = list(naive_em(X, means, 2.0, weights, 21))
    assert len(found.history) == len(expected)
    for step, (means, sigma, weights, log_L) in zip(found.history, expected):
        assert_allclose(step.means, means, rtol=1e-9)
        assert step.sigma == pytest.approx(sigma)
        assert_allclose(step.weights, weights)
        assert step.objective == pytest.approx(-log_L)


@pytest.mark.parametrize("learn", ["sigma", "weights", ["sigma", "weights"]])
def test_learning_never_lowers_the_log_likelihood(clouds, learn):
    X, means = clouds
    found = fit(X, means, 1.5, learn=learn, max_steps=200)
    log_L = [log_likelihood(X, s.means, s.sigma, s.weights) for s in found.history]
    assert (np.diff(log_L) >= -1e-9).all()
    assert log_L[-1] > log_L[0] + 1


def test_what_is_not_learned_stays(clouds):
    X, means = clouds
    weights = [0.5, 0.3, 0.2]
    assert_array_equal(fit(X, means, 1.5, weights=weights, learn="sigma").weights, weights)
    assert fit(X, means, 1.5, weights=weights, learn="weights").sigma == 1.5


def test_learning_goes_on_while_sigma_moves_though_the_means_rest(clouds):
    X, means = clouds
    rest = fit(X, means[:2], 1.5, tol=1e-12, max_steps=10_000)
    learned = fit(X, rest.means, 1.5, learn="sigma", max_steps=10_000)
    again = fit(X, learned.means, learned.sigma, learn="sigma", max_steps=1)
    assert learned.converged
    assert again.sigma == pytest.approx(learned.sigma, rel=1e-6)


def test_learning_goes_on_while_the_weights_move_though_the_means_rest(clouds):
    X, means = clouds
    rest = fit(X, means[:2], 1.5, tol=1e-12, max_steps=10_000)
    learned = fit(X, rest.means, 1.5, learn="weights", max_steps=10_000)
    again = fit(X, learned.means, 1.5, weights=learned.weights, learn="weights", max_steps=1)
    assert learned.converged
    assert_allclose(again.weights, learned.weights, rtol=1e-6)


def test_a_learned_sigma_survives_a_start_far_from_the_data():
    # sigma^2 = (0.0005^2 + 0.0005^2) / 2
    found = fit([[0.0], [0.001]], [[1e6]], 1.0, learn="sigma")
    assert found.sigma == pytest.approx(0.0005)


def test_a_learned_sigma_vanishes_when_every_point_has_its_mean():
    X = column(0, 1, 5)
    found = fit(X, X, 0.1, learn="sigma")
    assert found.converged
    assert found.sigma < 1e-9
    assert_array_equal(found.resp, np.eye(3))


@pytest.mark.parametrize("copies", [1, 3, 100, 333, 1000, 12_345])
@pytest.mark.parametrize("learn", [["sigma"], ["sigma", "weights"]])
def test_a_learned_sigma_is_exactly_zero_however_many_copies_of_k_points_there_are(copies, learn):
    points = np.array([[0.1], [0.4], [0.7]])
    X = np.random.default_rng(0).permutation(np.repeat(points, copies, axis=0))
    found = fit(X, points + 0.01, 0.01, learn=learn)
    assert found.sigma == 0
    assert_array_equal(found.means, points)


def test_a_learned_sigma_is_zero_and_the_likelihood_infinite_when_all_points_are_one():
    found = fit(column(3, 3), column(3), 0.1, learn="sigma")
    assert (found.sigma, found.converged, found.history[-1].objective) == (0, True, -np.inf)


def test_learning_goes_uphill_to_the_last_digit_where_the_likelihood_has_no_top():
    # two places for two means: sigma falls until the means' own rounding stops it
    X, means = column(1.2, -2.8, 1.2, -2.8, 1.2, 1.2, -2.8), column(0.5, 0.7)
    found = fit(X, means, 1.0, learn="sigma")
    assert_allclose(np.sort(found.means, axis=0), column(-2.8, 1.2))
    assert all(new.objective <= old.objective for old, new in pairwise(found.history))


@pytest.mark.parametrize("cells", [1, 7, 2**30])
@pytest.mark.parametrize("sigma", [0, 0.7])
def test_results_do_not_depend_on_the_size_of_a_block(clouds, monkeypatch, cells, sigma):
    X, means = clouds
    expected, resp = fit(X, means, sigma), responsibilities(X, means, sigma)
    moved, J, F = update(X, resp, means), inertia(X, means), free_energy(X, means, sigma)
    monkeypatch.setattr(passes, "CELLS_PER_BLOCK", cells)
    found = fit(X, means, sigma)
    assert found.steps == expected.steps
    assert_allclose(found.means, expected.means, rtol=1e-12)
    assert_array_equal(found.labels, expected.labels)
    assert_array_equal(responsibilities(X, means, sigma), resp)
    assert_allclose(update(X, resp, means), moved, rtol=1e-13)
    assert_allclose([inertia(X, means), free_energy(X, means, sigma)], [J, F], rtol=1e-13)


def test_data_longer_than_a_block_agree_with_the_formulas():
    rng = np.random.default_rng(1)
    X, sigma = rng.normal(size=(100_001, 2)), 0.5
    means = X[:5]
    assert len(X) * len(means) > passes.CELLS_PER_BLOCK
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    resp = np.exp(-D / (2 * sigma**2))
    resp /= resp.sum(axis=1, keepdims=True)
    assert_allclose(responsibilities(X, means, sigma), resp, rtol=1e-10)
    expected = resp.T @ X / resp.sum(axis=0)[:, None]
    assert_allclose(fit(X, means, sigma, max_steps=1).means, expected, rtol=1e-10)
    assert_array_equal(fit(X, means, max_steps=0).labels, D.argmin(axis=1))
    assert inertia(X, means) == pytest.approx(D.min(axis=1).sum())


def test_data_may_stay_in_a_file(tmp_path, clouds):
    X, means = clouds
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    found = fit(mapped, means, 0.7)
    assert_array_equal(found.means, fit(X, means, 0.7).means)
    assert_array_equal(found.resp, fit(X, means, 0.7).resp)


def peak_memory(action):
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("sigma", [0, 1.0])
def test_a_step_allocates_no_array_of_n_by_k(sigma):
    n, k = 300_000, 16
    X = np.random.default_rng(0).normal(size=(n, 1))
    assert peak_memory(lambda: fit(X, X[:k], sigma, max_steps=2)) < n * k * 8 / 4
    assert peak_memory(lambda: free_energy(X, X[:k], sigma)) < n * k * 8 / 4


def test_a_step_copies_no_more_than_a_block_of_wide_data():
    X = np.random.default_rng(0).normal(size=(20_000, 200))
    assert peak_memory(lambda: fit(X, X[:2], max_steps=2)) < X.nbytes / 2


@pytest.mark.parametrize("offset", [0, 1e6, 1e9, 1e12, 1e15])
def test_a_learned_sigma_keeps_its_digits_far_from_0(offset):
    X = column(0, 1, 3) + offset
    found = fit(X, X[:1] + 5, 1.0, learn="sigma", max_steps=1)
    assert found.sigma == pytest.approx(np.sqrt(14 / 9), rel=1e-14)


def test_means_that_flip_between_two_floats_are_at_rest():
    last_digit = 2.0**-16
    X = 1e11 + last_digit * column(54, -53, -285, 172, 172, 98, -32, 26, 123, 140)
    found = fit(X, [[1e11 + 69069 * last_digit]], 71475 * last_digit, learn="sigma")
    assert found.converged
    assert found.steps < 5


def test_k_means_rests_at_once_on_its_own_points():
    X = np.random.default_rng(0).uniform(0.1, 3, (50, 2))
    found = fit(X, X)
    assert_array_equal(found.means, X)
    assert [step.objective for step in found.history] == [0, 0]
    assert_array_equal(update(X, np.eye(50), X), X)


@pytest.mark.parametrize("learn", [(), "weights"])
def test_a_sigma_whose_square_leaves_the_floats_in_units_of_the_data(learn):
    found = fit([[0.0], [1e-100]], [[0.0], [1e60]], 1e60, learn=learn, max_steps=2)
    assert np.isfinite(found.means).all()
    assert found.history[-1].objective <= found.history[0].objective


def test_data_at_the_end_of_the_floats_are_refused_without_a_warning():
    with pytest.raises(ValueError, match="multiply X, means and sigma by a common factor"):
        fit([[0.0], [1.7e308]], [[0.0]])


@pytest.mark.parametrize("names", [np.array("sigma"), np.array(["sigma"]), {"sigma"}, ["sigma"], "sigma"])
def test_what_to_learn_may_come_in_any_collection(names):
    assert fit(column(0, 1, 3), [[0.0]], 2.0, learn=names).sigma == pytest.approx(np.sqrt(14 / 9))
    with pytest.raises(ValueError, match="learn: may hold 'sigma' and 'weights'"):
        fit(column(0, 1), [[0.0]], 2.0, learn=[np.array([1, 2])])


def test_copies_of_one_tiny_number_keep_it_as_their_mean():
    tiny = [[4.42708e-319], [4.42708e-319]]
    found = fit(tiny, tiny, 5e-324)
    assert_array_equal(found.means, tiny)
    assert found.converged
