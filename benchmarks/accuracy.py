"""How many digits are right: the package against 50-digit arithmetic on the same binary numbers.

`python -m benchmarks.accuracy` prints the relative errors for every case and, at the end, the table of the book.
The data are floats, hence exact numbers; what is measured is the error of the computation alone.
"""

from dataclasses import dataclass, fields

import mpmath as mp
import numpy as np

from kmeans_em import fit, free_energy, inertia, log_likelihood, responsibilities
from kmeans_em.seeding import kmeans_plusplus

SIGMAS = [1e-300, 1e-150, 1e-100, 1e-8, 0.01, 0.1, 0.3, 1, 3, 10, 1e2, 1e4, 1e8, 1e20, 1e70, 1e140, 1e150]
LEAST = 1e-300  # shares below are next to the smallest floats, which have fewer digits


@dataclass(frozen=True)
class Errors:
    """Relative errors, the largest over points and clusters; `share` is absolute. None: not defined there."""

    F: float | None
    share: float
    share_rel: float
    J: float
    log_L: float | None
    means: float  # of one step, relative to the largest coordinate of the data
    sigma: float | None  # of one step that learns it


@dataclass(frozen=True)
class Exact:
    """The quantities of one step in 50 digits, and how many last digits a last digit of the D_ij or w_j costs them.

    With s_i = sum_j w_j exp(-(D_ij - min_l D_il) / 2 sigma^2):
    cond_F = (sum_ij r_ij D_ij + 2 sigma^2 sum_i |log s_i|) / |F|, where weights are given 2 sigma^2 n / |F| more;
    cond_share[i][j] = 1 + |p_ij| + |min_l p_il|, where r_ij is in proportion to exp(-p_ij).
    """

    F: mp.mpf
    resp: list
    J: mp.mpf
    log_L: mp.mpf
    means: list
    sigma: mp.mpf
    cond_F: float
    cond_share: list


def exact(X, means, sigma, weights=None):
    n, d, k = *X.shape, len(means)
    with mp.workdps(50):
        points, centres = ([[mp.mpf(float(a)) for a in row] for row in table] for table in (X, means))
        given = [mp.mpf(1)] * k if weights is None else [mp.mpf(float(w)) for w in weights]
        T = 2 * mp.mpf(float(sigma)) ** 2
        D = [[mp.fsum((a - b) ** 2 for a, b in zip(x, m)) for m in centres] for x in points]
        nearest = [min(row) for row in D]
        terms = [[w * mp.exp((low - b) / T) for w, b in zip(given, row)] for low, row in zip(nearest, D)]
        sums = [mp.fsum(row) for row in terms]
        resp = [[t / s for t in row] for s, row in zip(sums, terms)]
        logs = [mp.log(s) for s in sums]
        F = mp.fsum(nearest) - T * mp.fsum(logs)
        log_L = -F / T - mp.mpf(n * d) / 2 * mp.log(mp.pi * T) - (n * mp.log(k) if weights is None else 0)
        counts = [mp.fsum(row[j] for row in resp) for j in range(k)]
        moved = [
            [mp.fsum(row[j] * x[a] for row, x in zip(resp, points)) / counts[j] for a in range(d)]
            if counts[j] > 1e-290  # fewer, and the package says: empty
            else centres[j]
            for j in range(k)
        ]
        scatter = mp.fsum(
            r * (a - b) ** 2 for shares, x in zip(resp, points) for r, m in zip(shares, moved) for a, b in zip(x, m)
        )
        within = mp.fsum(r * b for shares, row in zip(resp, D) for r, b in zip(shares, row))
        size = within + T * mp.fsum(map(abs, logs)) + (0 if weights is None else T * n)
        cond_F = size / abs(F) if F else mp.mpf(0)
        powers = [[b / T - mp.log(w) for b, w in zip(row, given)] for row in D]  # of e, below the fraction's line
        cond_share = [[float(1 + abs(b) + abs(min(row))) for b in row] for row in powers]
    return Exact(F, resp, mp.fsum(nearest), log_L, moved, mp.sqrt(scatter / (n * d)), float(cond_F), cond_share)


def relative(found, true):
    if true == 0:
        return 0.0 if found == 0 else np.inf
    return float(abs(mp.mpf(float(found)) - true) / abs(true))


