"""What chapter 6 and its companions say in numbers, in their text, their figures and their solutions."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans

from kmeans_em import datasets, em, fit, free_energy, inertia, log_likelihood, responsibilities, update

LINE, MEANS = datasets.line(), np.array([[1.0], [11.0]])
MINUTES, Z = datasets.old_faithful(), datasets.old_faithful(standardised=True)
FAR = [[-1, 1], [1, -1]]
CHAPTERS = Path(__file__).parents[2] / "chapters"
HOW_SMALL, NOT_K_MEANS = "06-limit-how-small", "06-limit-not-k-means"


def says(page, *phrases):
    """The page holds each of these phrases, numbers as it prints them."""
    text = (CHAPTERS / f"{page}.md").read_text()
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"chapters/{page}.md does not say {missing}"


def gaps(X, means):
    nearest, second = np.sort(em.sq_dists(np.asarray(X, float), np.asarray(means, float)), axis=0)[:2]
    return second - nearest


def apart(X, start, sigma):
    """The distances of EM's farthest mean from Lloyd's, after each step."""
    soft, hard = (fit(X, start, s, max_steps=400, tol=0).history for s in (sigma, 0))
    return [np.linalg.norm(step.means - hard[min(t, len(hard) - 1)].means, axis=1).max() for t, step in enumerate(soft)]


def test_the_squeeze_on_the_line():
    rows = [(s, free_energy(LINE, MEANS, s), 40 - 2 * s**2 * 6 * np.log(2)) for s in (4, 2, 1)]
    assert [(round(F, 3), round(low, 2)) for _, F, low in rows] == [(22.667, -93.08), (39.941, 6.73), (40, 31.68)]
    assert [f"{40 - F:.3g}" for _, F, _ in rows] == ["17.3", "0.0585", "4.12e-09"]
    assert gaps(LINE, MEANS).tolist() == [120, 100, 80, 40, 60, 200]
    says(HOW_SMALL, *(f"| {F:.3f} | " for _, F, _ in rows), *(f"| {40 - low:.2f} |" for _, _, low in rows))
    assert f"{2 * sum(np.exp(-gaps(LINE, MEANS) / 2)):.2g}" == f"{2 * np.exp(-20):.2g}" == "4.1e-09"


def test_the_squeeze_with_weights_on_the_line():
    weighted = [free_energy(LINE, MEANS, s, [0.8, 0.2]) for s in (4, 2, 1)]
    assert np.round(weighted, 2).tolist() == [174.75, 83.75, 51.0]
    assert round(weighted[2], 3) == 50.995
    assert round(2 * sum(3 * [np.log(1 / 0.8)] + 3 * [np.log(1 / 0.2)]), 3) == 10.995


def test_the_squeeze_of_the_figure():
    grid = np.linspace(-3, 8, 1101)
    for sigma, best, band in [(3, 1.4, 75), (1.5, 1.0, 19)]:
        F = [free_energy(LINE, [[m], [11]], sigma) for m in grid]
        assert abs(grid[int(np.argmin(F))] - best) < 0.1
        assert round(2 * sigma**2 * 6 * np.log(2)) == band
    J = [inertia(LINE, [[m], [11]]) for m in grid]
    assert (grid[int(np.argmin(J))].round(2), min(J)) == (1, pytest.approx(40))


def test_the_point_8_hardens():
    q = [np.exp(-40 / (2 * s**2)) for s in (4, 2, 1, 0.5)]
    assert [f"{v / (1 + v):.2g}" for v in q] == ["0.22", "0.0067", "2.1e-09", "1.8e-35"]


def test_the_gaps_of_the_figure():
    assert gaps(LINE, [[1], [8.5], [16]])[[2, 3, 0]].tolist() == [41.25, 48.75, 71.25]


def test_how_small_sigma_must_be():
    largest = np.sqrt(40 / (2 * np.log(99)))
    assert (round(largest**2, 2), round(largest, 3)) == (4.35, 2.086)
    assert 1 - responsibilities(LINE, MEANS, largest).max(axis=1).min() == pytest.approx(0.01)


def close_sigma(X, means, tol):
    smallest = np.bincount(em.sq_dists(X, means).argmin(axis=0), minlength=len(means)).min()
    factor = pdist(X).max() * (len(means) - 2 + len(X) / smallest)
    return np.sqrt(gaps(X, means).min() / (2 * np.log(factor / tol)))


def step_apart(X, means, sigma):
    soft, hard = (fit(X, means, s, max_steps=1).means for s in (sigma, 0))
    return np.linalg.norm(soft - hard, axis=1).max()


def test_how_small_sigma_must_be_for_the_centres():
    rest = fit(MINUTES, MINUTES[:2]).means
    assert round(close_sigma(LINE, np.array([[0.0], [1]]), 0.01), 3) == 0.234
    line, geyser = close_sigma(LINE, MEANS, 0.01), close_sigma(MINUTES, rest, 0.01)
    assert 40 / (2 * np.log(3200)) == pytest.approx(line**2)
    says(HOW_SMALL, f"= {line**2:.3f}$ and $\\sigma \\le {line:.3f}$", f"the promise is {geyser:.3f} minutes")
    for X, means, promised, said in [(LINE, MEANS, line, 1.90), (MINUTES, rest, geyser, 3.18)]:
        assert step_apart(X, means, promised) < 0.001
        assert all(step_apart(X, means, s) < 0.01 for s in np.linspace(promised, said, 50))
        assert step_apart(X, means, said + 0.01) > 0.01
    says(HOW_SMALL, "up to $\\sigma = 1.90$", "in truth 3.18")
    finer = close_sigma(LINE, MEANS, 0.001)
    says(HOW_SMALL, f"= {finer**2:.3f}$, so $\\sigma \\le {finer:.3f}$")
    assert 1 / (2 * finer**2) - 1 / (2 * line**2) == pytest.approx(np.log(10) / 40)
    says(HOW_SMALL, f"= {np.log(10):.3f}/\\Delta$", f"on the line {np.log(10) / 40:.3f}")


def test_one_step_from_0_and_1():
    assert fit(LINE, [[0], [1]], 0, max_steps=1).means.ravel().tolist() == [0, 7.2]
    rows = [fit(LINE, [[0], [1]], s, max_steps=1).means.ravel().round(6).tolist() for s in (1, 0.5, 0.3, 0.2)]
    assert rows == [[0.632741, 7.318390], [0.123842, 7.178720], [0.003851, 7.199230], [0.000004, 7.199999]]
    assert gaps(LINE, [[0], [1]]).min() == 1
    assert round(16 * (0 + 6 / 1) * np.exp(-12.5), 5) == 0.00036
    assert round(fit(LINE, [[0], [1]], 0.2, max_steps=1).means[0, 0], 7) == 0.0000037


def test_the_run_from_0_and_1():
    history = fit(LINE, [[0], [1]]).history
    assert [step.means.ravel().tolist() for step in history[:3]] == [[0, 1], [0, 7.2], [1, 11]]
    assert min(gaps(LINE, step.means).min() for step in history) == 1
    rho, constant = 16, 16 * (0 + 6 / 1)
    assert 12 * rho * constant == 18432
    largest = np.sqrt(1 / (4 * np.log(12 * rho * constant)))
    assert round(largest, 4) == 0.1595
    assert constant * np.exp(-1 / (4 * largest**2)) == pytest.approx(1 / (12 * rho))
    assert round(max(apart(LINE, [[0], [1]], 0.3)), 4) == 0.0039


def test_a_tie_where_lloyd_rests():
    X = np.array([[0.0], [2], [3]])
    assert fit(X, [[1.1], [3]]).means.ravel().tolist() == [1, 3]
    assert gaps(X, [[1.1], [3]]).min() > 0.1
    assert gaps(X, [[1], [3]]).min() == 0
    soft = fit(X, [[1.1], [3]], 0.07)
    path = [step.means.ravel().round(3).tolist() for step in soft.history]
    assert path[1:4] == [[1, 3], [0.667, 2.667], [0, 2.5]]
    assert (inertia(X, [[1], [3]]), round(inertia(X, soft.means), 3)) == (2, 0.5)


def test_three_ways_with_an_empty_cluster():
    start = np.array([[1.0], [11], [-10]])
    D = em.sq_dists(LINE, start)
    assert np.sort(D[2] - D.min(axis=0))[:3].tolist() == [99, 121, 143]
    soft, hard = fit(LINE, start, 0.3), fit(LINE, start)
    assert fit(LINE, start, 0.3, max_steps=1).means[2, 0] == pytest.approx(0, abs=1e-9)
    assert soft.means.ravel().round(3).tolist() == [1.505, 11, 0.019]
    assert round(inertia(LINE, soft.means), 2) == 38.50
    assert (hard.means.ravel().tolist(), inertia(LINE, hard.means)) == ([1, 11, -10], 40)
    model = KMeans(3, init=start, n_init=1).fit(LINE)
    assert (model.cluster_centers_.ravel().tolist(), model.inertia_) == ([1, 8.5, 16], 2.5)


def test_where_floating_point_lets_go():
    border = np.sqrt(99 / (2 * -np.log(em.LEAST_COUNT)))
    assert round(border, 4) == 0.2723
    start = [[1], [11], [-10]]
    assert fit(LINE, start, border * 1.001, max_steps=1).means[2, 0] == pytest.approx(0, abs=1e-9)
    assert fit(LINE, start, border * 0.999, max_steps=1).means[2, 0] == -10
    tiny, hard = fit(LINE, [[0], [16]], 1e-300), fit(LINE, [[0], [16]])
    assert tiny.means.tolist() == hard.means.tolist()


def test_the_expected_log_likelihood_with_and_without_the_factor():
    def scaled(weights):
        for sigma in (4, 1, 0.5, 0.1, 0.01):
            r = responsibilities(LINE, MEANS, sigma, weights)
            log_p = np.log(weights) - ((LINE - MEANS.T) ** 2) / (2 * sigma**2) - np.log(2 * np.pi * sigma**2) / 2
            yield round(float(-2 * sigma**2 * (r * log_p).sum()), 3)

    assert list(scaled([0.5, 0.5])) == [645.995, 59.345, 42.757, 39.917, 39.996]
    assert list(scaled([0.8, 0.2])) == [668.372, 62.023, 43.426, 39.944, 39.997]
    assert log_likelihood(LINE, MEANS, 0.01) < -1e5


def test_whole_runs_on_old_faithful_in_minutes():
    history = fit(MINUTES, MINUTES[:2]).history
    gap = min(gaps(MINUTES, step.means).min() for step in history)
    smallest = min(np.bincount(em.sq_dists(MINUTES, step.means).argmin(axis=0)).min() for step in history)
    rho = pdist(MINUTES).max()
    assert (len(history) - 1, round(gap, 2), smallest, round(rho, 2)) == (3, 22.12, 99, 53.09)
    assert round(272 / 99, 3) == 2.747
    constant = rho * 272 / 99
    largest = np.sqrt(gap / (4 * np.log(12 * rho * constant / gap)))
    assert (round(largest, 4), round(rho, 4)) == (0.8141, 53.0916)
    assert round(constant * np.exp(-gap / (4 * largest**2)), 3) == 0.035
    assert [f"{max(apart(MINUTES, MINUTES[:2], s)):.0e}" for s in (1, 0.7)] == ["2e-06", "2e-11"]
    assert max(apart(MINUTES, MINUTES[:2], 1)) < 2e-6
    assert max(apart(MINUTES, MINUTES[:2], 0.7)) < 2.2e-11
    standard = min(gaps(Z, step.means).min() for step in fit(Z, Z[:2]).history)
    assert (round(standard, 4), round(pdist(Z).max(), 2)) == (0.0217, 4.77)
    assert round((gap / rho**2) / (standard / pdist(Z).max() ** 2)) == 8


def test_the_curves_on_the_line():
    run = fit(LINE, MEANS, 4)
    assert run.means.ravel().round(2).tolist() == [2.14, 10.96]
    assert 0.01 < abs(fit(LINE, MEANS, 2).means - MEANS).max() < 0.02
    assert round(2 * 16 / float(np.diff(run.means.ravel())[0]), 1) == 3.6
    assert [round(2 * s**2 / float(np.diff(fit(LINE, MEANS, s).means.ravel())[0]), 1) for s in (2, 1)] == [0.8, 0.2]
    assert abs(np.diff(fit(LINE, MEANS, 5.7, max_steps=5000).means.ravel())[0]) < 0.01
    assert np.diff(fit(LINE, MEANS, 5.6, max_steps=5000).means.ravel())[0] > 0.5


def test_two_loops_that_part_and_two_that_do_not():
    soft, hard = fit(Z, FAR, 0.3), fit(Z, FAR)
    assert np.linalg.norm(soft.means - hard.means, axis=1).round(1).tolist() == [2.7, 2.7]
    assert np.linalg.norm(soft.means - hard.means[::-1], axis=1).max() < 0.004
    first = soft.history[1].means
    assert 0.2 < np.median(gaps(Z, first)) < 0.24
    assert (responsibilities(Z, first, 0.3).max(axis=1) < 0.99).sum() == 271
    distances = apart(Z, FAR, 0.2)
    assert int(np.argmax(distances)) == 2
    assert (round(max(distances), 3), round(distances[-1], 4)) == (0.325, 0.0012)
    gap = min(gaps(Z, step.means).min() for step in hard.history)
    smallest = min(np.bincount(em.sq_dists(Z, step.means).argmin(axis=0)).min() for step in hard.history)
    rho = pdist(Z).max()
    assert round(np.sqrt(gap / (4 * np.log(12 * rho**2 * 272 / smallest / gap))), 3) == 0.003


def test_how_far_the_discs_rest_from_their_rings():
    hard = fit(Z, FAR).means
    swap = np.argsort(hard[:, 0])
    found = []
    for sigma in (1, 0.5, 0.1):
        soft = fit(Z, hard, sigma, max_steps=5000).means
        found.append(np.linalg.norm(soft[np.argsort(soft[:, 0])] - hard[swap], axis=1).max())
    assert [f"{distance:.1g}" for distance in found] == ["0.2", "0.01", "8e-05"]
    assert np.round(found[:2], 3).tolist() == pytest.approx([0.25, 0.014], abs=0.002)


def test_the_step_by_hand():
    X, means = np.array([[0.0], [10]]), np.array([[2.0], [9]])
    sigma = np.sqrt(11 / 2)
    assert gaps(X, means).tolist() == [77, 63]
    rest = 1 - responsibilities(X, means, sigma).max(axis=1)
    assert rest.round(6).tolist() == [0.000911, 0.003245]
    assert round(20 * np.exp(-63 / 11), 4) == 0.0651
    assert fit(X, means, sigma, max_steps=1).means.ravel().round(4).tolist() == [0.0324, 9.9909]


def test_the_weights_of_the_exercise_pull_the_point_8_over():
    assert round(6 + 16 / 10 * np.log(4), 2) == 8.22
    assert responsibilities(LINE, MEANS, 4, [0.8, 0.2])[3, 0] > 0.5


def test_off_the_tie():
    X = np.array([[-1.0], [0], [1]])
    for h in (0.01, 0.1, 0.3):
        assert inertia(X, [[-2 / 3 + h], [2 / 3 + h]]) == pytest.approx(2 / 3 - 4 * h / 3 + 3 * h**2)
    away = fit(X, [[-1 + 1e-9], [1 + 1e-9]], 0.3)
    assert away.means.ravel().round(3).tolist() == [-0.505, 0.981]
    a, h, sigma = 2 / 3, 1e-3, 0.3
    F = [free_energy(X, [[-a + e], [a + e]], sigma) for e in (-h, 0, h)]
    assert (F[0] - 2 * F[1] + F[2]) / h**2 == pytest.approx(6 - 2 * a**2 / sigma**2, abs=0.01)


def test_means_in_one_place_part_in_lloyds_hands_alone():
    path = [step.means.ravel().tolist() for step in fit(LINE, [[0], [0]]).history]
    assert (path[1], path[-1]) == ([6, 0], [11, 1])
    assert fit(LINE, [[0], [0]], 0.5).means.ravel().tolist() == [6, 6]


def test_the_smallest_excess_is_not_the_nearest_point():
    X = np.array([[0.0, 0], [1, 10]])
    D = em.sq_dists(X, np.array([[0.0, 0], [10, 0]]))
    assert (D[1] - D[0]).tolist() == [100, 80]
    assert D[1].tolist() == [100, 181]


def test_em_moves_where_lloyd_rests():
    def move(sigma):
        return (fit(LINE, MEANS, sigma, max_steps=1).means - MEANS).ravel()

    assert (fit(LINE, MEANS).means == MEANS).all()
    assert [f"{v:.0e}" for v in move(1)] == ["5e-09", "2e-09"]
    says(NOT_K_MEANS, f"moves *out*, by {move(2)[1]:.3f}")
    assert move(4)[1] < 0 < move(2)[1]
    assert abs(move(0.7)).max() == 0


def test_where_em_rests_with_lloyd_on_a_straight_line():
    five, three = np.array([[-1.2], [-0.8], [0], [0.8], [1.2]]), np.array([[-1.0], [0], [1]])
    assert (fit(five, three).means == three).all()

    def outwards(sigma):
        return (update(five, responsibilities(five, three, sigma), three) - three)[2, 0]

    assert (outwards(0.3) > 0.001, outwards(0.4) < -0.001) == (True, True)
    sigma = brentq(outwards, 0.3, 0.4, xtol=1e-15)
    says(NOT_K_MEANS, f"$\\sigma = {sigma:.6f}$")
    assert fit(five, three, sigma, max_steps=1).means == pytest.approx(three, abs=1e-15)


def test_a_wide_and_a_narrow_component():
    costs = (LINE - [1, 10]) ** 2 / [9, 1]
    says(NOT_K_MEANS, "| 0.11 | 0 | 0.11 | 5.44 | 7.11 | **25** |", "| 100 | 81 | 64 | 4 | 1 | **36** |")
    assert costs.round(2).T.tolist() == [[0.11, 0, 0.11, 5.44, 7.11, 25], [100, 81, 64, 4, 1, 36]]
    for means in ([1, 10], [4.75, 8.5]):
        wide = ((LINE - means) ** 2 / [9, 1]).argmin(axis=1) == 0
        assert [LINE[wide].mean(), LINE[~wide].mean()] == [4.75, 8.5]
    assert fit(LINE, [[1], [10]]).means.ravel().tolist() == [1, 11]
    for place in (7.6, 10.4):  # where the parabolas of the figure cross
        assert abs((place - 4.75) / 3) == pytest.approx(abs(place - 8.5), abs=0.06)


def test_the_border_of_two_widths_is_a_circle():
    turn = np.linspace(0, 2 * np.pi, 50)
    x, y = 4 + 2 * np.cos(turn), 2 * np.sin(turn)
    np.testing.assert_allclose((x**2 + y**2) / 4, (x - 3) ** 2 + y**2)


def test_the_four_corners():
    corners = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
    X = np.concatenate([1.2 * corners, 0.8 * corners])
    assert (fit(X, corners).means == corners).all()
    for sigma in (0.3, 1):
        inward = 1 - fit(X, corners, sigma, max_steps=1).means / corners
        assert inward.min() > 0
        assert np.ptp(inward) < 1e-12


def test_an_empty_cluster_goes_to_0_with_any_weights():
    start = [[1], [11], [-10]]
    for weights in (None, [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]):
        assert fit(LINE, start, 0.5, weights=weights, max_steps=1).means[2, 0] == pytest.approx(0, abs=1e-6)
