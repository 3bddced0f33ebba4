"""The built pages, read as files."""

import json
import re
from urllib.parse import unquote, urlparse

import pytest

from tests.build import REPOSITORY, ROOT

pytestmark = pytest.mark.xdist_group("reading")


@pytest.mark.house
def test_the_book_has_its_pages(pages):
    assert "chapters/start.html" in pages
    assert "chapters/01-squared-error.html" in pages


def test_the_root_leads_to_the_first_page(site):
    assert "chapters/start.html" in (site / "index.html").read_text()


def test_every_notebook_was_executed(site, soups):
    for page in soups:
        source = (ROOT / page).with_suffix(".md")
        if "{code-cell}" not in source.read_text():
            continue
        notebook = json.loads((site / "jupyter" / "files" / page).with_suffix(".ipynb").read_text())
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        cells = [cell for cell in cells if "%pip install" not in "".join(cell["source"])]  # for other machines
        assert cells, page
        assert all(cell["execution_count"] for cell in cells), f"{page}: a cell was not run"
        errors = [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"]
        assert not errors, f"{page}: {errors}"


def test_mathematics_is_typeset_already(soups):
    for page, soup in soups.items():
        scripts = " ".join(str(script) for script in soup.select("script"))
        assert not re.search(r"mathjax|katex|auto-render", scripts, re.IGNORECASE), page
        for formula in soup.select(".math"):
            assert formula.select_one(".katex-mathml math"), f"{page}: {formula.text[:60]}"
        assert not soup.select(".katex-error"), page


def test_no_full_stop_is_lost_or_doubled_beside_a_formula(soups):
    for page, soup in soups.items():
        for formula in soup.select(".katex:has(.mclose)"):
            after = formula.parent.next_sibling
            last = formula.select(".katex-html .mclose")[-1].text
            if last in ".,;:" and isinstance(after, str):
                assert not after.startswith((".", ",", ";", ":")), f"{page}: {formula.parent.parent.text[-80:]}"


def loaded(soup):
    """Every address that the browser fetches by itself."""
    for selector, attribute in (("script", "src"), ("link[rel=stylesheet]", "href"), ("img", "src"), ("iframe", "src")):
        for element in soup.select(f"{selector}[{attribute}]"):
            yield element[attribute]


def test_nothing_is_loaded_from_another_host(site, soups):
    for page, soup in soups.items():
        assert not [link for link in loaded(soup) if urlparse(link).scheme in ("http", "https")], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(https?:)?//|@import", sheet.read_text()), sheet


def test_every_picture_says_what_it_shows(soups):
    for page, soup in soups.items():
        for image in soup.select("img"):
            assert len(image.get("alt", "")) > 10, f"{page}: {image}"
            assert "_images" not in image["alt"], f"{page}: {image}"


def test_no_internal_link_is_dead(site, soups):
    dead = []
    ids = {page: {element["id"] for element in soup.select("[id]")} for page, soup in soups.items()}
    for page, soup in soups.items():
        for link in soup.select("a[href]"):
            target = urlparse(link["href"])
            if target.scheme:
                continue
            path = (site / page).parent / unquote(target.path) if target.path else site / page
            name = str(path.resolve().relative_to(site.resolve())) if path.exists() else None
            if name is None or (target.fragment and name in ids and unquote(target.fragment) not in ids[name]):
                dead.append(f"{page}: {link['href']}")
    assert not dead, dead


def test_no_id_is_used_twice_on_a_page(soups):
    for page, soup in soups.items():
        ids = [element["id"] for element in soup.select("[id]")]
        assert len(ids) == len(set(ids)), f"{page}: {sorted(i for i in set(ids) if ids.count(i) > 1)}"


def test_links_to_the_repository_are_this_checkout_s(soups):
    for page, soup in soups.items():
        outside = [link["href"] for link in soup.select(".bar a[href^=http]")]
        source = page.replace(".html", ".md")
        assert outside, page
        assert f"{REPOSITORY}/edit/" in " ".join(outside), page
        for link in outside:
            assert link.startswith((REPOSITORY, "https://mybinder.org/v2/gh/example/book/")), f"{page}: {link}"
        for link in outside:
            assert link == REPOSITORY or source in link, f"{page}: {link}"


@pytest.mark.house
def test_binder_opens_the_chapter(soups):
    links = [link["href"] for link in soups["chapters/01-squared-error.html"].select(".launch a")]
    (run,) = [link for link in links if "mybinder" in link]
    assert run.endswith("?urlpath=lab/tree/chapters/01-squared-error.md")


def test_every_page_says_what_it_is_about(soups):
    for page, soup in soups.items():
        assert soup.title.text.strip(), page
        assert soup.select_one("meta[property='og:title']")["content"], page
        assert len(soup.select("h1")) == 1, page
