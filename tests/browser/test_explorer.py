"""The explorer as a reader meets it: on Old Faithful, on a page of its own, and on the built pages."""

import numpy as np
import pytest

from benchmarks.slider_latency import page_of
from kmeans_em import datasets, fit, free_energy, gaussian, inertia, log_likelihood, plots, responsibilities
from kmeans_em.widgets import Explorer
from tests.browser.figures import QUIET, settle

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
        }""",
        position,
    )
    settle(page)


def slide(page, position):
    """Move the slider and wait until the means rest and the summary is written."""
    slide_at_once(page, position)
    settle(page, 700)
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
    assert part(page, ".sigma-readout").inner_text() == "σ = 0"
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


EVERY_STEP = """
async (slider) => {
  const values = [];
  while (+slider.value < +slider.max) {
    slider.value = +slider.value + 1;
    const at = slider.value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    if (slider.value !== at) throw new Error(`stuck at ${at}`);
    values.push(slider.getAttribute("aria-valuetext"));
  }
  return values;
}
"""


def test_the_arrow_keys_reach_every_sigma_that_the_text_names(start):
    clouds, _ = gaussian.sample(180, [[0, 0], [3, 0.5], [1, 2.8]], sigma=1, rng=3)
    page = start(Explorer(clouds, [[0.5, 0.5], [2, 1], [1.5, 2]], sigma=0, follow=True))
    readings = part(page, ".controls > .slider input").evaluate(EVERY_STEP)
    assert {f"σ = {sigma}" for sigma in ("0.100", "0.500", "1.00", "2.00", "4.00")} <= set(readings)


TRAVEL = """
async ([esm, n, values, means, range]) => {
  const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const { travel, fit, responsibilities } = await import(address);
  const X = { n, d: 2, values: Float64Array.from(values) };
  const sigmaOf = travel(X, range, means, true, null);
  let place = fit(X, means, 0, 0);
  const ends = Array.from({ length: 11 }, (_, tenth) => sigmaOf(tenth / 10));
  const shares = ends.map((sigma) => {
    place = fit(X, place, sigma, 1e-7, 3000);
    return responsibilities(X, place, sigma);
  });
  const change = (a, b) => a.reduce((sum, r, i) => sum + Math.abs(r - b[i]), 0) / 2 / n;
  return { ends, changes: shares.slice(1).map((now, s) => change(now, shares[s])) };
}
"""


def test_each_tenth_of_the_slider_changes_the_shares_about_as_much(start):
    clouds, _ = gaussian.sample(180, [[0, 0], [3, 0.5], [1, 2.8]], sigma=1, rng=3)
    means = [[0.5, 0.5], [2, 1], [1.5, 2]]
    low, high = Explorer(clouds, means).sigma_range
    page = start()
    found = page.evaluate(TRAVEL, [Explorer._esm, len(clouds), clouds.ravel().tolist(), means, [low, high]])
    assert found["ends"][0] == pytest.approx(low)
    assert found["ends"][-1] == pytest.approx(high)
    assert (np.diff(found["ends"]) > 0).all()
    assert min(found["changes"]) > 0.02
    assert max(found["changes"]) < 0.2
    merging = fit(clouds, means, found["ends"][9]).means
    assert np.ptp(merging, axis=0).max() > 0.5  # merged in the last tenth alone


def test_play_sweeps_sigma_down_to_k_means_and_any_touch_pauses_it(start):
    page = start()
    play, slider = part(page, "[data-do=play]"), part(page, ".controls > .slider input")
    before = int(slider.input_value())
    play.click()
    assert play.inner_text() == "Pause"
    page.wait_for_function(f"+document.querySelector('.explorer input').value < {before}")
    part(page, ".summary").click()
    assert play.inner_text() == "Play"
    slide(page, 8)
    play.click()
    page.wait_for_function("document.querySelector('.explorer input').value === '0'")
    page.wait_for_function("document.querySelector('[data-do=play]').textContent === 'Play'")


def test_without_motion_play_goes_in_steps(start):
    page = start(reduced_motion="reduce")
    page.evaluate("""() => {
      window.seen = new Set();
      const slider = document.querySelector(".explorer input");
      const look = () => { seen.add(slider.value); requestAnimationFrame(look); };
      look();
    }""")
    part(page, "[data-do=play]").click()
    page.wait_for_function("document.querySelector('.explorer input').value === '0'")
    _, *positions = (int(position) for position in page.evaluate("[...seen]"))
    assert len(positions) <= 9
    assert all(position % 50 == 0 for position in positions)


STRAIGHT = """
() => {
  const canvas = document.querySelector(".explorer canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const green = (x, y) => data[4 * (width * y + x) + 1];
  const border = [];
  for (let y = 20; y < height - 30; y += 1) {
    for (let x = 45; x < width - 12; x++) {
      if (Math.abs(green(x, y) - green(x + 1, y)) > 3) { border.push([x, y]); break; }
    }
  }
  return border;
}
"""


@pytest.mark.parametrize("sigma", [0, 0.02])
def test_the_border_between_two_cells_is_straight(start, sigma):
    corners = [[0, 0], [10, 0], [0, 10], [10, 10]]  # the points stand far from the border
    page = start(Explorer(corners, [[1.5, 4], [8.5, 5.5]], sigma=sigma, twins=False, panel="none"))
    x, y = np.array([place for place in page.evaluate(STRAIGHT) if place[1] > 60][:-60]).T
    slope, offset = np.polyfit(y, x, 1)
    assert abs(slope) > 0.1
    assert np.abs(slope * y + offset - x).max() < 1.5


def test_full_screen_is_filled_and_left_again(start):
    page = start(Explorer(X, START, follow=True))
    before = part(page, ".stage").bounding_box()
    button = part(page, "[data-do=enlarge]")
    button.click()
    page.wait_for_function("document.fullscreenElement?.matches('.explorer')")
    settle(page, 300)
    drawing, last = (part(page, name).bounding_box() for name in (".stage", ".side"))
    assert button.get_attribute("aria-pressed") == "true"
    assert drawing["width"] > 1.5 * before["width"]
    assert last["y"] + last["height"] <= 900
    part(page, "[data-is=follow]").uncheck()
    handle = part(page, ".handle").first
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(300, 200)
    page.mouse.up()
    settle(page)
    moved = handle.bounding_box()
    assert (moved["x"] + moved["width"] / 2, moved["y"] + moved["height"] / 2) == pytest.approx((300, 200), abs=2)
    button.click()
    page.wait_for_function("!document.fullscreenElement")
    settle(page, 300)
    assert part(page, ".stage").bounding_box()["width"] == pytest.approx(before["width"], abs=1)


def test_the_read_outs_are_those_of_python(start):
    page = start()
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    settle(page, QUIET)
    assert number(page, "inertia") == pytest.approx(inertia(X, START), rel=5e-3)
    assert number(page, "free-energy") == pytest.approx(free_energy(X, START, 1.2), rel=5e-3)
    shared = (responsibilities(X, START, 1.2).max(axis=1) < 0.99).sum()
    assert part(page, ".summary").inner_text().startswith(f"{shared} of 272 points are shared")


def test_step_run_and_reset_move_the_means_and_their_twins(start):
    page = start()
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    settle(page)
    np.testing.assert_allclose(means(page), START, atol=1e-9)
    part(page, "[data-do=step]").click()
    settle(page)
    np.testing.assert_allclose(means(page), fit(X, START, 1.2, max_steps=1).means, atol=6e-3)
    part(page, "[data-do=run]").click()
    assert part(page, "[data-do=run]").inner_text() == "Pause"
    settle(page, 900)
    part(page, "[data-do=run]").click()
    assert part(page, "[data-do=run]").inner_text() == "Run"
    part(page, "[data-do=reset]").click()
    settle(page)
    np.testing.assert_allclose(means(page), START, atol=1e-9)


def test_a_step_can_be_taken_back(start):
    page = start()
    back = part(page, "[data-do=back]")
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    settle(page)
    assert back.get_attribute("aria-disabled") == "true"
    for _ in range(2):
        part(page, "[data-do=step]").click()
    settle(page)
    two = means(page)
    part(page, "[data-do=step]").click()
    back.click()
    settle(page, QUIET)
    np.testing.assert_array_equal(means(page), two)
    assert "After 2 steps each" in part(page, ".summary").inner_text()
    for _ in range(2):
        back.click()
    settle(page)
    np.testing.assert_allclose(means(page), START, atol=1e-9)
    assert back.get_attribute("aria-disabled") == "true"


COLOURED = """
(colour) => {
  const canvas = document.querySelector(".explorer canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) count += colour.every((c, i) => data[at + i] === c);
  return count;
}
"""


def test_many_points_are_drawn_each_in_its_colour(start):
    many = datasets.blobs(6000)
    page = start(Explorer(many, [[0, 0], [5, 0], [2, 4]], sigma=0, twins=False, panel="none"))
    for colour in plots.PALETTE[:3]:
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert page.evaluate(COLOURED, rgb) > 1000
    assert "NaN" not in part(page, ".summary").inner_text()


def test_run_goes_to_rest_at_once_for_readers_who_asked_for_less_motion(start):
    page = start(reduced_motion="reduce")
    part(page, "[data-is=follow]").uncheck()
    part(page, "[data-do=reset]").click()
    part(page, "[data-do=run]").click()
    settle(page, 300)
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
    settle(page)
    moved = means(page) - before
    assert moved[0, 0] > 0.1
    assert moved[0, 1] > 0.1
    np.testing.assert_allclose(moved[1], 0, atol=1e-9)


def test_everything_works_by_keyboard(start):
    page = start()
    part(page, ".handle").first.focus()
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        settle(page)
        reached.append(page.evaluate("document.activeElement.dataset.do ?? document.activeElement.className"))
    assert reached == ["handle", "", "play", "enlarge", "step"]
    part(page, "[data-is=follow]").focus()
    page.keyboard.press("Space")
    assert not part(page, "[data-is=follow]").is_checked()
    before = means(page)
    part(page, ".handle").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    settle(page)
    moved = means(page) - before
    assert moved[1, 0] > 0
    assert moved[1, 1] > 2 * moved[1, 0]
    slider = part(page, ".controls > .slider input")
    slider.focus()
    page.keyboard.press("Home")
    settle(page)
    assert slider.get_attribute("aria-valuetext") == "σ = 0: k-means"


def test_the_means_are_large_enough_to_touch(start):
    page = start(width=390, height=844, has_touch=True, is_mobile=True)
    for control in part(page, ":is(button, .buttons label, .slider):visible").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_drawing_is_as_wide_as_the_text_and_all_else_stands_below_it(address, open_page, width):
    for chapter in ("start", "02-k-means", "03-mixture-weights"):
        page = open_page(f"{address}/chapters/{chapter}.html", width, 844)
        page.wait_for_selector(".explorer .summary:not(:empty)")
        text, drawing = (page.locator(part).first.bounding_box() for part in ("article h1", ".explorer .stage"))
        assert drawing["width"] == pytest.approx(text["width"], abs=1)
        for part_below in (".controls", ".side"):
            assert part(page, part_below).bounding_box()["y"] >= drawing["y"] + drawing["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        slide_at_once(page, 0)  # where the reading is longest
        assert part(page, ".slider-ends").evaluate("(row) => row.scrollWidth <= row.clientWidth")


def test_the_drawing_keeps_its_height_while_one_reads(address, open_page):
    page = open_page(f"{address}/chapters/start.html", 390, 844)
    page.wait_for_selector(".explorer .summary:not(:empty)")
    before = part(page, ".stage").bounding_box()["height"]
    page.mouse.wheel(0, 500)
    slide(page, 0)
    assert part(page, ".stage").bounding_box()["height"] == before
    page.set_viewport_size({"width": 700, "height": 900})
    settle(page, 200)
    assert part(page, ".stage").bounding_box()["height"] > before


def test_a_figure_far_down_a_page_has_a_height_of_its_own(start):
    page = start()
    natural = part(page, ".stage").bounding_box()["height"]
    page.evaluate("document.body.style.paddingTop = '3000px'; document.body.style.width = '679px'")
    settle(page, 200)
    assert part(page, ".stage").bounding_box()["height"] == pytest.approx(natural, abs=2)


def test_before_the_text_has_defined_them_no_numbers_are_shown(start):
    page = start(Explorer(X, START, follow=True, panel="none", axis_labels=["", ""]))
    shown = part(page, ":is(button, input):visible").evaluate_all("all => all.map((it) => it.className || it.type)")
    assert sorted(set(shown)) == ["button", "handle", "range"]
    assert part(page, "button:visible:not(.handle)").all_inner_texts() == ["Play", "Full screen"]
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
    settle(page)
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
    settle(page)
    assert (first.input_value(), second.input_value()) == ("80", "20")
    expected = log_likelihood(line, [[1], [11]], 4, [0.8, 0.2])
    assert number(page, "log-likelihood") == pytest.approx(expected, abs=1e-3)
    part(page, "[data-do=reset]").click()
    settle(page)
    assert first.input_value() == "50"
    slide(page, 0)
    assert part(page, "[data-is=log-likelihood]").inner_text() == "none"
