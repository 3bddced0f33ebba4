"""Each theorem of chapter 10 and its companions, on random populations and at the edges of its hypotheses."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm

from kmeans_em import datasets, fit
from kmeans_em.gaussian import sample

separations, widths = st.floats(0, 12), st.floats(0.01, 50)


def centre(m, s):
    return m * (2 * norm.cdf(m / s) - 1) + 2 * s * norm.pdf(m / s)


def part(m, s, low, high):
    """How many points of 1/2 N(-m, s^2) + 1/2 N(m, s^2) lie between two places, and the sum of their x."""
    share = total = 0.0
    for mean in (-m, m):
        a, b = (low - mean) / s, (high - mean) / s
        share += (norm.cdf(b) - norm.cdf(a) if a < 0 else norm.sf(a) - norm.sf(b)) / 2
        total += (mean * (norm.cdf(b) - norm.cdf(a)) + s * (norm.pdf(a) - norm.pdf(b))) / 2
    return share, total


def step_from(border, m, s):
    """The centres after a step of k-means with this border."""
    (left, sum_left), (right, sum_right) = part(m, s, -np.inf, border), part(m, s, border, np.inf)
    return sum_left / left, sum_right / right


def J_of(a, b, m, s):
    """J per point of the centres a < b."""
    (left, sum_left), (right, sum_right) = (
        part(m, s, -np.inf, (a + b) / 2),
        part(m, s, (a + b) / 2, np.inf),
    )
    return m**2 + s**2 - 2 * a * sum_left + a**2 * left - 2 * b * sum_right + b**2 * right


@given(st.floats(1e-3, 5), widths, st.floats(-4, 4), st.floats(1e-3, 8))
def test_thm_centres_outside(ratio, s, middle, half):
    m = ratio * s
    c = centre(m, s)
    assert c > m or ratio > 4.5  # beyond, c - m is below what a float can tell
    np.testing.assert_allclose(step_from(0.0, m, s), [-c, c], rtol=1e-9)
    a, b = (middle - half) * s, (middle + half) * s
    if abs(a + c) + abs(b - c) > 1e-3 * s:
        assert J_of(a, b, m, s) > J_of(-c, c, m, s)


@pytest.mark.parametrize("m", [0.2, 1.0, 3.0])
def test_thm_centres_outside_for_em(m):
    s = 1.3

    def integral(f):
        return quad(f, -12 - m, 12 + m, points=[0], limit=200)[0]

    def density(x):
        return (norm.pdf(x, -m, s) + norm.pdf(x, m, s)) / 2

    def share(x):
        return 1 / (1 + np.exp(-2 * m * x / s**2))

    sizes = integral(lambda x: share(x) * density(x))
    assert sizes == pytest.approx(1 / 2, rel=1e-9)
    assert integral(lambda x: share(x) * x * density(x)) / sizes == pytest.approx(m, rel=1e-9)


def test_thm_centres_outside_on_a_sample():
    X, _ = sample(100_000, [[-1], [1]], 1, rng=0)
    hard, soft = (fit(X, [[-1], [1]], sigma, max_steps=2000).means.ravel() for sigma in (0, 1))
    np.testing.assert_allclose(hard, [-1.1666, 1.1666], atol=0.02)
    np.testing.assert_allclose(soft, [-1, 1], atol=0.02)


@given(separations, st.floats(-15, 15))
def test_thm_one_border(m, border):
    assume(abs(border) > 1e-6 and abs(border) < m + 6)
    a, b = step_from(border, m, 1.0)
    after = (a + b) / 2
    assert abs(after) <= 0.88 * abs(border) + 1e-12
    assert after * border >= -1e-12
    t, c = abs(border), centre(m, 1.0)
    beyond = norm.sf(t - m) + norm.sf(t + m)
    G = norm.cdf(t - m) - norm.sf(t + m)
    excess = sum(norm.pdf(u) - u * norm.sf(u) for u in (t - m, t + m)) / beyond
    assert G * excess <= 0.756 * t
    assert after == pytest.approx(np.sign(border) * G * (t + excess) / (1 + G), rel=1e-6, abs=1e-9)
    assert J_of(a, b, m, 1.0) >= J_of(-c, c, m, 1.0) - 1e-9


@pytest.mark.parametrize("start", [(-9, -8), (3, 30), (-0.1, 4)])
def test_thm_one_border_leads_from_anywhere_to_the_middle(start):
    border = sum(start) / 2
    for _ in range(150):
        centres = step_from(border, 1.0, 1.0)
        border = sum(centres) / 2
    np.testing.assert_allclose(centres, [-centre(1, 1), centre(1, 1)], rtol=1e-6)


def borders_at_rest(weights, means, widths):
    """Where k-means with two centres rests on a mixture of bells, from a grid of borders."""

    def after(border):
        (left, sum_left), (right, sum_right) = np.zeros(2), np.zeros(2)
        for weight, mean, width in zip(weights, means, widths):
            u = (border - mean) / width
            below, above = norm.cdf(u), norm.sf(u)
            left, sum_left = left + weight * below, sum_left + weight * (mean * below - width * norm.pdf(u))
            right, sum_right = right + weight * above, sum_right + weight * (mean * above + width * norm.pdf(u))
        return (sum_left / left + sum_right / right) / 2

    found = set()
    for border in np.linspace(min(means) - max(widths), max(means) + max(widths), 21):
        now, then = border, np.inf
        while abs(now - then) > 1e-10:
            now, then = after(now), now
        found.add(round(now, 3) + 0.0)
    return sorted(found)


def test_thm_one_border_needs_equal_bells():
    assert borders_at_rest((0.5, 0.5), (-1, 1), (1, 1)) == [0]
    assert borders_at_rest((0.99, 0.01), (0, 12), (1, 1)) == [0.442, 6]
    assert borders_at_rest((0.5, 0.5), (0, 0), (1, 0.05)) == [-0.441, 0, 0.441]
    three = borders_at_rest((1 / 3, 1 / 3, 1 / 3), (-12, 0, 12), (1, 1, 1))
    np.testing.assert_allclose(three, [-3, 0, 3], atol=0.05)
    text = (Path(__file__).parents[2] / "chapters/10-choose-start.md").read_text()
    for said in ("rests at $0.442\\,s$, and also at $6\\,s$", "0 and $\\pm 0.441$", "0 and about $\\pm 3\\,s$"):
        assert said in text


def test_thm_one_border_needs_different_centres_and_points_for_both():
    assert fit([[-2], [-1], [1], [2]], [[0], [0]]).means.ravel().tolist() == [0, 0]
    line = datasets.line()
    assert fit(line, [[6], [100]]).means.ravel().tolist() == [6, 100]
    starts = itertools.combinations(np.arange(0, 16.5, 0.5), 2)
    with_points = {
        tuple(run.means.ravel().tolist())
        for a, b in starts
        for run in [fit(line, [[a], [b]])]
        if len(set(run.labels)) == 2
    }
    assert with_points == {(1, 11), (4, 16)}


@given(st.integers(1, 6), st.floats(0.1, 10), st.integers(0, 2**32 - 1))
def test_thm_no_elbow(k, length, seed):
    def cost(borders):
        pieces = np.diff(np.concatenate([[0], np.sort(np.clip(borders, 0, length)), [length]]))
        return (pieces**3).sum() / 12 / length

    least = length**2 / (12 * k**2)
    assert cost(length * np.arange(1, k) / k) == pytest.approx(least)
    borders = np.random.default_rng(seed).uniform(0, length, k - 1)
    assert cost(borders) >= least * (1 - 1e-12)
    if k > 1:
        assert minimize(cost, borders, method="Nelder-Mead").fun >= least * (1 - 1e-9)
    points = (np.arange(6000) + 0.5)[:, None] * length / 6000
    J = fit(points, (np.arange(k) + 0.5)[:, None] * length / k).history[-1].objective / 6000
    assert pytest.approx(least, rel=1e-3) == J
