"""The Gaussian that narrows to the point mass: its numbers are Python's, and a reader can work it."""

import re

import numpy as np
import pytest
from scipy.special import erf
from scipy.stats import norm

from benchmarks.slider_latency import page_of
from kmeans_em.widgets import Narrowing
from kmeans_em.widgets.base import source
from tests.browser.figures import QUIET, UNHURRIED, listen, pauses_in_what_was_told, settle

COMPUTE = """
async ([esm, xs, sigma]) => {
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  return {
    erf: xs.map(module.erf),
    cdf: xs.map((x) => module.cdf(x, sigma)),
    density: xs.map((x) => (sigma > 0 ? module.density(x, sigma) : 0)),
    ...module.readings(sigma),
  };
}
"""


@pytest.fixture
def chapter(address, open_page):
    def open_(**context):
        page = open_page(f"{address}/chapters/07-deltas-narrowing.html", **context)
        if context.get("java_script_enabled", True):
            page.wait_for_selector(".narrowing .summary:not(:empty)")
        return page

    return open_


@pytest.fixture
def alone(open_page):
    """A page that holds one widget and nothing else."""

    def open_(widget):
        page = open_page("about:blank")
        page.set_content(page_of(widget))
        page.wait_for_selector(".narrowing .summary:not(:empty)")
        return page

    return open_


