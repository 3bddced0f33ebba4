"""What a page of the road may ask of a first reader, in words and statements; and that nothing is lost beside it."""

import copy
import json
import math
import re
from itertools import pairwise

import pytest
import yaml

from _extensions.book.reading_time import WORDS_A_MINUTE
from tests.build import ROOT

pytestmark = pytest.mark.xdist_group("reading")
WORDS, WORDS_TO_THE_ANSWER, WORDS_OF_START, STATEMENTS, SYMPY_LINES = 1700, 11_900, 1000, 4, 8
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text())
NUMBERED = [part["chapters"] for part in CONTENTS["parts"] if part.get("numbered")]
CHAPTERS = [chapter for part in NUMBERED for chapter in part]
ROAD = [f"{chapter['file']}.html" for chapter in CHAPTERS]
COMPANIONS = {f"{section['file']}.html": chapter["file"] for chapter in CHAPTERS for section in chapter["sections"]}
START = f"{CONTENTS['root']}.html"
NOT_READ = (
    ".cell, table, details, .exercise, .solution, #exercises, #further-reading, .headerlink, script, .section-number"
)


def visible_words(article):
    """Counted on the page itself, as a check of the number that the build writes there."""
    article = copy.copy(article)
    captions = [caption.extract() for caption in article.select("figcaption")]
    for element in article.select(NOT_READ):
        element.decompose()
    for part in [article, *captions]:
        for formula in part.select(".math"):
            formula.replace_with("formula")
    text = " ".join(part.get_text(" ") for part in [article, *captions])
    return len([word for word in text.split() if any(map(str.isalnum, word))])


def told(soups, page):
    return int(soups[page].select_one("article")["data-words"])


@pytest.mark.parametrize("page", [START, *ROAD])
def test_the_build_counts_the_words_that_stand_on_the_page(soups, page):
    assert visible_words(soups[page].select_one("article")) == pytest.approx(told(soups, page), rel=0.05)


@pytest.mark.parametrize("page", ROAD)
def test_a_chapter_of_the_road_is_short(soups, page):
    assert told(soups, page) <= WORDS


def test_the_road_to_the_answer_is_walked_in_two_hours(soups):
    words = [told(soups, f"{chapter['file']}.html") for chapter in NUMBERED[0]]  # what lies beyond takes its own time
    assert sum(words) <= WORDS_TO_THE_ANSWER
    assert sum(math.ceil(count / WORDS_A_MINUTE) for count in [*words, told(soups, START)]) <= 135


def test_the_first_page_comes_to_its_map_soon(soups):
    article = copy.copy(soups[START].select_one("article"))
    article.select_one("#the-way").decompose()
    assert visible_words(article) <= WORDS_OF_START


def test_the_map_has_the_minutes_of_each_chapter(soups):
    minutes = [int(row.select("td")[2].text) for row in soups[START].select("#the-way tbody tr")]
    assert minutes == [math.ceil(told(soups, page) / WORDS_A_MINUTE) for page in ROAD]


@pytest.mark.parametrize("page", ROAD)
def test_a_chapter_of_the_road_has_few_statements_and_short_proofs(soups, page):
    assert len(soups[page].select(".proof.admonition:not(.demonstration)")) <= STATEMENTS
    for proof in soups[page].select(".demonstration"):
        lines = [line for line in proof.select("p, .math.display, div.math") if line.get_text(strip=True)]
        assert len(lines) <= 14, proof.get_text(" ")[:80]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["file"])
def test_sympy_stands_beside_the_proof_that_it_checks(chapter):
    text = (ROOT / f"{chapter['file']}.md").read_text()
    cells = re.findall(r"```\{code-cell\}[^\n]*\n(.*?)```", text, re.DOTALL)
    algebra = [cell for cell in cells if "same(" in cell]
    assert algebra
    for cell in algebra:
        assert len([line for line in cell.splitlines() if line.strip()]) <= SYMPY_LINES, cell
    after_a_proof = re.search(r":::\{prf:proof\}.*?\n:::\n(?:(?!\n## ).)*?same\(", text, re.DOTALL)
    assert after_a_proof


def test_a_companion_stands_under_its_chapter_and_is_named_there(soups):
    for page, chapter in COMPANIONS.items():
        assert page.startswith(chapter), f"{page} is not named after {chapter}"
        name = page.rpartition("/")[2]
        further = soups[f"{chapter}.html"].select_one("#further-in")
        assert further.select_one(f"a[href^='{name}']"), f"{chapter} does not lead to {page}"
        assert soups[page].select_one(f"article a[href^='{chapter.rpartition('/')[2]}.html']"), f"{page} leads nowhere"


def test_previous_and_next_stay_on_the_road(soups):
    way = [START, *ROAD]
    for here, there in pairwise(way):
        assert soups[here].select_one(".turn .next")["href"] == there.rpartition("/")[2]
        assert soups[there].select_one(".turn .prev")["href"] == here.rpartition("/")[2]


def test_only_the_chapter_one_reads_shows_its_companions_in_the_contents(soups):
    for chapter in CHAPTERS:
        shown = [link["href"] for link in soups[f"{chapter['file']}.html"].select("#contents li li > a")]
        assert shown == [f"{section['file'].rpartition('/')[2]}.html" for section in chapter["sections"]]


OLD_ADDRESSES = [
    ("chapters/03-soften.html", "04-soften.html"),
    ("chapters/04-mixture.html", "03-mixture.html"),
]


@pytest.mark.parametrize(("old", "new"), OLD_ADDRESSES)
def test_a_renamed_page_leads_on(site, old, new):
    page = (site / old).read_text()
    assert f'location.replace("{new}" + location.hash)' in page
    assert f'<a href="{new}">' in page
    assert (site / "chapters" / new).exists()


LABELS = (ROOT / "tests" / "book" / "labels.txt").read_text().split()


def test_no_label_that_was_ever_published_is_lost(site):
    places = json.loads((site / "_static" / "places.json").read_text())
    for label in LABELS:
        assert label in places, f"{label} leads nowhere"
        assert f'id="{label}"' in (site / places[label]).read_text()
