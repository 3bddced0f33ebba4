"""Each theorem of the companions on attention, hills and directions, on random data and at edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls
from scipy.special import logsumexp, softmax

from kmeans_em import responsibilities, update
from kmeans_em.annealing import critical_sigma

seeds = st.integers(0, 2**32 - 1)
problem = st.tuples(seeds, st.integers(2, 7), st.integers(1, 4), st.floats(-1.5, 1.5).map(lambda e: 10**e))


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def attention(queries, keys, tau):
    return softmax(queries @ keys.T / tau, axis=1)


def log_p(queries, keys, tau):
    """The mixture with the weights of the keys, up to a constant."""
    return logsumexp(((keys**2).sum(axis=1) - sq_dists(queries, keys)) / 2 / tau, axis=1)


def slope(f, x, h=1e-6):
    """Derivative of f at x (d,) by central differences; along the first axis of what comes back."""
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@given(problem)
def test_thm_attention(problem):
    seed, k, d, tau = problem
    rng = np.random.default_rng(seed)
    keys, queries = rng.normal(size=(k, d)), 3 * rng.normal(size=(5, d))
    shares, weights = attention(queries, keys, tau), softmax((keys**2).sum(axis=1) / 2 / tau)
    np.testing.assert_allclose(responsibilities(queries, keys, tau**0.5, weights), shares, atol=1e-9)
    equal = responsibilities(queries, keys, tau**0.5)
    ratios = np.log(weights) - np.log(weights[0])
    told = np.log(np.maximum(shares, 1e-300) / np.maximum(equal, 1e-300))
    seen = (shares > 1e-280).all(axis=1) & (equal > 1e-280).all(axis=1)
    np.testing.assert_allclose((told - told[:, :1])[seen], np.tile(ratios, (seen.sum(), 1)), atol=1e-8 * (1 + 1 / tau))
    one_length = keys / np.linalg.norm(keys, axis=1, keepdims=True)
    np.testing.assert_allclose(
        responsibilities(queries, one_length, tau**0.5), attention(queries, one_length, tau), atol=1e-9
    )


@given(problem)
def test_thm_hopfield(problem):
    seed, k, d, tau = problem
    rng = np.random.default_rng(seed)
    keys, query = rng.normal(size=(k, d)), 2 * rng.normal(size=(1, d))
    shares = attention(query, keys, tau)
    moved = shares @ keys
    gain = log_p(moved, keys, tau) - log_p(query, keys, tau)
    assert gain >= ((moved - query) ** 2).sum() / 2 / tau - 1e-9 * (1 + 1 / tau)
    h = 1e-5 * min(1, tau)
    gradient = slope(lambda q: log_p(q[None], keys, tau)[0], query[0], h)
    np.testing.assert_allclose(tau * gradient, (moved - query)[0], atol=1e-5)
    jacobian = slope(lambda q: (attention(q[None], keys, tau) @ keys)[0], query[0], h)
    centred = keys - moved
    np.testing.assert_allclose(jacobian, (shares * centred.T) @ centred / tau, atol=1e-4 * (1 + 1 / tau))


@given(problem, st.sampled_from([0.7, 0.9, 1.1, 1.4]))
def test_thm_hopfield_critical_temperature(problem, factor):
    seed, k, d, _ = problem
    keys = np.random.default_rng(seed).normal(size=(k, d))
    keys -= keys.mean(axis=0)
    tau = factor * critical_sigma(keys) ** 2
    np.testing.assert_allclose(attention(np.zeros((1, d)), keys, tau), 1 / k)
    query = 1e-4 * np.linalg.svd(keys)[2][:1]
    for _ in range(100):
        query = attention(query, keys, tau) @ keys
    assert (np.linalg.norm(query) > 1e-4) == (factor < 1)


def group_at(keys, group, tau):
    """epsilon and the radius of U of the theorem, or None where its hypotheses fail."""
    others = np.setdiff1d(range(len(keys)), group)
    D, products = sq_dists(keys, keys), keys @ keys.T
    rho2, inside = D.max(), D[np.ix_(group, group)].max()
    if not len(others):
        return (0.0, np.inf) if inside / 4 < tau else None
    gap = min(products[i, j] - products[i, out] for i in group for j in group for out in others)
    epsilon = len(others) / len(group) * np.exp(-max(gap, 0) / 2 / tau)
    holds = gap > 0 and 2 * epsilon * rho2 <= gap and inside / 4 + epsilon * rho2 < tau
    return (epsilon, gap / 2 / np.sqrt(rho2)) if holds else None


def distance_to_hull(place, corners):
    """Least squares over shares that are not negative; a heavy row makes them add up to 1."""
    heavy = 1e5
    shares = nnls(np.vstack([corners.T, np.full(len(corners), heavy)]), np.append(place, heavy))[0]
    return np.linalg.norm(place - shares @ corners / shares.sum())


@given(seeds, st.sampled_from([1, 2, 3, 5]), st.integers(1, 3), st.floats(0.003, 0.3), st.booleans())
def test_thm_regimes(seed, g, d, width, one_length):
    rng = np.random.default_rng(seed)
    centres = 2 * np.vstack([np.eye(d), -np.eye(d)])[rng.permutation(2 * d)[:2]]
    keys = np.vstack([centres[0] + width * rng.normal(size=(g, d)), centres[1] + width * rng.normal(size=(3, d))])
    keys = keys / np.linalg.norm(keys, axis=1, keepdims=True) if one_length else keys
    tried = 0
    for group, taus in ((range(g), np.geomspace(0.003, 0.3, 5)), (range(len(keys)), [1, 5, 30])):
        group = list(group)
        for tau in taus:
            if (found := group_at(keys, group, tau)) is None:
                continue
            epsilon, radius = found
            tried += 1
            away = rng.normal(size=(6, d))
            away /= np.linalg.norm(away, axis=1, keepdims=True)
            start = rng.dirichlet(np.ones(len(group)), 6) @ keys[group] + away * min(radius, 9)
            query = start
            for _ in range(300):
                before, query = query, attention(query, keys, tau) @ keys
                if abs(query - before).max() < 1e-13:
                    break
            rho2 = sq_dists(keys, keys).max()
            narrow = sq_dists(keys[group], keys[group]).max()
            factor = (narrow / 4 + epsilon * rho2) / tau
            spread = factor**300 * np.ptp(start, axis=0).max()
            assert np.ptp(query, axis=0).max() <= max(spread, 1e-9)
            if factor < 0.9:
                shares = attention(query[:1], keys, tau)[0]
                assert shares[group].sum() >= 1 - epsilon - 1e-12
                assert distance_to_hull(query[0], keys[group]) <= epsilon * np.sqrt(rho2) + 1e-7
    assert tried >= 1


def test_thm_regimes_needs_keys_that_prefer_themselves():
    keys = np.array([[0.0], [1], [2], [8], [9], [16]])
    assert group_at(keys, [3], 1e-3) is None
    assert (attention(np.array([[8.0]]), keys, 1e-3) @ keys).item() == 16
    assert group_at(keys, [5], 1.0) is not None


def mean_shift(places, X, sigma):
    return softmax(-sq_dists(places, X) / 2 / sigma**2, axis=1) @ X


def log_density(places, X, sigma):
    """The kernel density, up to a constant."""
    return logsumexp(-sq_dists(places, X) / 2 / sigma**2, axis=1)


@given(problem)
def test_thm_mean_shift(problem):
    seed, n, d, sigma = problem
    rng = np.random.default_rng(seed)
    X, place = rng.normal(size=(n, d)), 2 * rng.normal(size=(1, d))
    moved = mean_shift(place, X, sigma)
    np.testing.assert_allclose(moved, update(X, responsibilities(place, X, sigma).T, place))  # the package's M-step
    np.testing.assert_allclose(log_density(np.zeros((1, d)), X - place, sigma), log_density(place, X, sigma), rtol=1e-9)
    gain = (log_density(moved, X, sigma) - log_density(place, X, sigma)).item()
    assert gain >= ((moved - place) ** 2).sum() / 2 / sigma**2 - 1e-9 * (1 + 1 / sigma**2)
    gradient = slope(lambda x: log_density(x[None], X, sigma)[0], place[0], 1e-6 * sigma)
    np.testing.assert_allclose(sigma**2 * gradient, (moved - place)[0], atol=1e-6)
    steps = [np.linalg.norm(moved - place)]
    for _ in range(500):
        place, moved = moved, mean_shift(moved, X, sigma)
        steps.append(np.linalg.norm(moved - place))
    assert steps[-1] < 1e-2
    assert sum(steps[-100:]) < 0.1 + 0.1 * sum(steps)


@given(seeds, st.integers(2, 6), st.integers(1, 3), st.sampled_from([1.02, 1.3, 4.0]))
def test_thm_hills_one(seed, n, d, factor):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    rho = np.sqrt(sq_dists(X, X).max())
    places = 5 * rng.normal(size=(8, d))
    for _ in range(5000):
        before, places = places, mean_shift(places, X, factor * rho / 2)
        if abs(places - before).max() < 1e-12:
            break
    assert np.ptp(places, axis=0).max() < 1e-6
    top = places.mean(axis=0)
    around = top + 1e-2 * rho * rng.normal(size=(20, d))
    assert (log_density(around, X, factor * rho / 2) < log_density(top[None], X, factor * rho / 2)).all()


@given(seeds, st.integers(2, 6), st.integers(1, 3), st.integers(1, 2))
def test_thm_hills_many(seed, n, d, copies):
    rng = np.random.default_rng(seed)
    distinct = rng.permutation(np.stack(np.meshgrid(*[range(3)] * d), axis=-1).reshape(-1, d))[:n].astype(float)
    X = np.repeat(distinct, copies, axis=0)
    D = sq_dists(distinct, distinct)
    rho, delta = np.sqrt(D.max()), np.sqrt(D[D > 0].min())
    for sigma in np.geomspace(0.1, 0.6, 7):
        epsilon = len(X) * np.exp(-(delta**2) / 4 / sigma**2)
        if epsilon * rho > delta / 4 or epsilon * rho**2 >= sigma**2:
            break
        for point in distinct:
            away = rng.normal(size=(5, d))
            places = point + delta / 4 * away / np.linalg.norm(away, axis=1, keepdims=True)
            for _ in range(500):
                before, places = places, mean_shift(places, X, sigma)
                if abs(places - before).max() < 1e-14:
                    break
            assert np.ptp(places, axis=0).max() < 1e-7
            assert np.linalg.norm(places - point, axis=1).max() <= epsilon * rho + 1e-12
            around = places[0] + 1e-3 * sigma * rng.normal(size=(9, d))
            assert (log_density(around, X, sigma) < log_density(places[:1], X, sigma)).all()
    assert sigma > 0.11


@given(seeds, st.integers(2, 6), st.integers(1, 3), st.sampled_from([0.5, 0.8, 0.99]))
def test_thm_hills_nowhere_else(seed, n, d, factor):
    """From anywhere to a hill near a data point; from between two points to a place that is no hill."""
    rng = np.random.default_rng(seed)
    X = rng.permutation(np.stack(np.meshgrid(*[range(3)] * d), axis=-1).reshape(-1, d))[:n].astype(float)
    D = sq_dists(X, X)
    delta = np.sqrt(D[D > 0].min())
    sigma = factor * delta / 4 / np.sqrt(d)
    places = rng.uniform(-1, 3, (20, d))
    for _ in range(3000):
        before, places = places, mean_shift(places, X, sigma)
        if abs(places - before).max() < 1e-14:
            break
    far = sq_dists(places, X).min(axis=1) > delta**2 / 16
    between = np.array([[-delta / 2, *[0] * (d - 1)], [delta / 2, *[0] * (d - 1)]])
    for data, place in [(X, place) for place in places[far]] + [(between, np.zeros(d))]:
        shares = softmax(-sq_dists(place[None], data)[0] / 2 / sigma**2)
        centred = data - shares @ data
        assert np.linalg.eigvalsh((shares * centred.T) @ centred)[-1] > sigma**2


def test_a_place_of_slope_0_need_not_be_a_hill():
    two = np.array([[-1.0], [1]])
    place = np.zeros((1, 1))
    assert mean_shift(place, two, 0.9).item() == 0
    assert (log_density(np.array([[-0.1], [0.1]]), two, 0.9) > log_density(place, two, 0.9)).all()


def test_a_hill_that_no_point_climbs():
    turns = np.deg2rad([90, 210, 330])
    corners = np.c_[np.cos(turns), np.sin(turns)]
    ends = corners
    for _ in range(5000):
        ends = mean_shift(ends, corners, 0.72)
    assert np.linalg.norm(ends, axis=1).min() > 0.1
    around = 0.01 * corners
    assert (log_density(around, corners, 0.72) < log_density(np.zeros((1, 2)), corners, 0.72)).all()


ppca = st.tuples(seeds, st.integers(2, 8), st.integers(2, 4), st.integers(1, 3))


def some_data(seed, n, d, q):
    """y (n, d) with mean 0, W (d, q)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * rng.uniform(0.3, 3, d)
    return X - X.mean(axis=0), rng.normal(size=(d, min(q, d - 1)))


