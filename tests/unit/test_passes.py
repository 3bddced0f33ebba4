"""Products and differences give the same fit, and threads change nothing."""

import signal
import threading
import tracemalloc
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import fit, passes


def blobs(n, d, k, spread=1.0, dtype=float):
    rng = np.random.default_rng(0)
    centres = 6 * spread * rng.normal(size=(k, d)) / np.sqrt(2 * d)
    return (centres[rng.integers(k, size=n)] + rng.normal(size=(n, d))).astype(dtype)


SIZES = [(5000, 1, 1), (5000, 2, 3), (4000, 5, 7), (3000, 16, 16), (2500, 64, 64), (900, 200, 3)]


@pytest.mark.parametrize("offset", [0, 1e6])
@pytest.mark.parametrize("spread", [0.1, 1, 30])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_soft_steps_by_products_agree_with_those_by_differences(monkeypatch, size, spread, offset):
    X = blobs(*size, spread) + offset
    means = X[: size[2]]
    options = {"sigma": 1.0 if spread < 30 else 8.0, "learn": ("sigma", "weights"), "max_steps": 3}
    frame = passes.InMemory(X).frame
    rule = passes.block_rule(means, options["sigma"], np.zeros(len(means)), frame, passes.Workers())
    assert rule.func is passes._soft
    quick = fit(X, means, **options)
    monkeypatch.setattr(passes, "VISIBLE", 0.0)
    careful = fit(X, means, **options)
    assert_allclose(quick.means - offset, careful.means - offset, rtol=1e-10, atol=1e-11)
    assert_allclose(quick.weights, careful.weights, rtol=1e-11, atol=1e-300)
    assert quick.sigma == pytest.approx(careful.sigma, rel=1e-11)
    assert [s.objective for s in quick.history] == pytest.approx([s.objective for s in careful.history], rel=1e-12)


@pytest.mark.parametrize("sigma", [1e-3, 1e-9])
def test_where_products_would_lose_digits_differences_take_over(sigma):
    X = blobs(500, 3, 4, spread=10)
    rule = passes.block_rule(X[:4], sigma, np.zeros(4), passes.InMemory(X).frame, passes.Workers())
    assert rule.func is passes.by_differences


@pytest.mark.parametrize("spread", [0.1, 1, 1000])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_hard_steps_place_every_point_with_its_nearest_centre(size, spread):
    X = blobs(*size, spread)
    k = size[2]
    found = fit(X, X[:k], max_steps=1)
    D = passes.sq_dists(X, X[:k])
    labels = D.argmin(axis=0)
    expected = [X[labels == j].mean(axis=0) for j in range(k)]
    assert_allclose(found.means, expected, rtol=1e-11, atol=1e-12 * spread)
    assert found.history[0].objective == pytest.approx(D.min(axis=0).sum(), rel=1e-12)


@pytest.mark.parametrize("d", [2, 16, 64])
def test_ties_go_to_the_lowest_index_whatever_the_dimension(d):
    rng = np.random.default_rng(d)
    X = rng.integers(-1, 2, (2000, d)).astype(float)
    means = np.concatenate([X[:3], X[:3], X[5:9]])
    D = ((X[:, None] - means) ** 2).sum(axis=2)
    first = D.argmin(axis=1)
    assert (np.sort(D, axis=1)[:, 0] == np.sort(D, axis=1)[:, 1]).mean() > 0.1
    found = fit(X, means, max_steps=1)
    full = np.unique(first)
    assert_allclose(found.means[full], [X[first == j].mean(axis=0) for j in full], rtol=1e-13, atol=1e-15)
    assert found.history[0].objective == D.min(axis=1).sum()
    assert_array_equal(found.history[0].means[3:6], found.means[3:6])


@pytest.mark.parametrize("filled", [1, 5, 40])
@pytest.mark.parametrize("size", [(1, 16, 32), (15, 17, 33), (500, 16, 40), (3000, 65, 64)], ids=str)
def test_sums_by_runs_are_the_sums_by_ones(size, filled):
    n, d, k = size
    rng = np.random.default_rng(0)
    near = np.arange(k)[:, None] == rng.choice(rng.permutation(k)[:filled], n)
    Y = rng.integers(-9, 10, (n, d)).astype(float).T  # whole numbers: their sums are exact
    counts, sums = passes._by_runs(near, Y, passes.Workers())
    assert_array_equal(counts, near.sum(axis=1))
    assert_array_equal(sums, near.astype(int) @ Y.T)
    assert_array_equal(passes._by_ones(near, Y, passes.Workers())[1], sums)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("offset", [0, 1000])
