"""Each theorem of chapter 6 and its companions, on random data and at the edges of its hypotheses."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq

from kmeans_em import fit, free_energy, inertia, log_likelihood, responsibilities, update
from tests.property.strategies import best_means, positive_weights, problems

seeds = st.integers(0, 2**32 - 1)
exponents = st.floats(0.01, 300)  # least gap / 2 sigma^2
few = st.tuples(seeds, st.integers(1, 5), st.integers(1, 3), st.integers(1, 2))
LINE = np.array([[0.0], [1], [2], [8], [9], [16]])


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def excesses(X, means):
    D = sq_dists(X, means)
    return D - D.min(axis=1, keepdims=True)


def gaps(X, means):
    return np.sort(excesses(X, means), axis=1)[:, 1]


def diameter(X):
    return np.sqrt(sq_dists(X, X).max())


def sigma_at(gap, exponent):
    return np.sqrt(gap / (2 * exponent))


def least_positive(excess):
    return excess[excess > 0].min(initial=excess.max() or 1.0)


def size(D, sigma):
    """How large the terms are that rounding acts on."""
    return D.sum() + 2 * sigma**2 * (1 + len(D) * np.log(D.shape[1] + 1))


def em_step(X, means, sigma, weights=None):
    return update(X, responsibilities(X, means, sigma, weights), means)


def without_ties_and_empty_clusters(X, means):
    """What is left of a problem after its tied points, and then its means without points, are dropped."""
    assume(len(means) > 1)
    X = X[gaps(X, means) > 0]
    assume(len(X) > 0)
    means = means[np.unique(sq_dists(X, means).argmin(axis=1))]
    assume(len(means) > 1)
    return X, means


@given(problems())
def test_thm_squeeze(problem):
    X, means, sigma = problem
    n, k = len(X), len(means)
    D, J, F = sq_dists(X, means), inertia(X, means), free_energy(X, means, sigma)
    slack = 1e-12 * size(D, sigma)
    assert J - 2 * sigma**2 * n * np.log(k) - slack <= F <= J + slack


@given(problems())
def test_thm_squeeze_gap(problem):
    X, means, sigma = problem
    assume(len(means) > 1)
    difference = inertia(X, means) - free_energy(X, means, sigma)
    q = np.exp(-gaps(X, means) / (2 * sigma**2))
    most = 2 * sigma**2 * (len(means) - 1) * q.sum()
    assert difference <= most + 1e-12 * size(sq_dists(X, means), sigma)


@given(problems(), seeds)
def test_thm_squeeze_weights(problem, seed):
    X, means, sigma = problem
    D, J, weights = sq_dists(X, means), inertia(X, means), positive_weights(seed, len(means))
    slack = 1e-12 * size(D, sigma)
    most = 2 * sigma**2 * np.log(1 / weights[D.argmin(axis=1)]).sum()
    assert J - slack <= free_energy(X, means, sigma, weights) <= J + most + slack


@given(problems())
def test_thm_squeeze_reaches_both_ends(problem):
    X, means, sigma = problem
    n, k = len(X), len(means)
    together, low = means[:1].repeat(k, axis=0), 2 * sigma**2 * n * np.log(k)
    slack = 1e-12 * size(sq_dists(X, together), sigma)
    assert inertia(X, together) - free_energy(X, together, sigma) == pytest.approx(low, abs=slack)
    apart = means[:1] + 1e6 * (1 + sigma) * np.arange(k)[:, None]
    assert inertia(X, apart) - free_energy(X, apart, sigma) == pytest.approx(0, abs=slack)


@given(problems(), exponents)
def test_thm_hardening(problem, exponent):
    X, means, _ = problem
    assume(len(means) > 1)
    excess, gap, k = excesses(X, means), gaps(X, means), len(means)
    sigma = sigma_at(least_positive(gap), exponent)
    r = responsibilities(X, means, sigma)
    others = np.sort(r, axis=1)[:, :-1].sum(axis=1)
    q = np.exp(-gap / (2 * sigma**2))
    seen = q > 1e-200  # no share underflows
    assert (r[np.arange(len(X)), excess.argmin(axis=1)] == r.max(axis=1)).all()
    assert (others >= q / (1 + q) * (1 - 1e-12))[seen].all()
    assert (others <= (k - 1) * q / (1 + (k - 1) * q) * (1 + 1e-12))[seen].all()


@given(problems(), seeds, exponents)
def test_thm_hardening_ties(problem, seed, exponent):
    X, means, _ = problem
    excess, weights = excesses(X, means), positive_weights(seed, len(means))
    s = np.where(excess == 0, weights, 0)
    s /= s.sum(axis=1, keepdims=True)
    r = responsibilities(X, means, sigma_at(least_positive(excess), exponent), weights)
    assert abs(r - s).max() <= np.exp(-exponent) / weights.min() + 1e-14


@given(problems(), st.floats(0.01, 30))
def test_thm_one_step(problem, exponent):
    X, means = without_ties_and_empty_clusters(*problem[:2])
    n, k = len(X), len(means)
    gap, rho = gaps(X, means).min(), diameter(X)
    sizes = np.bincount(sq_dists(X, means).argmin(axis=1), minlength=k)
    moved = em_step(X, means, sigma_at(gap, exponent)) - em_step(X, means, 0)
    most = rho * (k - 2 + n / sizes) * np.exp(-exponent)
    assert (np.sqrt((moved**2).sum(axis=1)) <= most * (1 + 1e-12) + 1e-13 * (1 + abs(X).max())).all()


@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize(("n", "k", "d"), [(2, 2, 1), (3, 2, 1), (4, 3, 1), (5, 4, 2), (30, 2, 1), (30, 3, 3)])
def test_thm_one_step_survives_a_search(n, k, d, crowded):
    rng = np.random.default_rng([n, k, d])
    X = rng.normal(size=(2000, n, d))
    if crowded:  # k places, and most points in the last of them
        places = np.minimum(np.arange(n), k - 1)
        X = X[:, places]
    means = X[:, :k] + rng.choice([0, 0.3, 3], (2000, 1, 1)) * rng.normal(size=(2000, k, d))
    D = ((X[:, :, None] - means[:, None]) ** 2).sum(axis=3)
    nearest = D.argmin(axis=2)[:, :, None] == np.arange(k)
    least, second = np.sort(D, axis=2)[:, :, :2].transpose(2, 0, 1)
    gap, sizes = (second - least).min(axis=1), nearest.sum(axis=1)
    kept = sizes.min(axis=1) > 0
    X, D, nearest, gap, sizes, least = (part[kept] for part in (X, D, nearest, gap, sizes, least))
    exponent = rng.uniform(0.01, 12, len(gap))
    r = np.exp(-(D - least[:, :, None]) * (exponent / gap)[:, None, None])
    r /= r.sum(axis=2, keepdims=True)
    soft = np.einsum("tik,tid->tkd", r, X) / r.sum(axis=1)[:, :, None]
    hard = np.einsum("tik,tid->tkd", nearest, X) / sizes[:, :, None]
    rho = np.sqrt(((X[:, :, None] - X[:, None]) ** 2).sum(axis=3).max(axis=(1, 2)))
    most = (rho * np.exp(-exponent))[:, None] * (k - 2 + n / sizes)
    share = np.sqrt(((soft - hard) ** 2).sum(axis=2)) / most
    assert len(share) > 1000  # twelve times
    assert share.max() <= 1 + 1e-9
    if (n, k, crowded) == (30, 2, True):
        assert share.max() > 0.95  # one point alone, all others in one place: (n - 1) / n of the bound


@given(problems(), st.floats(30, 300))
def test_thm_step_limit(problem, exponent):
    X, means = without_ties_and_empty_clusters(*problem[:2])
    gap, rho = gaps(X, means).min(), diameter(X)
    moved = [em_step(X, means, sigma_at(gap, times * exponent)) - fit(X, means, max_steps=1).means for times in (1, 10)]
    distances = [np.sqrt((step**2).sum(axis=1)).max() for step in moved]
    rounding = 1e-13 * (1 + abs(X).max())
    assert distances[0] <= 20 * rho * np.exp(-exponent) + rounding  # k - 2 + n / n_j is at most 6 + 12
    assert distances[1] <= rounding


@given(problems(), seeds, exponents)
def test_thm_shared_ties(problem, seed, exponent):
    X, means, _ = problem
    means = means[(excesses(X, means) == 0).any(axis=0)]
    excess, weights = excesses(X, means), positive_weights(seed, len(means))
    s = np.where(excess == 0, weights, 0)
    s /= s.sum(axis=1, keepdims=True)
    limit = (s.T @ X) / s.sum(axis=0)[:, None]
    moved = em_step(X, means, sigma_at(least_positive(excess), exponent), weights) - limit
    # n shares, each off by exp(-exponent) / weights.min(), over a size of at least weights.min()
    far = len(X) * np.exp(-exponent) / weights.min() ** 2
    assert (np.sqrt((moved**2).sum(axis=1)) <= far * diameter(X) + 1e-12 * (1 + abs(X).max())).all()


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.8, np.sqrt(2 / 3), 2.0, 30.0])
def test_thm_tie_rest(sigma):
    X, a = np.array([[-1.0], [0], [1]]), 1.0
    history = fit(X, [[-1], [1]], sigma, max_steps=50, tol=0).history
    for step in history:
        np.testing.assert_allclose(step.means[:, 0], [-a, a], rtol=0, atol=1e-14)
        a = 2 / 3 * np.tanh(a / sigma**2)
    far = 4 / 3 * np.exp(-1 / sigma**2) if sigma < 0.5 else 2 / 3
    assert all(abs(step.means[1, 0] - 2 / 3) <= far + 1e-15 for step in history[1:])


def test_thm_tie_rest_is_higher_than_where_lloyd_rests():
    X = [[-1.0], [0.0], [1.0]]
    rest = fit(X, [[-1], [1]], 0.05)
    assert rest.converged
    np.testing.assert_allclose(rest.means, [[-2 / 3], [2 / 3]], rtol=0, atol=1e-15)
    assert inertia(X, rest.means) == pytest.approx(2 / 3)
    lloyd = fit(X, [[-1], [1]])
    assert lloyd.means.tolist() == [[-0.5], [1]]
    assert inertia(X, lloyd.means) == 0.5


def lloyd_run(seed, n, k, d, spread):
    """Random clouds, Lloyd's means at each step, the least gap and the smallest cluster of the run."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + spread * rng.normal(size=(k, d))[rng.integers(k, size=n)]
    run = [step.means for step in fit(X, X[rng.permutation(n)[:k]]).history]
    gap = min(gaps(X, means).min() for means in run)
    smallest = min(np.bincount(sq_dists(X, means).argmin(axis=1), minlength=k).min() for means in run)
    assume(gap > 1e-6)
    assume(smallest > 0)
    return X, run, gap, smallest


