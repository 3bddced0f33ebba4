"""The decks: what a chapter shows is on its slides, the rest in the speaker's notes, and marks of an author decide."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from _extensions.book.repository import read_config
from tests.build import NOTEBOOK, ROOT, build, scratch

pytestmark = pytest.mark.xdist_group("editions")
HEADS = ("h1", "h2", "h3", "h4")


def words(node):
    """Without white space, without the formulas that are said twice, and without the marks of links."""
    whole = BeautifulSoup(str(node), "html.parser")
    for unheard in whole.select(".katex-mathml annotation, .katex-html, .headerlink, .section-number"):
        unheard.decompose()
    return "".join(whole.get_text().split())


@pytest.fixture(scope="module")
def read(decks):
    return {path.stem: BeautifulSoup(path.read_text(), "html.parser") for path in decks.glob("*.html")}


@pytest.fixture(scope="module")
def chapters(read, soups):
    """{name: (the page, its deck)}"""
    return {name: (soups[f"chapters/{name}.html"], deck) for name, deck in read.items() if name != "lecture"}


def test_the_first_page_and_each_chapter_have_a_deck(read, soups):
    numbered = {
        Path(name).stem
        for name, page in soups.items()
        if "companion" not in page.body.get("class", ()) and page.h1.select(".section-number")
    }
    assert set(read) == numbered | {"start", "lecture"}


def test_what_one_looks_at_is_on_slides_and_nothing_is_said_twice(chapters):
    for name, (page, deck) in chapters.items():
        shown = [words(slide) for slide in deck.select(".slides > section > section")]
        for box in page.article.select(".proof:not(.demonstration), div.math[id]"):
            if not box.find_parent(class_="proof") and not box.find_parent("details"):
                assert sum(words(box) in slide for slide in shown) == 1, f"{name}: {box.get_text()[:80]}"
        pictures = page.article.select(".cell_output .widget-picture")
        assert len(deck.select(".widget-picture")) == len(pictures), name
        assert len(deck.select("script[type*=widget-view]")) == len(page.article.select("script[type*=widget-view]"))
        assert not deck.select(".solution, .runner, .headerlink")


def test_what_is_on_no_slide_is_said_in_the_notes(chapters):
    """Each paragraph of a section that has slides."""
    for name, (page, deck) in chapters.items():
        whole = words(deck)
        headings = {words(heading) for heading in deck.select(".slides h2")}
        for paragraph in page.article.select("section > p"):
            section = paragraph.find_parent("section")
            if words(section.find(HEADS)) in headings and "proof" not in section.parent.get("class", ()):
                assert words(paragraph) in whole, f"{name}: {paragraph.get_text()[:80]}"


def test_the_speaker_reads_formulas_without_a_stylesheet(read):
    for deck in read.values():
        assert not deck.select("aside.notes .katex-html, aside.notes annotation")
    assert read["06-limit"].select("aside.notes math")


def test_links_of_a_deck_lead_to_pages_of_the_book(read, site):
    for name, deck in read.items():
        links = [link["href"] for link in deck.select(".slides a[href]") if "://" not in link["href"]]
        assert links
        for link in links:
            path, _, anchor = link.partition("#")
            page = (site / "slides" / path).resolve()
            assert page.is_file(), f"{name}: {link}"
            assert not anchor or re.search(rf'id="{re.escape(anchor)}"', page.read_text()), f"{name}: {link}"
        for shown in deck.select("[src]"):
            assert shown["src"].startswith("data:") or (site / "slides" / shown["src"].partition("?")[0]).is_file()


def test_an_anchor_is_in_a_deck_once(read):
    for deck in read.values():
        anchors = [node["id"] for node in deck.select(".slides [id]")]
        assert len(anchors) == len(set(anchors))


def test_models_of_two_pages_are_not_mixed_up(read):
    """In the lecture's deck figures of several pages stand beside each other."""
    [state] = read["lecture"].select('script[type*="widget-state"]')
    models = json.loads(state.string)["state"]
    views = [json.loads(view.string)["model_id"] for view in read["lecture"].select("script[type*=widget-view]")]
    assert set(views) <= set(models)
    assert len({view[:8] for view in views}) == len(views) == 5
    for name, model in models.items():
        others = re.findall(r'"(?:IPY_MODEL_)?([0-9a-f]{40})"', json.dumps(model))
        assert {other[:8] for other in others} <= {name[:8]}


