"""What chapter 4 and its companions say in numbers, in its text, its figures and its solutions."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import entr, rel_entr

from kmeans_em import datasets, fit, free_energy, inertia, responsibilities, update
from kmeans_em.em import rms_radius

PRICES = Path(__file__).parents[2] / "chapters" / "04-soften-other-prices.md"
LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
D = (LINE - MEANS.T) ** 2
RESP = responsibilities(LINE, MEANS, 4)


def test_entropies():
    assert [round(entr([w, 1 - w]).sum(), 3) for w in (1, 0.9, 0.7773, 0.5)] == [0, 0.325, 0.53, 0.693]
    divergence = rel_entr([0.5, 0.5], RESP[3]).sum()
    assert (round(divergence, 4), round(32 * divergence, 2), round(6.82 - 0.94, 2)) == (0.1838, 5.88, 5.88)


def cost_of_8(w):
    return 49 - 40 * w - 32 * entr([w, 1 - w]).sum()


def test_the_three_curves():
    best = 1 / (1 + np.exp(-40 / 32))
    assert round(best, 3) == 0.777
    assert [round(49 - 40 * w, 2) for w in (0, 0.5, best, 1)] == [49, 29, 17.91, 9]
    assert [round(-32 * entr([w, 1 - w]).sum(), 2) for w in (0, 0.5, best, 1)] == [0, -22.18, -16.97, 0]
    assert [round(cost_of_8(w), 2) for w in (0, 0.5, best, 1)] == [49, 6.82, 0.94, 9]
    assert cost_of_8(best) == pytest.approx(9 - 32 * np.log(1 + np.exp(-40 / 32)))


def test_the_table_of_the_line():
    assert D.T.tolist() == [[1, 0, 1, 49, 64, 225], [121, 100, 81, 9, 4, 25]]
    assert RESP[:, 0].round(3).tolist() == [0.977, 0.958, 0.924, 0.223, 0.133, 0.002]
    loss, entropy = (RESP * D).sum(), entr(RESP).sum()
    assert (round(loss, 3), round(entropy, 4), round(loss - 32 * entropy, 2)) == (70.306, 1.4887, 22.67)
    assert free_energy(LINE, MEANS, 4) == pytest.approx(loss - 32 * entropy)
    divergence = np.log(1 / RESP.max(axis=1)).sum()
    assert (round(divergence, 4), round(32 * divergence, 2), round(40 - 22.67, 2)) == (0.5417, 17.33, 17.33)
    assert inertia(LINE, MEANS) == 40


def test_the_s_shaped_curve():
    assert responsibilities([[4.4], [6], [7.6]], MEANS, 4)[:, 1].round(2).tolist() == [0.27, 0.5, 0.73]


def test_a_soft_step_on_the_line():
    counts, new = RESP.sum(axis=0), update(LINE, RESP, MEANS)
    assert counts.round(3).tolist() == [3.217, 2.783]
    assert new.ravel().round(3).tolist() == [1.808, 10.845]
    assert round(counts @ ((MEANS - new) ** 2)[:, 0], 2) == 2.17
    assert round(3.217 * 0.808**2 + 2.783 * 0.155**2, 2) == 2.17
    assert round(free_energy(LINE, new, 4), 2) == 19.91
    run = fit(LINE, MEANS, 4)
    path = np.array([step.means[0, 0] for step in run.history])
    moves = np.diff(path)
    assert (moves[12:] / moves[11:-1]).round(2).tolist() == [0.43] * len(moves[12:])
    assert max(abs(run.history[-1].means - run.history[-2].means)) < 6e-9
    assert (run.steps, run.means.ravel().round(3).tolist()) == (23, [2.141, 10.963])


def test_the_slope_in_sigma_squared():
    before, after = free_energy(LINE, MEANS, 4), free_energy(LINE, MEANS, 4.01)
    assert (round(before, 4), round(after, 4), round(before - after, 4)) == (22.6667, 22.4274, 0.2393)
    assert round(2 * entr(RESP).sum(), 3) == 2.977
    assert round(2.977 * 0.0801, 4) == 0.2385
    assert round(4.01**2 - 16, 4) == 0.0801
    assert round(entr(responsibilities(LINE, MEANS, 1)).sum(), 8) == 0.00000004


def test_fuzzy_c_means_on_the_line():
    names = {"np": np}
    exec(
        "def fuzzy" + PRICES.read_text().split("\ndef fuzzy")[1].split("\ngrid")[0],
        names,
    )
    fuzzy_shares = names["fuzzy_shares"]
    assert fuzzy_shares(np.array([[16.0], [100.0]]), MEANS)[:, 1].round(3).tolist() == [0.9, 0.553]
    assert round(RESP[5, 1], 3) == 0.998
    assert np.exp(-20 * 94 / 32) < 1e-25
    means = MEANS
    for _ in range(500):
        u = fuzzy_shares(LINE, means) ** 2
        means = u.T @ LINE / u.sum(axis=0)[:, None]
    assert means.ravel().round(2).tolist() == [1.13, 11.11]
    assert fuzzy_shares(100 * LINE, 100 * MEANS) == pytest.approx(fuzzy_shares(LINE, MEANS))


def test_where_the_exponential_becomes_zero():
    assert np.exp(-745.13) > 0
    assert np.exp(-745.14) == 0
    assert responsibilities(LINE, [[1], [1000]], 4)[:, 1].sum() == 0


def test_the_units_of_old_faithful():
    shared = [
        [(fit(data, data[:2], sigma, max_steps=2000).resp.max(axis=1) < 0.99).sum() for sigma in (0.5, 1, 2, 4, 6, 9)]
        for data in (datasets.old_faithful(), datasets.old_faithful(standardised=True))
    ]
    assert abs(fit(datasets.old_faithful(standardised=True), [[1, 0], [-1, 1]], 2, max_steps=2000).means).max() < 1e-6
    assert shared == [[0, 0, 2, 13, 43, 200], [8, 243, 272, 272, 272, 272]]


def test_the_explorer_s_answers():
    blobs = datasets.blobs()
    middles = fit(blobs, [[0, 0], [5, 0], [2, 4]]).means
    assert round(2 * rms_radius(blobs), 1) == 6.2
    assert round(free_energy(blobs, middles, 1.5)) == 455
    assert round(free_energy(blobs, middles, 6.2)) == -20351
    assert round(inertia(blobs, middles)) == 528
    resp, D = responsibilities(blobs, middles, 6.2), ((blobs[:, None] - middles) ** 2).sum(axis=2)
    J, even = inertia(blobs, middles), D.mean(axis=1).sum()
    assert round(((resp * D).sum() - J) / (even - J), 2) == 0.87
    assert round(entr(resp).sum() / (300 * np.log(3)), 2) == 0.99
    for nearness, entropy in [(0.02, 139), (0.5, 127)]:
        near = middles.copy()
        near[2] = middles[1] + [0, nearness]
        assert round(entr(responsibilities(blobs, near, 1)).sum()) == entropy
    assert round(entr(responsibilities(blobs, middles, 1)).sum()) == 9
    near[2] = middles[1] + 0.05
    home, shares = fit(blobs, middles).labels, responsibilities(blobs, near, 1)
    assert [(home == j).sum() for j in (1, 2)] == [95, 119]
    assert abs(shares[home == 1][:, 1:] - 0.5).mean() < 0.05
    assert 15 <= (shares[home == 2][:, 0] > 0.99).sum() <= 30
    assert entr(shares[home == 2]).sum(axis=1).max() > np.log(2)
    assert 0.45 < (responsibilities(blobs, near, 0)[home == 2][:, 0] == 1).mean() < 0.7
    resp = responsibilities(blobs, middles, 0.5)
    assert round((resp * ((blobs[:, None] - middles) ** 2).sum(axis=2)).sum(), 1) == 528.3
    assert round(free_energy(blobs, middles, 0.5), 1) == 527.6


def test_the_solutions_in_numbers():
    T = 40
    sigma = np.sqrt(T / 2)
    r = responsibilities([[8.0], [6.0]], MEANS, sigma)
    assert r.round(3).tolist() == [[0.269, 0.731], [0.5, 0.5]]
    best, equal = free_energy([[8.0]], MEANS, sigma), 29 - T * np.log(2)
    assert (round(best, 2), round(equal, 2), round(equal - best, 2)) == (-3.53, 1.27, 4.8)
    assert round(rel_entr([0.5, 0.5], r[0]).sum(), 4) == 0.1201
    # the price of squares: shared as long as the gap is below 2 T
    w = np.linspace(0, 1, 2001)
    for gap, best in [(0, 0.5), (1, 0.75), (1.9, 0.975), (2, 1), (5, 1)]:
        assert w[np.argmin(-gap * w + w**2 + (1 - w) ** 2)] == pytest.approx(best)