runs = st.builds(
    lloyd_run, seeds, st.integers(5, 30), st.integers(2, 5), st.integers(1, 3), st.sampled_from([0, 3, 10])
)


@given(runs, st.sampled_from([1, 1, 0.9, 0.5, 0.1]))
def test_thm_runs(lloyd, cooled):
    X, run, gap, smallest = lloyd
    k, rho = len(run[0]), diameter(X)
    factor = rho * (k - 2 + len(X) / smallest)
    sigma = cooled * np.sqrt(gap / (4 * np.log(12 * rho * factor / gap)))
    eta = factor * np.exp(-gap / (4 * sigma**2))
    assert eta <= gap / (12 * rho) * (1 + 1e-9)
    em = [step.means for step in fit(X, run[0], sigma, max_steps=len(run) + 5, tol=0).history]
    for t in range(1, len(run) + 5):
        moved = em[min(t, len(em) - 1)] - run[min(t, len(run) - 1)]
        assert np.sqrt((moved**2).sum(axis=1)).max() <= eta + 1e-13 * (1 + abs(X).max())


@given(runs, seeds)
def test_thm_runs_keeps_half_the_gap(lloyd, seed):
    X, run, gap, _ = lloyd
    rng, rho = np.random.default_rng(seed), diameter(X)
    delta = gap / (12 * rho)
    assert delta <= rho / 12 * (1 + 1e-12)
    for means in run[1:]:
        i, j = rng.integers(len(X)), rng.integers(len(means), size=2)
        away = rng.normal(size=means.shape)
        away[j] = (X[i] - means[j]) * [[-1], [1]]  # the worst direction for one point and two means
        moved = means + delta * away / np.maximum(np.sqrt((away**2).sum(axis=1, keepdims=True)), 1e-300)
        assert (sq_dists(X, moved).argmin(axis=1) == sq_dists(X, means).argmin(axis=1)).all()
        assert gaps(X, moved).min() >= gap / 2


