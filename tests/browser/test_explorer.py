"""The explorer as a reader meets it: on Old Faithful, on a page of its own, and on the built pages."""

import numpy as np
import pytest

from benchmarks.slider_latency import page_of
from kmeans_em import datasets, fit, free_energy, inertia, log_likelihood, responsibilities
from kmeans_em.widgets import Explorer

X = datasets.old_faithful(standardised=True)
START = [[-0.4, 0.3], [0.4, -0.3]]


@pytest.fixture
def start(open_page):
    """Opens a page that holds this explorer, or another one, and nothing else."""

    def open_(explorer=None, **context):
        page = open_page("about:blank", **context)
        page.set_content(page_of(explorer or Explorer(X, START, sigma=1.2, follow=True)))
        page.wait_for_selector(".explorer .summary:not(:empty)")
        return page

    return open_


def part(page, selector):
    """Parts of the page's first explorer."""
    return page.locator(".explorer").first.locator(selector)


def slide_at_once(page, position):
    """Move the slider as an arrow key or a finger would: set its value, say so, wait for the frame."""
    part(page, ".controls > .slider input").evaluate(
        """(slider, position) => {
          slider.value = position;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }""",
        position,
    )


def slide(page, position):
    """Move the slider and wait until the means rest and the summary is written."""
    slide_at_once(page, position)
    page.wait_for_timeout(700)
    return part(page, ".controls > .slider input")


def means(page):
    """The means as their handles announce them, to three digits."""
    labels = part(page, ".handle").evaluate_all("hs => hs.map((h) => h.getAttribute('aria-label'))")
    return np.array([[float(c) for c in label.split("at ")[1].replace("−", "-").split(", ")] for label in labels])


def number(page, name):
    return float(part(page, f"[data-is={name}]").inner_text().replace("−", "-"))


def test_the_left_end_of_the_slider_is_k_means(start):
    page = start()
    slider = slide(page, 0)
    assert slider.get_attribute("aria-valuetext") == "σ = 0: k-means"
    assert part(page, ".sigma-readout").inner_text() == "σ = 0: k-means"
    lloyd = fit(X, START, 0)
    np.testing.assert_allclose(means(page), lloyd.means, atol=6e-3)
    assert number(page, "inertia") == number(page, "free-energy") == number(page, "bound")
    assert number(page, "inertia") == pytest.approx(inertia(X, lloyd.means), rel=5e-3)
    assert "stand on the k-means centres" in part(page, ".summary").inner_text()


def test_sweeping_sigma_merges_the_means_and_parts_them_again(start):
    page = start()
    slide(page, 400)
    assert "merged into one" in part(page, ".summary").inner_text()
    slide(page, 0)
    page.wait_for_function("document.querySelector('.explorer .summary').textContent.includes('stand on')")
    np.testing.assert_allclose(means(page), fit(X, START, 0).means, atol=6e-3)


def test_the_slider_has_the_sigma_that_the_text_names(start):
    page = start()
    part(page, ".controls > .slider input").focus()
    readings = set()
    for position in range(180, 360):
        slide_at_once(page, position)
        readings.add(part(page, ".sigma-readout").inner_text())
    assert {"σ = 0.500", "σ = 1.00", "σ = 1.20", "σ = 1.38"} <= readings


def test_the_read_outs_are_those_of_python(start):
    page = start()
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    page.wait_for_timeout(600)
    assert number(page, "inertia") == pytest.approx(inertia(X, START), rel=5e-3)
    assert number(page, "free-energy") == pytest.approx(free_energy(X, START, 1.2), rel=5e-3)
    shared = (responsibilities(X, START, 1.2).max(axis=1) < 0.99).sum()
    assert part(page, ".summary").inner_text().startswith(f"{shared} of 272 points are shared")


def test_step_run_and_reset_move_the_means_and_their_twins(start):
    page = start()
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    page.wait_for_timeout(100)
    np.testing.assert_allclose(means(page), START, atol=1e-9)
    part(page, "[data-do=step]").click()
    page.wait_for_timeout(100)
    np.testing.assert_allclose(means(page), fit(X, START, 1.2, max_steps=1).means, atol=6e-3)
    part(page, "[data-do=run]").click()
    assert part(page, "[data-do=run]").inner_text() == "Pause"
    page.wait_for_timeout(900)
    part(page, "[data-do=run]").click()
    assert part(page, "[data-do=run]").inner_text() == "Run"
    part(page, "[data-do=reset]").click()
    page.wait_for_timeout(100)
    np.testing.assert_allclose(means(page), START, atol=1e-9)


