"""The book as PDF: `python -m _extensions.pdf [--edition student]`, which is what `make pdf` runs.

`road.pdf` has the first page and the numbered chapters, `book.pdf` every page of the contents. Both are printed by
Chromium from the built pages made one. Where a heading comes to stand is known only then, so the numbers of pages are
written in after a first printing.
"""

import sys
import tomllib
from datetime import date
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, TextStringObject

from _extensions.book.fresh import asked
from _extensions.book.repository import git, read_config
from _extensions.one_page import OnePage, pages_of, read, tag
from tests.chromium import FLAGS, installed

STYLE = Path(__file__).with_name("pdf.css")
MADE_BY = (Path(__file__), STYLE, Path(__file__).with_name("one_page.py"))
NAMES = {"road": "The road", "book": "The whole book"}
PRINTINGS = 4
HEADINGS = """[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .map((heading) => heading.innerText.replace(/\\s+/g, " ").trim())"""
# Write the numbers in; say whether one of them is new.
NUMBER = """(pages) => [...document.querySelectorAll("[data-page-of]")].map((place) => {
  const [before, now] = [place.textContent, String(pages[place.dataset.pageOf] ?? "?")];
  place.textContent = now;
  return before !== now;
}).some(Boolean)"""


def cover(folder, name, title, author, web):
    """The title page: what this is, of when, and under which licence."""
    subject, _, about = title.partition(": ")
    read_it = [" Read it, and move its figures, at ", tag("a", web, href=web), "."] if web else []
    return tag(
        "section",
        tag("p", name, class_="name"),
        tag("h1", subject),
        tag("p", about, class_="about"),
        tag("p", author),
        tag(
            "div",
            tag("p", version(folder), *read_it),
            tag("p", "A figure that moves on the page stands here as its picture, with what it shows in words."),
            tag("p", licence(folder)),
            class_="imprint",
        ),
        id="cover",
    )


def version(folder):
    """Of the package, and the commit from which the book was built."""
    project = folder / "pyproject.toml"
    said = [f"Version {tomllib.loads(project.read_text())['project']['version']}"] if project.exists() else []
    commit, _, day = git(folder, "log", "-1", "--format=%h %cs").partition(" ")
    if day:
        day = date.fromisoformat(day)
        said.append(f"commit {commit} of {day.day} {day:%B} {day.year}")
    return ", ".join(said) + "." * bool(said)


def licence(folder):
    """The first paragraph of LICENSE says what is under which."""
    file = folder / "LICENSE"
    return " ".join(file.read_text(encoding="utf-8").partition("\n\n")[0].split()) if file.exists() else ""


def printed(browser, page_file, target):
    """Print a page again until the numbers in it are those of its own pages; its headings, in words."""
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.evaluate("document.fonts.ready.then(() => true)")
    for _ in range(PRINTINGS):
        page.pdf(path=target, tagged=True, outline=True, prefer_css_page_size=True, print_background=True)
        if not page.evaluate(NUMBER, pages_by_name(target)):
            return page.evaluate(HEADINGS)
    raise SystemExit(f"{target}: after {PRINTINGS} printings its contents still name other pages than it has")


def pages_by_name(pdf):
    """{anchor: the number of the page on which it stands}, for every anchor that a link leads to."""
    reader = PdfReader(pdf)
    places = reader.named_destinations.items()
    return {name.removeprefix("/"): reader.get_destination_page_number(found) + 1 for name, found in places}


def finish(target, headings, author):
    """What Chromium leaves to do: it says some headings twice in the outline, and knows no formulas."""
    reader = PdfReader(target)
    entries = list(outline(reader.root_object["/Outlines"]["/First"]))
    if len(entries) == len(headings):
        for entry, heading in zip(entries, headings):
            entry[NameObject("/Title")] = TextStringObject(heading)
    tags = reader.root_object["/StructTreeRoot"]
    numbers = tags["/ParentTree"]["/Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2]))
    for element in structure(tags):
        if str(element.get("/Alt", "")).startswith("$"):
            element[NameObject("/S")] = NameObject("/Formula")
            join_glyphs(element, owners)
    writer = PdfWriter(clone_from=reader)
    writer.add_metadata({"/Author": author})
    writer.write(target)
    return len(writer.pages)


def join_glyphs(formula, owners):
    """One element for a formula instead of one for each letter in it, which would be half of the file."""
    glyphs = [part for part in structure(formula) if "/Pg" in part]
    pages = {glyph.raw_get("/Pg") for glyph in glyphs}
    if len(pages) == 1 and all(isinstance(glyph["/K"], int) for glyph in glyphs):
        formula[NameObject("/Pg")] = next(iter(pages))
        formula[NameObject("/K")] = ArrayObject(glyph["/K"] for glyph in glyphs)
        owner = owners[glyphs[0]["/Pg"]["/StructParents"]].get_object()
        for glyph in glyphs:
            owner[glyph["/K"]] = formula.indirect_reference


def outline(first):
    """An outline's entries from top to bottom."""
    while first:
        entry = first.get_object()
        yield entry
        yield from outline(entry.get("/First"))
        first = entry.get("/Next")


def structure(root):
    """Every element of the tags' tree."""
    left = [root]
    while left:
        element = left.pop()
        yield element
        children = element.get("/K", [])
        children = [child.get_object() for child in (children if isinstance(children, list) else [children])]
        left.extend(child for child in children if isinstance(child, dict))


def main():
    folder, output, _ = asked(__doc__)
    if not (output / "state").exists():
        sys.exit(f"{output / 'html'}: no book has been built there; `make pdf` builds it first")
    root = yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8"))["root"]
    made_from = [output / "state", *MADE_BY]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=list(FLAGS))
        for name, pages in documents(output / "html", root).items():
            target = output / "pdf" / f"{name}.pdf"
            if target.exists() and target.stat().st_mtime > max(it.stat().st_mtime for it in made_from):
                print(f"Nothing has changed since {target} was made.")
                continue
            print(f"Printing {name}.pdf, a minute or more ...", flush=True)
            number = make(browser, folder, target, root, pages)
            print(f"Made: {target} ({number} pages, {target.stat().st_size / 1e6:.1f} MB)")


def make(browser, folder, target, root, pages):
    """How many pages the PDF has."""
    site = target.parents[1] / "html"
    first = read(site, root)
    config = read_config(folder)
    title, author = config.get("title", ""), config.get("author", "")
    address = first.select_one("link[rel=canonical]")
    web = address["href"].removesuffix(f"{root}.html") if address else ""
    name = " · ".join([NAMES[target.stem], *[it.get_text() for it in first.select(".edition")]])
    target.parent.mkdir(exist_ok=True)
    one_page = target.with_suffix(".html")
    text = OnePage(site, pages, web).html(title, cover(folder, name, title, author, web), STYLE.read_text())
    one_page.write_text(text, encoding="utf-8")
    number = finish(target, printed(browser, one_page, target), author)
    one_page.unlink()
    return number


def documents(site, root):
    """{name: its pages}; the road takes from the literature what it names."""
    pages = list(pages_of(site, root))
    road = [page for page in pages if page.name == root or page.numbered or has_literature(site, page)]
    return {"road": road, "book": pages}


def has_literature(site, page):
    return 'class="citation"' in (site / f"{page.name}.html").read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
