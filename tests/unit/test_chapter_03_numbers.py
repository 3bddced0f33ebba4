"""What chapter 3 and its companion say in numbers, in its text, its figures and its solutions."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from kmeans_em import datasets, fit, free_energy, gaussian, log_likelihood, responsibilities

LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
LOG_P = np.array([gaussian.log_density(LINE, mean, 4) for mean in MEANS]).T


def test_the_table_of_densities():
    p = np.exp(LOG_P)
    assert p[:, 0].round(4).tolist() == [0.0967, 0.0997, 0.0967, 0.0216, 0.0135, 0.0001]
    assert p[:, 1].round(4).tolist() == [0.0023, 0.0044, 0.0079, 0.0753, 0.0880, 0.0457]
    assert p.mean(axis=1).round(4).tolist() == [0.0495, 0.0521, 0.0523, 0.0484, 0.0508, 0.0229]
    assert np.log(p.mean(axis=1)).sum().round(3) == -18.699
    assert np.log(p.mean(axis=1).round(4)).sum().round(3) == -18.696
    assert round(p[3, 1] / p[3, 0], 1) == 3.5
    assert round(0.0753 / (0.0216 + 0.0753), 3) == 0.777


def test_the_posterior_with_two_priors():
    assert responsibilities([[8]], MEANS, 4, [0.5, 0.5])[0].round(3).tolist() == [0.223, 0.777]
    assert responsibilities([[8]], MEANS, 4, [0.8, 0.2])[0].round(3).tolist() == [0.534, 0.466]
    assert responsibilities([[9]], MEANS, 4, [0.8, 0.2])[0].round(3).tolist() == [0.38, 0.62]
    assert round(0.0108 / 0.0284, 3) == 0.38


def test_the_free_energy_of_the_line():
    log_L = log_likelihood(LINE, MEANS, 4)
    parts = [-32 * log_L, 96 * np.log(32 * np.pi), 192 * np.log(2)]
    assert round(log_L, 5) == -18.69861
    assert round(32 * 18.69861, 3) == 598.356
    assert np.round(parts, 3).tolist() == [598.356, 442.605, 133.084]
    assert round(598.356 - 442.605 - 133.084, 3) == round(free_energy(LINE, MEANS, 4), 3) == 22.667


def test_the_waiting_times():
    waiting = datasets.old_faithful()[:, [1]]
    run = fit(waiting, [[50], [80]], 6)
    assert run.means.ravel().round().tolist() == [55, 80]
    assert round(log_likelihood(waiting, run.means, 6)) == -1044
    assert round(log_likelihood(waiting, [waiting.mean(axis=0)], waiting.std())) == -1095
    assert run.resp.sum(axis=0).round(1).tolist() == [100.5, 171.5]


def test_the_border_moves_with_the_weights():
    for sigma, border in [(4, 8.22), (2, 6.55), (1, 6.14)]:
        exact = 6 + sigma**2 / 10 * np.log(4)
        assert round(exact, 2) == border
        assert responsibilities([[exact]], MEANS, sigma, [0.8, 0.2])[0] == pytest.approx([0.5, 0.5])
    weight = 1 / (1 + np.exp(-40 / 32))
    assert round(weight, 3) == 0.777
    assert responsibilities([[8]], MEANS, 4, [weight, 1 - weight])[0] == pytest.approx([0.5, 0.5])


def test_the_likeliest_sigma_for_these_means():
    found = minimize_scalar(lambda sigma: -log_likelihood(LINE, MEANS, sigma), bounds=(1, 8), method="bounded")
    assert (round(found.x, 2), round(found.fun, 2)) == (2.70, 18.29)
    assert [round(free_energy(LINE, MEANS, sigma), 1) for sigma in (4, 8)] == [22.7, -262.3]
    assert [round(log_likelihood(LINE, MEANS, sigma), 2) for sigma in (4, 8)] == [-18.70, -20.10]


def test_the_logarithm_of_a_sum():
    assert round(LOG_P.mean(axis=1).sum(), 2) == -24.46
    for means in ([[6], [6]], [[5], [7]], [[6], [7]]):
        slip = np.mean([gaussian.log_density(LINE, mean, 4) for mean in means], axis=0).sum()
        best = gaussian.log_density(LINE, [6], 4).sum()
        assert slip <= best


def test_two_widths():
    border = np.sqrt(8 / 3 * np.log(2))
    assert round(border, 2) == 1.36
    assert gaussian.log_density([[border]], [0], 1) == pytest.approx(gaussian.log_density([[border]], [0], 2))


def test_coincident_means_are_one_gaussian():
    one = gaussian.log_density(LINE, [6], 4).sum()
    assert log_likelihood(LINE, [[6], [6]], 4, [0.7, 0.3]) == pytest.approx(one)
    assert responsibilities(LINE, [[6], [6]], 4, [0.7, 0.3]) == pytest.approx(np.tile([0.7, 0.3], (6, 1)))