def test_thm_runs_needs_gaps_where_lloyd_rests_too():
    X, start = [[0.0], [2], [3]], [[1.1], [3]]
    lloyd = fit(X, start)
    assert [step.means.tolist() for step in lloyd.history[1:]] == [[[1], [3]]] * 2  # and there 2 is tied
    soft = fit(X, start, 0.01, max_steps=2).history
    np.testing.assert_allclose(soft[1].means, [[1], [3]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(soft[2].means, [[2 / 3], [8 / 3]], rtol=0, atol=1e-9)


@given(few, st.sampled_from([0.05, 0.3, 1, 3]))
def test_thm_minimisers(problem, sigma):
    seed, n, k, d = problem
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (n, d)).astype(float)
    k = min(k, n)
    J, hard = best_means(X, k)
    starts = [hard[0], hard[-1], *(rng.normal(size=(3, k, d)) * 3)]
    fits = [fit(X, start, sigma, max_steps=200, tol=0) for start in starts]
    best = min(fits, key=lambda fit: fit.history[-1].objective)
    slack = 1e-12 * (1 + J + sigma**2 * n)
    assert free_energy(X, best.means, sigma) <= free_energy(X, hard[0], sigma) + slack
    assert J - slack <= inertia(X, best.means) <= J + 2 * sigma**2 * n * np.log(k) + slack
    # a place that a step leaves is no minimiser
    again = em_step(X, best.means, sigma)
    drop = free_energy(X, best.means, sigma) - free_energy(X, again, sigma)
    assert drop >= responsibilities(X, best.means, sigma).sum(axis=0) @ ((again - best.means) ** 2).sum(axis=1) - slack


@given(problems(), seeds)
def test_thm_minimisers_are_in_the_hull(problem, seed):
    X, means, sigma = problem
    u = np.random.default_rng(seed).normal(size=X.shape[1])
    u /= np.sqrt(u @ u)
    # a mean outside the hull is beyond some plane that has all points on its other side; there it costs less
    beyond = np.maximum(means @ u - (X @ u).max(), 0)
    nearer = means - beyond[:, None] * u
    drop = free_energy(X, means, sigma) - free_energy(X, nearer, sigma)
    gain = responsibilities(X, means, sigma).sum(axis=0) @ beyond**2
    assert drop >= gain - 1e-12 * size(sq_dists(X, means), sigma)


@pytest.mark.parametrize("sigma", [0.5, 1, 2, 3, 4, 6])
def test_thm_minimisers_on_the_line(sigma):
    grid = np.arange(-4, 20.25, 0.25)
    exponents = -((LINE - grid) ** 2) / (2 * sigma**2)
    costs = -2 * sigma**2 * np.logaddexp(exponents[:, :, None], exponents[:, None]).sum(axis=0)
    first, second = np.nonzero(costs <= costs.min() + 1e-9)
    assert len(first) <= 2  # a pair of places and its mirror image, or one place twice
    mean, other = grid[first[0]], grid[second[0]]
    run = fit(LINE, [[mean], [other]], sigma, max_steps=20_000, tol=1e-13)
    assert run.converged
    assert 0 <= run.means.min() <= run.means.max() <= 16
    assert run.history[-1].objective <= costs.min() + 1e-9
    assert abs(run.means - [[mean], [other]]).max() <= 0.25
    starts = [[[a], [b]] for a in range(0, 17, 4) for b in range(0, a, 4)]
    ends = [fit(LINE, start, sigma, max_steps=20_000, tol=1e-12).history[-1].objective for start in starts]
    assert min(ends) >= run.history[-1].objective - 1e-9
    assert inertia(LINE, run.means) <= 40 + 2 * sigma**2 * 6 * np.log(2)


@pytest.mark.parametrize(("k", "rest", "J"), [(2, [1, 11], 40), (3, [1, 8.5, 16], 2.5)])
def test_thm_minimisers_tend_to_those_of_k_means_on_the_line(k, rest, J):
    rng = np.random.default_rng(0)
    least, hard = best_means(LINE, k)
    assert least == J
    assert {tuple(sorted(means[:, 0])) for means in hard} == {tuple(rest)}
    for sigma in (2, 1.5, 1, 0.5):
        starts = [hard[0], *rng.uniform(0, 16, (20, k, 1))]
        fits = [fit(LINE, start, sigma, max_steps=5000, tol=1e-12) for start in starts]
        best = min(fits, key=lambda fit: fit.history[-1].objective).means
        far = 16 * (k - 2 + 6) * np.exp(-gaps(LINE, best).min() / (2 * sigma**2))
        assert abs(np.sort(best[:, 0]) - rest).max() <= far + 1e-10
    assert far < 1e-6


def shares_over_the_largest(excess, j, sigma, weights):
    """The shares of all points in mean j, over the largest of them, which underflow does not reach."""
    whole = (weights * np.exp(-excess / (2 * sigma**2))).sum(axis=1)
    return np.exp(-(excess[:, j] - excess[:, j].min()) / (2 * sigma**2)) / whole


@given(problems(), seeds, st.booleans(), exponents)
def test_thm_empty(problem, seed, equal, exponent):
    X, means, _ = problem
    n, k = len(X), len(means)
    assume(k > 1)
    excess, weights = excesses(X, means), np.full(k, 1 / k) if equal else positive_weights(seed, k)
    lightest = weights[excess.argmin(axis=1)].min()
    for j, own in enumerate(excess.T):
        least = X[own == own.min()]
        here = (least[0] == X).all(axis=1)
        if (least != least[0]).any() or here.all():
            continue
        gap, m = own[~here].min() - own.min(), here.sum()
        shares = shares_over_the_largest(excess, j, sigma_at(gap, exponent), weights)
        moved = shares @ (X - least[0]) / shares.sum()
        most = diameter(X) * (n - m) / m / lightest * np.exp(-exponent)
        assert np.sqrt((moved**2).sum()) <= most * (1 + 1e-9)


@given(problems(), seeds, exponents)
def test_thm_empty_with_several_smallest(problem, seed, exponent):
    X, means, _ = problem
    excess, weights = excesses(X, means), positive_weights(seed, len(means))
    nearest = np.where(excess == 0, weights, 0).sum(axis=1)
    for j, own in enumerate(excess.T):
        first = own == own.min()
        limit = np.average(X[first], axis=0, weights=1 / nearest[first])
        sigma = sigma_at(min(least_positive(own - own.min()), least_positive(excess)), exponent)
        shares = shares_over_the_largest(excess, j, sigma, weights)
        moved = shares @ (X - limit) / shares.sum()
        # each of n ratios is off by at most exp(-exponent) / weights.min()^2
        far = 2 * len(X) * np.exp(-exponent) / weights.min() ** 2
        assert np.sqrt((moved**2).sum()) <= far * diameter(X) + 1e-12 * (1 + abs(X).max())


def test_thm_empty_on_the_line():
    means = [[1], [11], [100]]
    assert fit(LINE, means, 3, max_steps=1).means[2] == pytest.approx(16, abs=1e-12)
    assert fit(LINE, means, 0, max_steps=1).means[2] == 100
    assert fit(LINE, means, 2, max_steps=1).means[2] == 100  # in floats its size, exp(-7031/8), is 0


def log_p(X, means, sigma, weights):
    d = X.shape[1]
    return np.log(weights) - sq_dists(X, means) / (2 * sigma**2) - d * (np.log(sigma) + np.log(2 * np.pi) / 2)


@given(problems(), seeds, st.booleans(), exponents)
def test_thm_scaled(problem, seed, equal, exponent):
    X, means, anywhere = problem
    (n, d), k = X.shape, len(means)
    weights = np.full(k, 1 / k) if equal else positive_weights(seed, k)
    D, J = sq_dists(X, means), inertia(X, means)
    most = 2 * np.log(1 / weights[D.argmin(axis=1)]).sum()
    for sigma in (anywhere, sigma_at(least_positive(excesses(X, means)), exponent)):
        r, log_joint = responsibilities(X, means, sigma, weights), log_p(X, means, sigma, weights)
        Q, slack = (r * log_joint).sum(), 1e-12 * 2 * sigma**2 * (1 + abs(log_joint).sum())
        constant = n * d * sigma**2 * np.log(2 * np.pi * sigma**2)
        loss, price = (r * D).sum(), -2 * sigma**2 * r.sum(axis=0) @ np.log(weights)
        assert -2 * sigma**2 * Q == pytest.approx(loss + constant + price, abs=slack)
        assert J - slack <= loss <= J + most * sigma**2 + slack
        assert 0 <= price <= 2 * sigma**2 * n * np.log(1 / weights.min()) + slack
        scaled = -2 * sigma**2 * log_likelihood(X, means, sigma, weights) - constant
        assert J - slack <= scaled <= J + most * sigma**2 + slack


@given(problems(), seeds)
def test_thm_scaled_without_the_factor_there_is_no_limit(problem, seed):
    X, means, _ = problem
    J, weights = inertia(X, means), positive_weights(seed, len(means))
    assume(J > 0)
    Q, log_L = [], []
    for small in (0.1, 0.01, 0.001):
        sigma = small * np.sqrt(J / X.size)
        r = responsibilities(X, means, sigma, weights)
        Q.append((r * log_p(X, means, sigma, weights)).sum())
        log_L.append(log_likelihood(X, means, sigma, weights))
    for falling in (Q, log_L):
        assert falling[0] > falling[1] > falling[2]
        assert falling[2] < -J / (4 * sigma**2)


def on_a_sphere(means):
    """The point equally far from all means, in their flat, or None if their affine hull has fewer dimensions."""
    edges = means[1:] - means[0]
    if np.linalg.matrix_rank(edges, tol=1e-4) < len(edges):
        return None
    return means[0] + np.linalg.lstsq(2 * edges, (edges**2).sum(axis=1), rcond=None)[0]


def where_lloyd_rests(seed, d, k, on_grid):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, (rng.integers(k, 13), d)).astype(float) if on_grid else rng.normal(size=(12, d))
    start = X[rng.permutation(len(X))[:k]] + rng.choice([0, 0, 1, 30]) * rng.normal(size=(k, d))
    return X, fit(X, start).means


