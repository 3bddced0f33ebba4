"""The road and the whole book as PDF: what was made is opened and read, and its pages are looked at."""

import re
import subprocess
import sys
import unicodedata
from functools import cached_property
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from _extensions.book.editions import NAMES
from tests.build import NOTEBOOK, ROOT, build, scratch

pytestmark = pytest.mark.xdist_group("pdf")
CM = 72 / 2.54
TOP, FOOT, SIDE = 2.4 * CM, 2.3 * CM, 2.9 * CM  # the margins
ON_PAGE = re.compile(r"Answer on page (\d+)")
FROM_PAGE = re.compile(r"Solution to ((?:\w+ )?[\d.]+).*?, page (\d+)", re.DOTALL)


def letters(text):
    """Without spaces, which a PDF has only where the eye needs them, and without ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split())


class Pdf:
    """A PDF, read once."""

    def __init__(self, file):
        self.file, self.reader = Path(file), PdfReader(file)
        self.pages = self.reader.pages

    @cached_property
    def texts(self):
        return [page.extract_text() for page in self.pages]

    @cached_property
    def outline(self):
        """(depth, title, number of the page, points from its foot) of each entry."""

        def entries(some, depth):
            for entry in some:
                if isinstance(entry, list):
                    yield from entries(entry, depth + 1)
                else:
                    yield depth, entry.title, self.reader.get_destination_page_number(entry) + 1, float(entry.top)

        return list(entries(self.reader.outline, 0))

    @cached_property
    def listed(self):
        """{title: number of the page}, as the contents say."""
        [first] = [page for _, title, page, _ in self.outline if title == "Contents"]
        chapters = min(page for _, _, page, _ in self.outline if page > first)
        lines = "\n".join(self.texts[first - 1 : chapters - 1]).splitlines()
        return {
            found[1].strip(): int(found[2]) for found in (re.fullmatch(r"(.*\D)(\d+)", line) for line in lines) if found
        }

    @cached_property
    def elements(self):
        """Every element of the tags' tree."""
        found, left = [], [self.reader.root_object["/StructTreeRoot"]]
        while left:
            element = left.pop()
            found.append(element)
            children = element.get("/K", [])
            children = [child.get_object() for child in (children if isinstance(children, list) else [children])]
            left.extend(child for child in children if isinstance(child, dict))
        return found

    def links(self):
        """(number of the page, where to) of each link; an anchor is a name."""
        for number, page in enumerate(self.pages, 1):
            for note in page.get("/Annots") or ():
                note = note.get_object()
                yield number, note.get("/A", {}).get("/URI") or note.get("/Dest")

    @cached_property
    def ink(self):
        """(where it ends on the right, how far down it goes) of the text of each page, in points."""
        document = pypdfium2.PdfDocument(self.file)
        found = []
        for page in document:
            picture = page.render(scale=1).to_pil().convert("L").point(lambda light: 255 * (light < 200))
            box = picture.crop((0, round(TOP) - 8, picture.width, picture.height - round(FOOT) + 8)).getbbox()
            found.append((box[2], box[3] - 8) if box else (0, 0))
        return found


