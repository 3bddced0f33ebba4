"""What the companions on attention, hills and directions say in numbers, in text, tables and solutions."""

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import softmax
from sklearn.datasets import load_digits

from kmeans_em import datasets, fit, responsibilities

CHAPTERS = Path(__file__).parents[2] / "chapters"
ATTENTION, HILLS, DIRECTIONS = "11-elsewhere-attention", "11-elsewhere-hills", "11-elsewhere-directions"
LINE, Z, MINUTES = datasets.line(), datasets.old_faithful(standardised=True), datasets.old_faithful()


def says(page, *phrases):
    """The page holds each of these phrases, numbers as it prints them."""
    text = (CHAPTERS / f"{page}.md").read_text()
    missing = [phrase for phrase in phrases if phrase not in text]
    assert not missing, f"chapters/{page}.md does not say {missing}"


def row(values, places=3):
    return " | ".join(f"{value:.{places}f}" for value in values)


def test_attention_on_the_line():
    products = 8 * LINE[:, 0] / 16
    says(ATTENTION, f"| share by attention | {row(softmax(products))} |")
    says(ATTENTION, f"| share by distance | {row(responsibilities([[8]], LINE, 4)[0])} |")
    says(ATTENTION, "| 0 | 0.5 | 1 | 4 | 4.5 | 8 |", "| −2 | −1.53 | −1.12 | 0 | −0.03 | −2 |")
    assert products.tolist() == [0, 0.5, 1, 4, 4.5, 8]
    assert (-((8 - LINE[:, 0]) ** 2) / 32).round(2).tolist() == [-2, -1.53, -1.12, 0, -0.03, -2]
    says(ATTENTION, f"the prior weight {softmax(LINE[:, 0] ** 2 / 32)[5]:.3f}")


def attend(queries, keys, tau, steps=2000):
    for _ in range(steps):
        shares = softmax(queries @ keys.T / tau, axis=1)
        before, queries = queries, shares @ keys
        if abs(queries - before).max() < 1e-7:
            break
    return queries, shares


@pytest.fixture(scope="module")
def digits():
    """A hundred patterns of length 1, and the digits that they are."""
    found = load_digits()
    patterns = found.data[:100] - found.data.mean(axis=0)
    return patterns / np.linalg.norm(patterns, axis=1, keepdims=True), found.target[:100]


def places(queries):
    return len(np.unique(queries.round(3) + 0.0, axis=0))


def test_the_three_kinds_of_rest_among_the_digits(digits):
    patterns, drawn = digits
    same = drawn[:, None] == drawn
    assert places(attend(patterns, patterns, 0.3)[0]) == 1
    queries, shares = attend(patterns, patterns, 0.1)
    assert places(queries) == 25
    assert round(float(np.median(np.exp(-(shares * np.log(shares)).sum(axis=1))))) == 8
    assert (shares * same).sum(axis=1).mean() > 0.9
    assert places(attend(patterns, patterns, 0.01)[0]) == 100
    says(
        ATTENTION,
        "one of 25 places, the middle one of the queries in a mean of eight patterns, nearly all of the digit",
    )


def test_half_a_digit(digits):
    patterns, drawn = digits
    half = patterns.copy()
    half[:, 32:] = 0
    shares = attend(half, patterns, 0.01)[1]
    assert (shares.argmax(axis=1) == np.arange(100)).sum() == 91
    assert (drawn[shares.argmax(axis=1)] == drawn).all()
    says(ATTENTION, "for 91 of the hundred; the others end at another picture of the same digit")
    assert drawn[3] == 3
    assert attend(half[[3]], patterns, 0.01)[1].argmax() == 3
    threes = attend(half[[3]], patterns, 0.1)[1][0] @ (drawn == 3)
    says(ATTENTION, f"an average with {threes:.0%} of its shares on threes")