@given(seeds, st.integers(1, 5), st.integers(2, 6), st.booleans(), st.floats(-2, 2))
def test_thm_never_rests(seed, d, k, on_grid, power):
    X, means = where_lloyd_rests(seed, d, k=min(k, d + 1), on_grid=on_grid)
    centre = on_a_sphere(means)
    assume(centre is not None)
    assume(abs(centre).max() < 1e4)
    sigma, weights = 10.0**power, positive_weights(seed, len(means))
    r, excess = responsibilities(X, means, sigma, weights), excesses(X, means)
    inward = (r.sum(axis=0)[:, None] * (em_step(X, means, sigma, weights) - means) * (centre - means)).sum()
    dearer = (r * excess).sum()  # naive loss of r less J
    assert inward == pytest.approx(dearer / 2, abs=1e-12 * len(X) * (1 + abs(X).max() + abs(centre - means).max()) ** 2)
    assert (excess > 0).any()  # so any positive shares cost more than J


def test_thm_never_rests_on_one_circle():
    corners = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])  # dependent, but on one circle
    X = np.concatenate([1.2 * corners, 0.8 * corners])
    assert (fit(X, corners).means == corners).all()
    for sigma in (0.3, 0.5, 1, 3):
        r = responsibilities(X, corners, sigma)
        inward = r.sum(axis=0) @ ((em_step(X, corners, sigma) - corners) * -corners).sum(axis=1)
        assert inward == pytest.approx((r * excesses(X, corners)).sum() / 2, rel=1e-9)
        assert inward > 0


