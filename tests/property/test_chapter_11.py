"""Each theorem of chapter 11 and of its companions on prices and divergences, on random data and at its edges."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.special import gammaln, logsumexp, rel_entr, softmax, xlogy
from scipy.stats import gamma, multinomial, poisson

from kmeans_em import datasets, gaussian
from kmeans_em.dp_means import _round, dp_means

seeds = st.integers(0, 2**32 - 1)
LINE = datasets.line()


def shares(costs, sigma):
    return np.exp(-costs / (2 * sigma**2) - logsumexp(-costs / (2 * sigma**2)))


@given(seeds, st.integers(1, 6), st.booleans())
def test_thm_any_cost(seed, k, tied):
    rng = np.random.default_rng(seed)
    limits, drift = rng.integers(-3, 4, k).astype(float), rng.normal(size=k)
    limits = np.append(limits, limits.min()) if tied else limits
    drift = np.append(drift, rng.normal()) if tied else drift
    for sigma in (1e-1, 1e-2, 1e-3):
        costs = limits + drift * sigma**2 * np.log(sigma)
        value = -2 * sigma**2 * logsumexp(-costs / (2 * sigma**2))
        rounding = 1e-12
        assert costs.min() - 2 * sigma**2 * np.log(len(costs)) - rounding <= value <= costs.min() + rounding
        r = shares(costs, sigma)
        assert (r <= np.exp(-(costs - costs.min()) / (2 * sigma**2)) + rounding).all()
    assert value == pytest.approx(limits.min(), abs=1e-3)
    assert r[limits > limits.min()] == pytest.approx(0, abs=1e-12)
    if (limits == limits.min()).sum() == 1:
        assert r[limits.argmin()] == pytest.approx(1)


def gibbs_logs(x, means, counts, log_alpha, rho, sigma):
    """Logarithms of the weights of joining each cluster, and of opening one."""
    joining = [np.log(n) + gaussian.log_density([x], mean, sigma)[0] for n, mean in zip(counts, means, strict=True)]
    return np.array([*joining, log_alpha + gaussian.log_density([x], np.zeros(len(x)), np.hypot(sigma, rho))[0]])


def a_point_and_clusters(seed, k, d):
    rng = np.random.default_rng(seed)
    x, means = 3 * rng.normal(size=d), 3 * rng.normal(size=(k, d))
    return x, means, rng.integers(1, 50, k), ((means - x) ** 2).sum(axis=1)


@given(seeds, st.integers(1, 4), st.integers(1, 5), st.sampled_from([0.1, 1, 100]), st.floats(0, 30), st.booleans())
def test_thm_new_cluster(seed, k, d, rho, price, slowed):
    x, means, counts, D = a_point_and_clusters(seed, k, d)
    costs = np.sort([*D, price])
    assume(costs[1] - costs[0] > 0.01)
    sigma = 1e-3
    log_alpha = -price / (2 * sigma**2) + (d / 2 * np.log1p(rho**2 / sigma**2) + 5 if slowed else 0)
    logs = gibbs_logs(x, means, counts, log_alpha, rho, sigma)
    r = np.exp(logs - logsumexp(logs))
    assert r[np.append(D, price).argmin()] == pytest.approx(1)


@given(seeds, st.integers(1, 4), st.integers(1, 5), st.floats(-2, 1), st.floats(-2, 3), st.floats(-6, 6))
def test_thm_dp_border(seed, k, d, log_sigma, log_rho, log_alpha):
    x, means, counts, D = a_point_and_clusters(seed, k, d)
    sigma, rho = 10**log_sigma, 10**log_rho
    logs = gibbs_logs(x, means, counts, log_alpha, rho, sigma)
    price = (
        -2 * sigma**2 * log_alpha
        + 2 * sigma**2 * np.log(counts)
        + d * sigma**2 * np.log1p(rho**2 / sigma**2)
        + sigma**2 / (sigma**2 + rho**2) * (x**2).sum()
    )
    np.testing.assert_allclose(2 * sigma**2 * (logs[-1] - logs[:-1]), D - price, rtol=1e-9, atol=1e-9 * (1 + D.max()))


@given(seeds, st.integers(1, 8), st.integers(1, 3), st.sampled_from([1e-4, 0.3, 2.0]), st.sampled_from([0.5, 5.0]))
def test_thm_dp_centre(seed, n, d, sigma, rho):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    m, s2 = n * X.mean(axis=0) / (n + sigma**2 / rho**2), sigma**2 / (n + sigma**2 / rho**2)

    def log_posterior(mu):
        return -((X - mu) ** 2).sum() / (2 * sigma**2) - (mu**2).sum() / (2 * rho**2)

    for _ in range(3):
        mu = m + np.sqrt(s2) * rng.normal(size=d)
        drop = ((mu - m) ** 2).sum() / (2 * s2)
        assert log_posterior(m) - log_posterior(mu) == pytest.approx(drop, rel=1e-4, abs=1e-6)
    if sigma == 1e-4:
        np.testing.assert_allclose(m, X.mean(axis=0), atol=1e-6)
        assert s2 < 1e-7


def cost(X, labels, means, price):
    return ((X - means[labels]) ** 2).sum() + price * len(means)


@given(seeds, st.integers(1, 12), st.integers(1, 3), st.floats(-2, 1.5), st.booleans())
def test_thm_dp_descent(seed, n, d, log_price, on_a_grid):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (n, d)).astype(float) if on_a_grid else rng.normal(size=(n, d))
    price = 10**log_price
    labels, means = np.zeros(n, dtype=int), X.mean(axis=0, keepdims=True)
    now, partitions = cost(X, labels, means, price), set()
    for _ in range(200):
        order = rng.permutation(n)  # another in each round
        opens = ((X[order[0]] - means) ** 2).sum(axis=1).min() > price
        new_labels, new_means = _round(X, means, price, order)
        new = cost(X, new_labels, new_means, price)
        assert new <= now + 1e-9
        if opens:
            assert new < now
        if np.array_equal(new_labels, labels):
            break
        labels, means, now = new_labels, new_means, new
        partition = frozenset(frozenset(np.flatnonzero(labels == j).tolist()) for j in range(len(means)))
        assert partition not in partitions
        partitions.add(partition)
    else:
        raise AssertionError("no rest after 200 rounds")
    assert ((X - means[labels]) ** 2).sum(axis=1).max() <= price + 1e-9
    for _ in range(5):
        np.testing.assert_array_equal(_round(X, means, price, rng.permutation(n))[0], labels)
    found, centres = dp_means(X, price, order=order)
    np.testing.assert_array_equal(_round(X, centres, price, order)[0], found)


@given(seeds, st.integers(1, 7), st.integers(1, 3), st.sampled_from([0.5, 10.0]), st.floats(0.1, 20))
def test_thm_dp_map(seed, n, d, rho, price):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    _, z = np.unique(rng.integers(0, 3, n), return_inverse=True)
    k, means = z.max() + 1, rng.normal(size=(z.max() + 1, d))
    sigma = 1e-4
    log_alpha = -price / (2 * sigma**2)
    seen = np.zeros(k)
    log_p = sum(gaussian.log_density([mean], np.zeros(d), rho)[0] for mean in means)
    for i, j in enumerate(z):  # the restaurant, a guest at a time
        log_p += (np.log(seen[j]) if seen[j] else log_alpha) - np.logaddexp(np.log(i) if i else -np.inf, log_alpha)
        seen[j] += 1
        log_p += gaussian.log_density(X[[i]], means[j], sigma)[0]
    limit = ((X - means[z]) ** 2).sum() + price * (k - 1)
    assert -2 * sigma**2 * log_p == pytest.approx(limit, abs=1e-4, rel=1e-6)


def partitions(n):
    """Labels of all partitions of n points, the clusters numbered as they come."""
    labels = [[0]]
    for _ in range(n - 1):
        labels = [[*z, j] for z in labels for j in range(max(z) + 2)]
    return np.array(labels)


@given(seeds, st.integers(2, 5), st.sampled_from([0.5, 10.0]), st.floats(0.1, 20))
def test_thm_dp_map_chooses_the_cheapest_labels(seed, n, rho, price):
    """The best centres of each partition put into the joint density, at a small sigma."""
    X, sigma = np.random.default_rng(seed).normal(size=(n, 2)), 1e-4
    log_alpha, losses, costs = -price / (2 * sigma**2), [], []
    for z in partitions(n):
        counts = np.bincount(z)
        log_p = (
            (len(counts) - 1) * log_alpha + gammaln(counts).sum() - np.logaddexp(log_alpha, np.log(range(1, n))).sum()
        )
        sums = np.array([X[z == j].sum(axis=0) for j in range(len(counts))])
        means = sums / (counts + sigma**2 / rho**2)[:, None]
        log_p += sum(gaussian.log_density([mean], np.zeros(2), rho)[0] for mean in means)
        log_p += sum(gaussian.log_density(X[[i]], means[j], sigma)[0] for i, j in enumerate(z))
        losses.append(-2 * sigma**2 * log_p)
        costs.append(((X - (sums / counts[:, None])[z]) ** 2).sum() + price * len(counts))
    costs = np.array(costs)
    np.testing.assert_allclose(losses, costs - price, atol=1e-4)
    ranked = np.sort(costs)
    assume(ranked[1] - ranked[0] > 1e-3)
    assert np.argmin(losses) == costs.argmin()


@given(seeds, st.integers(1, 4), st.floats(0.1, 9))
def test_a_sweep_of_gibbs_steps_becomes_a_round(seed, k, price):
    """Labels drawn at a small sigma, one after the other, and the centre of a new cluster at once."""
    rng = np.random.default_rng(seed)
    centres = 2 * rng.normal(size=(k, 2))
    X, sigma, rho = np.vstack([centres, 2 * rng.normal(size=(4, 2))]), 1e-3, 3.0  # no cluster is left by all
    drawn, labels = list(centres), []
    for x in X:
        costs = np.sort([*((np.array(drawn) - x) ** 2).sum(axis=1), price])
        assume(costs[1] - costs[0] > 0.1)
        logs = gibbs_logs(x, drawn, np.ones(len(drawn)), -price / (2 * sigma**2), rho, sigma)
        labels.append(rng.choice(len(logs), p=softmax(logs)))
        if labels[-1] == len(drawn):
            A = 1 / sigma**2 + 1 / rho**2
            drawn.append(x / sigma**2 / A + rng.normal(size=2) / np.sqrt(A))
    np.testing.assert_array_equal(_round(X, centres, price, np.arange(len(X)))[0], labels)


def least_costs(X):
    """J* for k = 1 to n, from all labellings."""
    n = len(X)
    best = np.full(n + 1, np.inf)
    for z in product(range(n), repeat=n):
        labels = np.array(z)
        used = set(z)
        J = sum(((X[labels == j] - X[labels == j].mean(axis=0)) ** 2).sum() for j in used)
        best[len(used)] = min(best[len(used)], J)
    return best[1:]


@pytest.mark.parametrize("seed", range(6))
def test_thm_dp_number(seed):
    X = np.random.default_rng(seed).integers(0, 6, (5, 2)).astype(float)
    J = least_costs(X)
    fewest, most = [], []
    for price in np.sort(np.random.default_rng(seed).exponential(5, 30)):
        totals = J + price * np.arange(1, 6)
        best = np.flatnonzero(totals <= totals.min() + 1e-12) + 1
        fewest.append(best.min())
        most.append(best.max())
    assert all(later <= earlier for earlier, later in zip(fewest, most[1:], strict=False))


FAMILIES = {
    "squares": (lambda x: (x**2).sum(-1), lambda m: 2 * m, 1e-6),
    "counts": (lambda x: (x * np.log(x) - x).sum(-1), np.log, 0.1),
    "ratios": (lambda x: -np.log(x).sum(-1), lambda m: -1 / m, 0.1),
    "powers of e": (lambda x: np.exp(x).sum(-1), np.exp, 1e-6),
    "straight": (lambda x: x.sum(-1), lambda m: np.ones_like(m), 1e-6),
}


def divergence(name, x, m):
    phi, slope, _ = FAMILIES[name]
    return phi(x) - phi(m) - (slope(m) * (x - m)).sum(-1)


@given(seeds, st.sampled_from(list(FAMILIES)), st.integers(1, 6), st.integers(1, 3), st.booleans())
def test_thm_bregman_mean(seed, name, n, d, some_zero):
    rng = np.random.default_rng(seed)
    X, m = rng.uniform(FAMILIES[name][2], 4, (n, d)), rng.uniform(0.1, 4, d)
    a = rng.exponential(size=n)
    a[1:] *= not some_zero
    mean = a @ X / a.sum()
    left, least = a @ divergence(name, X, m), a @ divergence(name, X, mean)
    assert left == pytest.approx(least + a.sum() * divergence(name, mean, m), rel=1e-9, abs=1e-9)
    assert left >= least - 1e-9
    if name != "straight" and np.abs(m - mean).max() > 0.01:
        assert left > least


def test_thm_bregman_mean_is_false_the_other_way_round():
    X = np.array([[1.0], [4.0]])
    mean, geometric = np.array([2.5]), np.array([2.0])
    assert sum(divergence("counts", geometric, x) for x in X) < sum(divergence("counts", mean, x) for x in X)


@given(seeds, st.floats(0.2, 30), st.floats(0.2, 30), st.floats(0.3, 50))
def test_thm_bregman_family(seed, m, other, beta):
    """The density at two means: the logarithm differs by the divergence, and by nothing else."""
    rng = np.random.default_rng(seed)
    count, number = float(rng.integers(0, 40)), rng.exponential(5) + 1e-3
    logs = [poisson.logpmf(count, mean) + of_counts(count, mean) for mean in (m, other)]
    assert logs[0] == pytest.approx(logs[1], abs=1e-7)
    logs = [gamma.logpdf(number, beta, scale=mean / beta) + beta * of_ratios(number, mean) for mean in (m, other)]
    assert logs[0] == pytest.approx(logs[1], abs=1e-6, rel=1e-6)
    words, p, q = int(rng.integers(1, 50)), rng.dirichlet(np.ones(3) * 5), rng.dirichlet(np.ones(3) * 5)
    x = rng.multinomial(words, p) / words
    kls = [sum(share * np.log(share / mean) for share, mean in zip(x, each, strict=True) if share) for each in (p, q)]
    logs = [multinomial.logpmf(np.round(x * words), words, each) for each in (p, q)]
    assert logs[0] + words * kls[0] == pytest.approx(logs[1] + words * kls[1], abs=1e-7)
    time = 4.0  # a rate: the count over a time, divided by it
    rates = [poisson.logpmf(count, time * mean) + time * of_counts(count / time, mean) for mean in (m, other)]
    assert rates[0] == pytest.approx(rates[1], abs=1e-6)


@given(seeds, st.integers(2, 6), st.integers(0, 9))
def test_thm_bregman_family_leaves_out_the_last_share(seed, d, zeros):
    """The conjugate knows d - 1 shares, its divergence is the sum over all d; with all d the Hessian is singular."""
    rng = np.random.default_rng(seed)
    m, x = rng.dirichlet(np.ones(d)), rng.dirichlet(np.ones(d))
    if zeros < d - 1:
        x[zeros] = 0
        x /= x.sum()
    assume(m.min() > 1e-6)
    theta = np.log(m[:-1] / m[-1])
    psi = np.log1p(np.exp(theta).sum())
    conjugate = [xlogy(share, share).sum() for share in (x, m)]  # theta . m - psi at the mean m
    assert theta @ m[:-1] - psi == pytest.approx(conjugate[1])
    found = conjugate[0] - conjugate[1] - theta @ (x - m)[:-1]
    assert found == pytest.approx(rel_entr(x, m).sum(), abs=1e-9)
    whole = np.diag(m) - np.outer(m, m)
    assert np.linalg.eigvalsh(whole)[0] == pytest.approx(0, abs=1e-12)
    assert np.linalg.eigvalsh(whole[:-1, :-1])[0] > 0


def test_documents_of_different_length_count_by_their_words():
    """The M-step of a multinomial: words are added up, so a document's shares have the weight of its words."""
    rng = np.random.default_rng(0)
    words, resp = np.array([3, 40, 200]), rng.uniform(size=3)
    counts = np.array([rng.multinomial(n, [0.2, 0.3, 0.5]) for n in words])
    mean = (words * resp) @ (counts / words[:, None]) / (words @ resp)
    a_document_each = resp @ (counts / words[:, None]) / resp.sum()
    others = np.vstack([mean + 0.01 * (np.eye(3) - np.roll(np.eye(3), 1, axis=1)), a_document_each])
    logs = [resp @ [multinomial.logpmf(c, n, m) for c, n in zip(counts, words, strict=True)] for m in others]
    best = resp @ [multinomial.logpmf(c, n, mean) for c, n in zip(counts, words, strict=True)]
    assert max(logs) < best


