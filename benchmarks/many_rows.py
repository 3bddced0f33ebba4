"""What a fit of many rows takes: in memory, from a file, and in chunks on Dask's threads.

Every case runs in a process of its own, on the same rows of one file, from the same start, for the same number of
steps. Its seconds are those of the quickest pass, since other work on the machine only adds to them. Its memory is the
peak of what it holds for itself, data included where they are in memory, and not the pages of the file that the system
keeps at hand.

    python -m benchmarks.many_rows [--rounds 3] [--save chapters/10-choose-many-rows.json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dask
import dask.array as da
import numpy as np

from benchmarks.step_speed import Peak, blobs, machine, share
from kmeans_em import distributed, fit, passes

LENGTHS, D, K, STEPS, SIGMA = (1_000_000, 10_000_000), 8, 8, 6, 1.0
CHUNK = 500_000  # rows


def rows(path, begin, end):
    return np.load(path, mmap_mode="r")[begin:end]


def chunks(path, n):
    """Each chunk opens the file anew: `da.from_array` would copy a mapped file whole."""
    ends = [(begin, min(begin + CHUNK, n)) for begin in range(0, n, CHUNK)]
    piece = dask.delayed(rows)
    return da.concatenate([da.from_delayed(piece(path, *span), (span[1] - span[0], D), float) for span in ends])


OPENED = {
    "memory": lambda path, n: np.array(rows(path, 0, n)),
    "file": lambda path, n: rows(path, 0, n),
    "dask": chunks,
}


def write(path, n):
    """A file of n rows, written block by block."""
    mapped = np.lib.format.open_memmap(path, "w+", float, (n, D))
    mapped[:CHUNK] = blobs(CHUNK, D, K)[0]
    for begin in range(CHUNK, n, CHUNK):
        rows = mapped[begin : begin + CHUNK]
        rows[:] = mapped[: len(rows)]
        rows += np.random.default_rng(begin).normal(size=rows.shape) / 10
    mapped.flush()


def case(path, n, where, sigma):
    """Prints, as JSON, seconds for each pass, megabytes, and where the means came to."""
    start, times = np.array(rows(path, 0, K)), []
    run = distributed.fit if where == "dask" else fit
    with Peak() as peak:
        told = {"on_step": lambda *_: times.append(time.perf_counter())}
        found = run(OPENED[where](path, n), start, sigma, max_steps=STEPS, tol=0, **told)
    seconds = {"passes": np.diff(times).tolist()}
    print(json.dumps({**seconds, "MB": peak.megabytes, "means": found.means.tolist()}))


def measured(path, n, where, sigma):
    code = f"from benchmarks.many_rows import case; case({str(path)!r}, {n}, {where!r}, {sigma})"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def main():
    parse = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parse.add_argument("--rounds", type=int, default=3)
    parse.add_argument("--lengths", type=int, nargs="+", default=LENGTHS)
    parse.add_argument("--save", type=Path, help="a JSON file for the figure")
    options = parse.parse_args()
    about = machine(passes.cores())
    results = {"machine": about, "cores got": [share(passes.cores())], "d": D, "k": K, "chunk": CHUNK, "rows": []}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(f"\n{D} columns, {K} clusters: seconds of the quickest pass, and MB at most")
    print(f"{'rows':>12}  where        hard    soft     MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "X.npy"
        write(path, max(options.lengths))
        for n in options.lengths:
            runs = {(where, sigma): [] for where in OPENED for sigma in (0.0, SIGMA)}
            for _ in range(options.rounds):
                for (where, sigma), found in runs.items():
                    found.append(measured(path, n, where, sigma))
            apart = [
                np.ptp([runs[where, sigma][0]["means"] for where in OPENED], axis=0).max() for sigma in (0.0, SIGMA)
            ]
            for where in OPENED:
                row = {"n": n, "where": where, "means apart": max(apart)}
                for name, sigma in (("hard", 0.0), ("soft", SIGMA)):
                    row[name] = min(min(found["passes"]) for found in runs[where, sigma])
                row["MB"] = max(found["MB"] for sigma in (0.0, SIGMA) for found in runs[where, sigma])
                results["rows"].append(row)
                print(f"{n:>12,}  {where:10} {row['hard']:7.3f} {row['soft']:7.3f} {row['MB']:6.0f}", flush=True)
    results["cores got"].append(share(passes.cores()))
    print("cores that as many busy threads got, before and after:", *(f"{got:.2f}" for got in results["cores got"]))
    if options.save:
        rounded = json.loads(json.dumps(results), parse_float=lambda number: float(f"{float(number):.4g}"))
        options.save.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
