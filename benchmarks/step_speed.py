"""How long a step takes: `fit` beside scikit-learn, scipy and the machine's limit, and what memory it needs.

Same data, same start, same number of steps; the contestants take turns, and medians over the turns are shown.
The limit is what a step cannot do without, and nothing else: for a soft step two matrix products and one exp
over n x k, for a hard one a product and a pass over the data, in blocks on as many threads or in one piece,
whichever is faster.

    python -m benchmarks.step_speed [--rounds 7] [--threads 2] [--save chapters/appendix/speed.json]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.cluster.vq import kmeans2
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from kmeans_em import fit, passes

SIZES = [(272, 2, 2), (10_000, 2, 5), (1_000_000, 2, 3), (300_000, 16, 16), (100_000, 64, 64)]
LENGTHS = [10_000, 100_000, 1_000_000, 10_000_000]
MEMORY = [(1_000_000, 2, 3), (1_000_000, 16, 16), (10_000_000, 2, 3), (10_000_000, 16, 16)]  # the last two in a file
SIGMA = 1.0


def blobs(n, d, k, dtype=float):
    """k round clouds, most of them some 6 sigma apart, and a start that the loop needs many steps from."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(k, d)) * 6 / np.sqrt(2 * d)
    X = np.empty((n, d), dtype)
    for rows in passes.blocks(X.shape, d):
        part = X[rows]
        part[:] = rng.normal(size=part.shape) + centres[rng.integers(k, size=len(part))]
    return X, X[:k].astype(float)


def contestants(X, means, steps, threads):
    """Each runs so many steps, and returns how many it ran; a limit counts as one."""
    k, start = len(means), means.astype(X.dtype)
    mixture = {"weights_init": np.full(k, 1 / k), "means_init": start, "precisions_init": np.full(k, SIGMA**-2)}
    return {
        "hard": lambda: fit(X, means, 0, max_steps=steps, threads=threads).steps,
        "KMeans": lambda: KMeans(k, init=start, n_init=1, max_iter=steps, tol=0, algorithm="lloyd").fit(X).n_iter_,
        "kmeans2": lambda: kmeans2(X, start, iter=steps, minit="matrix") and steps,
        "hard limit": lambda: hard_limit(X, means, threads),
        "soft": lambda: fit(X, means, SIGMA, max_steps=steps, tol=0, threads=threads).steps,
        "soft, all learned": lambda: (
            fit(X, means, SIGMA, learn=("sigma", "weights"), max_steps=steps, tol=0, threads=threads).steps
        ),
        "GaussianMixture": lambda: (
            GaussianMixture(
                k, covariance_type="spherical", max_iter=steps, tol=0, init_params="random_from_data", **mixture
            )
            .fit(X)
            .n_iter_
        ),
        "soft limit": lambda: soft_limit(X, means, threads),
    }


def hard_limit(X, means, threads):
    def work(x, scores):
        np.matmul(means, x.T, out=scores)
        x.sum()

    return limit(work, X, means, threads)


def soft_limit(X, means, threads):
    def work(x, scores):
        np.matmul(means, x.T, out=scores)
        np.exp(scores, out=scores)
        scores @ x

    return limit(work, X, means / 100, threads)  # / 100: exp is slower where it overflows


def limit(work, X, means, threads, best={}):  # noqa: B006 - remembers which way was faster
    """One step's worth of `work`, in blocks on threads with BLAS on one, or in one piece with BLAS on all."""
    means = means.astype(X.dtype)

    def in_blocks():
        mine = threading.local()
        size = passes.CELLS_PER_BLOCK // max(X.shape[1], len(means))

        def one(start):
            x = X[start : start + size]
            if not hasattr(mine, "scores"):
                mine.scores = np.empty((len(means), size), X.dtype)
            work(x, mine.scores[:, : len(x)])

        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            list(pool.map(one, range(0, len(X), size)))
            return time.perf_counter() - began

    def in_one_piece():
        scores = np.empty((len(means), len(X)), X.dtype)
        began = time.perf_counter()
        work(X, scores)
        return time.perf_counter() - began

    return min(way() for way in (in_blocks, in_blocks, in_one_piece, in_one_piece))


def rounds_of(runs, rounds, repeat):
    """Seconds for one step, for each contestant a list over the rounds; they take turns, in changing order."""
    seconds = {name: [] for name in runs}
    for run in runs.values():
        run()
    for turn in range(rounds):
        order = list(runs)
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            if name.endswith("limit"):
                seconds[name].append(min(runs[name]() for _ in range(repeat)))
                continue
            began = time.perf_counter()
            steps = sum(runs[name]() for _ in range(repeat))
            seconds[name].append((time.perf_counter() - began) / steps)
    return seconds


