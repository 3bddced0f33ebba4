import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad
from scipy.stats import multivariate_normal

from kmeans_em.gaussian import log_density, sample

MEANS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


# |(3, 4)|^2 = 25, sigma = 5: -25/50 - 2 log 5 - log 2 pi
def test_one_density_by_hand():
    expected = -1 / 2 - 2 * np.log(5) - np.log(2 * np.pi)
    assert_allclose(log_density([[3, 4]], [0, 0], 5), [expected])


@pytest.mark.parametrize("d", [1, 2, 5])
def test_log_density_agrees_with_scipy(d):
    rng = np.random.default_rng(d)
    X, mean = rng.normal(size=(20, d)), rng.normal(size=d)
    for sigma in (1e-3, 0.7, 1e6):
        expected = multivariate_normal(mean, sigma**2 * np.eye(d)).logpdf(X)
        assert_allclose(log_density(X, mean, sigma), expected, rtol=1e-12)


def test_the_density_integrates_to_one():
    area, _ = quad(lambda x: np.exp(log_density([[x]], [1.0], 0.5)[0]), -5, 7)
    assert area == pytest.approx(1)


def test_at_its_mean_a_density_may_be_as_high_as_it_likes():
    assert log_density([[1e8]], [1e8], 1e-300)[0] == pytest.approx(300 * np.log(10) - np.log(2 * np.pi) / 2)


def test_a_density_below_the_range_of_floats_is_minus_infinity():
    assert log_density([[0.0], [1.0]], [0.0], 5e-324).tolist()[1] == -np.inf


def test_samples_come_with_the_labels_that_made_them():
    X, labels = sample(2000, MEANS, 1.0, rng=0)
    assert X.shape == (2000, 2)
    assert labels.shape == (2000,)
    noise = X - MEANS[labels]
    # standard errors: 1/sqrt(4000) for the mean, 1/sqrt(8000) for the standard deviation
    assert abs(noise.mean()) < 4 / np.sqrt(4000)
    assert abs(noise.std() - 1) < 4 / np.sqrt(8000)


def test_labels_follow_the_weights():
    weights = np.array([0.5, 0.4, 0.1])
    _, labels = sample(5000, MEANS, 1.0, weights, rng=1)
    shares = np.bincount(labels, minlength=3) / 5000
    assert (abs(shares - weights) < 4 * np.sqrt(weights * (1 - weights) / 5000)).all()
    _, labels = sample(5000, MEANS, 1.0, rng=1)
    assert (abs(np.bincount(labels) / 5000 - 1 / 3) < 4 * np.sqrt(2 / 9 / 5000)).all()


def test_a_cluster_of_weight_zero_is_never_drawn():
    assert set(sample(200, MEANS, 1.0, [0.5, 0, 0.5], rng=0)[1]) == {0, 2}


def test_at_sigma_zero_samples_sit_on_the_means():
    X, labels = sample(50, MEANS, 0, rng=0)
    assert_array_equal(X, MEANS[labels])


def test_sigma_stretches_the_same_noise():
    (narrow, labels), (wide, same) = sample(50, MEANS, 1, rng=3), sample(50, MEANS, 4, rng=3)
    assert_array_equal(labels, same)
    assert_allclose(wide - MEANS[labels], 4 * (narrow - MEANS[labels]), atol=1e-13)


def test_a_seed_repeats_and_a_generator_goes_on():
    assert_array_equal(sample(5, MEANS, 1, rng=7)[0], sample(5, MEANS, 1, rng=7)[0])
    generator = np.random.default_rng(7)
    assert_array_equal(sample(5, MEANS, 1, rng=generator)[0], sample(5, MEANS, 1, rng=7)[0])
    assert (sample(5, MEANS, 1, rng=generator)[0] != sample(5, MEANS, 1, rng=7)[0]).any()
