"""Each likely mistake in a coded exercise gets the hint that names it; and no answer breaks its check."""

import doctest
import functools
import re

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import norm
from sklearn.cluster import KMeans

import kmeans_em
from kmeans_em import em, fit, gaussian, inertia, responsibilities
from kmeans_em.checks import CHECKS, Verdict, check, exercise, registry
from kmeans_em.checks.asking import Wrong, ask
from tests.unit.test_coded_exercises import FOUND, NAMES


def solution(name):
    found = next(found for found in FOUND if found["name"] == name)
    exec(found["solution"], names := dict(NAMES))
    return names[found["function"]]


def sq_dists(X, means):
    return ((X[:, None] - means) ** 2).sum(axis=2)


def log_density(X, mean, sigma, power=2, factor=2, constants=None):
    constant = -np.log(sigma) - np.log(2 * np.pi) / 2
    sizes = np.linalg.norm(X - mean, axis=1)
    return (X.shape[1] if constants is None else constants) * constant - sizes**power / (factor * sigma**2)


def rests(X, starts):
    return [fit(X, start).means for start in starts]


def sample(n, means, sigma, weights, rng, noise=None, labels=None):
    labels = rng.choice(len(means), size=n, p=weights) if labels is None else labels
    return means[labels] + sigma * (rng.standard_normal((n, means.shape[1])) if noise is None else noise(rng))


def entropy(w, log=np.log):
    return -(w * log(np.where(w > 0, w, 1))).sum(axis=1)


def log_sums(X, means, sigma, axis=1, factor=2):
    return np.logaddexp.reduce(-sq_dists(X, means) / (factor * sigma**2), axis=axis).sum()


def em_loop(X, means, sigma, steps, harden=False, total=None):
    for _ in range(steps):
        resp = responsibilities(X, means, sigma)
        resp = np.eye(len(means))[resp.argmax(axis=1)] if harden else resp
        means = resp.T @ X / (resp.sum(axis=0) if total is None else total)[..., None]
    return means


def step(X, means, sigma, hard):
    resp = hard(sq_dists(X, means)) if sigma == 0 else responsibilities(X, means, sigma)
    sizes = resp.sum(axis=0)
    return np.array([resp[:, j] @ X / sizes[j] if sizes[j] else means[j] for j in range(len(means))])


def first(D):
    return np.eye(D.shape[1])[D.argmin(axis=1)]


def last(D):
    return np.eye(D.shape[1])[D.shape[1] - 1 - D[:, ::-1].argmin(axis=1)]


def shared(D):
    nearest = np.equal(D, D.min(axis=1, keepdims=True))
    return nearest / nearest.sum(axis=1, keepdims=True)


def bell_centre(m, s):
    return m * (2 * norm.cdf(m / s) - 1) + 2 * s * norm.pdf(m / s)


def far_rows(X, k, of_all):
    chosen = X[:1]
    while len(chosen) < k:
        chosen = np.vstack([chosen, X[[of_all(sq_dists(X, chosen).T).argmax()]]])
    return chosen


def soft_parts(X, palette, sigma, place="blend", shares=True):
    resp = responsibilities(X, palette, sigma)
    place = resp @ palette if place == "blend" else np.tile(palette.mean(axis=0), (len(X), 1))
    resp = resp if shares else np.ones_like(resp)
    return np.array([(resp * sq_dists(X, palette)).sum(), (resp * sq_dists(place, palette)).sum()])


def lloyd_step(X, means):
    return step(X, means, 0, first)


def one_after_the_other(blocks, means):
    for block in blocks:
        means = lloyd_step(block, means)
    return means


def summed(blocks, means, divide=True):
    counts = sum(first(sq_dists(block, means)).sum(axis=0) for block in blocks)[:, None]
    sums = sum(first(sq_dists(block, means)).T @ block for block in blocks)
    with np.errstate(invalid="ignore"):
        return sums / counts if divide else sums


def open_or_join(x, means, counts, alpha, rho, sigma, spread=np.hypot):
    logs = [np.log(n) + gaussian.log_density([x], mean, sigma)[0] for n, mean in zip(counts, means, strict=True)]
    logs.append(np.log(alpha) + gaussian.log_density([x], 0 * x, spread(rho, sigma))[0])
    return np.exp(logs - np.logaddexp.reduce(logs))


def price_round(X, means, price, seen=True):
    labels, first = [], len(means)
    for x in X:
        D = ((means - x) ** 2).sum(axis=1)[: None if seen else first]
        labels.append(len(means) if D.min() > price else D.argmin())
        means = np.vstack([means, x]) if D.min() > price else means
    return np.array([X[np.array(labels) == j].mean(axis=0) for j in np.unique(labels)])


def count_shares(X, means, beta, mean=1, log=lambda x: x * np.log(np.where(x > 0, x, 1))):
    x = X[:, None]
    costs = (log(x) - x * np.log(means) + mean * means).sum(axis=2)
    powers = np.exp(-beta * (costs - costs.min(axis=1, keepdims=True)))
    return powers / powers.sum(axis=1, keepdims=True)


def key_weights(queries, keys, tau, power=2):
    return softmax(np.linalg.norm(keys, axis=1) ** power / 2 / tau)


