import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris

from kmeans_em.datasets import blobs, iris, line, old_faithful


def test_line_is_six_points():
    assert line().tolist() == [[0], [1], [2], [8], [9], [16]]


def test_blobs_are_three_clouds_of_standard_deviation_one():
    X, centres = blobs(30_000), np.array([[0, 0], [5, 0], [2, 4]])
    assert X.shape == (30_000, 2)
    # a mixture's mean is that of the centres, its variance 1 more than theirs
    spread = 1 + centres.var(axis=0)
    assert (abs(X.mean(axis=0) - centres.mean(axis=0)) < 4 * np.sqrt(spread / 30_000)).all()
    assert_allclose(X.var(axis=0), spread, rtol=0.03)


def test_blobs_repeat_with_their_seed():
    assert blobs().shape == (300, 2)
    assert_array_equal(blobs(), blobs(rng=0))
    assert (blobs(rng=0) != blobs(rng=1)).any()


def test_old_faithful_is_the_published_table():
    X = old_faithful()
    assert X.shape == (272, 2)
    assert_allclose(X.mean(axis=0), [3.48778, 70.8971], rtol=1e-6)
    assert_array_equal(X[[0, -1]], [[3.6, 79], [4.467, 74]])
    assert_array_equal([X.min(axis=0), X.max(axis=0)], [[1.6, 43], [5.1, 96]])


def test_standardised_columns_have_mean_zero_and_standard_deviation_one():
    X, Z = old_faithful(), old_faithful(standardised=True)
    assert_allclose(Z.mean(axis=0), 0, atol=1e-14)
    assert_allclose(Z.std(axis=0), 1)
    assert_allclose(Z * X.std(axis=0) + X.mean(axis=0), X)


@pytest.mark.parametrize("data", [line, blobs, old_faithful])
def test_each_call_gives_an_array_of_its_own(data):
    changed = data()
    changed += 1
    assert_array_equal(changed, data() + 1)


def test_iris_is_that_of_scikit_learn_species_by_species():
    published = load_iris()
    assert_array_equal(iris(), published.data)
    assert_array_equal(published.target, [0] * 50 + [1] * 50 + [2] * 50)
    assert_allclose(iris().mean(axis=0), [5.84333, 3.05733, 3.758, 1.19933], atol=5e-6)
