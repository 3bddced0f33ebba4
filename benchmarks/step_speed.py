"""How long a step takes: `fit` beside scikit-learn, scipy and the machine's limit, and what memory it needs.

Same data, same start, same number of steps; the contestants take turns, and medians over the turns are shown.
A fit is charged with all it does, from checking its input to the last look at the objective.
The limit is what a step cannot do without: for a soft step two matrix products and one exp over n x k, for a
hard one a product and a pass over the data, in blocks on as many threads or in one piece, whichever is faster.
One pass of ours over the data is compared with it.

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
    """Each does so many steps and returns how many; passes and limits, which time themselves, return seconds a step."""
    k, start = len(means), means.astype(X.dtype)
    mixture = {"weights_init": np.full(k, 1 / k), "means_init": start, "precisions_init": np.full(k, SIGMA**-2)}
    everything = {"learn": ("sigma", "weights"), "tol": 0}

    def ours(sigma, **options):
        return fit(X, means, sigma, max_steps=steps, threads=threads, **options).steps

    def passing(sigma):
        with passes.Workers(threads) as workers:
            data = passes.InMemory(X, workers)
            return timed(lambda: data.statistics(means, sigma, np.zeros(k)), steps)

    def kmeans():
        return KMeans(k, init=start, n_init=1, max_iter=steps, tol=0, algorithm="lloyd").fit(X).n_iter_

    def scipys():
        kmeans2(X, start, iter=steps, minit="matrix")
        return steps

    def gaussians():
        rival = GaussianMixture(k, covariance_type="spherical", max_iter=steps, tol=0, **mixture)
        rival.init_params = "random_from_data"  # the quickest: what it finds is not used
        return rival.fit(X).n_iter_

    return {
        "hard": lambda: ours(0),
        "KMeans": kmeans,
        "kmeans2": scipys,
        "hard pass": lambda: passing(0.0),
        "hard limit": lambda: limit(hard_work, X, start, steps, threads),
        "soft": lambda: ours(SIGMA, tol=0),
        "soft, all learned": lambda: ours(SIGMA, **everything),
        "GaussianMixture": gaussians,
        "soft pass": lambda: passing(SIGMA),
        "soft limit": lambda: limit(soft_work, X, start / 100, steps, threads),  # / 100: exp is slow where it overflows
    }


def hard_work(means, x, scores):
    np.matmul(means, x.T, out=scores)
    x.sum()


def soft_work(means, x, scores):
    np.matmul(means, x.T, out=scores)
    np.exp(scores, out=scores)
    scores @ x


def timed(run, times):
    """Seconds for one of so many runs in a row."""
    began = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - began) / times


def limit(work, X, means, steps, threads):
    """Seconds a step, in blocks on threads with BLAS on one, or in one piece with BLAS on all."""
    k, blocks = len(means), list(passes.blocks(X.shape, len(means)))
    mine = threading.local()

    def one(rows):
        x = X[rows]
        if not hasattr(mine, "scores"):
            mine.scores = np.empty((k, blocks[0].stop), X.dtype)
        work(means, x, mine.scores[:, : len(x)])

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        spread = map if len(blocks) == 1 else pool.map
        in_blocks = timed(lambda: list(spread(one, blocks)), steps)
    scores = np.empty((k, len(X)), X.dtype)
    return min(in_blocks, timed(lambda: work(means, X, scores), steps))


def rounds_of(runs, rounds, repeat):
    """Seconds for one step, for each contestant a list over the rounds; they take turns, in changing order."""
    seconds = {name: [] for name in runs}
    for turn in range(rounds):
        order = list(runs)
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            time.sleep(0.1)  # until the threads of the one before no longer spin, which would be charged to this one
            runs[name]()  # unmeasured: wakes its own threads
            if name.endswith(("pass", "limit")):
                seconds[name].append(statistics.median(runs[name]() for _ in range(repeat)))
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
        print("\nmilliseconds a step; how many times as long the others take; how many limits a pass takes")
        print(
            f"{'n, d, k':>16} {'':7} {'hard':>8} {'KMeans':>7} {'kmeans2':>8} {'limit':>6}"
            f" | {'soft':>8} {'Mixture':>8} {'limit':>6} | {'all learned':>11} {'Mixture':>8}"
        )
    ms = {name: 1e3 * statistics.median(times) for name, times in row["seconds"].items()}
    print(
        f"{row['n']:>8},{row['d']:>3},{row['k']:>3} {row['dtype']:7} {ms['hard']:8.3f}"
        f" {ratio(row, 'KMeans', 'hard'):7.2f} {ratio(row, 'kmeans2', 'hard'):8.2f}"
        f" {ratio(row, 'hard pass', 'hard limit'):6.2f}"
        f" | {ms['soft']:8.3f} {ratio(row, 'GaussianMixture', 'soft'):8.2f}"
        f" {ratio(row, 'soft pass', 'soft limit'):6.2f}"
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
                for block in passes.blocks(mapped.shape, d):
                    mapped[block] = blobs(len(mapped[block]), d, k)[0]  # the same again and again: only its size counts
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
    X = np.load(path, mmap_mode="r") if in_file else blobs(n, d, k)[0]
    with Peak() as most:
        fit(X, np.array(X[:k]), sigma, max_steps=2, threads=threads)
    print(most.megabytes)


class Peak:
    """By how many megabytes the anonymous memory of this process grew at most within `with`."""

    def __enter__(self):
        self._done, self._seen = threading.Event(), [self._now()]
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *failure):
        self._done.set()
        self._watcher.join()
        self.megabytes = max(self._seen) - self._seen[0]

    def _watch(self):
        while not self._done.wait(0.002):
            self._seen.append(self._now())

    def _now(self):
        lines = Path("/proc/self/status").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("RssAnon"))


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


def share(threads):
    """How many cores the threads really get: on a machine with other work to do, fewer than it has."""
    numbers = [np.full(200_000, -1.0) for _ in range(threads)]

    def work(x):
        for _ in range(500):
            np.exp(x, out=x)
            x *= -1

    with ThreadPoolExecutor(threads) as pool:
        busy, began = time.process_time(), time.perf_counter()
        list(pool.map(work, numbers))
        return (time.process_time() - busy) / (time.perf_counter() - began)


def load():
    return [round(value, 2) for value in os.getloadavg()]


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--rounds", type=int, default=7)
    parse.add_argument("--threads", type=int, default=passes.cores(), help="for all contestants")
    parse.add_argument("--save", type=Path, help="a JSON file for the figures")
    options = parse.parse_args()
    warnings.simplefilter("ignore")  # rivals say that they have not converged
    results = {"machine": machine(options.threads), "load before": load(), "cores got": share(options.threads)}
    print(", ".join(f"{key} {value}" for key, value in results["machine"].items()))
    print("load average before", *results["load before"], f"and {results['cores got']:.2f} cores for us")
    with threadpool_limits(options.threads):
        results["speed"] = speed(options.rounds, options.threads)
        results["growth"] = growth(options.rounds, options.threads)
    results["threads"] = by_threads(options.rounds)
    results["memory"] = memory(options.threads) if sys.platform == "linux" else []
    results["load after"] = load()
    results["cores got"] = [results["cores got"], share(options.threads)]
    print("\nload average after", *results["load after"], f"and {results['cores got'][1]:.2f} cores for us")
    if options.save:
        rounded = json.loads(json.dumps(results), parse_float=lambda number: float(f"{float(number):.4g}"))
        options.save.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