def test_thm_never_rests_asks_for_means_on_a_sphere():
    X, means = np.array([[-1.2], [-0.8], [0], [0.8], [1.2]]), np.array([[-1.0], [0], [1]])
    assert (fit(X, means).means == means).all()

    def drift(sigma):
        return (em_step(X, means, sigma) - means)[2, 0]

    assert drift(0.3) > 1e-3
    assert drift(0.4) < -1e-3
    sigma = brentq(drift, 0.3, 0.4, xtol=1e-15)
    assert abs(em_step(X, means, sigma) - means).max() < 1e-14


def test_thm_never_rests_asks_for_two_places():
    together = np.array([[6.0], [6]])
    assert (fit(LINE, together).means == together).all()
    np.testing.assert_allclose(em_step(LINE, together, 2), together, rtol=0, atol=1e-15)


def shapes(seed, k, d, kind):
    """k covariances over sigma^2, and the weights over the roots of their determinants."""
    rng = np.random.default_rng(seed)
    if kind == "widths":
        A = np.exp(rng.uniform(-1, 1, k))[:, None, None] ** 2 * np.eye(d)
    else:
        roots = rng.normal(size=(k, d, d)) / 2 + np.eye(d) * rng.choice([1, 1.5])
        A = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(d)
    A = A[:1].repeat(k, axis=0) if kind == "shared" else A
    return A, positive_weights(seed, k) / np.sqrt(np.linalg.det(A))


