"""Sentences of the road that hang on a chapter's data: other data make them false, and then a test names the line.

The cells of the chapter are run as they stand; a claim is an expression in their names, and what it must give stands in
the sentence.
"""

import re
from functools import cache
from pathlib import Path

import jupytext
import matplotlib as mpl
import numpy as np
import pytest

from kmeans_em import fit, inertia, log_likelihood
from kmeans_em.annealing import critical_sigma

CHAPTERS = Path(__file__).parents[2] / "chapters"


def two_heaps(values):
    """Where two centres rest among numbers, from the quarters of their range."""
    values = np.asarray(values)[:, None]
    low, high = np.quantile(values, [0.25, 0.75])
    return fit(values, [[low], [high]]).means.ravel()


def gains(X, means, sigma, steps):
    """What each round of EM adds to log L."""
    history = fit(X, means, sigma, max_steps=steps, tol=0).history
    return np.diff([log_likelihood(X, step.means, sigma) for step in history])


def rest(X, means, sigma=0):
    return fit(X, means, sigma, max_steps=5000).means


def merging(X):
    return critical_sigma(X)


def rest_J(X, means):
    return inertia(X, rest(X, means))


LEFT, ONE_EACH = [[-1, 0.5], [1, 2], [-1, 3.5], [9, 2]], [[0, 0], [0, 4], [9, 0], [9, 4]]  # starts of chapter 2
CROSSED, APART = [[-1, 1], [1, -1]], [[-1, -1], [1, 1]]  # starts of chapters 4 and 5
OURS = {name: thing for name, thing in globals().items() if not name.startswith("_")}
# page, a sentence with its numbers in brackets, the numbers; or a sentence without, and what has to be true
CLAIMS = [
    (
        "start",
        "the discs come to rest in the rings",
        "abs(rest(clouds, start, 0.03) - rest(clouds, start)).max() < 1e-3",
    ),
    ("start", "Far to the right", "np.ptp(rest(clouds, start, 3), axis=0).max() < 1e-3"),
    ("start", r"from \$\\sigma = ([\d.]+)\$ on, the means merge", "[merging(clouds)]"),
    (
        "start",
        "from .* on, the means merge",
        "np.ptp(rest(clouds, start, 1.74)) > 0.1 and np.ptp(rest(clouds, start, 1.76), axis=0).max() < 1e-3",
    ),
    ("01-squared-error", r"For (\d+) eruptions we know", "[len(X)]"),
    ("01-squared-error", r"around (\d+) and (\d+) minutes", "two_heaps(X[:, 1])"),
    ("01-squared-error", r"and the mean, ([\d.]+), is near few of them", "[X[:, 1].mean()]"),
    ("01-squared-error", "is near few of them", "(abs(X[:, 1] - X[:, 1].mean()) < 5).mean() < 0.15"),
    ("02-k-means", r"falls from (\d+) to ([\d.]+), and", "[inertia(pairs, LEFT), rest_J(pairs, LEFT)]"),
    ("02-k-means", r"By (\d+): it comes to rest", "[rest_J(pairs, LEFT) - rest_J(pairs, ONE_EACH)]"),
    ("03-mixture", "few eruptions are left in doubt", "(run.resp.max(axis=1) < 0.99).mean() < 0.05"),
    (
        "04-soften",
        "Cold, the three numbers agree",
        "abs(free_energy(X, rest(X, APART, 0.1), 0.1) - rest_J(X, APART)) < 0.01",
    ),
    (
        "05-em",
        "much in the first round, less",
        "gains(X, CROSSED, 0.5, 7)[1] < 0.1 * gains(X, CROSSED, 0.5, 7)[[0, 3]].min()",
    ),
    ("05-em", "and hardly at the end", "gains(X, CROSSED, 0.5, 7)[-1] < 0.1"),
    ("06-limit", r"they rest at ([\d.]+) and ([\d.]+), at", "rest(x, [[1], [11]], 4).ravel()"),
    ("06-limit", r"From \$\\sigma = ([\d.]+)\$ on, the standard deviation of the six points", "[x.std()]"),
    ("08-turn-up", r"the correlation ([\d.]+), so \$\\sigma_c", "[np.corrcoef(X.T)[0, 1]]"),
    ("08-turn-up", r"sqrt\{([\d.]+)\} = ([\d.]+)\$\.\nIt depends", "[critical_sigma(X) ** 2, critical_sigma(X)]"),
    ("08-turn-up", "The two means at the long eruptions stay together", "fit.means[0, 0] > 0 and fit.means[2, 0] > 0"),
    ("09-learn", "The two learned widths lie a little above the floors", "s < soft.sigma < 1.01 * s"),
    ("09-learn", "the heaps are not equally large", "soft.weights.min() < 0.4"),
    (
        "09-learn",
        r"durations of ([\d.]+) to ([\d.]+) and waits of (\d+) to (\d+)",
        "[f(datasets.old_faithful()[:, a]) for a in (0, 1) for f in (min, max)]",
    ),
    (
        "11-elsewhere",
        "At the price 6 no eruption is farther",
        "((X - X.mean(axis=0)) ** 2).sum(axis=1).max() <= 6 and len(dp_means(X, 6)[1]) == 1",
    ),
    ("11-elsewhere", "at six times the cost of two", "round((X.size + 6) / (J2 + 12)) == 6"),
]


@cache
def names_of(page):
    """What the cells of a page leave behind."""
    mpl.use("Agg")
    names = {"__name__": "__main__"}
    for cell in jupytext.read(CHAPTERS / f"{page}.md")["cells"]:
        if cell["cell_type"] == "code":
            exec(cell["source"], names)
    return names


@pytest.mark.parametrize(("page", "sentence", "claim"), CLAIMS, ids=lambda part: part[:40])
def test_a_sentence_says_what_the_data_of_its_chapter_say(page, sentence, claim):
    text = (CHAPTERS / f"{page}.md").read_text()
    found = re.search(sentence, text)
    assert found, f"{page}.md no longer says {sentence!r}: mend the claim of this test with it"
    line = text[: found.start()].count("\n") + 1
    value = eval(claim, {**OURS, **names_of(page)})
    numbers = found.groups()
    if not numbers:
        assert value, f"{page}.md:{line}: {found[0]!r} is not so with the data of the page"
    for number, right in zip(numbers, value if numbers else ()):
        places = len(number.partition(".")[2])
        assert round(float(right), places) == float(number), f"{page}.md:{line}: {found[0]!r}: it is {right:.6g}"
