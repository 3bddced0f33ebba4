"""The companion about many rows: its theorem on random divisions, its numbers, and that its ways agree."""

import json
import sys
import time
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from benchmarks import many_rows
from benchmarks.step_speed import Peak
from kmeans_em import datasets, distributed, fit, free_energy, gaussian, responsibilities

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "chapters/10-choose-many-rows.md").read_text()
MEASURED = json.loads((ROOT / "chapters/10-choose-many-rows.json").read_text())
ROWS = {(row["n"], row["where"]): row for row in MEASURED["rows"]}
WAYS = ("memory", "file", "dask")


def handed_over(block, means, sigma):
    """N, s and F of one block."""
    resp = responsibilities(block, means, sigma)
    return resp.sum(axis=0), resp.T @ block, free_energy(block, means, sigma)


@given(
    st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 4), st.integers(1, 3), st.sampled_from([0, 0.5, 7])
)
def test_thm_blocks(seed, n, k, d, sigma):
    rng = np.random.default_rng(seed)
    k = min(k, n)
    X = rng.integers(-3, 4, (n, d)).astype(float)  # ties are likely
    means = rng.integers(-3, 4, (k, d)).astype(float)
    of_block = rng.integers(0, 4, n)  # any division, not only of rows that follow one another
    pieces = [handed_over(X[of_block == b], means, sigma) for b in np.unique(of_block)]
    N, s, F = (sum(parts) for parts in zip(*pieces, strict=True))
    whole = fit(X, means, sigma, max_steps=1)
    full = N > 1e-290
    assert_allclose(whole.means[full], s[full] / N[full, None], atol=1e-9)
    assert_array_equal(whole.means[N == 0], means[N == 0])
    assert whole.history[0].objective == pytest.approx(F, abs=1e-9)


def test_the_tables_on_the_line():
    means = np.array([[1.0], [8.0]])
    for blocks in ([[0, 1, 2], [8, 9, 16]], [[0, 8, 9], [1, 2, 16]]):
        pieces = [handed_over(np.array(block, float)[:, None], means, 0) for block in blocks]
        for name, (N, s, F) in zip(blocks, pieces, strict=True):
            title = ", ".join(map(str, name))
            assert f"| {title} | {N[0]:g}, {N[1]:g} | {s[0, 0]:g}, {s[1, 0]:g} | {F:g} |" in PAGE
        assert [sum(parts).ravel().tolist() for parts in zip(*((N, s) for N, s, _ in pieces), strict=True)] == [
            [3, 3],
            [3, 33],
        ]
        assert sum(F for *_, F in pieces) == 67
    assert fit(datasets.line(), means, max_steps=1).means.ravel().tolist() == [1, 11]


@pytest.mark.parametrize("sigma", [0, 1.0])
def test_memory_file_and_dask_lead_to_the_same_place(tmp_path, sigma):
    X, _ = gaussian.sample(30_000, 2 * np.random.default_rng(0).normal(size=(8, 8)), 1, rng=1)
    np.save(tmp_path / "X.npy", X)
    on_disk = np.load(tmp_path / "X.npy", mmap_mode="r")
    runs = [fit(X, X[:8], sigma, max_steps=5), fit(on_disk, X[:8], sigma, max_steps=5)]
    assert (runs[0].means == runs[1].means).all()
    far = distributed.fit(da.from_array(on_disk, chunks=(7_000, -1)), X[:8], sigma, max_steps=5)
    assert_allclose(far.means, runs[0].means, atol=1e-12)
    assert (far.labels.compute() == runs[0].labels).all()


def test_the_benchmark_measures_all_three_ways(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(many_rows, "CHUNK", 2_000)
    many_rows.write(tmp_path / "X.npy", 5_000)
    found = []
    for where in many_rows.OPENED:
        many_rows.case(tmp_path / "X.npy", 4_000, where, 1.0)
        found.append(json.loads(capsys.readouterr().out))
    for report in found:
        assert len(report["passes"]) == many_rows.STEPS
        assert_allclose(report["means"], found[0]["means"], atol=1e-9)


def test_what_was_measured_is_what_the_page_says():
    assert list(ROWS) == [(n, where) for n in (1_000_000, 10_000_000) for where in WAYS]
    assert (MEASURED["d"], MEASURED["k"]) == (8, 8)
    for n in (1_000_000, 10_000_000):
        data = 64 * n / 1e6
        assert data <= ROWS[n, "memory"]["MB"] < data + 20
    for where, said in (
        ("memory", "in memory {} megabytes for a million rows and {} for ten million"),
        ("file", "in a file {} and {};"),
        ("dask", "on Dask {} and {}."),
    ):
        assert said.format(*(f"{ROWS[n, where]['MB']:.0f}" for n in (1_000_000, 10_000_000))) in PAGE
    few, many = ([ROWS[n, where][name] for where in WAYS for name in ("hard", "soft")] for n in (1_000_000, 10_000_000))
    longer = np.divide(many, few)
    assert f"ten times the rows take {min(longer):.0f} to {max(longer):.0f} times as long" in PAGE
    for name in ("hard", "soft"):
        for n in (1_000_000, 10_000_000):
            seconds = [ROWS[n, where][name] for where in WAYS]
            assert max(seconds) < 3 * min(seconds)
    assert max(row["means apart"] for row in MEASURED["rows"]) < 1e-12


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system tells its memory in /proc")
def test_the_benchmark_counts_in_megabytes():
    with Peak() as peak:
        held = np.ones(20_000_000)
        time.sleep(0.05)
    assert peak.megabytes == pytest.approx(held.nbytes / 1e6, rel=0.01)


def test_a_mean_of_independent_rows_is_off_as_the_page_says():
    rng = np.random.default_rng(0)
    R, d, sigma = 50, 8, 1.5
    off = rng.normal(0, sigma, (20_000, R, d)).mean(axis=1)
    squares = (off**2).sum(axis=1)
    error = squares.std() / np.sqrt(len(squares))
    assert abs(squares.mean() - d * sigma**2 / R) < 4 * error
    assert round(np.sqrt(8 / 2500), 2) == 0.06
    assert "R = 80{,}000$, and 640,000 rows in all" in PAGE
    assert (8 / 80_000, 8 * 80_000) == (1e-4, 640_000)