def of_counts(x, m):
    return (x * np.log(x / m) if x else 0) - x + m


def of_ratios(x, m):
    return x / m - np.log(x / m) - 1


def bregman_step(name, X, means, beta):
    costs = np.array([divergence(name, X, mean) for mean in means]).T
    log_r = -beta * costs - logsumexp(-beta * costs, axis=1, keepdims=True)
    F = -logsumexp(-beta * costs, axis=1).sum() / beta
    return np.exp(log_r - logsumexp(log_r, axis=0)).T @ X, F, costs  # in logarithms: a mean far from all keeps a share


@given(seeds, st.sampled_from(["squares", "counts", "ratios"]), st.integers(2, 8), st.integers(1, 3), st.floats(-1, 2))
def test_thm_bregman_limit(seed, name, n, k, log_beta):
    rng = np.random.default_rng(seed)
    X, means, beta = rng.uniform(0.1, 5, (n, 2)), rng.uniform(0.1, 5, (k, 2)), 10**log_beta
    new, F, costs = bregman_step(name, X, means, beta)
    J = costs.min(axis=1).sum()
    assert J - n * np.log(k) / beta - 1e-9 <= F <= J + 1e-9
    assert bregman_step(name, X, new, beta)[1] <= F + 1e-9
    labels, ranked = costs.argmin(axis=1), np.sort(costs, axis=1)
    if len(set(labels)) == k and (k == 1 or (ranked[:, 1] - ranked[:, 0]).min() > 1e-3):
        hard = [X[labels == j].mean(axis=0) for j in range(k)]
        np.testing.assert_allclose(bregman_step(name, X, means, 1e5)[0], hard, atol=1e-9)


@given(seeds, st.floats(0.3, 20))
def test_thm_bregman_limit_is_em_for_gamma_components(seed, beta):
    rng = np.random.default_rng(seed)
    X, means = rng.uniform(0.1, 5, (7, 1)), rng.uniform(0.5, 5, (3, 1))
    logs = np.array([gamma.logpdf(X[:, 0], beta, scale=mean / beta) for mean in means[:, 0]]).T - np.log(3)
    resp = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
    new, F, _ = bregman_step("ratios", X, means, beta)
    np.testing.assert_allclose(resp.T @ X / resp.sum(axis=0)[:, None], new, rtol=1e-7)
    log_L, other = logsumexp(logs, axis=1).sum(), 2 * means
    logs = np.array([gamma.logpdf(X[:, 0], beta, scale=mean / beta) for mean in other[:, 0]]).T - np.log(3)
    change = -beta * (bregman_step("ratios", X, other, beta)[1] - F)
    assert logsumexp(logs, axis=1).sum() - log_L == pytest.approx(change, abs=1e-6, rel=1e-6)