def costs(X, means, A):
    away = X[:, None] - means
    return np.einsum("ijp,jpq,ijq->ij", away, np.linalg.inv(A), away)


def shaped_step(X, M, alpha, sigma):
    log_r = np.log(alpha) - M / (2 * sigma**2)
    r = np.exp(log_r - log_r.max(axis=1, keepdims=True))
    r /= r.sum(axis=1, keepdims=True)
    return r, (r.T @ X) / r.sum(axis=0)[:, None]


kinds = st.sampled_from(["widths", "shared", "all"])


@given(problems(), seeds, kinds)
def test_thm_other_widths_squeeze(problem, seed, kind):
    X, means, sigma = problem
    A, alpha = shapes(seed, *means.shape, kind)
    M = costs(X, means, A)
    J, F = M.min(axis=1).sum(), -2 * sigma**2 * np.logaddexp.reduce(np.log(alpha) - M / (2 * sigma**2), axis=1).sum()
    slack = 1e-12 * (M.sum() + 2 * sigma**2 * M.size * (1 + abs(np.log(alpha)).max()))
    low, high = np.log(alpha.sum()) * len(X), np.log(alpha[M.argmin(axis=1)]).sum()
    assert J - 2 * sigma**2 * low - slack <= F <= J - 2 * sigma**2 * high + slack