def print_book(folder, output, *options):
    """What was said."""
    command = [sys.executable, "-m", "_extensions.pdf", folder, "--output", output, *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def folder(site):
    print_book(ROOT, site.parents[1])
    return site.parent / "pdf"


@pytest.fixture(scope="module")
def road(folder):
    return Pdf(folder / "road.pdf")


@pytest.fixture(scope="module")
def book(folder):
    return Pdf(folder / "book.pdf")


@pytest.fixture(scope="module", params=["road", "book"])
def pdf(request):
    return request.getfixturevalue(request.param)


def title(soup):
    """As the contents have it: chapters with their number."""
    heading = soup.article.h1
    number = "" if "companion" in soup.body.get("class", ()) else heading.select_one(".section-number")
    words = "".join(node for node in heading.find_all(string=True) if not node.find_parent(class_="section-number"))
    return letters((number.get_text() if number else "") + words).removesuffix("¶")


def test_every_page_of_the_book_is_in_the_outline_and_in_the_contents(book, soups):
    titles = sorted(map(title, soups.values()))
    outlined, listed = ({letters(it) for it in some} for some in ((entry[1] for entry in book.outline), book.listed))
    assert [it for it in titles if it not in outlined] == []
    assert sorted(listed - {"Answers"}) == titles


def test_the_road_has_its_chapters_and_no_companion(road, soups):
    listed = {letters(it) for it in road.listed}
    for soup in soups.values():
        chapter = soup.article.h1.select_one(".section-number") and "companion" not in soup.body.get("class", ())
        if chapter or "companion" in soup.body.get("class", ()):
            assert (title(soup) in listed) == bool(chapter), title(soup)


def test_the_contents_name_the_right_pages(pdf):
    assert len(pdf.listed) > 5
    for entry, number in pdf.listed.items():
        assert letters(entry) in letters(pdf.texts[number - 1]), (entry, number)
        assert any(letters(entry) == letters(said) and number == page for _, said, page, _ in pdf.outline), entry


def test_each_page_but_the_first_has_a_head_and_its_number(pdf):
    for number, text in enumerate(pdf.texts, 1):
        head, said = text.splitlines()[:2]
        assert (said == str(number) and head.startswith(pdf.texts[1].splitlines()[0][:12])) == (number > 1), number


def test_links_stay_in_the_document(pdf, pages):
    targets = {to for _, to in pdf.links()}
    within = {to for to in targets if to in pdf.reader.named_destinations}
    assert len(within) > 50
    own = [Path(page).name for page in pages]
    for address in targets - within:
        assert str(address).startswith("https://"), address
        assert not any(page in address for page in own), address


def test_every_picture_is_there_with_its_words(book, soups):
    told = {
        letters(str(element["/Alt"]))
        for element in book.elements
        if element.get("/S") == "/Figure" and "/Alt" in element
    }
    shown = letters("".join(book.texts))
    for page, soup in soups.items():
        for picture in soup.article.select(".widget-picture img, figure img, .cell_output img"):
            assert letters(picture["alt"]) in told, (page, picture["alt"])
        for picture in soup.article.select(".widget-picture img"):
            assert letters(picture["alt"]) in shown, (page, picture["alt"])


def test_answers_stand_at_the_end_and_both_know_the_others_page(pdf):
    [first] = [page for _, said, page, _ in pdf.outline if said == "Answers"]
    assert pdf.listed["Answers"] == first
    questions, answers = "\n".join(pdf.texts[: first - 1]), "\n".join(pdf.texts[first - 1 :])
    assert "Solution to" not in questions
    there = [int(number) for number in ON_PAGE.findall(questions)]
    assert len(there) == answers.count("Solution to") > 20
    assert first <= min(there) <= max(there) <= len(pdf.pages)
    back = FROM_PAGE.findall(answers)
    assert len(back) == len(there)
    for exercise, number in back:
        assert letters(exercise) in letters(pdf.texts[int(number) - 1]), (exercise, number)


def test_the_book_has_the_answers_of_all_pages(book, soups):
    assert "\n".join(book.texts).count("Solution to") == sum(
        len(it.article.select(".solution")) for it in soups.values()
    )


def test_it_is_tagged(pdf):
    root = pdf.reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("en")
    kinds = [element.get("/S") for element in pdf.elements]
    assert {"/H1", "/H2", "/P", "/L", "/Table", "/TH", "/Figure", "/Link", "/Formula", "/Code"} <= set(kinds)
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2]))
    formulas = [element for element in pdf.elements if element.get("/S") == "/Formula"]
    assert len(formulas) > 500
    for formula in formulas[::20]:
        assert re.fullmatch(r"\$.+\$", str(formula["/Alt"]))
        if isinstance(formula["/K"], list) and isinstance(formula["/K"][0], int):
            owner = owners[formula["/Pg"]["/StructParents"]].get_object()
            assert {owner[mark].get_object()["/Alt"] for mark in formula["/K"]} == {formula["/Alt"]}


def test_the_outline_says_each_heading_once(pdf):
    assert pdf.outline[0][1:3] == (pdf.reader.metadata.title.partition(": ")[0], 1)
    for _, said, _, _ in pdf.outline:
        half = len(said) // 2
        assert said[:half] != said[half:], said


def test_no_heading_stands_alone_at_the_foot_of_a_page(pdf):
    """Below it there is room for itself and two lines."""
    lost = [(said, page, top) for _, said, page, top in pdf.outline if top < FOOT + 45]
    assert not lost


def test_pages_are_full_but_where_a_chapter_ends(pdf):
    height = float(pdf.pages[0].mediabox.height) - TOP - FOOT
    ends = {1, *(page - 1 for page in pdf.listed.values()), len(pdf.pages)}
    full = {page: round(down / height, 2) for page, (_, down) in enumerate(pdf.ink, 1)}
    assert {page: share for page, share in full.items() if share < 0.5 and page not in ends} == {}


