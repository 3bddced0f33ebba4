"""What chapter 5 and its companions say in numbers, in its text, its figures and its solutions."""

import numpy as np
import pytest
from scipy.special import entr, rel_entr

from kmeans_em import datasets, fit, free_energy, log_likelihood, responsibilities, update

LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
RESP = responsibilities(LINE, MEANS, 4)
NEW = update(LINE, RESP, MEANS)


def test_the_climb_of_the_figure():
    m, path = 16.0, [16.0]
    for _ in range(3):
        r = responsibilities(LINE, [[m], [11]], 4)[:, 0]
        m = r @ LINE[:, 0] / r.sum()
        path.append(m)
    assert np.round(path, 1).tolist() == [16, 12.8, 8.3, 4.2]


def test_the_bound_of_equal_shares():
    even = np.full((6, 2), 0.5)
    D = (LINE - MEANS.T) ** 2
    bound = (even * (np.log(0.5) - D / 32 - np.log(4) - np.log(2 * np.pi) / 2)).sum() + entr(even).sum()
    divergence = rel_entr(even, RESP).sum()
    assert (round(bound, 4), round(divergence, 4)) == (-24.4564, 5.7578)
    assert round(-24.4564 + 5.7578, 4) == round(log_likelihood(LINE, MEANS, 4), 4) == -18.6986


def test_the_exact_descent_of_the_line():
    moved = RESP.sum(axis=0) @ ((MEANS - NEW) ** 2)[:, 0]
    divergence = rel_entr(RESP, responsibilities(LINE, NEW, 4)).sum()
    assert (round(moved, 4), round(divergence, 6), round(32 * divergence, 4)) == (2.1664, 0.018422, 0.5895)
    assert (round(32 * 0.018422, 4), round(2.1664 + 0.5895, 4), round(2.1664 / 32, 4)) == (0.5895, 2.7559, 0.0677)
    before, after = free_energy(LINE, MEANS, 4), free_energy(LINE, NEW, 4)
    assert (round(before, 3), round(after, 3), round(before - after, 4)) == (22.667, 19.911, 2.7559)
    logs = log_likelihood(LINE, MEANS, 4), log_likelihood(LINE, NEW, 4)
    assert np.round(logs, 4).tolist() == [-18.6986, -18.6125]
    assert round(logs[1] - divergence, 4) == -18.6309


def test_the_saddle():
    values = [log_likelihood(LINE, np.reshape(means, (2, 1)), 4) for means in ([6, 6], [5, 7], [7, 7])]
    assert np.round(values, 3).tolist() == [-19.769, -19.6, -19.956]
    run = fit(LINE, [[6], [6.000001]], 4)
    assert run.means.ravel().round(2).tolist() == [2.14, 10.96]
    assert round(log_likelihood(LINE, run.means, 4), 3) == -18.604
    assert abs(run.history[15].means - 6).max() < 0.02 < abs(run.history[17].means - 6).max()
    base = log_likelihood(LINE, [[6], [6]], 4)
    for a in (0.1, 0.01):
        assert (log_likelihood(LINE, [[6 - a], [6 + a]], 4) - base) / a**2 == pytest.approx(0.18, abs=0.005)
        assert log_likelihood(LINE, [[6 + a], [6 + a]], 4) - base == pytest.approx(-6 * a**2 / 32)


def test_how_long_it_takes():
    steps = [fit(LINE, MEANS, sigma, max_steps=10_000).steps for sigma in (2, 4, 5, 5.5)]
    assert steps == [6, 23, 44, 180]
    assert round(np.sqrt(190 / 6), 3) == 5.627


def test_the_point_8_stays_shared():
    assert fit(LINE, MEANS, 4).resp[3].round(2).tolist() == [0.31, 0.69]


def test_the_waiting_times():
    waiting = datasets.old_faithful()[:, [1]]
    run = fit(waiting, [[50], [80]], 6, learn=("sigma", "weights"), max_steps=10)
    assert run.weights.round(2).tolist() == [0.36, 0.64]
    assert round(log_likelihood(waiting, run.means, run.sigma, run.weights)) == -1034


def test_old_faithful_in_the_explorer():
    Z = datasets.old_faithful(standardised=True)
    run = fit(Z, [[-1, 1], [1, -1]], 0.5)
    assert round(log_likelihood(Z, [[-1, 1], [1, -1]], 0.5), 3) == -2048.190
    assert round(log_likelihood(Z, run.means, 0.5), 3) == -468.259
    assert (run.resp.max(axis=1) < 0.99).sum() == 8
    assert run.resp.max(axis=1).min().round(2) == 0.52
    assert run.history[1].means.round(2).tolist() == [[-0.17, 0.16], [0.16, -0.16]]
    drops = -np.diff([step.objective for step in run.history])
    assert drops[1] < 0.05 * min(drops[0], drops[3])  # the hesitation near the saddle


def test_metres_and_kilometres():
    kilometres = log_likelihood(LINE / 1000, MEANS / 1000, 0.004)
    assert round(kilometres, 3) == 22.748
    assert kilometres == pytest.approx(log_likelihood(LINE, MEANS, 4) + 6 * np.log(1000))


def test_a_step_by_hand():
    X, sigma = np.array([[0.0], [4.0]]), np.sqrt(8 / np.log(3))
    assert responsibilities(X, X, sigma) == pytest.approx(np.array([[3, 1], [1, 3]]) / 4)
    run = fit(X, X, sigma, max_steps=3, tol=0)
    assert [step.means.ravel().round(3).tolist() for step in run.history[1:]] == [
        [1, 3],
        pytest.approx([2 - 0.536, 2 + 0.536], abs=1e-3),
        pytest.approx([2 - 0.292, 2 + 0.292], abs=1e-3),
    ]
    assert fit(X, X, sigma, max_steps=2000).means == pytest.approx(np.full((2, 1), 2.0), abs=1e-6)


def test_the_weights_after_one_step():
    run = fit(LINE, MEANS, 4, learn=("weights",), max_steps=1)
    assert run.weights.round(3).tolist() == [0.536, 0.464]
    assert fit(LINE, [[3], [3]], 4, learn=("weights",), max_steps=1).weights.tolist() == [0.5, 0.5]
