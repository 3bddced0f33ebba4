"""A deck in a browser: every slide holds what is on it, figures move, keys lead through it, and it prints."""

import json

import pypdfium2
import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.figures import settle
from tests.build import ROOT

pytestmark = pytest.mark.xdist_group("editions")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NOW = ".slides section section.present"
STEMS = [path.stem for path in (ROOT / "chapters").glob("[0-9][0-9]-*.md")]
COMPANIONS = {stem for stem in STEMS for other in STEMS if stem.startswith(f"{other}-")}
DECKS = ("start", *sorted({*STEMS} - COMPANIONS), "lecture")
GO = """(number) => {
  const slide = Reveal.getSlides()[number];
  const { h, v } = Reveal.getIndices(slide);
  Reveal.slide(h, v, 99);
}"""
# What is cut off: below or beside the slide, or within a part that is narrower than what it shows.
CUT_OFF = """() => {
  const slide = Reveal.getCurrentSlide();
  const foot = slide.getBoundingClientRect().bottom;
  const low = [...slide.querySelectorAll(".unit")].filter((part) => part.getBoundingClientRect().bottom > foot - 10);
  const wide = [...slide.querySelectorAll(".unit, .unit *")].filter((part) =>
    part.checkVisibility() && part.clientWidth > 20 && getComputedStyle(part).overflowX !== "visible"
    && getComputedStyle(part).clipPath === "none" && part.scrollWidth > part.clientWidth + 2);
  return [...low, ...wide].map((part) => `${part.className}: ${part.innerText.slice(0, 60)}`);
}"""


@pytest.fixture
def open_deck(open_page, address, decks):
    def open_(name, query="", **options):
        page = open_page(f"{address}/slides/{name}.html{query}", height=720, **options)
        page.wait_for_selector(".reveal.ready")
        return page

    return open_


def slides_of(page):
    return page.evaluate("Reveal.getTotalSlides()")


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_holds_what_is_on_it(open_deck, address, name):
    page = open_deck(name)
    for number in range(slides_of(page)):
        page.evaluate(GO, number)
        settle(page)
        assert page.evaluate(CUT_OFF) == [], f"{name}, slide {number + 1}"
    assert page.console == []
    assert all(url.startswith((address, "blob:", "data:")) for url in page.requests)


def test_keys_lead_from_the_first_slide_to_the_last(open_deck):
    page = open_deck("02-k-means")
    seen = []
    for _ in range(40):
        seen.append(page.evaluate("Reveal.getSlidePastCount()"))
        page.keyboard.press("Space")
    assert page.evaluate("Reveal.isLastSlide()")
    assert sorted(set(seen)) == list(range(slides_of(page)))
    assert seen == sorted(seen)


def test_predictions_come_one_by_one(open_deck):
    page = open_deck("02-k-means")
    page.evaluate("Reveal.slide(0, 1)")
    for shown in range(4):
        assert page.locator(f"{NOW} .predictions li.visible").count() == shown
        page.keyboard.press("Space")
    assert page.locator("section.why.present h2").inner_text() == "Why"


def test_a_figure_moves_and_its_keys_are_its_own(open_deck):
    page = open_deck("start")
    page.evaluate("Reveal.slide(0, 2)")
    figure = page.locator(f"{NOW} .kmeans-em")
    slider = figure.locator("input[type=range]").first
    before = slider.input_value()
    for part in (slider, figure.locator(".handle").first):
        part.focus()
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("[Reveal.getIndices().h, Reveal.getIndices().v]") == [0, 2]
    assert slider.input_value() != before


def test_what_was_drawn_before_is_wiped_off_where_a_figure_is_drawn_smaller(open_deck):
    page = open_deck("start")
    page.evaluate("Reveal.slide(0, 2)")
    page.locator(f"{NOW} .kmeans-em input[type=range]").first.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        settle(page)
    at_the_edge, inside = page.locator(f"{NOW} canvas").evaluate(
        """(canvas) => [12, 45].map((left) =>
          [...canvas.getContext("2d").getImageData(canvas.width - left, canvas.height / 2, 1, 1).data])"""
    )
    assert at_the_edge == pytest.approx(inside, abs=12)


@pytest.mark.parametrize("width", [1600, 900])
def test_a_figure_is_dragged_where_the_pointer_is(open_deck, width):
    """On a screen on which the slide is larger, and on one on which it is smaller."""
    page = open_deck("01-squared-error", width=width)
    page.evaluate("Reveal.slide(0, 1)")
    bell = page.locator(f"{NOW} .bell")
    stage = bell.locator(".stage").bounding_box()
    for point in ("2", "16"):
        label = bell.locator("svg .tick").get_by_text(point, exact=True).last.bounding_box()
        page.mouse.click(label["x"] + label["width"] / 2, stage["y"] + stage["height"] / 2)
        expect(bell.locator("svg .place")).to_have_text(f"x = {point}")


def test_the_speaker_has_notes(open_deck):
    page = open_deck("06-limit")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.wait_for_selector(".speaker-controls-notes:not(.hidden)")
    page.evaluate("Reveal.slide(1, 0)")
    speaker.wait_for_function("document.querySelector('.speaker-controls-notes .value').innerText.length > 100")
    assert speaker.locator(".speaker-controls-notes math").count() > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_deck, theme):
    page = open_deck("02-k-means", color_scheme=theme)
    page.add_script_tag(path=AXE)
    for number in range(slides_of(page)):
        page.evaluate(GO, number)
        settle(page)
        report = page.evaluate(f"axe.run({{runOnly: {json.dumps(LEVELS)}}})")
        found = [(it["id"], [node["html"][:150] for node in it["nodes"]]) for it in report["violations"]]
        assert found == [], f"slide {number + 1}: {json.dumps(found, indent=1)}"


def test_a_deck_prints_a_page_a_slide_with_its_pictures(open_deck, tmp_path):
    page = open_deck("02-k-means")
    number = slides_of(page)
    page = open_deck("02-k-means", "?print-pdf")
    page.wait_for_selector(".pdf-page")
    page.pdf(path=tmp_path / "deck.pdf", prefer_css_page_size=True, print_background=True)
    printed = PdfReader(tmp_path / "deck.pdf")
    assert len(printed.pages) == number
    assert "Predict" in printed.pages[1].extract_text()
    for sheet in pypdfium2.PdfDocument(tmp_path / "deck.pdf"):
        picture = sheet.render(scale=0.5).to_pil().convert("L").point(lambda light: 255 * (light < 200))
        left, top, right, _ = picture.crop((0, 0, picture.width, picture.height - 20)).getbbox()
        assert min(left, top, picture.width - right) > 5