def errors(X, means, sigma, weights=None, true=None):
    true = true or exact(X, means, sigma, weights)
    resp = responsibilities(X, means, sigma, weights)
    pairs = [(float(resp[i, j]), true.resp[i][j]) for i, j in np.ndindex(*resp.shape)]
    step = fit(X, means, sigma, weights=weights, max_steps=1).means
    moves = [abs(mp.mpf(float(step[j, a])) - true.means[j][a]) for j, a in np.ndindex(*step.shape)]
    finite = sigma <= 1e140
    in_range = finite and abs(true.log_L) < 1e308
    return Errors(
        F=relative(free_energy(X, means, sigma, weights), true.F) if finite else None,
        share=float(max(abs(found - right) for found, right in pairs)),
        share_rel=max(relative(found, right) for found, right in pairs if right > LEAST),
        J=relative(inertia(X, means), true.J),
        log_L=relative(log_likelihood(X, means, sigma, weights), true.log_L) if in_range else None,
        means=float(max(moves) / max(np.abs(X).max(), np.abs(means).max())),
        sigma=relative(fit(X, means, sigma, weights=weights, learn="sigma", max_steps=1).sigma, true.sigma)
        if finite
        else None,
    )


def cloud(n=6, d=2, k=3, seed=0):
    rng = np.random.default_rng(seed)
    X = 3 * rng.normal(size=(n, d))
    return X, kmeans_plusplus(X, k, rng) + rng.normal(size=(k, d))


def families():
    """Name of a family -> its cases, each X, means, sigma, weights."""
    X, means = cloud()
    found = {}
    for offset in (0.0, 1e6, 1e12):
        name = f"six points around {offset:.0e}" if offset else "six points around 0"
        found[name] = [(X + offset, means + offset, sigma, None) for sigma in SIGMAS]
    found["weights 0.7, 0.3, 1e-9"] = [
        (X, means, sigma, np.array([0.7, 0.3 - 1e-9, 1e-9])) for sigma in SIGMAS if sigma <= 10
    ]
    for scale in (1e-130, 1e130):
        found[f"data and sigma times {scale:.0e}"] = [
            (scale * X, scale * means, scale * sigma, None) for sigma in SIGMAS if 0.01 <= sigma <= 1e4
        ]
    found["16 coordinates, 8 means"] = [(*cloud(12, 16, 8), sigma, None) for sigma in SIGMAS]
    places = np.repeat(np.array([[0.0, 0], [1, 0], [0, 1]]), 2, axis=0)
    tight, starts = places + 1e-6 * X, places + 1e-6 * cloud(seed=1)[0]
    found["clusters a millionth wide, 1 apart"] = [
        (tight, starts, 1e-6 * sigma, None) for sigma in SIGMAS if 0.01 <= sigma <= 1e8
    ]
    # below 0.03 the true F, about exp(-1 / sigma^2), is smaller than any float
    found["a mean on every point"] = [(X, X, sigma, None) for sigma in SIGMAS if sigma > 0.03]
    return found


def hard():
    """Where 12 digits cannot be had: see the condition numbers."""
    X, means = cloud()
    low, high = 1.0, 10.0
    while np.nextafter(low, high) < high - 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if free_energy(X, means, middle) > 0 else (low, middle)
    yield f"F changes its sign at sigma = {low:.7g}", (X, means, low, None)
    for far in (1e2, 1e4, 1e6):
        outlying, pair = np.array([[far, 0.3], [far, 0.8]]), np.array([[0.0, 0.0], [0.7 / far, 1.0]])
        yield f"points {far:.0e} sigma from two means side by side", (outlying, pair, 1.0, None)
    for sigma in (1e2, 1e4, 1e8):
        yield f"weights given, sigma = {sigma:.0e} times the extent", (X, means, 10 * sigma, np.array([0.5, 0.2, 0.3]))


def worst(rows):
    values = ([getattr(row, field.name) for row in rows] for field in fields(Errors))
    return Errors(*(max(value for value in column if value is not None) for column in values))


def line(name, found, conditions=""):
    numbers = (getattr(found, field.name) for field in fields(Errors))
    return f"{name:55}" + "".join(f"{'-':>9}" if x is None else f"{x:9.0e}" for x in numbers) + conditions


def main():
    heading = f"{'':55}" + "".join(f"{name:>9}" for name in ("F", "resp", "resp rel", "J", "log L", "means", "sigma"))
    summary = []
    for name, cases in families().items():
        print(f"\n{name}\n{heading}")
        rows = []
        for X, means, sigma, weights in cases:
            rows.append(errors(X, means, sigma, weights))
            print(line(f"    sigma = {sigma:.0e}", rows[-1]))
        summary.append(line(name, worst(rows)))
    print(f"\nThe largest of each\n{heading}", *summary, sep="\n")
    print(f"\nWhere 12 digits cannot be had{'cond F':>80}{'cond resp':>10}")
    for name, case in hard():
        true = exact(*case)
        conditions = f"{true.cond_F:10.0e}{max(map(max, true.cond_share)):10.0e}"
        print(line(name, errors(*case, true=true), conditions))


if __name__ == "__main__":
    main()
