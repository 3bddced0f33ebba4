"""The slider over pictures drawn ahead: on the page without Python, by key, on paper, and as Python sets it."""

import pytest
from matplotlib.figure import Figure

from benchmarks.slider_latency import page_of
from kmeans_em.widgets import sweep
from tests.browser.figures import settle


@pytest.fixture
def chapter(address, open_page):
    def open_(**context):
        page = open_page(f"{address}/chapters/teach.html", **context)
        if context.get("java_script_enabled", True):
            page.wait_for_selector(".sweep .summary:not(:empty)")
        return page

    return open_


def colour_in_the_middle(page):
    settle(page)
    return page.locator(".sweep img").evaluate(
        """async (image) => {
          await image.decode();
          const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
          canvas.drawImage(image, 0, 0);
          return [...canvas.getImageData(image.naturalWidth / 2, image.naturalHeight / 2, 1, 1).data.slice(0, 3)];
        }"""
    )


def test_each_slider_shows_its_picture_and_says_it(open_page):
    shades = {"dark": "0", "light": "1"}

    def draw(kind, sigma):
        return Figure(figsize=(2, 1), facecolor=shades[kind] if sigma == 1 else "0.5")

    page = open_page("about:blank")
    page.set_content(page_of(sweep(draw, alt="{kind} at {sigma}", kind=["dark", "light"], sigma=[1, 2])))
    page.wait_for_selector(".sweep .summary:not(:empty)")
    kind, sigma = (page.get_by_role("slider", name=name, exact=True) for name in ("kind", "σ"))
    assert page.locator(".sweep img").get_attribute("alt") == "light at 2"
    assert colour_in_the_middle(page) == [128, 128, 128]
    sigma.press("ArrowLeft")
    assert colour_in_the_middle(page) == [255, 255, 255]
    kind.press("Home")
    assert colour_in_the_middle(page) == [0, 0, 0]
    assert (kind.get_attribute("aria-valuetext"), sigma.get_attribute("aria-valuetext")) == ("kind = dark", "σ = 1")
    assert page.locator(".sweep output").all_text_contents() == ["dark", "1"]
    page.wait_for_function("document.querySelector('.sweep .summary').textContent === 'dark at 1'")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_on_the_page_it_fits_and_moves(chapter, width):
    page = chapter(width=width, height=844)
    image, slider = page.locator(".sweep img"), page.locator(".sweep input")
    for key, words in (("Home", "σ = 0.2"), ("End", "σ = 4")):
        slider.press(key)
        page.wait_for_function(f"document.querySelector('.sweep img').alt.includes('{words}')")
    box = image.bounding_box()
    assert box["width"] > 250
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    natural = image.evaluate("(it) => it.naturalWidth / it.naturalHeight")
    assert box["width"] / box["height"] == pytest.approx(natural, rel=0.02)


def test_on_paper_and_without_script_its_picture_stands(chapter):
    page = chapter(java_script_enabled=False)
    picture = page.locator(".widget-picture img[src^='data:image/webp']")
    assert picture.is_visible()
    assert "σ = 1.5" in picture.get_attribute("alt")
    page = chapter()
    page.emulate_media(media="print")
    assert page.locator(".widget-picture img[src^='data:image/webp']").is_visible()
    assert not page.locator(".sweep").is_visible()