def test_nothing_runs_over_the_edge(pdf):
    width = float(pdf.pages[0].mediabox.width)
    wide = {page: right for page, (right, _) in enumerate(pdf.ink, 1) if right > width - SIDE + 10}
    assert not wide


def test_the_title_page_says_what_it_is_and_of_when(pdf):
    first = " ".join(pdf.texts[0].split())
    [day] = re.findall(r"commit \w+ of (\d+ \w+ \d{4})\.", first)
    assert day
    assert "Version 0." in first
    assert "license" in first.lower()
    assert pdf.reader.metadata.author


@pytest.mark.house
def test_how_long_and_how_large(road, book):
    assert len(road.pages) < 130
    assert len(book.pages) < 380
    assert road.file.stat().st_size < 5e6
    assert book.file.stat().st_size < 17e6


def test_what_has_not_changed_is_not_printed_again(folder, site):
    assert print_book(ROOT, site.parents[1]).count("Nothing has changed since") == 2


FIRST = (
    NOTEBOOK
    + """
# Count shells

All of it is in {ref}`how-to-sort`, in [the notes](notes.md), and at <https://example.org/shells>.

```{exercise} How many?
:label: ex-many
How many are $1 + 1$?
```

```{solution} ex-many
:label: sol-many
:class: dropdown
Two: quicksilver.
```

The end is in {ref}`sol-many`.

```{admonition} Folded away
:class: dropdown
Cinnabar.
```

```{code-cell} ipython3
print("a long line" + " and more of it" * 20 + " to its very end")
```

<video src="film.mp4" controls title="Shells on a beach."></video>
"""
)
SECOND = "# The other\n\nAbout it.\n\n(how-to-sort)=\n## Sorting\n\nBack to [the exercise](#ex-many).\n"


@pytest.fixture(scope="module", params=["reader", "student", "teacher"])
def small(request, tmp_path_factory):
    """(the edition, its road, its whole book) of two pages and a third one with no number; the site has an address."""
    output = tmp_path_factory.mktemp(request.param)
    source = scratch(
        output / "book", index="# Start\n\nBegin.\n", first=FIRST, second=SECOND, notes="# Notes\n\nSome.\n"
    )
    (source / "film.mp4").write_bytes(b"")
    parts = (
        "- caption: All\n  numbered: true\n  chapters: [{file: first}, {file: second}]\n- chapters: [{file: notes}]\n"
    )
    (source / "_toc.yml").write_text(f"format: jb-book\nroot: index\nparts:\n{parts}")
    code, log = build(source, output, edition=request.param, BOOK_URL="https://example.org/book")
    assert code == 0, log
    print_book(source, output, "--edition", request.param)
    folder = output / "_build" / ("" if request.param == "reader" else request.param) / "pdf"
    return request.param, Pdf(folder / "road.pdf"), Pdf(folder / "book.pdf")


def test_each_edition_has_its_pdf(small):
    edition, *both = small
    for pdf in both:
        whole = "\n".join(pdf.texts)
        assert ("quicksilver" in whole) == ("Answers" in pdf.listed) == (edition != "student")
        for other, name in NAMES.items():
            assert (name in whole) == (edition == other)


def test_what_is_folded_cut_off_or_moving_on_a_screen_is_on_paper(small):
    _, road, _ = small
    whole = letters("\n".join(road.texts))
    for told in ("Cinnabar.", "to its very end", "On the page. Shells on a beach.", "Folded away"):
        assert letters(told) in whole
    width = float(road.pages[0].mediabox.width)
    assert all(right < width - SIDE + 10 for right, _ in road.ink)


def test_a_link_to_a_page_that_is_not_there_goes_to_the_web(small):
    _, road, book = small
    away = {to for _, to in road.links() if to not in road.reader.named_destinations}
    assert away == {"https://example.org/book/", "https://example.org/book/notes.html", "https://example.org/shells"}
    assert {to for _, to in book.links() if to not in book.reader.named_destinations} == away - {
        "https://example.org/book/notes.html"
    }
    places = {name.lstrip("/") for name in book.reader.named_destinations}
    assert {"second--how-to-sort", "first--ex-many", "notes"} <= places


def test_a_book_that_was_not_built_is_one_line(tmp_path):
    source = scratch(tmp_path / "book", index="# Start\n")
    command = [sys.executable, "-m", "_extensions.pdf", source, "--output", tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "no book has been built there" in run.stderr