@given(problems(), seeds, kinds, st.floats(0.01, 100))
def test_thm_other_widths_step(problem, seed, kind, exponent):
    X, means, _ = problem
    A, alpha = shapes(seed, *means.shape, kind)
    kept = np.unique(costs(X, means, A).argmin(axis=1))
    A, alpha, M = A[kept], alpha[kept], costs(X, means, A)[:, kept]
    excess = M - M.min(axis=1, keepdims=True)
    nearest = excess <= 1e-9 * (1 + M)  # the inverses are rounded, so the ties are too
    gap = np.where(nearest, 1 + M.max(), excess).min()
    assume(gap > 1e-4 * (1 + M.max()))
    s = np.where(nearest, alpha, 0)
    s /= s.sum(axis=1, keepdims=True)
    limit = (s.T @ X) / s.sum(axis=0)[:, None]
    r, moved = shaped_step(X, M, alpha, sigma_at(gap, exponent))
    ratio = len(alpha) * alpha.max() / alpha.min()
    error = ratio * np.exp(-exponent) + 1e-6
    assert abs(r - s).max() <= error
    assert np.sqrt(((moved - limit) ** 2).sum(axis=1)).max() <= len(X) * ratio * error * (diameter(X) + 1e-6)
    if (nearest.sum(axis=1) == 1).all():
        J = M.min(axis=1).sum()
        assert costs(X, limit, A).min(axis=1).sum() <= J + 1e-9 * (1 + J)


@given(problems(), seeds)
def test_thm_other_widths_shared_is_a_change_of_coordinates(problem, seed):
    X, means, _ = problem
    A, alpha = shapes(seed, *means.shape, "shared")
    M = costs(X, means, A)
    sigma = max(1e-3, np.sqrt(M.max()) / 10)
    values, vectors = np.linalg.eigh(A[0])
    inverse_root = vectors / np.sqrt(values) @ vectors.T
    Y, starts = X @ inverse_root, means @ inverse_root
    r, moved = shaped_step(X, M, alpha, sigma)
    weights = alpha / alpha.sum()
    np.testing.assert_allclose(r, responsibilities(Y, starts, sigma, weights), rtol=0, atol=1e-9)
    scale = 1 + abs(Y).max() + abs(X).max()
    np.testing.assert_allclose(moved @ inverse_root, em_step(Y, starts, sigma, weights), rtol=0, atol=1e-8 * scale)


def test_thm_other_widths_with_a_wide_and_a_narrow_component():
    widths = np.array([3.0, 1])
    A, alpha = widths[:, None, None] ** 2, np.array([0.5, 0.5]) / widths
    means = np.array([[1.0], [10]])
    for _ in range(3):
        moved = shaped_step(LINE, costs(LINE, means, A), alpha, 0.1)[1]
        np.testing.assert_allclose(moved, [[4.75], [8.5]], rtol=0, atol=1e-12)
        means = moved