def ppca_log_likelihood(Y, W, sigma):
    n, d = Y.shape
    C = W @ W.T + sigma**2 * np.eye(d)
    return -n / 2 * (d * np.log(2 * np.pi) + np.linalg.slogdet(C)[1]) - (Y * np.linalg.solve(C, Y.T).T).sum() / 2


def best_w(V, q, sigma):
    spreads, axes = np.linalg.eigh(V)
    return axes[:, ::-1][:, :q] * np.sqrt(np.maximum(spreads[::-1][:q] - sigma**2, 0))


@given(ppca, st.floats(0.05, 3))
def test_thm_ppca_limit(problem, sigma):
    Y, W = some_data(*problem)
    d, q = W.shape
    M = W.T @ W + sigma**2 * np.eye(q)
    joint = np.block([[np.eye(q), W.T], [W, W @ W.T + sigma**2 * np.eye(d)]])  # of z and x
    gain = joint[:q, q:] @ np.linalg.inv(joint[q:, q:])  # conditioning a Gaussian
    np.testing.assert_allclose(np.linalg.solve(M, W.T), gain, atol=1e-7)
    np.testing.assert_allclose(sigma**2 * np.linalg.inv(M), np.eye(q) - gain @ W, atol=1e-7)
    least = np.linalg.svd(W)[1].min()
    small = 1e-4 * least
    towards = np.linalg.solve(W.T @ W + small**2 * np.eye(q), W.T)
    np.testing.assert_allclose(towards, np.linalg.pinv(W), atol=1e-6 / least)
    assert np.linalg.norm(small**2 * np.linalg.inv(W.T @ W + small**2 * np.eye(q)), 2) < 1.1e-8
    P = W @ np.linalg.pinv(W)
    left = ((Y - Y @ P) ** 2).sum()
    errors = [abs(-2 * s**2 * ppca_log_likelihood(Y, W, s) - left) for s in (1e-2, 1e-3)]
    assert errors[1] < max(0.05 * errors[0], 1e-3 * (1 + left))


