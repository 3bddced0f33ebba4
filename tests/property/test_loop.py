"""What must hold on any data: the theorems of chapters 1 to 6, and the symmetries of the loop."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.special import log_softmax, rel_entr

from kmeans_em import fit, free_energy, inertia, log_likelihood, passes, responsibilities, update
from tests.property.strategies import in_range, mixing_weights, problems, rows, wild_problems

EPS = np.finfo(float).eps
any_problems = st.one_of(problems(moved=True), wild_problems())
LEARN = [[], ["weights"], ["sigma"], ["sigma", "weights"]]


def sq_dists(X, means):
    return ((X[:, None, :] - means) ** 2).sum(axis=2)


def rounding(X, means, sigma=0.0):
    """How far rounding may move an objective: by its terms' last digits and by the means'."""
    n, d = X.shape
    terms = inertia(X, means) + 2 * sigma**2 * n * (1 + np.log(len(means)))
    return 1e-12 * terms + n * d * (8 * EPS * np.abs(X).max()) ** 2


def last_digits(X, means):
    """How far rounding may move a mean: by the extent of the data and their distance from 0."""
    return 1e-12 * np.ptp(X, axis=0).max() + 8 * EPS * max(np.abs(X).max(), np.abs(means).max())


@given(any_problems, st.sampled_from([None, 0.0, 5e-324, 1e-300, 1e150, np.inf]))
def test_responsibilities_are_probabilities(problem, extreme):
    X, means, sigma = problem
    resp = responsibilities(X, means, sigma if extreme is None else extreme)
    assert resp.min() >= 0
    assert resp.max() <= 1
    np.testing.assert_allclose(resp.sum(axis=1), 1, rtol=4 * EPS * len(means))


@given(problems(moved=True))
def test_at_zero_each_point_goes_whole_to_the_first_of_its_nearest_centres(problem):
    X, means, _ = problem
    exact = [[sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(x, m)) for m in means] for x in X]
    first = [row.index(min(row)) for row in exact]
    assert responsibilities(X, means, 0).tolist() == np.eye(len(means))[first].tolist()
    assert fit(X, means, max_steps=0).labels.tolist() == first


@given(any_problems, st.sampled_from([0.0, None, np.inf]), st.sampled_from(LEARN), st.data())
def test_no_number_is_ever_nan(problem, extreme, learn, data):
    X, means, sigma = problem
    sigma = sigma if extreme is None or "sigma" in learn else extreme
    weights = data.draw(st.one_of(st.none(), mixing_weights(len(means))))
    found = fit(X, means, sigma, weights=weights, learn=learn, max_steps=10)
    assert np.isfinite(found.means).all()
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.resp).all()
    assert not np.isnan([found.sigma, *(step.objective for step in found.history)]).any()
    assert np.isfinite(update(X, found.resp, means)).all()
    assert np.isfinite(inertia(X, means))
    if sigma < np.inf:
        assert np.isfinite(free_energy(X, means, sigma, weights))
    if 0 < sigma < np.inf:
        log_L = log_likelihood(X, means, sigma, weights)
        assert -np.inf <= log_L < np.inf


@given(any_problems)
def test_inertia_never_rises(problem):
    X, means, _ = problem
    found = fit(X, means)
    J = np.array([step.objective for step in found.history])
    assert (np.diff(J) <= rounding(X, means)).all()
    assert J[-1] == pytest.approx(inertia(X, found.means), rel=1e-12, abs=0)


@given(any_problems)
def test_lloyd_rests_after_finitely_many_steps(problem):
    X, means, _ = problem
    gaps = np.diff(np.sort(np.concatenate([X, means]), axis=0), axis=0)
    assume(((gaps == 0) | (gaps > 1e-150)).all())  # points that differ by less change places for ever: their D is 0
    found = fit(X, means)
    assert found.converged
    assert np.array_equal(found.history[-2].means, found.means)


@given(any_problems)
def test_free_energy_never_rises(problem):
    X, means, sigma = problem
    found = fit(X, means, sigma, max_steps=30)
    F = np.array([step.objective for step in found.history])
    assert (np.diff(F) <= rounding(X, means, sigma)).all()
    last = free_energy(X, found.means, sigma)
    assert F[-1] == pytest.approx(last, abs=rounding(X, found.means, sigma))


@given(problems(moved=True), st.sampled_from([["sigma"], ["weights"], ["sigma", "weights"]]), st.data())
def test_log_likelihood_never_falls(problem, learn, data):
    X, means, sigma = problem
    weights = data.draw(mixing_weights(len(means)))
    history = fit(X, means, sigma, weights=weights, learn=learn, max_steps=30).history
    history = [step for step in history if step.sigma > 0]
    for old, new in pairwise(history):
        before = log_likelihood(X, old.means, old.sigma, old.weights)
        after = log_likelihood(X, new.means, new.sigma, new.weights)
        slack = rounding(X, old.means, old.sigma) / old.sigma**2
        assert after >= before - slack - 1e-12 * X.size * abs(np.log(new.sigma))


@given(any_problems)
def test_a_step_is_an_update_of_the_responsibilities(problem):
    X, means, sigma = problem
    for value in (0.0, sigma, np.inf):
        step = fit(X, means, value, max_steps=1).means
        by_hand = update(X, responsibilities(X, means, value), means)
        np.testing.assert_allclose(step, by_hand, rtol=0, atol=last_digits(X, means))


@given(any_problems)
def test_a_centre_with_points_moves_into_the_box_around_the_data(problem):
    X, means, sigma = problem
    new = fit(X, means, sigma, max_steps=1).means
    new = new[(new != means).any(axis=1)]
    slack = last_digits(X, means)
    assert (new >= X.min(axis=0) - slack).all()
    assert (new <= X.max(axis=0) + slack).all()


@given(problems(), st.data())
def test_the_order_of_the_points_does_not_matter(problem, data):
    X, means, sigma = problem
    order = data.draw(st.permutations(range(len(X))))
    for value in (0.0, sigma):
        resp = responsibilities(X, means, value)
        assert np.array_equal(responsibilities(X[order], means, value), resp[order])
        np.testing.assert_allclose(
            fit(X[order], means, value, max_steps=1).means,
            fit(X, means, value, max_steps=1).means,
            rtol=0,
            atol=last_digits(X, means),
        )


@given(any_problems, st.data())
def test_the_order_of_the_points_changes_no_more_than_the_last_digits_of_a_sum(problem, data):
    X, means, sigma = problem
    order = data.draw(st.permutations(range(len(X))))
    for value in (0.0, sigma):
        step, other = fit(X, means, value, max_steps=1), fit(X[order], means, value, max_steps=1)
        np.testing.assert_allclose(other.means, step.means, rtol=0, atol=last_digits(X, means))
        assert other.history[0].objective == pytest.approx(step.history[0].objective, abs=rounding(X, means, value))


@given(any_problems, st.integers(1, 60), st.sampled_from(LEARN))
def test_the_size_of_a_block_changes_no_more_than_the_last_digits_of_a_sum(problem, cells, learn):
    X, means, sigma = problem
    J, resp = inertia(X, means), responsibilities(X, means, sigma)
    step, moved = fit(X, means, sigma, learn=learn, max_steps=1), update(X, resp, means)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "CELLS_PER_BLOCK", cells)
        other = fit(X, means, sigma, learn=learn, max_steps=1)
        np.testing.assert_allclose(responsibilities(X, means, sigma), resp, rtol=1e-13, atol=1e-320)
        np.testing.assert_allclose(update(X, resp, means), moved, rtol=0, atol=last_digits(X, means))
        assert inertia(X, means) == pytest.approx(J, rel=1e-14)
    np.testing.assert_allclose(other.means, step.means, rtol=0, atol=last_digits(X, means))
    np.testing.assert_allclose(other.weights, step.weights, rtol=1e-13)
    assert other.history[0].objective == pytest.approx(
        step.history[0].objective, rel=1e-12, abs=rounding(X, means, sigma)
    )


@given(any_problems, st.data())
def test_objectives_are_sums_over_the_points(problem, data):
    X, means, sigma = problem
    cut = data.draw(st.integers(0, len(X)))
    parts = [part for part in (X[:cut], X[cut:]) if len(part)]
    assume(all(in_range(part, means) for part in parts))
    assert inertia(X, means) == pytest.approx(sum(inertia(part, means) for part in parts), rel=1e-13)
    F = sum(free_energy(part, means, sigma) for part in parts)
    assert free_energy(X, means, sigma) == pytest.approx(F, abs=rounding(X, means, sigma))


@given(problems(), st.data())
def test_swapped_and_mirrored_axes_change_nothing(problem, data):
    X, means, sigma = problem
    d = X.shape[1]
    axes = data.draw(st.permutations(range(d)))
    signs = np.array(data.draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=d, max_size=d)))
    for value in (0.0, sigma):
        turned, step = (
            fit(signs * X[:, axes], signs * means[:, axes], value, max_steps=1),
            fit(X, means, value, max_steps=1),
        )
        assert turned.history[0].objective == pytest.approx(step.history[0].objective, abs=rounding(X, means, value))
        np.testing.assert_allclose(turned.means, signs * step.means[:, axes], rtol=0, atol=last_digits(X, means))


@given(problems(), st.data())
def test_the_order_of_the_clusters_does_not_matter(problem, data):
    X, means, sigma = problem
    order = data.draw(st.permutations(range(len(means))))
    resp = responsibilities(X, means, sigma)
    np.testing.assert_allclose(responsibilities(X, means[order], sigma), resp[:, order], rtol=1e-13)
    new = fit(X, means, sigma, max_steps=1).means
    np.testing.assert_allclose(
        fit(X, means[order], sigma, max_steps=1).means,
        new[order],
        rtol=0,
        atol=last_digits(X, means),
    )
    assert inertia(X, means[order]) == inertia(X, means)


@given(problems(), st.integers(-(2**30), 2**30))
def test_shifting_everything_shifts_the_means_and_nothing_else(problem, shift):
    X, means, sigma = problem
    for value in (0.0, sigma):
        far = fit(X + shift, means + shift, value, max_steps=1)
        near = fit(X, means, value, max_steps=1)
        start = responsibilities(X, means, value)
        assert np.array_equal(responsibilities(X + shift, means + shift, value), start)
        assert free_energy(X + shift, means + shift, value) == free_energy(X, means, value)
        assert far.history[0].objective == pytest.approx(near.history[0].objective, abs=rounding(X, means, value))
        slack = last_digits(X + shift, means + shift)
        np.testing.assert_allclose(far.means - shift, near.means, rtol=0, atol=slack)


@given(problems(), st.integers(-400, 400))
@example((np.zeros((1, 1)), np.zeros((2, 1)), 2.388979795109685), 1)  # sigma**2 would lose its last digit
def test_scaling_by_a_power_of_two_scales_free_energy_by_its_square_exactly(problem, exponent):
    X, means, sigma = problem
    c = 2.0**exponent
    assert free_energy(c * X, c * means, c * sigma) == c * (c * free_energy(X, means, sigma))
    assert inertia(c * X, c * means) == c * (c * inertia(X, means))
    resp = responsibilities(X, means, sigma)
    assert np.array_equal(responsibilities(c * X, c * means, c * sigma), resp)


@given(problems(), st.data())
def test_weighted_mean_identity(problem, data):
    X, means, sigma = problem
    a, m = responsibilities(X, means, sigma)[:, :1], data.draw(rows(1, X.shape[1]))
    mean = update(X, a, m)
    left = (a * sq_dists(X, m)).sum()
    right = (a * sq_dists(X, mean)).sum() + a.sum() * ((m - mean) ** 2).sum()
    assert left == pytest.approx(right, rel=1e-12, abs=1e-290)


@given(problems(), st.data())
def test_softmax_is_the_cheapest_soft_assignment_and_any_other_costs_its_divergence(problem, data):
    X, means, sigma = problem
    w = np.array([data.draw(mixing_weights(len(means))) for _ in X])
    D = sq_dists(X, means)
    cost = (w * D).sum() + 2 * sigma**2 * rel_entr(w, 1).sum()
    log_resp = log_softmax(-D / (2 * sigma**2), axis=1)
    excess = 2 * sigma**2 * (rel_entr(w, 1) - w * log_resp).sum()
    slack = 1e-12 * (w * D).sum() + rounding(X, means, sigma)
    assert cost - free_energy(X, means, sigma) == pytest.approx(excess, abs=slack)


@given(problems(moved=True))
def test_free_energy_is_a_rescaled_log_likelihood(problem):
    X, means, sigma = problem
    (n, d), k, T = X.shape, len(means), 2 * sigma**2
    constant = n * d * (np.log(2 * np.pi) / 2 + np.log(sigma)) + n * np.log(k)
    F = -T * (log_likelihood(X, means, sigma) + constant)
    slack = rounding(X, means, sigma) + 1e-14 * T * n * d * abs(np.log(sigma))
    assert free_energy(X, means, sigma) == pytest.approx(F, abs=slack)


@given(problems())
def test_a_step_lowers_free_energy_by_the_squared_moves_and_the_divergence(problem):
    X, means, sigma = problem
    found = fit(X, means, sigma, max_steps=1)
    before, after = (log_softmax(-sq_dists(X, m) / (2 * sigma**2), axis=1) for m in (means, found.means))
    resp = responsibilities(X, means, sigma)
    moves = resp.sum(axis=0) @ ((found.means - means) ** 2).sum(axis=1)
    divergence = (resp * (before - after)).sum()
    fall = found.history[0].objective - found.history[1].objective
    slack = 10 * rounding(X, means, sigma) + 1e-12 * (resp * sq_dists(X, found.means)).sum()
    assert fall == pytest.approx(moves + 2 * sigma**2 * divergence, abs=slack)


@given(any_problems)
def test_free_energy_lies_just_below_inertia(problem):
    X, means, sigma = problem
    J, F = inertia(X, means), free_energy(X, means, sigma)
    below = 2 * sigma**2 * len(X) * np.log(len(means))
    assert J - below - rounding(X, means, sigma) <= F <= J
    assert free_energy(X, means, 0) == J


@given(problems(moved=True), st.data())
def test_with_weights_free_energy_lies_just_above_inertia(problem, data):
    X, means, sigma = problem
    weights = data.draw(mixing_weights(len(means)))
    alive = weights > 0
    J = inertia(X, means[alive])
    F = free_energy(X, means, sigma, weights)
    nearest = sq_dists(X, means[alive]).argmin(axis=1)
    room = 2 * sigma**2 * -np.log(weights[alive][nearest]).sum()
    slack = rounding(X, means[alive], sigma)
    assert J - slack <= F <= J + room + slack


@given(problems(moved=True), st.floats(1, 100))
def test_free_energy_falls_as_sigma_grows(problem, factor):
    X, means, sigma = problem
    hot = factor * sigma
    assert free_energy(X, means, hot) <= free_energy(X, means, sigma) + rounding(X, means, hot)


@given(problems())
def test_softness_lies_between_the_bounds_of_the_gap(problem):
    X, means, sigma = problem
    k = len(means)
    assume(k > 1)
    D = np.sort(sq_dists(X, means), axis=1)
    clear = D[:, 1] > D[:, 0]
    q = np.exp(-(D[clear, 1] - D[clear, 0]) / (2 * sigma**2))
    softness = np.sort(responsibilities(X, means, sigma)[clear], axis=1)[:, :-1].sum(axis=1)
    assert (softness >= q / (1 + q) * (1 - 1e-9)).all()
    assert (softness <= (k - 1) * q / (1 + (k - 1) * q) * (1 + 1e-9) + k * 5e-324).all()


@given(problems())
def test_as_sigma_goes_to_zero_clear_points_turn_hard_and_tied_ones_are_shared(problem):
    X, means, _ = problem
    D = sq_dists(X, means)
    nearest = np.equal(D, D.min(axis=1, keepdims=True))
    limit = responsibilities(X, means, 1e-12)
    assert np.array_equal(limit, nearest / nearest.sum(axis=1, keepdims=True))
    clear = nearest.sum(axis=1) == 1
    assert np.array_equal(limit[clear], responsibilities(X, means, 0)[clear])
