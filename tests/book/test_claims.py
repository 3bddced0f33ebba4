"""What the book owes: a proof, a test and a use for each theorem, a solution for each exercise, one notation."""

import re

import pytest
import yaml

from tests.build import ROOT

pytestmark = pytest.mark.xdist_group("reading")
PARTS = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
ROAD = [ROOT / f"{chapter['file']}.md" for part in PARTS if part.get("numbered") for chapter in part["chapters"]]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.md"))  # the road and its companions
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
    assert {f"chapters/{chapter.stem}.html" for chapter in ROAD} <= {page for page, _ in claims}


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
        if f"{page.removesuffix('.html')}.md" in {str(chapter.relative_to(ROOT)) for chapter in ROAD}:
            assert 3 <= len(exercises) <= 6, page


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_code_keeps_to_the_notation_table(chapter):
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", chapter.read_text(), re.DOTALL)
    code = "\n".join(re.sub(r'"[^"\n]*"', '""', cell) for cell in cells)
    names = {name: re.findall(rf"^\s*{other}\s*=[^=]", code, re.MULTILINE) for name, other in OTHER_NAMES.items()}
    assert not {name: found for name, found in names.items() if found}


@pytest.mark.parametrize("chapter", ROAD, ids=lambda path: path.stem)
def test_every_chapter_has_its_parts_in_order(chapter):
    text = chapter.read_text()
    parts = ["You need", "widgets import", "**Predict:**", "on the line", "{prf:theorem}", "{prf:proof}", "same("]
    parts += ["## In code, on Old Faithful\n", "## Common slips", "## What we know", "## Further in", "## Exercises"]
    parts += ["checks import check", "## Further reading"]
    place = 0
    for part in parts:
        found = text.lower().find(part.lower(), place)
        assert found >= 0, f"{part!r} is missing, or stands too early"
        place = found


@pytest.mark.parametrize("chapter", ROAD, ids=lambda path: path.stem)
def test_a_chapter_opens_with_a_figure_that_moves(chapter):
    first_cell = chapter.read_text().split("```{code-cell}")[1]
    assert "from kmeans_em.widgets import" in first_cell


@pytest.mark.parametrize("page", sorted((ROOT / "chapters").rglob("*.md")), ids=lambda path: path.stem)
def test_a_chapter_is_named_by_a_link_which_knows_its_number(page):
    for line in page.read_text().splitlines():
        named = re.findall(r"(?<!\[)\b[Cc]hapters? \d", line)
        assert not named or "{cite:" in line, line  # another book's chapters keep their numbers
