"""What chapter 8 and its companions say in numbers, in their text, their tables and their solutions."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kmeans_em import datasets, fit, free_energy, responsibilities, update
from kmeans_em.annealing import anneal, critical_sigma
from kmeans_em.widgets.bifurcation import ONE_FAR

CHAPTERS = Path(__file__).parents[2] / "chapters"
LINE, Z = datasets.line(), datasets.old_faithful(standardised=True)
FAR = np.array(49 * [[0.0]] + [[1.0]])


def says(page, *phrases):
    """The page holds each of these phrases, numbers as it prints them."""
    text = (CHAPTERS / f"08-turn-up{page}.md").read_text()
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"chapters/08-turn-up{page}.md does not say {missing}"


def moments(X):
    """sigma_c, skewness and kurtosis along the direction of the largest variance."""
    centred = X - X.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(X))
    z = centred @ vectors[:, -1] / np.sqrt(values[-1])
    return np.sqrt(values[-1]), (z**3).mean(), (z**4).mean()


def heated(X, parted, ratios):
    """The last sigmas, on the way up, at which parted means are better than merged ones, and at rest."""
    sigma_c, means = critical_sigma(X), np.array(parted, float)
    merged = np.tile(X.mean(axis=0), (len(means), 1))
    better = last = None
    for sigma in sigma_c * ratios:
        found = fit(X, means, sigma, max_steps=20_000, tol=1e-11).means
        if np.ptp(found, axis=0).max() < 0.05 * sigma_c:
            return better, last
        means, last = found, sigma
        better = sigma if free_energy(X, means, sigma) < free_energy(X, merged, sigma) else better
    raise AssertionError("they never merge")


@pytest.mark.parametrize("sigma", [8, 5.627, 4])
def test_a_nudge_on_the_line(sigma):
    means, cells = np.array([[5.9], [6.1]]), []
    for _ in range(3):
        means = update(LINE, responsibilities(LINE, means, sigma), means)
        cells.append(f"{np.ptp(means) / 2:.4f}")
    says("", f"| {sigma} | {' | '.join(cells)} | {190 / 6 / sigma**2:.3f} |")


def test_the_square_root_law_on_the_line():
    kappa = moments(LINE)[2]
    assert kappa == pytest.approx(2.04)
    for sigma, half, law in ((5.6, 0.670, 0.672), (5.5, 1.432, 1.443)):
        found = np.ptp(fit(LINE, [[5], [7]], sigma, max_steps=100_000, tol=1e-12).means) / 2
        assert (round(found, 3), round(np.sqrt(3 * (190 / 6 - sigma**2) / kappa), 3)) == (half, law)
        says("", f"{half:.3f}", f"{law:.3f}")


@pytest.mark.parametrize(
    ("X", "parted", "row"),
    [
        (LINE, [[3], [3], [9]], "| the line | 3 | 5.627 | 5.662 | 5.666 |"),
        (ONE_FAR, [[2], [2], [2], [20]], "| the ten points of the figure | 4 | 5.510 | 6.136 | 6.353 |"),
        (
            Z,
            [[0.5, 0.49], [0.5, 0.49], [-1.02, -1]],
            "| Old Faithful, standardised | 3 | 1.3787 | 1.3850 | 1.3859 |",
        ),
    ],
    ids=["line", "ten", "geyser"],
)
def test_the_table_of_jumps(X, parted, row):
    says("", row)
    sigma_c, best, rest = (float(cell) for cell in row.split("|")[3:6])
    places = len(row.split("|")[4].strip().partition(".")[2])
    assert round(critical_sigma(X), places) == sigma_c
    grain = 10.0**-places
    near = np.array(
        [0.97, *(np.array([best - 2 * grain, best + 2 * grain, rest - 2 * grain, rest + 4 * grain]) / sigma_c)]
    )
    better, last = heated(X, parted, np.concatenate([np.linspace(0.97, near[1], 8), near[1:]]))
    assert better == pytest.approx(best, abs=2.1 * grain)
    assert last == pytest.approx(rest, abs=2.1 * grain)


def test_the_cubic_term_on_the_line():
    assert ((LINE - 6) ** 3).sum() == 630
    says("", "630 \\cdot 2/3 = 420")


def test_the_group_of_three_parts_at_its_own_sigma():
    near = ONE_FAR[:-1]
    assert near.var() == pytest.approx(12 / 9)
    resp = fit(ONE_FAR, [[2], [2], [2], [20]], 1.2).resp[:, :3].sum(axis=1, keepdims=True)
    assert round(critical_sigma(ONE_FAR, resp)[0], 3) == 1.155
    below, above = (anneal(ONE_FAR, 4, [s], means=[[2], [2], [2], [20]], max_steps=20_000)[0] for s in (1.14, 1.17))
    assert np.ptp(np.sort(below.means.ravel())[:3]) > 0.1
    assert np.ptp(np.sort(above.means.ravel())[:3]) < 1e-3


def test_three_points_by_hand():
    y = [Fraction(-1, 3), Fraction(-1, 3), Fraction(2, 3)]
    assert sum(t**2 for t in y) / 3 == Fraction(2, 9)
    assert sum(t**3 for t in y) / 3 == Fraction(2, 27)
    assert sum(t**4 for t in y) / 3 == Fraction(2, 27)
    h = [2, -1, -1]
    assert Fraction(2, 27) * Fraction(sum(q**3 for q in h), 3) / 3 == Fraction(4, 81)
    assert round(critical_sigma([[0], [0], [1]]), 3) == 0.471


def test_two_means_of_unequal_weight():
    h, weights = np.array([-0.2, 0.8]), np.array([0.8, 0.2])
    assert weights @ h == pytest.approx(0)
    assert weights @ h**3 == pytest.approx(0.096)


def test_eight_means_are_parted_far_above_the_critical_sigma():
    for k, better, rest in ((2, 0.85, 1.85), (3, 1.09, 1.96), (4, 1.27, 2.03), (8, 1.70, 2.23)):
        found, last = heated(FAR, (k - 1) * [[0.0]] + [[1.0]], np.arange(0.8, 2.4, 0.005))
        assert last / 0.14 == pytest.approx(rest, abs=0.011)
        assert found / 0.14 == pytest.approx(better, abs=0.011)
        says("-jump", rf"| {k} | {better:.2f} $\sigma_c$ | {rest:.2f} $\sigma_c$ |")


@pytest.mark.parametrize(
    ("name", "X", "parted"),
    [
        ("$\\{0, 0, 1\\}$", np.array([[0.0], [0], [1]]), [[0.2], [0.2], [0.62]]),
        ("the line", LINE, [[3], [3], [9]]),
        ("Old Faithful, standardised", Z, [[0.5, 0.49], [0.5, 0.49], [-1.02, -1]]),
    ],
)
def test_the_bound_the_law_and_the_truth(name, X, parted):
    sigma_c, skew, kurtosis = moments(X)
    bound = np.sqrt(1 + skew**2 / 3 / (8 * (5 + kurtosis)))
    law = 1 + skew**2 / (18 * (1 + kurtosis))
    better, _ = heated(X, parted, np.concatenate([np.linspace(0.97, 0.999, 5), np.arange(1, 1.03, 0.0001)]))
    text = (CHAPTERS / "08-turn-up-jump.md").read_text()
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {name} | 3 |")]
    cells = [float(cell.replace("−", "-")) for cell in row.split("|")[3:8]]
    assert abs(cells[0]) == round(abs(skew), 3)
    assert cells[1:4] == [round(kurtosis, 2), round(bound, 4), round(law, 4)]
    assert better / sigma_c == pytest.approx(cells[4], abs=1.5e-4)


def test_the_constants_in_the_proof_of_the_bound():
    kappa = np.linspace(1, 500, 100_000)
    epsilon = 4 / 15 * np.sqrt(kappa - 1) / (5 + kappa)
    s = 1 + (kappa - 1) / (24 * (5 + kappa))
    assert epsilon.max() <= 0.055
    assert (4 * s * epsilon).max() <= 0.24
    K = 6 * s * (3 + 4 * s * epsilon) ** 2 + (3 * kappa**0.25 + 4 * s * epsilon) ** 4 / 8
    assert 6 * (1 + 1 / 24) * 3.24**2 < 66
    assert 3.24**4 / 8 < 14
    assert (15 * (5 + kappa) > K).all()


def test_where_heavy_tails_jump():
    q = {k: Fraction(k**2 - 3 * k + 3, k - 1) for k in range(2, 7)}
    assert [q[k] for k in (2, 3, 4)] == [1, Fraction(3, 2), Fraction(7, 3)]
    assert [3 * (q[k] - 1) / (q[k] - 3) for k in (5, 6)] == [27, 8]
    X = np.array([-1.0, 1] + 58 * [0])
    assert (X**4).mean() / X.var() ** 2 == pytest.approx(30)


def test_the_bound_by_hand():
    low = Fraction(2, 9) * (1 + Fraction(1, 6) / 52)
    assert f"{float(low):.4f}" == "0.2229"
    assert Fraction(1, 3) * Fraction(1, 2) / (8 * (5 + Fraction(3, 2))) == Fraction(1, 6) / 52


def test_one_blob_against_the_critical_sigma():
    p = 1 / 50
    proxy = np.sqrt((1 - 2 * p) / (2 * np.log((1 - p) / p)))
    assert round(proxy / critical_sigma(FAR), 3) == 2.509
    says("-one-blob", "it is 2.509, while eight means of equal weight come to 1.70")
    v = np.linspace(-30, 30, 6001)[:, None]
    y = np.array([-1.0, 0, 1])
    assert (np.exp(v * y).mean(axis=1) <= np.exp(v[:, 0] ** 2 / 3) * (1 + 1e-12)).all()
    assert round(np.sqrt(2 / 3), 3) == 0.816


def test_the_questions_page_gives_the_critical_sigmas():
    text = (CHAPTERS / "questions.md").read_text()
    assert f"{critical_sigma(Z):.3f} for standardised Old Faithful" in text
    assert f"$\\sigma = {critical_sigma(LINE):.3f}$ on" in text