def test_many_clusters_rest_where_those_by_differences_do(monkeypatch, dtype, offset):
    X = blobs(4000, 16, 40, spread=2, dtype=dtype) + dtype(offset)
    rules, by_runs = [], passes._by_runs
    monkeypatch.setattr(passes, "_by_runs", lambda *args: rules.append(1) or by_runs(*args))
    found = fit(X, X[:40], max_steps=4)
    assert rules
    monkeypatch.setattr(passes, "block_rule", lambda *args: partial(passes.by_differences, *args[:4]))
    careful = fit(X, X[:40], max_steps=4)
    assert_allclose(found.means - offset, careful.means - offset, rtol=1e-11, atol=1e-12)
    assert [s.objective for s in found.history] == pytest.approx([s.objective for s in careful.history], rel=1e-12)


def test_k_means_at_rest_does_not_read_the_data_once_more(monkeypatch):
    X, reads, statistics = blobs(300, 2, 3), [], passes.InMemory.statistics
    monkeypatch.setattr(passes.InMemory, "statistics", lambda *args: reads.append(1) or statistics(*args))
    found = fit(X, X[:3])
    assert found.converged
    assert len(found.history) == found.steps + 1 == len(reads) + 1
    assert found.history[-1].objective == pytest.approx(passes.sq_dists(X, found.means).min(axis=0).sum(), rel=1e-13)


def test_a_tie_of_257_centres_goes_to_the_first():
    X = blobs(600, 2, 3)
    found = fit(X, np.tile(X[:1], (257, 1)), max_steps=1)
    assert_allclose(found.means[0], X.mean(axis=0), rtol=1e-13)
    assert_array_equal(found.means[1:], found.history[0].means[1:])


def test_a_cluster_beyond_the_range_of_exp_stays():
    X = blobs(3000, 2, 3)
    means = np.concatenate([X[:3], [[60.0, 60.0]]])
    found, without = fit(X, means, 0.9, max_steps=5), fit(X, means[:3], 0.9, max_steps=5)
    assert_array_equal(found.means[3], means[3])
    assert_allclose(found.means[:3], without.means, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("sigma", [0, 1e-3, 1.0])
def test_the_same_bits_for_any_number_of_threads_and_again(sigma, dtype):
    X = blobs(150_000, 3, 4, dtype=dtype)
    runs = [fit(X, X[:4], sigma, max_steps=3, threads=threads) for threads in (1, 2, 4, 4, None)]
    for run in runs[1:]:
        assert_array_equal(run.means, runs[0].means)
        assert [s.objective for s in run.history] == [s.objective for s in runs[0].history]


@pytest.mark.parametrize("sigma", [0, 1.0])
def test_single_precision_data_are_summed_in_double(sigma):
    X = blobs(100_000, 2, 3, dtype=np.float32) + np.float32(1000)
    single, double = fit(X, X[:3], sigma, max_steps=4), fit(X.astype(float), X[:3], sigma, max_steps=4)
    assert_allclose(single.means, double.means, rtol=1e-14)


def running():
    return [thread for thread in threading.enumerate() if thread.name.startswith("kmeans_em")]


def test_an_interrupted_fit_leaves_no_thread_behind():
    X = blobs(400_000, 2, 8)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        with pytest.raises(KeyboardInterrupt):
            fit(X, X[:8], 1.0, tol=0, max_steps=10_000, threads=2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not running()
    fit(X, X[:8], 1.0, max_steps=1, threads=2)
    assert not running()


@pytest.mark.parametrize("sigma", [0, 1.0])
def test_long_data_need_a_few_blocks_of_memory_and_no_array_as_long_as_they(sigma):
    X = blobs(1_000_000, 2, 3)
    tracemalloc.start()
    try:
        fit(X, X[:3], sigma, max_steps=2, threads=2)
        assert tracemalloc.get_traced_memory()[1] < 0.9 * X.nbytes
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_threads_are_a_whole_number_from_one(threads):
    with pytest.raises(ValueError, match="threads: expected a whole number >= 1"):
        fit([[0.0], [1.0]], [[0.0]], threads=threads)


def test_no_more_threads_start_than_there_is_work_for(monkeypatch):
    started, submit = [], passes.ThreadPoolExecutor.submit
    monkeypatch.setattr(passes.ThreadPoolExecutor, "submit", lambda *args: started.append(1) or submit(*args))
    X = blobs(300_000, 3, 3)
    fit(X, X[:3], max_steps=0, threads=100_000)
    assert 0 < len(started) <= 3 * passes.STRIPS  # two passes over the data for their size, one for the objective
