"""What an author may write: every item stands once in tests/vocabulary, and the book is built as it is."""

import json
import re

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.xdist_group("vocabulary")


@pytest.fixture(scope="module")
def soup(vocabulary):
    def read(page):
        return BeautifulSoup((vocabulary / f"{page}.html").read_text(), "html.parser")

    return read


@pytest.fixture(scope="module")
def said(vocabulary, vocabulary_log):
    """What the build said beside its progress."""
    lines = vocabulary_log[0].splitlines()
    return [line for line in lines if not line.startswith(("Reading ", "Writing ", "Built: "))]


def words(element):
    """Its text, a formula by its LaTeX."""
    for formula in element.select(".katex"):
        latex = formula.select_one("annotation").text
        formula.replace_with(re.sub(r"\\mathclose\{\\text\{(.*)\}\}", r"\1", latex))
    return " ".join(element.get_text().split())


FOLDED = """
Theorem 1 (A name with x)
Algorithm 1 (A name with x)
Remark
Corollary 1 (A name with x)
Example 1 (A name with x)
Observation 1
Assumption 1 (A name with x)
Proof
Exercise 1 (Count)
Solution to Exercise 1 (Count)
Exercise (By hand)
Solution to Exercise 3 (In parts)
Tip
With a title and x
Show
Show
""".strip().splitlines()


def test_what_is_folded_keeps_its_kind_its_number_and_its_title(soup):
    assert [words(line) for line in soup("boxes").select("details.fold > summary")] == FOLDED


def test_a_fold_says_its_title_once(soup):
    for fold in soup("boxes").select("details.fold"):
        assert fold.select(":scope > .admonition > .admonition-title") == []


def test_references_find_what_is_folded(soup):
    links = {link["href"]: link.get_text().strip() for link in soup("boxes").select("#exercises > p a")}
    assert links["#thm-one"] == "Theorem 1"
    assert links["#ex-count"] == "Exercise 1"
    for address in links:
        assert soup("boxes").select_one(address), address


def test_a_proof_may_begin_with_a_formula(soup):
    proofs = [proof for proof in soup("boxes").select(".demonstration") if not proof.find_parent("details")]
    assert [proof.select_one("em").text for proof in proofs] == ["Proof.", "Proof."]


def test_pages_without_sphinx_design_load_none_of_it(soup):
    assets = ["sphinx-design", "design.css", "design-tabs.js"]
    assert all(asset in str(soup("boxes").head) for asset in assets)
    assert not any(asset in str(soup("text").head) for asset in assets)


def test_macros_are_known_on_the_page_and_in_the_notebook_to_download(soup, vocabulary):
    formulas = [formula.text for formula in soup("text").select("annotation")]
    assert r"\norm{x}" in formulas
    assert "∥x∥" in "".join(soup("text").select_one("p:-soup-contains('Macros') .katex-mathml mrow").stripped_strings)
    notebook = json.loads((vocabulary / "jupyter" / "files" / "cells.ipynb").read_text())
    prose = "".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    assert r"{\lVert \sigma \rVert}" in prose
    assert r"\norm" not in prose


def test_prices_are_no_mathematics(soup):
    assert "It costs $3 and $2, or 5 $; with x and y it costs $4." in words(soup("text").select_one("#signs p"))


def test_addresses_are_links_and_file_names_are_not(soup):
    assert [link["href"] for link in soup("text").select("#words > p a")] == ["https://example.org/a-page"]


def test_a_link_that_names_a_chapter_knows_its_number(soup):
    link = soup("mine").select_one("article a[href='02-k-means.html']")
    assert link.text == "chapter 1"  # the author wrote 2, and has moved it since


def test_a_paragraph_says_its_language(soup):
    tongues = soup("tongues")
    assert [part["lang"] for part in tongues.select("article [lang]")] == ["de", "he", "ar"]
    assert [part.name for part in soup("mine").select("[lang=de], [lang=he]")] == ["p", "p"]


def test_the_chapter_that_contributing_shows_has_its_explorer(soup):
    assert soup("mine").select_one(".widget-picture img")["alt"].startswith("30 points, length and width,")


def test_files_that_html_names_go_with_the_book(soup, vocabulary):
    named = [tag["src"] for tag in soup("pictures").select("video, audio, iframe")]
    named += [tag["src"] for tag in soup("cells").select("iframe")]
    assert len(named) == 4
    for name in named:
        assert (vocabulary / name).is_file(), name


def test_what_the_author_set_is_on_the_pages(soup):
    for page in ("index", "cells"):
        head = soup(page)
        assert head.select_one(".logo img")["src"] == head.select_one("link[rel=icon]")["href"] == "_static/drawing.svg"
        assert head.select_one("footer em").text == "foot"
        assert head.select_one(".announcement b").text == "News"


WITHOUT = {
    "html/comments": "its pages ask no other host",
    "html/analytics": "its pages ask no other host",
    "launch_buttons/thebe": "its pages ask no other host",
    "launch_buttons/colab_url": "Colab opens the downloaded notebook",
    "latex": "printed from the browser",
    "mathjax3_config/tex/tags": "takes the macros alone",
}


@pytest.mark.parametrize("setting", WITHOUT)
def test_what_the_book_does_without_is_said_in_a_line_with_its_reason(said, setting):
    [line] = [line for line in said if f" without {setting}: " in line]
    assert re.match(r"_config\.yml:\d+: this book does without ", line)
    assert WITHOUT[setting] in line


def test_controls_that_stand_still_are_named_with_their_cell(said):
    stand_still = [line for line in said if "running Python" in line]
    assert [re.sub(r"^cells.md:\d+: cell \d+: .* on the page: (\w+)\. .*", r"\1", line) for line in stand_still] == [
        "FloatSlider",
        "IntSlider",
    ]


def test_nothing_else_is_said(said):
    known = re.compile(r"_config\.yml:\d+: this book does without .*|cells\.md:\d+: cell \d+: .* running Python.*|")
    assert [line for line in said if not known.fullmatch(line)] == []


def test_an_animation_asks_no_other_host_for_its_icons(soup):
    player = soup("cells").select_one(".animation")
    assert "font-awesome" not in str(soup("cells"))
    assert player.img["alt"] == "A line that grows steeper"
    assert all(button.text.strip() for button in player.select("button"))
