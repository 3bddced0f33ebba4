"""What a fit of many rows takes: in memory, from a file, and in chunks on Dask's threads.

Every case runs in a process of its own, on the same rows of one file, from the same start, for the same number of
steps. Its seconds are those of the steps; its memory is the peak of what it holds for itself, data included where they
are in memory, and not the pages of the file that the system keeps at hand.

    python -m benchmarks.many_rows [--rounds 3] [--save chapters/10-choose-many-rows.json]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dask.array as da
import numpy as np

from benchmarks.step_speed import Peak, blobs, load, machine
from kmeans_em import distributed, fit, passes

LENGTHS, D, K, STEPS, SIGMA = (1_000_000, 10_000_000), 8, 8, 10, 1.0
CHUNK = 500_000  # rows
OPENED = {
    "memory": lambda mapped: np.array(mapped),
    "file": lambda mapped: mapped,
    "dask": lambda mapped: da.from_array(mapped, chunks=(CHUNK, -1)),
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
    mapped, times = np.load(path, mmap_mode="r")[:n], []
    run = distributed.fit if where == "dask" else fit
    with Peak() as peak:
        told = {"on_step": lambda *_: times.append(time.perf_counter())}
        found = run(OPENED[where](mapped), mapped[:K], sigma, max_steps=STEPS, tol=0, **told)
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
    results = {"machine": about, "load before": load(), "d": D, "k": K, "chunk": CHUNK, "rows": []}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(
        f"\n{D} columns, {K} clusters: seconds a pass, and MB at most\n{'rows':>12}  where        hard    soft     MB"
    )
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
                    row[name] = [statistics.median(found["passes"]) for found in runs[where, sigma]]
                row["MB"] = max(found["MB"] for sigma in (0.0, SIGMA) for found in runs[where, sigma])
                results["rows"].append(row)
                hard, soft = statistics.median(row["hard"]), statistics.median(row["soft"])
                print(f"{n:>12,}  {where:10} {hard:7.3f} {soft:7.3f} {row['MB']:6.0f}", flush=True)
    results["load after"] = load()
    if options.save:
        rounded = json.loads(json.dumps(results), parse_float=lambda number: float(f"{float(number):.4g}"))
        options.save.write_text(json.dumps(rounded, indent=1) + "\n")


if __name__ == "__main__":
    main()