def test_run_goes_to_rest_at_once_for_readers_who_asked_for_less_motion(start):
    page = start(reduced_motion="reduce")
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    part(page, "[data-do=run]").click()
    page.wait_for_timeout(300)
    np.testing.assert_allclose(means(page), fit(X, START, 1.2, tol=1e-8).means, atol=6e-3)


def test_a_greyed_button_says_why_and_does_nothing(start):
    page = start()
    before, reason = means(page), part(page, ".why")
    for name in ("step", "run"):
        button = part(page, f"[data-do={name}]")
        assert button.get_attribute("aria-disabled") == "true"
        assert button.get_attribute("aria-describedby") == reason.get_attribute("id")
        button.press("Enter")
        assert button.inner_text() == name.capitalize()
    assert reason.is_visible()
    assert "untick the box to step by hand" in reason.inner_text()
    np.testing.assert_array_equal(means(page), before)
    part(page, "[data-is=follow]").uncheck()
    assert not reason.is_visible()
    assert part(page, "[data-do=step]").get_attribute("aria-disabled") == "false"
    assert part(page, "[data-do=step]").get_attribute("aria-describedby") == ""


def test_no_button_is_greyed_by_a_switch_that_is_not_shown_without_a_reason(start):
    page = start(Explorer(X, START, follow=True, panel="staircase"))
    assert part(page, "[data-do=step]").get_attribute("aria-disabled") == "true"
    assert part(page, ".why").inner_text() == "The means follow EM to rest by themselves."


def test_a_mean_can_be_dragged(start):
    page = start()
    part(page, "[data-is=follow]").uncheck()
    handle = part(page, ".handle").first
    before, box = means(page), handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 50, y - 30, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    moved = means(page) - before
    assert moved[0, 0] > 0.1
    assert moved[0, 1] > 0.1
    np.testing.assert_allclose(moved[1], 0, atol=1e-9)


def test_everything_works_by_keyboard(start):
    page = start()
    part(page, ".handle").first.focus()
    for _ in range(3):
        page.keyboard.press("Tab")
        page.wait_for_timeout(20)
    reached = page.evaluate("document.activeElement.getAttribute('data-do')")
    assert reached == "step"
    part(page, "[data-is=follow]").focus()
    page.keyboard.press("Space")
    assert not part(page, "[data-is=follow]").is_checked()
    before = means(page)
    part(page, ".handle").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_timeout(100)
    moved = means(page) - before
    assert moved[1, 0] > 0
    assert moved[1, 1] > 2 * moved[1, 0]
    slider = part(page, ".controls > .slider input")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_timeout(100)
    assert slider.get_attribute("aria-valuetext") == "σ = 0: k-means"