def speed(rounds, threads):
    rows = []
    for n, d, k in SIZES:
        for dtype in (np.float64, np.float32):
            X, means = blobs(n, d, k, dtype)
            steps = fit(X, means).steps if n < 1000 else 10  # small data: whole fits
            seconds = rounds_of(contestants(X, means, steps, threads), rounds, repeat=max(1, 10_000 // n))
            rows.append({"n": n, "d": d, "k": k, "dtype": dtype.__name__, "steps": steps, "seconds": seconds})
            print_speed(rows[-1], heading=len(rows) == 1)
    return rows


def ratio(row, slow, quick):
    """How many times as long `slow` takes: the median over rounds, in each of which both met the same load."""
    return statistics.median(a / b for a, b in zip(row["seconds"][slow], row["seconds"][quick]))


def print_speed(row, heading=False):
    if heading:
        print("\nmilliseconds a step, and how many times as long the others take")
        print(
            f"{'n, d, k':>16} {'':7} {'hard':>8} {'KMeans':>7} {'kmeans2':>8} {'limit':>6}"
            f" | {'soft':>8} {'Mixture':>8} {'limit':>6} | {'all learned':>11} {'Mixture':>8}"
        )
    ms = {name: 1e3 * statistics.median(times) for name, times in row["seconds"].items()}
    print(
        f"{row['n']:>8},{row['d']:>3},{row['k']:>3} {row['dtype']:7} {ms['hard']:8.3f}"
        f" {ratio(row, 'KMeans', 'hard'):7.2f} {ratio(row, 'kmeans2', 'hard'):8.2f}"
        f" {ratio(row, 'hard limit', 'hard'):6.2f}"
        f" | {ms['soft']:8.3f} {ratio(row, 'GaussianMixture', 'soft'):8.2f} {ratio(row, 'soft limit', 'soft'):6.2f}"
        f" | {ms['soft, all learned']:11.3f} {ratio(row, 'GaussianMixture', 'soft, all learned'):8.2f}",
        flush=True,
    )


def growth(rounds, threads):
    print("\nnanoseconds a point and step, d = 2, k = 3, by the number of points")
    rows = []
    for n in LENGTHS:
        X, means = blobs(n, 2, 3)
        runs = {name: run for name, run in contestants(X, means, 5, threads).items() if name in ("hard", "soft")}
        seconds = rounds_of(runs, rounds, repeat=max(1, 100_000 // n))
        rows.append({"n": n, "seconds": seconds})
        print(
            f"{n:>10} " + "  ".join(f"{a} {1e9 * statistics.median(t) / n:6.2f}" for a, t in seconds.items()),
            flush=True,
        )
    return rows


def by_threads(rounds):
    print("\nthreads: the same bits? and milliseconds a step, at 1,000,000, 2, 3")
    X, means = blobs(1_000_000, 2, 3)
    found = {t: [fit(X, means, sigma, max_steps=10, threads=t) for sigma in (0, SIGMA)] for t in (1, 2, 4)}
    same = all(
        np.array_equal(a.means, b.means) and a.history[-1].objective == b.history[-1].objective
        for t in found
        for a, b in zip(found[1], found[t])
    )
    runs = {str(t): lambda t=t: fit(X, means, SIGMA, max_steps=10, tol=0, threads=t).steps for t in found}
    seconds = rounds_of(runs, rounds, repeat=1)
    print(f"{same}  " + "  ".join(f"{t}: {1e3 * statistics.median(s):.2f}" for t, s in seconds.items()))
    return {"same": same, "seconds": seconds}


def memory(threads):
    """What two steps take beyond the data, in a process of its own each: the peak of its anonymous memory."""
    print("\nMB beyond the data")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for n, d, k in MEMORY:
            in_file = n >= 10_000_000
            path = str(Path(folder) / "X.npy")
            if in_file:
                mapped = np.lib.format.open_memmap(path, "w+", float, (n, d))
                for rows_ in passes.blocks(mapped.shape, d):
                    mapped[rows_] = blobs(len(mapped[rows_]), d, k)[0]
                del mapped
            for sigma in (0.0, SIGMA):
                arguments = (n, d, k, sigma, threads, path, in_file)
                code = f"from benchmarks.step_speed import peak; peak(*{arguments!r})"
                result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
                rows.append({"n": n, "d": d, "k": k, "sigma": sigma, "file": in_file, "MB": float(result.stdout)})
                where = "in a file" if in_file else "in memory"
                print(f"{n:>10},{d:>3},{k:>3} {where}, sigma = {sigma:g}: {rows[-1]['MB']:6.1f}", flush=True)
    return rows


def peak(n, d, k, sigma, threads, path, in_file):
    """Prints by how many MB memory grew at most during a fit."""

    def now():
        lines = Path("/proc/self/status").read_text().splitlines()
        return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("RssAnon"))

    def watch():
        while not done.wait(0.002):
            seen.append(now())

    X = np.load(path, mmap_mode="r") if in_file else blobs(n, d, k)[0]
    means = np.array(X[:k])
    done, seen = threading.Event(), [now()]
    watcher = threading.Thread(target=watch)
    watcher.start()
    fit(X, means, sigma, max_steps=2, threads=threads)
    done.set()
    watcher.join()
    print(max(seen) - seen[0])


def machine(threads):
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next((line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line), cpu)
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "cpu": cpu,
        "cores": passes.cores(),
        "threads": threads,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
        "date": time.strftime("%Y-%m-%d"),
    }


def load():
    return [round(value, 2) for value in os.getloadavg()]


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--rounds", type=int, default=7)
    parse.add_argument("--threads", type=int, default=passes.cores(), help="for all contestants")
    parse.add_argument("--save", type=Path, help="a JSON file for the figures")
    options = parse.parse_args()
    warnings.simplefilter("ignore")  # rivals say that they have not converged
    results = {"machine": machine(options.threads), "load before": load()}
    print(", ".join(f"{key} {value}" for key, value in results["machine"].items()))
    print("load average before", *results["load before"])
    with threadpool_limits(options.threads):
        results["speed"] = speed(options.rounds, options.threads)
        results["growth"] = growth(options.rounds, options.threads)
    results["threads"] = by_threads(options.rounds)
    results["memory"] = memory(options.threads) if sys.platform == "linux" else []
    results["load after"] = load()
    print("\nload average after", *results["load after"])
    if options.save:
        rounded = json.loads(json.dumps(results), parse_float=lambda number: float(f"{float(number):.4g}"))
        options.save.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