@given(ppca, st.floats(0.1, 4))
def test_thm_ppca(problem, sigma):
    seed, *_ = problem
    Y, W = some_data(*problem)
    n, d = Y.shape
    q, V = W.shape[1], Y.T @ Y / n
    best, spreads = best_w(V, q, sigma), np.linalg.eigvalsh(V)[::-1]
    top = ppca_log_likelihood(Y, best, sigma)
    rng = np.random.default_rng(seed)
    others = [s * rng.normal(size=(d, q)) for s in (0.1, 1, 3)] + [best + 0.05 * rng.normal(size=(d, q)) for _ in "abc"]
    assert all(ppca_log_likelihood(Y, other, sigma) <= top + 1e-8 * abs(top) for other in [W, *others])
    assert ppca_log_likelihood(Y + rng.normal(size=d), best, sigma) <= top + 1e-8 * abs(top)
    turn = np.linalg.qr(rng.normal(size=(q, q)))[0]
    np.testing.assert_allclose(ppca_log_likelihood(Y, best @ turn, sigma), top, rtol=1e-9)
    assert (ppca_log_likelihood(Y, 0 * best, sigma) >= top - 1e-9 * abs(top)) == (sigma**2 >= spreads[0] * (1 - 1e-6))
    if sigma**2 < spreads[q - 1]:
        turned = best @ turn
        M = turned.T @ turned + sigma**2 * np.eye(q)
        U = np.linalg.eigh(V)[1][:, ::-1][:, :q]
        shrunk = U @ np.diag(1 - sigma**2 / spreads[:q]) @ U.T
        np.testing.assert_allclose(turned @ np.linalg.solve(M, turned.T), shrunk, atol=1e-7)
        np.testing.assert_allclose(M, turn.T @ np.diag(spreads[:q]) @ turn, atol=1e-7 * (1 + spreads[0]))
        apart = min(-np.diff(spreads[:q]), default=1)
        if min(apart, spreads[q - 1] - sigma**2) > 1e-3 * spreads[0]:  # the axes from W, though R is unknown
            axes = np.linalg.svd(turned)[0][:, :q]
            np.testing.assert_allclose(abs(axes.T @ U), np.eye(q), atol=1e-6)


