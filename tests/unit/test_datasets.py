import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris

from kmeans_em.datasets import blobs, iris, line, old_faithful, ring, skewed, two_moons, unequal, uniform


def test_line_is_six_points():
    assert line().tolist() == [[0], [1], [2], [8], [9], [16]]


def test_blobs_are_three_clouds_of_standard_deviation_one():
    X, centres = blobs(30_000), np.array([[0, 0], [5, 0], [2, 4]])
    assert X.shape == (30_000, 2)
    # a mixture's mean is that of the centres, its variance 1 more than theirs
    spread = 1 + centres.var(axis=0)
    assert (abs(X.mean(axis=0) - centres.mean(axis=0)) < 4 * np.sqrt(spread / 30_000)).all()
    assert_allclose(X.var(axis=0), spread, rtol=0.03)


@pytest.mark.parametrize("drawn", [blobs, unequal, ring, skewed, two_moons, uniform])
def test_what_is_drawn_repeats_with_its_seed(drawn):
    assert drawn().shape == (300, 2)
    assert drawn(1).shape == (1, 2)
    assert_array_equal(drawn(), drawn(rng=0))
    assert (drawn(rng=0) != drawn(rng=1)).all()
    with pytest.raises(ValueError, match=r"^n: expected a whole number >= 1, got 0"):
        drawn(0)
    with pytest.raises(ValueError, match=r"^rng: expected a seed"):
        drawn(rng=-1)


def near(found, expected, spread, n):
    """Whether averages of n draws of this spread are where they should be."""
    return (abs(np.asarray(found) - expected) < 4.5 * np.asarray(spread) / np.sqrt(n)).all()


def test_unequal_clouds_have_the_sizes_and_spreads_that_they_are_said_to_have():
    n, shares = 30_000, np.array([0.8, 0.15, 0.05])
    centres, spreads = np.array([[0, 0], [4, 0], [3, 3]]), np.array([1.5, 0.4, 0.2])
    X = unequal(n)
    mean = shares @ centres
    variance = shares @ (spreads[:, None] ** 2 + centres**2) - mean**2
    assert near(X.mean(axis=0), mean, np.sqrt(variance), n)
    assert_allclose(X.var(axis=0), variance, rtol=0.04)
    # around the smallest cloud's centre it is by far the densest: within 0.4 of it lie 1 - exp(-2) of its points
    within = (((X - centres[2]) ** 2).sum(axis=1) < 0.4**2).mean()
    large = 0.8 * 0.4**2 / (2 * 1.5**2) * np.exp(-18 / (2 * 1.5**2))
    assert within == pytest.approx(0.05 * (1 - np.exp(-2)) + large, rel=0.1)


def test_the_ring_is_a_circle_of_radius_four_around_a_third_of_the_points():
    n = 30_000
    X = ring(n)
    radius = np.hypot(*X.T)
    outside = radius > 2.75  # more than four standard deviations from either part
    assert near(outside.mean(), 2 / 3, np.sqrt(2 / 9), n)
    assert near(radius[outside].mean(), 4, 0.3, outside.sum())
    assert_allclose(radius[outside].std(), 0.3, rtol=0.03)
    assert near((X[outside] / radius[outside, None]).mean(axis=0), 0, np.sqrt(0.5), outside.sum())
    assert_allclose(X[~outside].std(axis=0), 0.5, rtol=0.03)


def test_the_skewed_cloud_has_skewness_two_in_its_first_column_and_none_in_its_second():
    X = skewed(200_000)
    assert X[:, 0].min() > 0
    assert_allclose(X.mean(axis=0), [2, 0], atol=0.02)
    assert_allclose(X.std(axis=0), [2, 0.5], rtol=0.02)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    assert_allclose((Z**3).mean(axis=0), [2, 0], atol=0.1)
    assert abs((Z[:, 0] * Z[:, 1]).mean()) < 0.01


def test_the_moons_are_half_circles_with_noise_of_a_tenth():
    n = 30_000
    X = two_moons(n)
    # a point is as far from its own half circle as the noise says; the other one is hardly ever nearer
    up, down = np.hypot(*X.T) - 1, np.hypot(*(X - [1, 0.5]).T) - 1
    nearer = np.where(abs(up) < abs(down), up, down)
    assert_allclose(nearer.std(), 0.1, rtol=0.1)
    # turning the plane half around the middle of the two centres exchanges them
    assert near(X.mean(axis=0), [0.5, 0.25], X.std(axis=0), n)
    assert near((X[:, 1] > 0.25).mean(), 0.5, 0.5, n)
    assert (X[:, 0].min(), X[:, 0].max()) == (pytest.approx(-1.25, abs=0.15), pytest.approx(2.25, abs=0.15))
    # each moon is one half only: no point is far below the upper one's centre or far above the lower one's
    assert ((X[:, 0] < -0.6) & (X[:, 1] < -0.4)).sum() == ((X[:, 0] > 1.6) & (X[:, 1] > 0.9)).sum() == 0


def test_uniform_points_fill_the_unit_square():
    n = 30_000
    X = uniform(n)
    assert X.min() >= 0
    assert X.max() < 1
    cells = np.histogram2d(*X.T, bins=5, range=[[0, 1], [0, 1]])[0]
    assert near(cells / n, 1 / 25, 1 / 5, n)


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


@pytest.mark.parametrize("data", [line, blobs, unequal, ring, skewed, two_moons, uniform, old_faithful])
def test_each_call_gives_an_array_of_its_own(data):
    changed = data()
    changed += 1
    assert_array_equal(changed, data() + 1)


def test_iris_is_that_of_scikit_learn_species_by_species():
    published = load_iris()
    assert_array_equal(iris(), published.data)
    assert_array_equal(published.target, [0] * 50 + [1] * 50 + [2] * 50)
    assert_allclose(iris().mean(axis=0), [5.84333, 3.05733, 3.758, 1.19933], atol=5e-6)
