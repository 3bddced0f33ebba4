"""One table of numbers, many containers: what holds it changes nothing. (test_em.py has the plainer ones.)"""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from kmeans_em import fit, free_energy, inertia, log_likelihood, responsibilities, update
from kmeans_em.gaussian import log_density, sample
from kmeans_em.seeding import kmeans_plusplus


class Table:
    """What a data frame is to numpy: something with `__array__`."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


def matrix(A):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return np.matrix(A)


def unaligned(A):
    return np.frombuffer(b"\0" + A.tobytes(), dtype=np.uint8)[1:].view(float).reshape(A.shape)


def on_disk(A, folder):
    file = folder / f"{len(list(folder.iterdir()))}.npy"
    np.save(file, np.asfortranarray(A))
    return np.load(file, mmap_mode="r")


FORMS = {
    "tuples": lambda A, _: tuple(map(tuple, A.tolist())),
    "rows in a list": lambda A, _: list(A),
    "an object with __array__": lambda A, _: Table(A),
    "numpy matrix": lambda A, _: matrix(A),
    "memoryview": lambda A, _: memoryview(A),
    "masked array, nothing masked": lambda A, _: np.ma.array(A),
    "not aligned": lambda A, _: unaligned(A),
    "on disk, columns first": on_disk,
    "every third column of another table": lambda A, _: np.repeat(A, 3, axis=1)[:, ::3],
    "columns from the right": lambda A, _: A[:, ::-1].copy()[:, ::-1],
}


@pytest.fixture
def cloud():
    return np.random.default_rng(0).normal(size=(60, 2))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_container_changes_nothing(form, cloud, tmp_path):
    def held(A):
        return form(A, tmp_path)

    X, means = cloud, cloud[:3].copy()
    for sigma in (0, 0.7):
        expected, found = fit(X, means, sigma), fit(held(X), held(means), sigma)
        assert type(found.means) is type(found.resp) is type(found.labels) is np.ndarray
        assert_allclose(found.means, expected.means, rtol=1e-12)
        assert_array_equal(found.labels, expected.labels)
        resp = responsibilities(X, means, sigma)
        assert_array_equal(responsibilities(held(X), held(means), sigma), resp)
        assert_allclose(update(held(X), held(resp), held(means)), update(X, resp, means), rtol=1e-12)
    assert inertia(held(X), held(means)) == pytest.approx(inertia(X, means), rel=1e-14)
    assert free_energy(held(X), held(means), 0.7) == pytest.approx(free_energy(X, means, 0.7), rel=1e-14)
    assert log_likelihood(held(X), held(means), 0.7) == pytest.approx(log_likelihood(X, means, 0.7), rel=1e-14)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_container_changes_no_draw_and_no_density(form, cloud, tmp_path):
    held = form(cloud, tmp_path)
    assert_array_equal(kmeans_plusplus(held, 7, rng=0), kmeans_plusplus(cloud, 7, rng=0))
    assert_array_equal(log_density(held, cloud[0], 0.7), log_density(cloud, cloud[0], 0.7))
    for found, expected in zip(sample(5, held, 0.7, rng=0), sample(5, cloud, 0.7, rng=0)):
        assert_array_equal(found, expected)


def test_float32_data_count_as_the_exact_numbers_they_are(cloud):
    # thirds have no short binary form, and at 1000 float32 keeps four decimals: a sum in float32 would show
    short = (cloud / 3 + 1000).astype(np.float32)
    long = short.astype(float)
    for sigma in (0, 0.2):
        expected, found = fit(long, long[:3], sigma), fit(short, short[:3], sigma)
        assert_allclose(found.means - 1000, expected.means - 1000, rtol=1e-9)
        assert_allclose(found.resp, expected.resp, rtol=1e-9)
        assert found.history[-1].objective == pytest.approx(expected.history[-1].objective, rel=1e-12)
    assert_array_equal(kmeans_plusplus(short, 5, rng=0), kmeans_plusplus(long, 5, rng=0))


def test_true_and_false_count_as_one_and_zero():
    X = np.random.default_rng(0).random((40, 3)) < 0.5
    for sigma in (0, 0.7):
        start = [[0, 0, 0], [1, 1, 1]]
        assert_array_equal(fit(X, start, sigma).means, fit(X.astype(float), start, sigma).means)
        assert_array_equal(fit(X, X[:2], sigma).means, fit(X.astype(float), X[:2].astype(float), sigma).means)


@pytest.mark.parametrize("kind", [np.int64, np.uint64, object])
def test_integers_up_to_two_to_the_53_are_exact(kind):
    X = np.array([[2**53], [2**53 - 2], [2**53 - 10], [2**53 - 14]]).astype(kind)
    found = fit(X, X[[0, 3]])
    assert [int(m) - 2**53 for m in found.means.ravel()] == [-1, -12]
    assert found.history[-1].objective == 1 + 1 + 2**2 + 2**2


def test_small_unsigned_integers_do_not_wrap_around():
    X = np.array([[0], [255], [250]], dtype=np.uint8)
    assert inertia(X, np.array([[255], [0]], dtype=np.uint8)) == 5**2
    assert_array_equal(fit(X, X[:2]).means, [[0], [252.5]])


def test_one_row_shown_many_times_stays_one_row():
    X = np.broadcast_to([[0.1, 0.7]], (100_000, 2))
    assert X.strides[0] == 0
    for sigma in (0, 1.0):
        assert_array_equal(fit(X, X[:2], sigma).means, X[:2])