def test_the_temperatures_of_the_digits(digits):
    patterns, _ = digits
    products = patterns @ patterns.T
    rho2 = 2 - 2 * products.min()
    gaps = 1 - (products - 9 * np.eye(100)).max(axis=1)
    epsilons = 99 * np.exp(-gaps / 2 / 0.002)
    assert ((2 * epsilons * rho2 <= gaps) & (epsilons * rho2 < 0.002)).all()
    says(ATTENTION, f"$\\tau > \\rho^2/4 = {rho2 / 4:.3f}$", "at $\\tau = 0.002$")

    def promised(tau):
        spills = 99 * rho2 * np.exp(-gaps / 2 / tau)
        return ((2 * spills <= gaps) & (spills < tau)).sum()

    counts = [promised(tau) for tau in (0.002, 0.0025, 0.003, 0.005, 0.01, 0.02, 0.03, 0.1)]
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-2:]) == (100, [0, 0])
    says(ATTENTION, f"to ever fewer single keys, to {counts[4]} at 0.01 and to none from 0.03 on")


def test_the_one_rest_of_the_digits_moves_and_others_appear_beside_it(digits):
    patterns, drawn = digits
    mean = patterns.mean(axis=0)
    says(ATTENTION, f"the mean of these hundred has the length {np.linalg.norm(mean):.3f}")
    ends = {tau: attend(patterns, patterns, tau) for tau in (0.3, 0.19)}
    assert [places(rests) for rests, _ in ends.values()] == [1, 1]
    high, low = (np.linalg.norm(rests[0] - mean) for rests, _ in ends.values())
    on_ones = ends[0.19][1][0] @ (drawn == 1)
    says(ATTENTION, f"{high:.2f} from the mean of the keys; at 0.19 it lies {low:.2f} from it")
    says(ATTENTION, f"with {on_ones:.0%} of its shares on ones")

    old, shares = attend(ends[0.19][0][:1], patterns, 0.185)  # where the one rest goes
    rests, _ = attend(patterns, patterns, 0.185)
    assert places(rests) == 3
    stay = int((np.linalg.norm(rests - old, axis=1) < 1e-2).sum())
    says(ATTENTION, f"They catch {100 - stay} of the hundred queries, and {stay} stay at the old one")
    largest = np.linalg.eigvalsh(np.cov(patterns.T, bias=True, aweights=shares[0]))[-1]
    says(ATTENTION, f"the largest eigenvalue of $V_a$ is {largest:.3f}")
    assert largest < 0.185
    up = attend(rests, patterns, 0.19)[0]  # the two others were not there before
    assert places(up) == 1


def shift(x, X, sigma, steps=20_000):
    for _ in range(steps):
        before, x = x, responsibilities(x, X, sigma) @ X
        if abs(x - before).max() < 1e-12:
            break
    return x


def hills_on_a_line(X, sigma):
    grid = np.linspace(X.min(), X.max(), 20_001)[:, None]
    slope = (softmax(-((grid - X.T) ** 2) / 2 / sigma**2, axis=1) @ X - grid).ravel()
    return int(((slope[:-1] > 0) & (slope[1:] <= 0)).sum())


def test_mean_shift_on_the_line():
    x = np.array([[6.0]])
    for _ in range(3):
        shares, before = responsibilities(x, LINE, 2)[0], x
        x = shares[None] @ LINE
        says(HILLS, f"| {before.item():.3f} | {row(shares)} | {x.item():.3f} |")
    ends = shift(np.array([[6.0], [0], [16]]), LINE, 2).ravel()
    says(HILLS, "It ends at {:.3f}, on the middle one of three hills".format(*ends))
    says(HILLS, "the others are at {1:.3f} and {2:.3f}".format(*ends))


def test_the_number_of_hills():
    for sigma, count in [
        (0.484, 6),
        (0.486, 4),
        (0.499, 4),
        (0.501, 3),
        (2.836, 3),
        (2.838, 2),
        (3.051, 2),
        (3.052, 1),
        (6, 1),
    ]:
        assert hills_on_a_line(LINE, sigma) == count
    says(
        HILLS,
        "six up to $\\sigma = 0.485$, four up to 0.5, three up to 2.837, two up to 3.052",
        "from $\\sigma = 3.052$ on",
    )
    waiting = MINUTES[:, [1]]
    assert [hills_on_a_line(waiting, sigma) for sigma in (1.5, 4, 9)] == [5, 2, 1]
    says(HILLS, "on the waiting times five at 1.5 minutes, two at 4, one at 9")