def climb(X, x, sigma, steps):
    for _ in range(steps):
        x = softmax(-((X - x) ** 2).sum(axis=1) / (2 * sigma**2)) @ X
    return x


def expected(X, W, sigma, around=None):
    mean = X.mean(axis=0) if around is None else around
    return mean + (X - mean) @ W @ np.linalg.inv(W.T @ W + sigma**2 * np.eye(W.shape[1])) @ W.T


WRONG = {
    "weights-by-hand": {
        "over n": ([7 / 6, 37, 23, 14], "divides the sum, 7, by the number of points"),
        "not halved": ([2, 69, 23, 14], "the left side is not 69: the square of the point 8 counts half"),
        "not squared": ([2, 37, 23, 7], "the mean is squared"),
        "not A times": ([2, 37, 23, 4], "it counts A times"),
        "far off": ([2, 37, 100, 14], "the spread around the weighted mean is not 100$"),
    },
    "weighted-mean": {"not divided": (lambda X, a: a @ X, "not yet divided by the sum of the weights")},
    "log-density": {
        "one constant": (lambda *a: log_density(*a, constants=1), r"the constant counts for each of the d = 2"),
        "no constant": (lambda *a: log_density(*a, constants=0), r"on the line, .*: the constant is missing"),
        "no factor 2": (lambda *a: log_density(*a, factor=1), "the factor 2 is missing"),
        "no square": (lambda *a: log_density(*a, power=1), "the distance is not squared"),
        "sigma not squared": (
            lambda X, m, s: log_density(X, m, s) + sq_dists(X, [m])[:, 0] * (1 / s - 1) / 2 / s,
            "sigma is not sq",
        ),
        "sign of log sigma": (lambda X, m, s: log_density(X, m, s) + 2 * X.shape[1] * np.log(s), "sign of log sigma"),
        "density": (lambda *a: np.exp(log_density(*a)), "that is the density"),
        "underflow": (lambda *a: np.log(np.exp(log_density(*a))), r"sigma = 0\.1.*of the point 0 is -inf"),
        "not added": (lambda X, m, s: -((X - m) ** 2), r"should have shape \(6,\), not \(6, 1\)"),
        "added": (lambda *a: log_density(*a).sum(), r"should have shape \(6,\), not \(\)"),
        "nonsense": (lambda *a: log_density(*a) + 1, "the log-density of the point 0 is -4.017"),
    },
    "two-starts-by-hand": {
        "wrong mean": ([8.5, 16, 70, 1, 11, 40], "0, 1 and 2 are nearer to 9"),
        "border": ([4, 12.5, 70, 1, 11, 40], "that is the border"),
        "one step": ([4, 16, 70, 0.5, 8.75, 40], "from 1 and 2, the first centre is not 0.5: .* one step"),
        "not squared": ([4, 16, 70, 1, 11, 12], "the squared distances are added"),
    },
    "plusplus-by-hand": {
        "distances": ([16 / 36, 33 / 36], "by squared distances, not by distances"),
        "16 alone": ([256 / 406, 256 / 406], "8 and 9 count as well"),
    },
    "inertia": {
        "not squared": (lambda X, m: np.sqrt(sq_dists(X, m)).min(axis=1).sum(), "J is 40, not 12: .*not squared"),
        "average": (lambda X, m: sq_dists(X, m).min(axis=1).mean(), "the average over the n = 6 points"),
        "root": (lambda X, m: np.sqrt(sq_dists(X, m).min(axis=1).sum()), "the square root of J"),
        "all centres": (lambda X, m: sq_dists(X, m).sum(), "only its nearest centre counts"),
        "other axis": (lambda X, m: sq_dists(X, m).min(axis=0).sum(), "take each point's nearest centre"),
        "farthest": (lambda X, m: sq_dists(X, m).max(axis=1).sum(), "the farthest centre"),
        "worst point": (lambda X, m: sq_dists(X, m).min(axis=1).max(), "the worst point alone"),
        "each point": (lambda X, m: sq_dists(X, m).min(axis=1), r"return one number, .* not shape \(6,\)"),
        "squares expanded": (
            lambda X, m: ((X**2).sum(axis=1)[:, None] - 2 * X @ m.T + (m**2).sum(axis=1)).min(axis=1).sum(),
            "shifted by 100 million.*digits were lost",
        ),
        "nonsense": (lambda X, m: 1.5, r"J is 40, not 1\.5$"),
    },
    "lloyd": {
        "one step": (lloyd_step, "from 0 and 16: .*where one step leads: repeat it"),
        "nan": (
            lambda X, m: functools.reduce(
                lambda m, _: (resp := first(sq_dists(X, m))).T @ X / resp.sum(axis=0)[:, None], range(20), m
            ),
            "a centre is NaN: one without points",
        ),
    },
    "best-start": {
        "least J before": (
            lambda X, starts: fit(X, min(starts, key=lambda means: inertia(X, means))).means,
            r"you chose the start where J is least, 70, and it ends at 70; the least J at rest is 40",
        ),
        "last": (
            lambda X, starts: rests(X, starts)[-1],
            r"from \(0, 16\) and \(8, 16\): you chose centres with J = 70",
        ),
        "first": (lambda X, starts: rests(X, starts)[0], "least, 70, and it ends at 70"),
        "the start itself": (lambda X, starts: starts[1], "those centres are a start"),
        "elsewhere": (lambda X, starts: starts[0] + 0.3, r"rests at \[\[4.3\], \[16.3\]\] from none of the starts"),
        "J": (lambda X, starts: 40.0, r"the best centres should have shape \(2, 1\), not \(\)"),
    },
    "attention-weights": {
        "equal weights": (lambda q, K, tau: responsibilities(q, K, tau**0.5), "on the line .* equal weights"),
        "sigma": (lambda q, K, tau: responsibilities(q, K, tau, key_weights(q, K, tau)), "take its root"),
        "sign": (
            lambda q, K, tau: responsibilities(q, K, tau**0.5, key_weights(q, K, -tau)),
            "the sign in the weights",
        ),
        "half": (
            lambda q, K, tau: responsibilities(q, K, tau**0.5, key_weights(q, K, tau / 2)),
            "divided by 2 tau, not by tau",
        ),
        "length": (
            lambda q, K, tau: responsibilities(q, K, tau**0.5, key_weights(q, K, tau, power=1)),
            "has the squared length",
        ),
        "overflow": (
            lambda q, K, tau: (p := np.exp(q @ K.T / tau)) / p.sum(axis=1, keepdims=True),
            r"tau = 0\.01: a share is NaN or inf",
        ),
        "nonsense": (lambda q, K, tau: softmax(q @ K.T, axis=1), "gives its largest share, .* to key"),
    },
    "mean-shift": {
        "powers once": (
            lambda X, x, sigma, steps: climb(X, x, sigma, min(steps, 1)),
            "three steps: .* where the first step leads",
        ),
        "one more": (lambda X, x, sigma, steps: climb(X, x, sigma, steps + 1), "one step too many"),
        "one less": (lambda X, x, sigma, steps: climb(X, x, sigma, max(0, steps - 1)), "one step too few"),
        "nearest": (
            lambda X, x, sigma, steps: X[((X - x) ** 2).sum(axis=1).argmin()] if steps else x,
            "that is the nearest point",
        ),
        "sigma not squared": (lambda X, x, sigma, steps: climb(X, x, sigma**0.5, steps), "sigma is squared"),
        "no factor 2": (lambda X, x, sigma, steps: climb(X, x, sigma / 2**0.5, steps), "the factor 2 is missing"),
        "over n": (
            lambda X, x, sigma, steps: np.exp(-((X - x) ** 2).sum(axis=1) / 2 / sigma**2) @ X / len(X) if steps else x,
            "one step: divide by the sum",
        ),
        "underflow": (
            lambda X, x, sigma, steps: functools.reduce(
                lambda x, _: (p := np.exp(-((X - x) ** 2).sum(axis=1) / 2 / sigma**2)) @ X / p.sum(), range(steps), x
            ),
            "from 500, .*the place is NaN",
        ),
        "nonsense": (lambda X, x, sigma, steps: x + 1, r"no step: the place is \[6\.0\], not \[7\.0\]"),
    },
    "posterior-mean": {
        "orthogonal": (lambda X, W, sigma: expected(X, W, 0), "that is the orthogonal projection"),
        "sigma not squared": (lambda X, W, sigma: expected(X, W, sigma**0.5), "sigma is squared in M"),
        "not centred": (
            lambda X, W, sigma: expected(X, W, sigma, around=0) + X.mean(axis=0),
            "subtract the mean of the",
        ),
        "mean not added": (
            lambda X, W, sigma: expected(X, W, sigma) - X.mean(axis=0),
            "Old .*add the mean of",
        ),
        "no mean": (lambda X, W, sigma: expected(X, W, sigma, around=0), "subtract the mean .*, and add it again"),
        "z itself": (lambda X, W, sigma: X @ W, r"the places should have shape \(2, 2\), not \(2, 1\)"),
        "nonsense": (lambda X, W, sigma: X, r"the point X\[0\] should go to \[1\.5, 0\.0\], not to \[3\.0, 1\.0\]"),
    },
    "bayes-by-hand": {
        "equal weights": ([0.223, 0.777, 0.133, 0.867], "the left posterior of 8 is not 0.223: .* equal weights"),
        "not divided": ([0.01728, 0.01506, 0.0108, 0.0176], "divide by the sum of both"),
        "second point": ([0.534, 0.466, 0.133, 0.867], "the left posterior of 9 is not 0.133"),
    },
    "sample": {
        "means mixed": (lambda n, m, s, w, rng: sample(n, (w @ m)[None], s, [1], rng), r"one heap around \[3\.0\]"),
        "weights ignored": (
            lambda n, m, s, w, rng: sample(n, m, s, None, rng),
            r"not \[0\.8, 0\.2\]; .* weights are not used",
        ),
        "other weights": (
            lambda n, m, s, w, rng: sample(n, m, s, w[::-1], rng),
            r"are \[0\.2\d?, 0\.[78]\d?\], not \[0\.8, 0\.2\]$",
        ),
        "one label": (
            lambda n, m, s, w, rng: sample(n, m, s, w, rng, labels=[0] * n),
            "all points come from one component",
        ),
        "variance": (lambda n, m, s, w, rng: sample(n, m, s**2, w, rng), r"sigma = 0\.5: .* that is sigma squared"),
        "no noise": (lambda n, m, s, w, rng: sample(n, m, 0, w, rng), "the noise is missing"),
        "no sigma": (lambda n, m, s, w, rng: sample(n, m, 1, w, rng), r"sigma = 0\.5: .* sigma is missing"),
        "half of it": (lambda n, m, s, w, rng: sample(n, m, s / 3, w, rng), r"lie 0\.33 around .* not sigma = 1$"),
        "one noise": (
            lambda n, m, s, w, rng: sample(n, m, s, w, rng, noise=lambda rng: rng.standard_normal((n, 1))),
            "both coordinates of a point have the same noise",
        ),
        "few noises": (
            lambda n, m, s, w, rng: sample(
                n, m, s, w, rng, noise=lambda rng: np.repeat(rng.standard_normal((n // 4, m.shape[1])), 4, axis=0)
            ),
            "many points have the same noise",
        ),
        "shifted": (lambda n, m, s, w, rng: sample(n, m, s, w, rng) + s / 2, "shifted by"),
        "another generator": (
            lambda n, m, s, w, rng: sample(n, m, s, w, np.random.default_rng()),
            "the same seed gave two different samples",
        ),
        "n missing": (lambda n, m, s, w, rng: sample(3, m, s, w, rng), r"should have shape \(4000, 1\), not \(3, 1\)"),
        "nan": (lambda n, m, s, w, rng: np.full((n, m.shape[1]), np.nan), r"some of the 4000 points are nan"),
    },
    "entropy": {
        "nan": (lambda w: -(w * np.log(w)).sum(axis=1), r"\[1\.0, 0\.0\] is NaN: 0 log 0 counts as 0"),
        "sign": (lambda w: -entropy(w), "the sign is wrong"),
        "base 2": (lambda w: entropy(w, np.log2), "to base 2"),
        "average": (lambda w: entropy(w) / w.shape[1], "average over the clusters"),
        "weights ignored": (lambda w: -np.log(np.where(w > 0, w, 1)).sum(axis=1), "counts with its share"),
        "other axis": (lambda w: entropy(w.T), "belongs over the shares of one point"),
        "all": (lambda w: entropy(w).sum(), r"one number for each row, should have shape \(2,\), not \(\)"),
        "nonsense": (lambda w: entropy(w) + 1, r"with \[0\.5, 0\.5\]: it should be 0\.693147, not 1\.69"),
    },
    "free-energy": {
        "one logarithm": (lambda X, m, s: -2 * s**2 * log_sums(X, m, s, None), "stands outside the logarithm"),
        "sum over points": (
            lambda X, m, s: -2 * s**2 * log_sums(X, m, s, 0),
            "the sum inside it runs over the centres",
        ),
        "average": (lambda X, m, s: -2 * s**2 * log_sums(X, m, s) / len(X), "the average over the points"),
        "no temperature": (lambda X, m, s: -log_sums(X, m, s), "the factor 2 sigma.2 is missing before"),
        "half": (lambda X, m, s: -(s**2) * log_sums(X, m, s), "the factor before the logarithm is 2 sigma"),
        "sign": (lambda X, m, s: 2 * s**2 * log_sums(X, m, s), "the sign is wrong"),
        "averaged powers": (lambda X, m, s: -2 * s**2 * (log_sums(X, m, s) - len(X) * np.log(len(m))), "no 1/k"),
        "J": (lambda X, m, s: sq_dists(X, m).min(axis=1).sum(), "that is J"),
        "exponent": (lambda X, m, s: -2 * s**2 * log_sums(X, m, s, factor=1), "missing in the exponent"),
        "underflow": (
            lambda X, m, s: -2 * s**2 * np.log(np.exp(-sq_dists(X, m) / (2 * s**2)).sum(axis=1)).sum(),
            r"sigma = 0\.001: it is inf: all powers of a point were rounded to 0",
        ),
        "each point": (lambda X, m, s: sq_dists(X, m).min(axis=1), r"return one number, .* not shape \(6,\)"),
    },
    "em-by-hand": {
        "hard": ([1, 0, 4, 0], "e.\\(-16 / 2 sigma.2\\) = 1/3"),
        "ratio": ([3, 1, 3, 2], "ratio of the shares"),
        "other mean": ([0.25, 1, 3, 2], "its share in the mean 4"),
        "hard means": ([0.75, 0, 4, 2], "the step of k-means"),
        "limit": ([0.75, 1, 3, 0], "as far from the middle"),
    },
    "em": {
        "E-step once": (
            lambda X, m, s, steps: step(X, m, s, first) if steps else m,
            "two steps: .* where the first step leads: .*into the loop",
        ),
        "over n": (lambda X, m, s, steps: em_loop(X, m, s, steps, total=np.array([len(X)])), "divide by R_j"),
        "hard": (lambda X, m, s, steps: em_loop(X, m, s, steps, harden=True), "where k-means would stand"),
        "one more": (lambda X, m, s, steps: em_loop(X, m, s, steps + 1), "one step too many"),
        "one less": (lambda X, m, s, steps: em_loop(X, m, s, steps - 1), "one step too few"),
        "nan": (lambda X, m, s, steps: m * np.nan, "a mean is nan: what was divided by 0"),
        "underflow": (
            lambda X, m, s, steps: functools.reduce(
                lambda m, _: (
                    (r := (p := np.exp(-sq_dists(X, m) / (2 * s**2))) / p.sum(axis=1, keepdims=True)).T
                    @ X
                    / r.sum(axis=0)[:, None]
                ),
                range(steps),
                m,
            ),
            r"sigma = 0\.01, two steps: a mean is nan",
        ),
        "transposed": (lambda X, m, s, steps: m.T, r"the means should have shape \(2, 1\), not \(1, 2\)"),
    },
    "limit-by-hand": {
        "distances": ([7, 7, 0, 0, 0], "a difference of squared distances"),
        "difference squared": ([77, 49, 0, 0, 0], "square both distances"),
        "exponent": ([77, 63, np.exp(-14), 0, 0], "2 sigma.2, which is 11"),
        "Lloyd's": ([77, 63, 0.000911, 0.003245, 0], "that is Lloyd's"),
    },
    "gaps": {
        "first two": (
            lambda X, m: abs((D := sq_dists(X, m))[:, 0] - D[:, 1]),
            "1, 11 and 16: the gap of the point 16 is 25, not 200; the first two",
        ),
        "signed": (lambda X, m: (D := sq_dists(X, m))[:, 1] - D[:, 0], "which of the two means is the nearer one"),
        "distances": (
            lambda X, m: (d := np.sort(np.sqrt(sq_dists(X, m)), axis=1))[:, 1] - d[:, 0],
            "one of squared distances",
        ),
        "squared late": (
            lambda X, m: ((d := np.sort(np.sqrt(sq_dists(X, m)), axis=1))[:, 1] - d[:, 0]) ** 2,
            "square first",
        ),
        "sign": (lambda X, m: (D := np.sort(sq_dists(X, m), axis=1))[:, 0] - D[:, 1], "the sign is wrong"),
        "nearest": (lambda X, m: sq_dists(X, m).min(axis=1), "the smallest squared distance alone"),
        "second": (lambda X, m: np.sort(sq_dists(X, m), axis=1)[:, 1], "subtract the smallest"),
        "farthest": (
            lambda X, m: np.ptp(sq_dists(X, m), axis=1),
            "1, 11 and 16: .*the farthest mean minus the nearest",
        ),
        "least": (lambda X, m: 40.0, r"the gaps should have shape \(6,\), not \(\)"),
        "distinct places only": (
            lambda X, m: (D := np.sort(sq_dists(X, np.unique(m, axis=0)), axis=1))[:, 1] - D[:, 0],
            "two of them in one place: the gap of the point 16 is 0, not 200",
        ),
    },
    "one-knob": {
        "0/0": (
            lambda X, m, s: (r := shares(X, m, s)).T @ X / r.sum(axis=0)[:, None],
            "sigma = 0: .*the exponent is 0/0",
        ),
        "no points": (
            lambda X, m, s: (r := first(sq_dists(X, m)) if s == 0 else shares(X, m, s)).T @ X / r.sum(axis=0)[:, None],
            "far mean .*: a mean without points has no average",
        ),
        "shared": (
            lambda X, m, s: step_with_shares(X, m, s, shared),
            "from 0 and 16, sigma = 0: .*the tied point 8 was shared",
        ),
        "last": (lambda X, m, s: step_with_shares(X, m, s, last), "at a tie the lowest index wins"),
        "hard for small sigma": (
            lambda X, m, s: step_with_shares(X, m, s if s > 0.01 else 0, first),
            r"sigma = 0\.001: .* that is Lloyd's step; for sigma > 0 a tied point is shared",
        ),
        "underflow": (
            lambda X, m, s: step_with_shares(X, m, s, first) if s == 0 or s > 1e-3 else m * np.nan,
            "subtract its smallest squared distance first",
        ),
    },
    "point-mass": {
        "half": (lambda r: np.where(r > 0.5, 1, 0), r"\[0\.4, 0\.35, 0\.25\] became .*no label at all"),
        "softened": (lambda r: r**2 / (r**2).sum(axis=1, keepdims=True), "a point mass has zeros and a single 1"),
        "all the tied": (
            lambda r: np.where(r == r.max(axis=1, keepdims=True), 1, 0),
            "more than one label; .*lowest index",
        ),
        "last": (lambda r: last(-r), r"\[0\.2, 0\.4, 0\.4\] became \[0\.0, 0\.0, 1\.0\]; at a tie"),
        "smallest": (lambda r: first(r), r"log 1/0\.\d+; the least is log 1/0\.\d+, at the largest share"),
        "labels": (lambda r: r.argmax(axis=1), "those are labels"),
        "transposed": (lambda r: first(-r).T, r"should have shape \(6, 2\), not \(2, 6\)"),
    },
    "place": {
        "likeliest": (
            lambda X, m, s, w: m[responsibilities(X, m, s, w).argmax(axis=1)],
            r"of the point 8 is \[8\.773\d*\] on average, not \[11\.0\]: that is the likeliest",
        ),
        "nearest": (lambda X, m, s, w: m[sq_dists(X, m).argmin(axis=1)], "that is the"),
        "weights missing": (
            lambda X, m, s, w: responsibilities(X, m, s) @ m,
            "weights 0.8 and 0.2: .* begins with its prior",
        ),
        "prior": (lambda X, m, s, w: np.tile(w @ m, (len(X), 1)), "the mean of the prior"),
        "the point": (lambda X, m, s, w: X, "as it was seen, with its noise"),
        "shares": (lambda X, m, s, w: responsibilities(X, m, s, w), r"should have shape \(6, 1\), not \(6, 2\)"),
    },
    "which-delta": {
        "all Dirac": ([4, 4, 4, 4, 4], "sentence 1 is not 4: here the delta is a number"),
        "indicator": ([1, 3, 3, 3, 4], "it compares two labels"),
        "posterior as Dirac": ([2, 4, 3, 3, 4], "sentence 2 is not 4: row 4 lives on places"),
        "prior as Kronecker": ([2, 3, 3, 2, 4], "is a number, and no prior"),
        "components as labels": ([2, 3, 3, 3, 3], "a distribution of places"),
    },
    "centre-outside": {
        "no s": (lambda m, s: bell_centre(m, s) + 2 * (1 - s) * norm.pdf(m / s), "m = 0.5, s = 2: .*multiply it by s"),
        "one phi": (lambda m, s: bell_centre(m, s) - s * norm.pdf(m / s), "phi counts twice"),
        "the mean": (lambda m, s: m, "that is the mean of the bell"),
        "the bias": (lambda m, s: bell_centre(m, s) - m, "add m"),
        "Phi": (lambda m, s: m * norm.cdf(m / s) + 2 * s * norm.pdf(m / s), r"2 Phi\(m/s\) - 1, not"),
        "units of s": (lambda m, s: bell_centre(m, s) / s, "in units of s"),
        "not divided": (lambda m, s: bell_centre(m, 1) + 2 * (s - 1) * norm.pdf(m), "divide m by s before"),
        "nonsense": (lambda m, s: 7, r"the centre is 1\.1666, not 7"),
    },
    "bic": {
        "means alone": (lambda L, n, k, d: -2 * L + k * d * np.log(n), "sigma and the weights are learned too"),
        "no sigma": (lambda L, n, k, d: -2 * L + (k * d + k - 1) * np.log(n), "sigma is learned too: 1 more"),
        "k weights": (lambda L, n, k, d: -2 * L + (k * d + k + 1) * np.log(n), "only k - 1 of them are free"),
        "no weights": (lambda L, n, k, d: -2 * L + (k * d + 1) * np.log(n), "the weights are learned too: k - 1"),
        "no 2": (lambda L, n, k, d: -L + (k * d + k) * np.log(n), "with the factor 2"),
        "sign": (lambda L, n, k, d: 2 * L + (k * d + k) * np.log(n), "the sign of log L"),
        "aic": (lambda L, n, k, d: -2 * L + 2 * (k * d + k), "that is the AIC"),
        "minus": (lambda L, n, k, d: 2 * L - (k * d + k) * np.log(n), "that is minus BIC"),
        "nonsense": (lambda L, n, k, d: 0, "BIC is 875"),
    },
    "farthest": {
        "last": (lambda X, k: far_rows(X, k, lambda D: D[-1]), "you look at the last centre only"),
        "sum": (lambda X, k: far_rows(X, k, lambda D: D.sum(axis=0)), "not to all of them together"),
        "max": (lambda X, k: far_rows(X, k, lambda D: D.max(axis=0)), "not to the farthest"),
        "first rows": (lambda X, k: X[:k], r"three blobs.*: centre 2 should be \["),
        "too few": (lambda X, k: X[:1], r"should have shape \(5, 2\), not \(1, 2\)"),
    },
    "blocks": {
        "mean of means": (lambda blocks, m: np.mean([lloyd_step(block, m) for block in blocks], axis=0), "divide once"),
        "last block": (lambda blocks, m: lloyd_step(blocks[-1], m), "the step of the last block alone"),
        "one after the other": (one_after_the_other, "all of them need the same means"),
        "sums": (lambda *a: summed(*a, divide=False), "not yet divided by the counts"),
        "empty": (summed, "from 1, 9 and 100: a mean is NaN"),
        "start": (lambda blocks, m: m, "nothing has moved"),
        "borrowed": (lambda blocks, m: fit(np.concatenate(blocks), m, max_steps=1).means, "is not yours"),
        "nonsense": (lambda blocks, m: m + 0.125, r"should be \[\[1\.0\], \[11\.0\]\], not"),
    },
    "soft-picture": {
        "turned round": (lambda *a: tuple(soft_parts(*a)[::-1]), "you returned S and W"),
        "mean of the palette": (lambda *a: tuple(soft_parts(*a, place="mean")), "own blend, not from the palette"),
        "average mixing": (lambda *a: tuple(soft_parts(*a) / [1, len(a[0])]), "S is the mean over the pixels"),
        "averages": (lambda *a: tuple(soft_parts(*a) / len(a[0])), "both are means"),
        "error": (lambda *a: (soft_parts(*a)[0], -np.diff(soft_parts(*a))[0]), "the second is the error"),
        "nearest": (lambda *a: (inertia(*a[:2]), soft_parts(*a)[1]), "is not yours"),
        "nearest by hand": (lambda *a: (sq_dists(*a[:2]).min(axis=1).sum(), soft_parts(*a)[1]), "nearest colours, J"),
        "no shares": (lambda *a: tuple(soft_parts(*a, shares=False)), "the shares are missing"),
        "one number": (lambda *a: soft_parts(*a)[0], "return a tuple of two: W, S"),
        "nonsense": (lambda *a: (1.0, 2.0), r"on the line .*: W is 70\.3059 and S is 42\.3182, not 1 and 2$"),
    },
}


def shares(X, means, sigma):
    D = sq_dists(X, means)
    powers = np.exp(-(D - D.min(axis=1, keepdims=True)) / (2 * sigma**2))
    return powers / powers.sum(axis=1, keepdims=True)


def step_with_shares(X, means, sigma, hard):
    resp = hard(sq_dists(X, means)) if sigma == 0 else shares(X, means, sigma)
    sizes = resp.sum(axis=0)
    return np.array([resp[:, j] @ X / sizes[j] if sizes[j] else means[j] for j in range(len(means))])


WRONG["new-cluster"] = {
    "no noise": (lambda *a: open_or_join(*a, spread=lambda rho, sigma: rho), "two reasons to vary"),
    "a variance": (lambda *a: open_or_join(*a, spread=lambda rho, sigma: rho**2 + sigma**2), "wants its root"),
    "added": (lambda *a: open_or_join(*a, spread=lambda rho, sigma: rho + sigma), "their squares do"),
    "no counts": (lambda x, m, n, *a: open_or_join(x, m, np.ones(len(n)), *a), "the number of its points"),
    "no alpha": (lambda x, m, n, alpha, *a: open_or_join(x, m, n, 1, *a), "in proportion to alpha"),
    "other": (lambda x, m, n, *a: np.ones(len(n) + 1), r"on the point 16, .*it should be \["),
    "one less": (lambda x, m, n, *a: np.ones(len(n)), "should have shape"),
}
WRONG["dp-means"] = {
    "not seen": (lambda *a: price_round(*a, seen=False), "is a centre for those after it"),
    "squared price": (lambda X, m, price: price_round(X, m, price**2), "compared with the squared distance"),
    "open at a tie": (lambda X, m, price: price_round(X, m, np.nextafter(price, 0)), "price 100: a point at exactly"),
    "k-means": (lambda X, m, price: price_round(X, m, np.inf), "opens a cluster"),
    "one only": (lambda X, m, price: X[:1], "there should be 4 means, not 1"),
    "nothing": (lambda X, m, price: None, "the means should have shape"),
}
WRONG["rate-shares"] = {
    "no mean": (lambda *a: count_shares(*a, mean=0), "which is not the same for all means"),
    "no beta": (lambda X, m, beta: count_shares(X, m, 1), "beta multiplies"),
    "squares": (lambda X, m, beta: responsibilities(X, m, 1), "is not yours"),
    "log of 0": (lambda X, m, beta: count_shares(X, m, beta, log=lambda x: x * np.log(x)), "the point 0 has no number"),
    "other": (lambda X, m, beta: np.ones((len(X), len(m))), "should have"),
}
CASES = [(name, slip, *case) for name, slips in WRONG.items() for slip, case in slips.items()]


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [(name, *case) for name, _, *case in CASES],
    ids=[f"{name}: {slip}" for name, slip, *_ in CASES],
)
def test_a_mistake_gets_its_hint(name, answer, hint):
    assert re.search(hint, found := check(name, answer).hint or "✓"), found


def raising(*_):
    raise KeyError("a name")


RETURNED = {
    "nothing": None,
    "a word": "one half",
    "a number": 0.5,
    "nan": np.nan,
    "no rows": np.empty((0, 1)),
    "a tower": np.ones((2, 3, 4)),
    "rows of unequal length": [[1.0], [2.0, 3.0]],
    "complex": np.array([1j]),
    "a dictionary": {"means": 1},
    "a tuple of three words": ("a", "b", "c"),
    "a tuple of two": (None, [[1], [2, 3]]),
    "a tuple of three": (np.nan, None, np.inf),
    "a function": len,
}
GIVEN = {title: (lambda *_, found=found: found) for title, found in RETURNED.items()}
GIVEN |= {"an error": raising, "too few arguments": lambda: 0, "no function": 3.5, "nothing at all": None}
GIVEN |= {"a list of words": ["a"], "an array": np.eye(2), "numbers": [1.0, 2.0], "not finite": [np.nan] * 4}


@pytest.mark.parametrize("answer", GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_whatever_comes_back_gets_a_hint(name, answer):
    hint = check(name, answer).hint
    assert hint
    assert "Traceback" not in hint
    assert len(hint) < 400


@pytest.mark.parametrize("shape", [(6,), (6, 1), (6, 2), (2, 1), (3, 1), (4000, 1), (2,), ()])
@pytest.mark.parametrize("name", sorted(CHECKS))
def test_no_number_in_the_right_shape_gets_a_hint(name, shape):
    assert check(name, lambda *_: np.full(shape, np.nan)).hint


def test_an_error_is_told_with_its_case_and_its_line():
    def answer(X, a):
        return X / nowhere  # noqa: F821 (the error that is told)

    line = answer.__code__.co_firstlineno + 1
    hint = check("weighted-mean", answer).hint
    assert hint.startswith(f"on the line, all weights 1: it stopped in line {line}, `return X / nowhere  #")
    assert hint.endswith("with an error (name 'nowhere' is not defined)")
    assert "without" not in check("weighted-mean", lambda: 0).hint


BORROWED = {
    "lloyd": lambda X, means: fit(X, means).means,
    "inertia": inertia,
    "responsibilities": responsibilities,
    "posterior": functools.partial(responsibilities),
    "free-energy": kmeans_em.free_energy,
    "em": lambda X, means, sigma, steps: fit(X, means, sigma, max_steps=steps, tol=0).means if steps else means,
    "em-step": lambda X, means, sigma, weights: em.fit(X, means, sigma, weights=weights, max_steps=1).means,
    "sample": lambda n, means, sigma, weights, rng: gaussian.sample(n, means, sigma, weights, rng)[0],
    "mixture-likelihood": lambda *arguments: kmeans_em.log_likelihood(*arguments),
    "log-density": gaussian.log_density,
    "one-knob": lambda X, means, sigma: kmeans_em.update(X, responsibilities(X, means, sigma), means),
    "weighted-mean": lambda X, a: kmeans_em.update(X, a[:, None], X[:1])[0],
    "total": lambda X, means, sigma: 1 / responsibilities(X, means, sigma).max(axis=1),
}


@pytest.mark.parametrize("name", BORROWED)
def test_the_packages_own_function_is_no_answer(name):
    assert re.search(r"^`\w+` is not yours", check(name, BORROWED[name]).hint)


def test_some_exercises_begin_with_a_function_of_the_package():
    def posterior(X, means, sigma, weights):
        parts = weights * np.exp([gaussian.log_density(X, mean, sigma) for mean in means]).T
        return parts / parts.sum(axis=1, keepdims=True)

    def hard_em(X, means, sigma, weights):
        labels = responsibilities(X, means, sigma, weights).argmax(axis=1)
        sizes = np.bincount(labels, minlength=len(means))
        new = [X[labels == j].mean(axis=0) if sizes[j] else means[j] for j in range(len(means))]
        return labels, np.array(new), sizes / len(X)

    assert check("posterior", posterior)
    assert check("hard-em", hard_em)


def test_nor_is_scikit_learns():
    def answer(X, means):
        return KMeans(len(means), init=means, n_init=1).fit(X).cluster_centers_

    assert "is not yours" in check("lloyd", answer).hint


def test_what_an_exercise_allows_may_call_what_it_needs():
    assert ask(responsibilities, "the line", [[0.0]], [[1.0], [2.0]], 1.0, allowed=("responsibilities",)).shape == (
        1,
        2,
    )
    with pytest.raises(Wrong, match="`inertia` is not yours"):
        ask(lambda X: inertia(X, X), "the line", [[0.0]], allowed=("responsibilities",))


def test_a_hint_names_a_point_of_the_line_by_its_place_and_others_by_their_row():
    assert "the point 16" in check("total", lambda X, m, s: solution("total")(X, m, s) + (X[:, 0] == 16)).hint
    ofplane = check("posterior", lambda X, m, s, w: np.roll(solution("posterior")(X, m, s, w), X.shape[1] - 1, axis=0))
    assert re.search(r"on Old Faithful, .* the point X\[\d+\]", ofplane.hint)


def test_a_list_of_numbers_is_read_to_three_digits():
    assert check("bayes-by-hand", [0.534, 0.466, 0.38, 0.62])
    assert check("bayes-by-hand", np.array([0.534, 0.466, 0.380, 0.620]))
    assert not check("bayes-by-hand", [0.53, 0.466, 0.38, 0.6])
    assert check("bayes-by-hand", [0.5, 0.5]).hint.startswith("there should be 4 numbers, not 2: ")
    assert check("bayes-by-hand", print).hint == "give the numbers, a list, not a function"


def test_a_teacher_registers_an_exercise_as_the_docstring_shows():
    outcome = doctest.DocTestRunner().run(doctest.DocTestFinder().find(exercise, "exercise", globs={})[0])
    assert outcome.attempted >= 3
    assert outcome.failed == 0
    del CHECKS["range"]


def test_an_error_in_an_exercise_of_ones_own_is_a_hint_too(monkeypatch):
    monkeypatch.setitem(CHECKS, "half", lambda answer: None if answer(2) == 1 else "half of 2 is 1")
    assert check("half", lambda x: x / 2)
    assert check("half", lambda x: x) == Verdict("half", "half of 2 is 1")
    assert "an error (division by zero)" in check("half", lambda x: 1 / 0).hint
    assert registry.CHECKS is CHECKS


def test_every_exercise_has_its_mistakes_tried():
    elsewhere = {"gaussian-mle", "mixture-likelihood", "hard-enough", "hard-em", "em-step"}  # test_checks.py
    elsewhere |= {"growth", "probabilities"}
    elsewhere |= {"weighted-mean", "posterior", "lower-bound", "total", "responsibilities"}
    assert set(CHECKS) == set(WRONG) | elsewhere