@given(ppca)
def test_thm_ppca_in_layers(problem):
    """Any perpendicular axes carry at most what the first eigenvectors carry, layer by layer."""
    seed, _, d, q = problem
    rng = np.random.default_rng(seed)
    Y = rng.normal(size=(6, d)) * rng.uniform(0.3, 3, d)
    V, axes = Y.T @ Y / 6, np.linalg.qr(rng.normal(size=(d, d)))[0]
    spreads, best = np.linalg.eigvalsh(V)[::-1], np.linalg.eigh(V)[1][:, ::-1]
    v, b = np.einsum("da,de,ea->a", axes, V, axes)[:q], np.sort(rng.uniform(size=min(q, d)))[::-1]
    assert b @ v == pytest.approx(-np.diff(np.append(b, 0)) @ np.cumsum(v))
    for m in range(1, len(b) + 1):
        t = ((axes[:, :m].T @ best) ** 2).sum(axis=0)
        assert t.max() <= 1 + 1e-9
        assert t.sum() == pytest.approx(m)
        assert t @ spreads == pytest.approx(v[:m].sum())
        assert v[:m].sum() <= spreads[:m].sum() + 1e-9


@given(ppca)
def test_the_span_tends_to_the_plane_of_pca(problem):
    seed, _, d, q = problem
    rng = np.random.default_rng(seed)
    q = min(q, d - 1)
    spreads = np.sort(rng.uniform(0.5, 1, d))[::-1] * np.where(np.arange(d) < q, 3, 1)
    axes, W = np.linalg.qr(rng.normal(size=(d, d)))[0], rng.normal(size=(d, q))
    V, sigma = axes @ np.diag(spreads) @ axes.T, 0.4
    if abs(np.linalg.det(axes[:, :q].T @ W)) < 1e-3:
        return
    for _ in range(200):
        W = ppca_step(W, V, sigma)
    np.testing.assert_allclose(W @ np.linalg.pinv(W), axes[:, :q] @ axes[:, :q].T, atol=1e-6)