def test_the_means_are_large_enough_to_touch(start):
    page = start(width=390, height=844, has_touch=True, is_mobile=True)
    for control in part(page, ":is(button, .buttons label, .slider)").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_drawing_is_as_wide_as_the_text_and_all_else_stands_below_it(address, open_page, width):
    for chapter in ("start", "02-k-means", "03-mixture-weights"):
        page = open_page(f"{address}/chapters/{chapter}.html", width, 844)
        page.wait_for_selector(".explorer .summary:not(:empty)")
        text, drawing = (page.locator(part).first.bounding_box() for part in ("article p", ".explorer .stage"))
        assert drawing["width"] == pytest.approx(text["width"], abs=1)
        for part_below in (".controls", ".side"):
            assert part(page, part_below).bounding_box()["y"] >= drawing["y"] + drawing["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_drawing_keeps_its_height_while_one_reads(address, open_page):
    page = open_page(f"{address}/chapters/start.html", 390, 844)
    page.wait_for_selector(".explorer .summary:not(:empty)")
    before = part(page, ".stage").bounding_box()["height"]
    page.mouse.wheel(0, 500)
    slide(page, 0)
    assert part(page, ".stage").bounding_box()["height"] == before
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_timeout(200)
    assert part(page, ".stage").bounding_box()["height"] > before


def test_a_figure_far_down_a_page_has_a_height_of_its_own(start):
    page = start()
    natural = part(page, ".stage").bounding_box()["height"]
    page.evaluate("document.body.style.paddingTop = '3000px'; document.body.style.width = '679px'")
    page.wait_for_timeout(200)
    assert part(page, ".stage").bounding_box()["height"] == pytest.approx(natural, abs=2)


def test_before_the_text_has_defined_them_no_numbers_are_shown(start):
    page = start(Explorer(X, START, follow=True, panel="none", axis_labels=["", ""]))
    shown = part(page, ":is(button, input):visible").evaluate_all("all => all.map((it) => it.className || it.type)")
    assert sorted(set(shown)) == ["button", "handle", "range"]
    assert part(page, "button:visible:not(.handle)").all_inner_texts() == ["Play"]
    for name in (".numbers", ".buttons", ".why"):
        assert not part(page, name).is_visible()
    assert part(page, ".axis-label").all_text_contents() == ["", ""]
    assert "points are shared" in part(page, ".summary").inner_text()


def test_without_javascript_a_picture_says_the_same(address, open_page):
    page = open_page(f"{address}/chapters/start.html", java_script_enabled=False)
    picture = page.locator(".widget-picture img").first
    assert picture.is_visible()
    assert "180 points coloured" in picture.get_attribute("alt")


def test_on_paper_the_picture_stands_in(start):
    page = start()
    assert page.locator(".explorer").first.is_visible()
    assert not page.locator(".widget-picture").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator(".widget-picture").first.is_visible()
    assert not page.locator(".explorer").first.is_visible()


def test_the_log_likelihood_map_finds_the_top(address, open_page):
    page = open_page(f"{address}/chapters/01-squared-error-one-gaussian.html")
    page.locator(".likelihood [data-do=best-mu]").click()
    page.locator(".likelihood [data-do=best-sigma]").click()
    page.wait_for_function("document.querySelector('.likelihood .summary').textContent.includes('the top')")
    assert page.locator(".likelihood [data-is=log-likelihood]").inner_text() == "−18.879"
    page.locator(".likelihood .handle").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(100)
    assert page.locator(".likelihood [data-is=log-likelihood]").inner_text() != "−18.879"


def test_the_two_terms_are_those_of_python(address, open_page):
    blobs = datasets.blobs()
    middles = fit(blobs, [[0, 0], [5, 0], [2, 4]]).means
    page = open_page(f"{address}/chapters/04-soften-temperature.html")
    page.wait_for_function("document.querySelector('.explorer .summary').textContent")
    resp = responsibilities(blobs, middles, 1.5)
    loss = (resp * ((blobs[:, None] - middles) ** 2).sum(axis=2)).sum()
    entropy = -np.log(resp**resp).sum()
    assert number(page, "energy") == pytest.approx(loss, rel=5e-3)
    assert number(page, "entropy") == pytest.approx(entropy, rel=5e-3)
    assert number(page, "free-energy") == pytest.approx(loss - 2 * 1.5**2 * entropy, rel=5e-3)
    slide(page, 0)
    assert number(page, "entropy") == 0
    assert number(page, "energy") == number(page, "free-energy") == pytest.approx(inertia(blobs, middles), rel=5e-3)
    filled = part(page, ".panel .gap").evaluate_all("bars => bars.map((bar) => +bar.getAttribute('width'))")
    assert filled == [0, 0]
    slide(page, 400)
    filled = part(page, ".panel .gap").evaluate_all("bars => bars.map((bar) => +bar.getAttribute('width'))")
    whole = float(part(page, ".panel rect.axis").first.get_attribute("width"))
    assert [round(width / whole, 2) for width in filled] == [0.87, 0.99]


def test_a_weight_moves_the_posterior_and_the_likelihood(address, open_page):
    line = datasets.line()
    page = open_page(f"{address}/chapters/03-mixture-weights.html")
    page.wait_for_function("document.querySelector('.explorer .summary').textContent")
    assert number(page, "log-likelihood") == pytest.approx(log_likelihood(line, [[1], [11]], 4), abs=1e-3)
    first, second = part(page, ".weights input").all()
    first.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    assert (first.input_value(), second.input_value()) == ("80", "20")
    expected = log_likelihood(line, [[1], [11]], 4, [0.8, 0.2])
    assert number(page, "log-likelihood") == pytest.approx(expected, abs=1e-3)
    part(page, "[data-do=reset]").click()
    page.wait_for_timeout(100)
    assert first.input_value() == "50"
    slide(page, 0)
    assert part(page, "[data-is=log-likelihood]").inner_text() == "none"
