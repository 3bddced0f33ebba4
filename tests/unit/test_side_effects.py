"""A call gives its result and nothing else: the same bits each time, and no trace, not even when interrupted."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_limits

from kmeans_em import fit, inertia, log_likelihood, responsibilities, update
from kmeans_em.datasets import blobs
from kmeans_em.gaussian import log_density, sample
from kmeans_em.seeding import kmeans_plusplus

ROOT = Path(__file__).parents[2]
LONG = 60_000  # rows: several blocks of any sensible size
PROBLEMS = [(0, []), (0.5, []), (0.5, ["sigma", "weights"])]


def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def everything(X, k=3):
    """A fingerprint of what each public function says about X."""
    means, resp = X[:k].copy(), responsibilities(X, X[:k], 0.5)
    parts = [resp, update(X, resp, means), log_density(X, means[0], 0.5), kmeans_plusplus(X, k, rng=0)]
    parts += [*sample(10, means, 0.5, rng=0), np.array([inertia(X, means), log_likelihood(X, means, 0.5)])]
    for sigma, learn in PROBLEMS:
        found = fit(X, means, sigma, learn=learn, max_steps=5)
        objectives = [step.objective for step in found.history]
        parts += [found.means, found.weights, found.labels, found.resp, np.array([found.sigma, *objectives])]
    return digest(*parts)


def run(script, *arguments, folder=ROOT, **environment):
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("d", [1, 2, 16])
def test_the_same_input_gives_the_same_bits(d):
    X = np.random.default_rng(0).normal(size=(LONG, d))
    assert everything(X) == everything(X)


def test_where_in_memory_the_data_lie_makes_no_bit_of_difference():
    X = np.random.default_rng(0).normal(size=(5001, 3))
    room, found = np.empty(X.size + 8), set()
    for start in range(8):
        moved = room[start : start + X.size].reshape(X.shape)
        moved[:] = X
        found.add(everything(moved))
    assert len(found) == 1


def test_another_process_gives_the_same_bits():
    script = (
        "from tests.unit.test_side_effects import everything\n"
        "from kmeans_em.datasets import blobs\n"
        "print(everything(blobs(5000)))"
    )
    found = [run(script, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [process.stdout.strip() for process in found] == [everything(blobs(5000))] * 2, found


@pytest.mark.parametrize(("sigma", "learn"), PROBLEMS)
def test_threads_of_the_linear_algebra_change_no_more_than_the_last_digits(sigma, learn):
    X = np.random.default_rng(0).normal(size=(LONG, 16))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(fit(X, X[:8], sigma, learn=learn, max_steps=5))
    one, two = found
    assert_allclose(two.means, one.means, rtol=1e-12, atol=1e-13)
    assert_allclose([step.objective for step in two.history], [step.objective for step in one.history], rtol=1e-12)
    assert_array_equal(two.labels, one.labels)


def test_calls_from_several_threads_do_not_meet():
    problems = [np.random.default_rng(seed).normal(size=(20_000, 1 + seed % 3)) for seed in range(8)]
    alone = [everything(X) for X in problems]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(everything, problems)) == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_can_go_on_fitting():
    script = (
        "import multiprocessing\n"
        "from tests.unit.test_side_effects import LONG, everything\n"
        "from kmeans_em.datasets import blobs\n"
        "here = everything(blobs(LONG))\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    assert pool.map_async(everything, [blobs(LONG)]).get(60) == [here]"
    )
    process = run(script)
    assert process.returncode == 0, process.stderr


def global_generator():
    return digest(np.random.get_state()[1])  # noqa: NPY002  (what this test is about is the old, global one)


def test_a_call_leaves_numpys_settings_and_its_global_generator_alone():
    np.random.seed(1)  # noqa: NPY002  (as above)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        before = np.geterr(), global_generator()
        everything(blobs(300))
        assert (np.geterr(), global_generator()) == before


@pytest.mark.parametrize(("sigma", "learn"), PROBLEMS)
def test_writing_into_a_result_changes_no_other_result(sigma, learn):
    X, means, weights = blobs(300), blobs(3), np.full(3, 1 / 3)
    expected = everything(X)
    first = fit(X, means, sigma, weights=weights, learn=learn)
    for step in first.history:
        step.means[:] = step.weights[:] = 7
    first.means[:] = first.weights[:] = first.labels[:] = first.resp[:] = 7
    assert everything(X) == expected
    assert_array_equal(means, blobs(3))
    assert_array_equal(weights, np.full(3, 1 / 3))


# Ctrl-C at five moments of fits that would take minutes, in an empty folder; the same numbers before and after.
INTERRUPTED = """
import os, signal, sys, threading, time
import numpy as np
from kmeans_em import fit
from tests.unit.test_side_effects import digest, everything

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
sigma, learn = float(sys.argv[1]), sys.argv[2:]
X = np.random.default_rng(0).normal(size=(300_000, 4))
means, weights = X[:8].copy(), np.full(8, 1 / 8)
given, expected = digest(X, means, weights), everything(X[:60_000])
threads = threading.enumerate()
for delay in (0.01, 0.1, 0.2, 0.35, 0.6):
    alarm = threading.Timer(delay, signal.raise_signal, [signal.SIGINT])
    start = time.perf_counter()
    try:
        alarm.start()  # on a busy machine it may ring before the fit begins
        fit(X, means, sigma, weights=weights, learn=learn, tol=0, max_steps=10**9)
        raise SystemExit("the fit came to its end")
    except KeyboardInterrupt:
        assert time.perf_counter() - start < delay + 5
    alarm.join()
    while threading.enumerate() != threads and time.perf_counter() - start < delay + 5:
        time.sleep(0.01)  # a thread interrupted at its start has yet to end
    assert threading.enumerate() == threads, threading.enumerate()
    assert digest(X, means, weights) == given
    assert everything(X[:60_000]) == expected
assert os.listdir() == []
"""


@pytest.mark.parametrize(("sigma", "learn"), PROBLEMS)
def test_an_interrupted_fit_leaves_nothing_behind(sigma, learn, tmp_path):
    process = run(INTERRUPTED, sigma, *learn, folder=tmp_path, TMPDIR=str(tmp_path))
    assert process.returncode == 0, process.stderr