def test_four_hills_for_three_points():
    turns = np.deg2rad([90, 210, 330])
    corners = np.c_[np.cos(turns), np.sin(turns)]
    near = [[0.01, 0.02], *corners]
    count = {s: len(np.unique(shift(np.array(near), corners, s).round(2) + 0.0, axis=0)) for s in (0.69, 0.72, 0.745)}
    assert count == {0.69: 3, 0.72: 4, 0.745: 1}
    assert len(np.unique(shift(corners, corners, 0.72).round(2) + 0.0, axis=0)) == 3
    says(HILLS, "of the triangle's four at $\\sigma = 0.72$ this finds three")
    top = np.linspace(0.01, 0.9, 4001)

    def highest(sigma):  # of the step up from the centre towards the first corner, at its best
        places = np.c_[0 * top, top]
        return (softmax(-((places[:, None] - corners) ** 2).sum(axis=2) / 2 / sigma**2, axis=1) @ corners - places)[
            200:, 1
        ].max()

    says(HILLS, f"live until $\\sigma = {brentq(highest, 0.72, 0.76):.3f}$", f"1/\\sqrt2 = {0.5**0.5:.3f}")


def test_hills_of_old_faithful():
    ends = {s: np.unique(shift(Z, Z, s).round(4) + 0.0, axis=0, return_inverse=True) for s in (0.15, 0.3, 0.6)}
    assert [len(tops) for tops, _ in ends.values()] == [3, 2, 2]
    tops, labels = ends[0.3]
    assert (fit(Z, tops).labels != labels.ravel()).sum() == 1
    grid = np.linspace(-2.7, 2.5, 30)
    everywhere = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    for sigma, (found, _) in ends.items():
        others = np.unique(shift(everywhere, Z, sigma).round(4) + 0.0, axis=0)
        np.testing.assert_allclose(others, found, atol=2e-4)
    says(HILLS, "One point is labelled otherwise")


def test_probabilistic_pca_by_hand():
    says(DIRECTIONS, "$6/(4 + \\sigma^2)$")
    for sigma, name in [(2, "2"), (1, "1"), (0.1, "0.1")]:
        z, deviation = 6 / (4 + sigma**2), np.sqrt(sigma**2 / (4 + sigma**2))
        says(DIRECTIONS, f"| {name} | {z:.3f} | {deviation:.3f} | ({2 * z:.3f}, 0) |")


def test_the_axis_of_old_faithful():
    V = np.cov(MINUTES.T, bias=True)
    spreads, axes = np.linalg.eigh(V)
    angle = np.degrees(np.arctan(axes[1, 1] / axes[0, 1]))
    says(
        DIRECTIONS,
        f"{angle:.4f}° is PCA's",
        f"\\lambda_2 = {spreads[0]:.4f}",
        f"\\sigma = {spreads[0] ** 0.5:.3f}$ min",
    )
    assert round(spreads[1] ** 0.5, 1) == 13.6
    W, angles = np.array([[1.0], [0]]), []
    for _ in range(4):
        W = V @ W
        angles.append(np.degrees(np.arctan2(*W[::-1, 0])))
    for sigma in (13, 6, 1, 0.1, 0.001):
        W, noise = np.array([[1.0], [0]]), sigma**2 * np.eye(1)
        for turned in angles:
            W = V @ W @ np.linalg.inv(noise + np.linalg.solve(W.T @ W + noise, W.T @ V @ W))
            assert np.degrees(np.arctan2(*W[::-1, 0])) == pytest.approx(turned, abs=1e-7)
    assert np.round(angles, 4).tolist() == [84.6754, 85.6681, 85.6694, 85.6694]