def ppca_step(W, V, sigma):
    noise = sigma**2 * np.eye(W.shape[1])
    return V @ W @ np.linalg.inv(noise + np.linalg.solve(W.T @ W + noise, W.T @ V @ W))


@given(ppca, st.floats(0.05, 3))
def test_thm_ppca_em(problem, sigma):
    Y, W = some_data(*problem)
    (n, d), q = Y.shape, W.shape[1]
    V, M = Y.T @ Y / n, W.T @ W + sigma**2 * np.eye(q)
    places = np.linalg.solve(M, W.T @ Y.T).T
    second = n * sigma**2 * np.linalg.inv(M) + places.T @ places
    new = ppca_step(W, V, sigma)
    np.testing.assert_allclose(new, Y.T @ places @ np.linalg.inv(second), atol=1e-6 * (1 + abs(new).max()))
    assert ppca_log_likelihood(Y, new, sigma) >= ppca_log_likelihood(Y, W, sigma) - 1e-8 * n * d / sigma**2
    if np.linalg.svd(V @ W)[1].min() < 1e-2:
        return
    onto = V @ W @ np.linalg.pinv(V @ W)
    for s in (0.1, 1.0, 5.0):
        np.testing.assert_allclose(onto @ ppca_step(W, V, s), ppca_step(W, V, s), atol=1e-7)
    feet = Y @ np.linalg.pinv(W).T
    regression = np.linalg.lstsq(feet, Y, rcond=None)[0].T
    tiny = ppca_step(W, V, 1e-6)
    np.testing.assert_allclose(tiny, regression, atol=1e-5 * (1 + abs(regression).max()))


def test_thm_ppca_limit_needs_independent_columns():
    W, y, sigma = np.array([[1.0, 1], [0, 0]]), np.array([3.0, 5]), 1e-5
    M = W.T @ W + sigma**2 * np.eye(2)
    assert np.linalg.solve(M, W.T @ y) == pytest.approx([1.5, 1.5], rel=1e-4)
    np.testing.assert_allclose(sigma**2 * np.linalg.inv(M), [[0.5, -0.5], [-0.5, 0.5]], atol=1e-4)
