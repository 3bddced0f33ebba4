import logging

import dask
import dask.array as da
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kmeans_em
from kmeans_em import distributed


@pytest.fixture
def clouds():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(c, 1, (200, 3)) for c in (0, 4, 8)])
    return X, X[[0, 201, 420]]


CHUNKS = {"one": 600, "even": 100, "uneven": (1, 250, 7, 300, 42), "with an empty one": (300, 0, 300)}


@pytest.mark.parametrize("rows", CHUNKS.values(), ids=CHUNKS)
@pytest.mark.parametrize("sigma", [0, 1e-12, 0.8, np.inf])
def test_chunks_give_the_fit_in_memory(clouds, rows, sigma):
    X, means = clouds
    expected = kmeans_em.fit(X, means, sigma)
    found = distributed.fit(da.from_array(X, chunks=(rows, 3)), means, sigma)
    assert (found.steps, found.converged) == (expected.steps, expected.converged)
    assert_allclose(found.means, expected.means, rtol=1e-10)
    assert_allclose([s.objective for s in found.history], [s.objective for s in expected.history], rtol=1e-10)
    assert_array_equal(found.labels.compute(), expected.labels)
    assert_allclose(found.resp.compute(), expected.resp, rtol=1e-10, atol=1e-300)
    assert found.resp.shape == (600, 3)
    assert found.labels.chunks == found.resp.chunks[:1]


def test_sigma_and_weights_are_learned_as_in_memory(clouds):
    X, means = clouds
    options = {"weights": [0.5, 0.3, 0.2], "learn": ("sigma", "weights"), "max_steps": 20}
    expected = kmeans_em.fit(X, means, 3.0, **options)
    found = distributed.fit(da.from_array(X, chunks=(77, 3)), means, 3.0, **options)
    assert_allclose(found.means, expected.means, rtol=1e-10)
    assert_allclose(found.weights, expected.weights, rtol=1e-10)
    assert found.sigma == pytest.approx(expected.sigma, rel=1e-10)


def test_a_learned_sigma_that_nearly_vanishes_is_found_by_one_more_pass():
    X = np.array([[0.0], [0.001], [0.0], [0.001]])
    assert distributed.fit(da.from_array(X, chunks=(1, 1)), [[1e6]], 1.0, learn="sigma").sigma == pytest.approx(0.0005)


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8"])
def test_other_numbers_are_converted_chunk_by_chunk(dtype):
    X = np.random.default_rng(0).integers(0, 50, (60, 2)).astype(dtype)
    expected = kmeans_em.fit(X, X[:3], 5.0)
    found = distributed.fit(da.from_array(X, chunks=(13, 2)), X[:3], 5.0)
    assert_allclose(found.means, expected.means, rtol=1e-10)
    assert_allclose(found.resp.compute(), expected.resp, rtol=1e-10)


def test_the_same_bits_again_and_for_any_number_of_threads(clouds):
    X, means = clouds
    chunked = da.from_array(X, chunks=(19, 3))
    runs = []
    for workers in (1, 2, 4, 4):
        with dask.config.set(scheduler="threads", num_workers=workers):
            runs.append(distributed.fit(chunked, means, 0.8))
    for run in runs[1:]:
        assert_array_equal(run.means, runs[0].means)
        assert run.history[-1].objective == runs[0].history[-1].objective


def test_progress_is_a_line_in_the_log_or_a_call(clouds, caplog):
    X, means = clouds
    chunked = da.from_array(X, chunks=(100, 3))
    with caplog.at_level(logging.INFO, "kmeans_em"):
        found = distributed.fit(chunked, means, max_steps=2)
    assert [record.message[:7] for record in caplog.records] == ["step 0:", "step 1:", "step 2:"]
    seen = []
    distributed.fit(chunked, means, max_steps=2, on_step=lambda number, step: seen.append((number, step.objective)))
    assert seen == [(t, step.objective) for t, step in enumerate(found.history)]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((4, 2)), "X: expected a dask array, got ndarray"),
        (da.zeros((4, 2), chunks=(2, 1)), r"X: chunks \(1, 1\) split the columns; use X.rechunk"),
        (da.zeros(4), r"X: expected shape \(n, d\), got 1 axes; for points on a line use X\[:, None\]"),
        (da.zeros((0, 2)), r"X: expected at least one number, got shape \(0, 2\)"),
        (da.full((4, 2), np.nan, chunks=(2, 2)), "X: has NaN or infinite entries"),
        (da.zeros((1, 2)), "means: 2 centres for 1 points"),
        (da.zeros((4, 3)), r"means: expected shape \(k, 3\) to match X \(4, 3\), got \(2, 2\)"),
        (da.full((4, 2), 1e200, chunks=(2, 2)), r"X, means: they spread over 1e\+200"),
        (da.from_array([[1e308, 0], [-1e308, 0]], chunks=(1, 2)), "X, means: they spread over inf"),
        (da.full((4, 2), "a", chunks=(2, 2)), "X: expected an array of numbers"),
    ],
)
def test_what_does_not_fit_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        distributed.fit(X, [[0.0, 0.0], [1.0, 1.0]])


def test_an_unknown_shape_is_refused_and_the_way_out_works(clouds):
    X, means = clouds
    unknown = da.from_array(X, chunks=(100, 3))
    unknown = unknown[unknown[:, 0] > -100]
    with pytest.raises(ValueError, match=r"its shape \(nan, 3\) is not known; call X.compute_chunk_sizes"):
        distributed.fit(unknown, means)
    assert_allclose(distributed.fit(unknown.compute_chunk_sizes(), means).means, kmeans_em.fit(X, means).means)
