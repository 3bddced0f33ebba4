"""What the chapters owe the reader: a proof and a test for each theorem, a solution for each exercise, one notation."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.md"))
PAGES = [*sorted((ROOT / "chapters").rglob("*.md"))]
CLAIM = re.compile(r"\{prf:(theorem|lemma|proposition|corollary)\}[^\n]*\n:label: (\S+)")
EXERCISE = re.compile(r"\{exercise\}[^\n]*\n:label: (\S+)")

# names that the notation table gives; another name for the same thing would break it
OTHER_NAMES = {
    "means": r"\b(centroids?|centers|mus|cluster_centers)\b",
    "resp": r"\b(responsibility_matrix|gamma|posteriors|memberships)\b",
    "sigma": r"\b(std|sd|stdev|bandwidth)\b",
    "weights": r"\b(pis?|mixing|priors|coefs)\b",
    "labels": r"\b(assignments?|clusters_of|z_hat)\b",
    "sq_dists": r"\b(dists?|distances|d2|sqdist)\b",
    "inertia": r"\b(distortion|sse|wcss|loss)\b",
}


@pytest.fixture(scope="module")
def everything():
    return "\n".join(page.read_text() for page in PAGES)


@pytest.fixture(scope="module")
def test_names():
    return "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_chapter_*.py"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_theorem_has_a_proof_a_test_and_a_reader(chapter, everything, test_names):
    text = chapter.read_text()
    claims = list(CLAIM.finditer(text))
    assert claims, "a chapter proves something"
    for claim in claims:
        label = claim[2]
        assert label.startswith("thm-")
        after = text[claim.end() :]
        proof = after.find("{prf:proof}")
        following = CLAIM.search(after)
        assert 0 <= proof < (following.start() if following else len(after)), f"{label} has no proof"
        assert re.search(rf"\bdef test_{label.replace('-', '_')}(_|\()", test_names), f"{label} has no test"
        assert f"`{label}`" in everything, f"nothing refers to {label}"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_exercise_has_a_folded_solution(chapter):
    text = chapter.read_text()
    exercises = EXERCISE.findall(text)
    assert 4 <= len(exercises) <= 8
    for label in exercises:
        assert re.search(rf"\{{solution\}} {label}\n:class: dropdown\n", text), f"{label} has no folded solution"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_code_keeps_to_the_notation_table(chapter):
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", chapter.read_text(), re.DOTALL)
    code = "\n".join(re.sub(r'"[^"\n]*"', '""', cell) for cell in cells)
    names = {name: re.findall(rf"^\s*{other}\s*=[^=]", code, re.MULTILINE) for name, other in OTHER_NAMES.items()}
    assert not {name: found for name, found in names.items() if found}


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_its_parts_in_order(chapter):
    text = chapter.read_text()
    parts = ["name: fig-", "{prf:theorem}", "by sympy", "Old Faithful\n", "widgets import", "Common slips"]
    parts += ["## What we know", "## Exercises", "## Further reading"]
    places = [text.find(part) for part in parts]
    assert -1 not in places, dict(zip(parts, places, strict=True))
    assert places == sorted(places)
