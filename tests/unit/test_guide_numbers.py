"""The numbers of the teaching guide: its five questions, and what it tells the teacher of exam questions."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import norm

from kmeans_em import datasets, fit, free_energy, gaussian, inertia, log_likelihood, responsibilities
from kmeans_em.annealing import critical_sigma

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "chapters/guide.md").read_text()
PARTS = dict(re.findall(r"^## (\d+) .*?\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
LINE = datasets.line()


def said(chapter, *numbers):
    """Whether the answer for an exam has just these."""
    answer = PARTS[chapter].partition("*Answer:*")[2].partition(":::")[0]
    return all(re.search(rf"(?<![\d.]){re.escape(str(number))}(?![\d])", answer) for number in numbers)


def column(*numbers):
    return np.array(numbers, dtype=float)[:, None]


def test_each_chapter_of_the_book_has_its_part():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    chapters = [chapter for part in toc["parts"] if part.get("numbered") for chapter in part["chapters"]]
    assert list(PARTS) == [str(number) for number, _ in enumerate(chapters, 1)]
    for number, chapter in enumerate(chapters, 1):
        text = PARTS[str(number)]
        heading = re.search(rf"^## {number} (.*)$", GUIDE, re.MULTILINE)[1]
        assert heading in (ROOT / f"{chapter['file']}.md").read_text().replace("$\\sigma$", "σ")
        for wanted in (
            "**Afterwards they can**",
            "**The hard step**",
            "**Slips.**",
            "**At the board.**",
            "**Exercises.**",
        ):
            assert wanted in text
        for label in re.findall(r"\{ref\}`(ex-[\w-]+)`", text):
            assert f":label: {label}" in (ROOT / f"{chapter['file']}.md").read_text(), label
        assert ":class: only-teacher" in text


def test_the_five_questions():
    assert LINE.mean() == 6
    assert inertia(LINE, [[6]]) == 190
    assert gaussian.log_density([[0.0]], [0.0], 0.1).item() == pytest.approx(np.log(3.99), abs=1e-3)


def test_1_weighted_mean():
    x, a = np.array([1, 2, 6]), np.array([1, 1, 2])
    best = a @ x / a.sum()
    assert said("1", best, a @ (x - best) ** 2, a @ (x - 3) ** 2)


def test_2_lloyd():
    history = fit(column(0, 2, 3, 9), [[0], [2]]).history
    costs = [inertia(column(0, 2, 3, 9), step.means) for step in history]
    places = [step.means.ravel() for step in history]
    np.testing.assert_allclose(places[:4], [[0, 2], [0, 14 / 3], [1, 6], [5 / 3, 9]])
    np.testing.assert_allclose(costs[:4], [50, 25.56, 15, 14 / 3], atol=0.005)
    np.testing.assert_allclose(places[-1], places[3])
    assert said("2", 50, "14/3", "25.56", 15, "5/3", 9)
    assert inertia(LINE, [[4], [16]]) == 70
    assert inertia(LINE, [[1], [11]]) == 40


def test_3_bayes():
    even, uneven = (responsibilities(column(3), [[0], [4]], 2, weights)[0, 1] for weights in (None, [0.9, 0.1]))
    assert said("3", round(even, 3), round(uneven, 3))


def test_4_soft():
    X, means = np.zeros((1, 1)), [[1], [np.sqrt(3)]]
    r = responsibilities(X, means, 1)[0]
    even = 2 - 2 * np.log(2)
    divergence = 0.5 * np.log(0.5 / r).sum()
    assert said("4", *r.round(3), *np.round([free_energy(X, means, 1), even, divergence, 2 * divergence], 4))
    assert even - free_energy(X, means, 1) == pytest.approx(2 * divergence)


def test_5_em():
    X, means = column(0, 2), np.array([[0.0], [2.0]])
    after = fit(X, means, 1, max_steps=1).means
    rise = 0.5 * ((after - means) ** 2).sum()
    assert said("5", *responsibilities(X, means, 1)[0].round(3), *after.ravel().round(3), round(rise, 4))
    assert log_likelihood(X, after, 1) - log_likelihood(X, means, 1) >= rise


def test_6_limit():
    q = np.exp(-3 / (2 * np.array([0.444, 0.445]) ** 2))
    enough, too_wide = 2 * q / (1 + 2 * q)
    assert enough <= 0.001 < too_wide
    assert said("6", 0.444, "0.0005005")
    assert responsibilities(column(1), [[0], [3], [10]], 0.444)[0, 0] >= 0.999
    assert responsibilities(column(8), [[1], [11]], 1)[0, 1] > 0.999


def test_7_point_mass():
    r = np.array([0.2, 0.5, 0.3])
    assert np.log(1 / r).argmin() == 1
    assert said("7", round(np.log(1 / r).min(), 3))


def test_8_merged_means():
    X = column(0, 0, 3, 3)
    assert critical_sigma(X) == pytest.approx(1.5)
    assert said("8", 1.5, 2.25)
    nudged = fit(X, [[1.5 - 1e-4], [1.5 + 1e-4]], 1, max_steps=1).means.ravel()
    assert np.diff(nudged) / 2e-4 == pytest.approx(2.25, rel=1e-4)


def test_9_floor():
    assert said("9", round(np.sqrt(40 / 6), 2))
    assert fit(LINE, [[1], [11]], 4, learn="sigma", max_steps=2000).sigma > 2.58


def test_10_outside():
    within, density = 2 * norm.cdf(1) - 1, 2 * norm.pdf(1)
    assert said("10", round(within, 4), round(density, 4), round(within + density, 3))


def test_11_prices():
    least = [190, 40, 2.5, 1]
    costs = [J + 50 * k for k, J in enumerate(least, 1)]
    assert said("11", 140, 240, 152.5, 201)
    assert costs == [240, 140, 152.5, 201]
    sizes = [[range(6)], [range(3), range(3, 6)], [range(3), range(3, 5), [5]], [[0], [1, 2], [3, 4], [5]]]
    for J, groups in zip(least, sizes, strict=True):
        assert inertia(LINE, [LINE[list(group)].mean(axis=0) for group in groups]) == J
