"""What the book owes: a proof, a test and a use for each theorem, a solution for each exercise, one notation."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("reading")
ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.md"))
CLAIM = ".proof.theorem, .proof.lemma, .proof.proposition, .proof.corollary"

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
def claims(soups):
    """(page, claim) for every theorem and the like of the book."""
    return [(page, claim) for page, soup in soups.items() for claim in soup.select(CLAIM)]


def test_every_chapter_claims_something(claims):
    assert {f"chapters/{chapter.stem}.html" for chapter in CHAPTERS} <= {page for page, _ in claims}


def test_every_theorem_has_a_label_and_a_proof(claims):
    for page, claim in claims:
        assert str(claim.get("id")).startswith("thm-"), f"{page}: {claim.text[:60]} has no label"
        following = claim.find_next(class_="proof")
        assert following is not None, f"{claim['id']} has no proof"
        assert "demonstration" in following["class"], f"{claim['id']} has no proof"


def test_every_theorem_has_a_test_of_its_name(claims):
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_chapter_*.py"))
    for _, claim in claims:
        assert re.search(rf"\bdef test_{claim['id'].replace('-', '_')}(_|\()", tests), f"{claim['id']} has no test"


def test_every_theorem_is_referred_to(claims, soups):
    links = {
        link["href"].rpartition("#")[2] for soup in soups.values() for link in soup.select("article a.reference[href]")
    }
    for _, claim in claims:
        assert claim["id"] in links, f"nothing refers to {claim['id']}"


def test_every_exercise_has_a_folded_solution(soups):
    for page, soup in soups.items():
        exercises = soup.select(".exercise.admonition")
        solved = {fold.summary.text for fold in soup.select("details.fold:has(> .solution)")}
        for exercise in exercises:
            title = " ".join(exercise.select_one(".admonition-title").text.split())
            assert f"Solution to {title}" in solved, f"{page}: {title} has no folded solution"
        assert not exercises or 4 <= len(exercises) <= 8, page


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