@pytest.mark.house
def test_the_lecture_is_the_one_that_the_guide_plans(read):
    guide = (ROOT / "chapters" / "guide.md").read_text()
    plan = guide.partition("### One lecture of 90 minutes")[2].partition("### ")[0]
    planned = re.findall(r"\]\((\d\d[\w-]*)\.md\) \|$", plan, re.MULTILINE)
    titles = [read[name].select_one("h1").get_text() for name in planned]
    told = [name.get_text() for name in read["lecture"].select(".chapter-name")]
    assert list(dict.fromkeys(name for name in told if name != read["start"].h1.get_text())) == titles
    assert 35 <= len(read["lecture"].select(".slides > section > section")) <= 60


@pytest.mark.house
def test_the_guide_speaks_where_a_chapter_begins(read, soups):
    guide = soups["chapters/guide.html"].article
    for name, deck in read.items():
        if name[:2].isdigit():
            [section] = [
                it for it in guide.select("section:has(> h2)") if it.h2.get_text().startswith(f"{int(name[:2])} ")
            ]
            said = words(deck.select_one(".slides section section aside"))
            assert all(words(paragraph) in said for paragraph in section.select("p")), name
    said = [words(stack.select_one("aside")) for stack in read["lecture"].select(".slides > section")]
    assert [re.match(r"Fromminute(\d+)", note)[1] for note in said] == ["0", "10", "22", "27", "40", "55", "77"]


def test_the_title_is_the_book_s(read):
    title, _, below = read_config(ROOT)["title"].partition(": ")
    for name in ("start", "lecture"):
        first = read[name].select_one("section.title")
        assert [first.h1.get_text(), first.select_one(".question").get_text()] == [title, below]


@pytest.mark.house
def test_a_deck_weighs_little(decks):
    for deck in decks.glob("*.html"):
        assert deck.stat().st_size < (800_000 if deck.stem == "lecture" else 500_000), deck.name


PAGE = (
    NOTEBOOK
    + """
# Count shells

*How many are there?*

Said by nobody but the speaker.

{.slide}
Copper is on a slide.

{.no-slide}
- Tin is on none.

```{prf:theorem} Silver
:label: thm-silver
:class: lecture
A shell is a shell.
```

## Sort them

First they lie in a heap.
Their number is

$$
n = 1 + 1 .
$$

**Gold.** Bold letters begin it.

:::{note}
:class: only-teacher
Ask for mercury.
:::

```{code-cell} ipython3
:tags: [no-slide]
print("lead")
```

```{code-cell} ipython3
print("iron")
```

```{exercise} How many?
:label: ex-many
Count.
```

```{solution} ex-many
:class: dropdown
Two: quicksilver.
```

:::{note}
:class: only-teacher
Bring cobalt.
:::
"""
)


@pytest.fixture(scope="module", params=["reader", "teacher"])
def marked(request, tmp_path_factory):
    """(the edition, the deck of a page, that of the lecture)"""
    output = tmp_path_factory.mktemp(request.param)
    source = scratch(output / "book", index="# Start\n\nBegin.\n", shells=PAGE)
    (source / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nparts:\n- caption: All\n  numbered: true\n  chapters: [{file: shells}]\n"
    )
    code, log = build(source, output, edition=request.param)
    assert code == 0, log
    command = [sys.executable, "-m", "_extensions.slides", source, "--output", output, "--edition", request.param]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    folder = output / "_build" / ("" if request.param == "reader" else request.param) / "html" / "slides"
    assert f"{folder} (3 decks: index, shells, lecture)" in run.stdout
    return request.param, *[
        BeautifulSoup((folder / f"{it}.html").read_text(), "html.parser") for it in ("shells", "lecture")
    ]


def shown_and_said(deck):
    said = " ".join(note.extract().get_text() for note in BeautifulSoup(str(deck), "html.parser").select("aside.notes"))
    for note in deck.select("aside.notes"):
        note.decompose()
    return " ".join(deck.select_one(".slides").get_text().split()), said


def test_marks_of_an_author_decide(marked):
    edition, deck, lecture = marked
    shown, said = shown_and_said(deck)
    for word in (
        "How many are there?",
        "Copper",
        "Silver",
        "Their number is",
        "Gold",
        "iron",
        "Exercise 1.1 (How many?)",
    ):
        assert word in shown, word
    for word in ("nobody but the speaker", "Tin", "in a heap", "Count."):
        assert (word in said, word in shown) == (True, False), word
    for word in ("lead", "quicksilver"):
        assert word not in shown + said, word
    for word in ("mercury", "cobalt"):
        assert (word in said, word in shown) == (edition == "teacher", False), word
    shown, _ = shown_and_said(lecture)
    assert "Silver" in shown
    assert not [word for word in ("Copper", "Gold", "iron", "Their number") if word in shown]


def test_a_book_that_was_not_built_is_one_line(tmp_path):
    source = scratch(tmp_path / "book", index="# Start\n")
    command = [sys.executable, "-m", "_extensions.slides", source, "--output", tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "no book has been built there" in run.stderr