def slide(page, position):
    page.locator(".narrowing input").evaluate(
        """(slider, position) => {
          slider.value = position;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        position,
    )
    settle(page)


def press(page, button):
    page.locator(f".narrowing [data-do={button}]").click()
    settle(page)


def sigma(page):
    return page.locator(".narrowing .sigma-readout").inner_text().removeprefix("σ = ")


def readings(page):
    """What stands beside the drawings, by name."""
    numbers = page.locator(".narrowing dd").all()
    return {number.get_attribute("data-is"): number.inner_text() for number in numbers}


def corners(page, curve):
    """The places of a path of the drawings, in pixels."""
    d = page.locator(".narrowing svg").first.locator(curve).get_attribute("d")
    return np.array(re.findall(r"-?[\d.]+", d), dtype=float).reshape(-1, 2)


@pytest.mark.parametrize("sigma", [5e-324, 1e-300, 0.01, 0.03, 0.1, 0.5, 1, 2, 50, 1e6, 1e140])
def test_the_page_computes_what_python_computes(open_page, sigma):
    xs = np.concatenate([np.linspace(-7, 7, 281), [1e-300, 1e-9, -1e-5, 40, 1e9]])
    page = open_page("about:blank").evaluate(COMPUTE, [source("figure.js", "narrowing.js"), xs.tolist(), sigma])
    np.testing.assert_allclose(page["erf"], erf(xs), rtol=1e-13)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(page["cdf"], norm.cdf(xs / sigma), atol=1e-13)
        if sigma > 1e-300:
            np.testing.assert_allclose(page["density"], norm.pdf(xs, scale=sigma), rtol=1e-9, atol=1e-300)
            assert page["height"] == pytest.approx(norm.pdf(0, scale=sigma), rel=1e-12)
        assert page["near"] == pytest.approx(norm.cdf(0.1 / sigma) - norm.cdf(-0.1 / sigma), abs=1e-12)
    assert page["near"] == pytest.approx(erf(min(0.1 / sigma, 100) / np.sqrt(2)), rel=1e-12)
    assert page["cosine"] == pytest.approx(np.exp(-(sigma**2) / 2), rel=1e-12)
    assert (page["transport"], page["variation"], page["atom"]) == (sigma, 1, 0)


def test_the_mean_of_the_cosine_is_the_integral():
    x, step = np.linspace(-12, 12, 200_001, retstep=True)
    for sigma in (0.1, 0.7, 1.3):
        integral = step * (np.cos(x) * norm.pdf(x, scale=sigma)).sum()
        assert integral == pytest.approx(np.exp(-(sigma**2) / 2), abs=1e-12)


def test_at_sigma_0_the_page_has_the_point_mass(open_page):
    page = open_page("about:blank").evaluate(COMPUTE, [source("figure.js", "narrowing.js"), [-1, -1e-300, 0, 1], 0])
    assert page["cdf"] == [0, 0, 1, 1]
    assert [page[name] for name in ("transport", "variation", "near", "cosine", "atom")] == [0, 0, 1, 1, 1]


def test_the_read_outs_show_the_numbers(chapter):
    page = chapter()
    assert readings(page) == {
        "transport": "1.00",
        "variation": "1",
        "height": "0.399",
        "near": f"{2 * norm.cdf(0.1) - 1:.6f}",
        "cosine": f"{np.exp(-0.5):.6f}",
        "atom": "0",
    }
    slide(page, 1)
    assert readings(page) == {
        "transport": "0.0100",
        "variation": "1",
        "height": "39.9",
        "near": "1.000000",
        "cosine": "0.999950",
        "atom": "0",
    }


def test_the_left_end_of_the_slider_is_the_point_mass(chapter):
    page = chapter()
    page.locator(".narrowing input").focus()
    page.keyboard.press("Home")
    settle(page, QUIET)
    assert page.locator(".narrowing input").get_attribute("aria-valuetext") == "σ = 0: the point mass"
    assert readings(page) == {
        "transport": "0",
        "variation": "0",
        "height": "none",
        "near": "1",
        "cosine": "1",
        "atom": "1",
    }
    assert "there is no density" in page.locator(".narrowing .summary").inner_text()
    press(page, "halve")
    assert sigma(page) == "0"
    page.locator(".narrowing input").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert sigma(page) == "0.0100"


def test_the_slider_has_the_sigma_that_a_text_names(chapter):
    page = chapter()
    seen = set()
    for position in range(401):
        slide(page, position)
        seen.add(sigma(page))
    assert {"0", "0.0100", "0.0500", "0.100", "0.200", "0.500", "1.00", "2.00"} <= seen


def test_halving_by_keyboard_never_reaches_0_and_reset_goes_back(chapter):
    page = chapter()
    page.locator(".narrowing input").focus()
    page.keyboard.press("Tab")
    for _ in range(2):
        page.keyboard.press("Enter")
    settle(page)
    assert (sigma(page), readings(page)["near"]) == ("0.250", f"{2 * norm.cdf(0.4) - 1:.6f}")
    page.locator("[data-do=halve]").evaluate("(button) => { for (let i = 0; i < 1200; i++) button.click(); }")
    settle(page)
    shown = readings(page)
    assert (shown["variation"], shown["atom"]) == ("1", "0")
    assert float(shown["transport"].replace("−", "-")) > 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settle(page)
    assert sigma(page) == "1.00"


def test_the_drawing_says_how_high_the_top_is_where_it_does_not_show(chapter):
    page = chapter()
    said = []
    for position in (400, 1, 0):
        slide(page, position)
        said.append(page.locator(".narrowing svg .top").text_content())
    assert said == ["", "↑ top at 39.9", "no density"]


def test_the_cdf_is_a_half_at_mu_until_sigma_is_0(chapter):
    page = chapter()
    heights = {}
    for position in (400, 1, 0):
        slide(page, position)
        heights[position] = float(page.locator(".narrowing svg .half").get_attribute("cy"))
    roof = float(page.locator(".narrowing svg .dot").get_attribute("cy"))
    floor = float(page.locator(".narrowing svg .open").get_attribute("cy"))
    assert heights == {400: (roof + floor) / 2, 1: (roof + floor) / 2, 0: roof}


@pytest.mark.parametrize("sigma", [0, 5e-324, 1e-300, 1e140])
@pytest.mark.parametrize("mu", [0, -1e6])
def test_a_sigma_beyond_the_slider_does_not_break_it(alone, mu, sigma):
    page = alone(Narrowing(mu, sigma))
    assert page.console == []
    drawn = page.locator(".narrowing .stage").inner_html() + page.locator(".narrowing .side").inner_text()
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
    climb = corners(page, ".moving > .thick")
    assert (np.diff(climb[:, 0]) >= 0).all()
    assert (np.diff(climb[:, 1]) <= 0).all()
    slide(page, 400)
    assert readings(page)["transport"] == "2.00"
    press(page, "reset")
    assert float(readings(page)["transport"].replace("−", "-")) == pytest.approx(sigma, rel=5e-3)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
def test_nothing_is_cut_off_or_too_small_to_touch(chapter, width, scheme):
    page = chapter(width=width, color_scheme=scheme)
    for position in (0, 1, 400):
        slide(page, position)
        inside = page.locator(".narrowing").evaluate(
            """(root) => {
              const { left, right } = root.getBoundingClientRect();
              return [...root.querySelectorAll("dt, dd, .slider-ends span, svg text, button")]
                .map((part) => part.getBoundingClientRect())
                .every((box) => box.left >= left - 1 && box.right <= right + 1);
            }"""
        )
        assert inside
        for row in page.locator(".narrowing .numbers > div").all():
            name, value = (row.locator(part).bounding_box() for part in ("dt", "dd"))
            assert name["x"] + name["width"] < value["x"]
    for control in page.locator(".narrowing :is(button, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_the_summary_waits_until_the_slider_has_come_to_rest(chapter):
    page = chapter()
    listen(page, ".narrowing .summary")
    # within the page: between two calls from here, a busy machine may pause for as long as a reader who rests
    page.locator(".narrowing input").evaluate(
        """async (slider) => {
          for (let position = 300; position > 200; position -= 5) {
            slider.value = position;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise(requestAnimationFrame);
          }
        }"""
    )
    assert min(pauses_in_what_was_told(page), default=UNHURRIED) >= UNHURRIED
    assert sigma(page) in page.locator(".narrowing .summary").inner_text()


def test_without_javascript_a_picture_says_the_same(chapter):
    picture = chapter(java_script_enabled=False).locator(".widget-picture img").first
    assert picture.is_visible()
    assert f"{2 * norm.cdf(0.1) - 1:.6f}" in picture.get_attribute("alt")
