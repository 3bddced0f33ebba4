"""The climbing figure: its bounds are lower bounds, its chain is Python's, and it can be worked a step at a time."""

import numpy as np
import pytest

from kmeans_em import datasets, fit, log_likelihood, responsibilities
from kmeans_em.widgets import Climb
from tests.browser.figures import mount, overlaps, settle

STEPS = """
async ([esm, values, others, sigma, start, places]) => {
  const { logLAt, eStep, mStep, onBound, rising } =
    await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const X = { n: values.length, d: 1, values: new Float64Array(values) };
  const problem = { X, others: others.map((mean) => [mean]), sigma };
  let state = { m: start, bound: null, climbed: false, traces: [] };
  const steps = [];
  for (let t = 0; t < 4; t++) {
    const before = state.bound?.memberships ?? null;
    state = eStep(problem, state);
    const moments = [0, 0.3, 0.7, 1].map((way) => {
      const bound = rising(problem, before, state.bound, way, 5);
      return places.map((x) => onBound(bound, x));
    });
    const { top, height, touch, memberships } = state.bound;
    steps.push({
      m: state.m, top, height, touch, moments, shares: [...memberships], traces: state.traces.length,
      bound: places.map((x) => onBound(state.bound, x)), curve: places.map((x) => logLAt(problem, x)),
    });
    state = mStep(state);
    steps.at(-1).after = logLAt(problem, state.m);
  }
  return steps;
}
"""


@pytest.fixture
def alone(open_page):
    def open_(widget=None, **context):
        return mount(open_page("about:blank", **context), widget or Climb())

    return open_


def press(page, button="step"):
    """The button, and the end of the motion that it starts."""
    page.locator(f"[data-do={button}]").click()
    page.wait_for_function("model.get('m') == document.querySelector('.handle').getAttribute('aria-valuenow')")
    settle(page)


def chain(page):
    names = ("before", "touch", "top", "after")
    return [page.locator(f"[data-is={name}]").inner_text().replace("−", "-") for name in names]


@pytest.mark.parametrize(
    ("X", "others", "sigma", "m"),
    [
        (datasets.line(), [11], 4, 16),
        (datasets.line(), [11], 1.5, 16),
        (datasets.line(), [3, 12], 2, 5),
        (datasets.old_faithful()[:, :1], [4], 0.5, 1),
    ],
)
def test_every_bound_is_pythons_and_lies_below_the_curve_that_it_touches(open_page, X, others, sigma, m):
    places = np.linspace(X.min() - 1, X.max() + 1, 41)

    def log_L(mean):
        return log_likelihood(X, [[mean], *([other] for other in others)], sigma)

    arguments = [Climb._esm, X[:, 0].tolist(), others, sigma, m, places.tolist()]
    for step in open_page("about:blank").evaluate(STEPS, arguments):
        means = [[m], *([other] for other in others)]
        resp = responsibilities(X, means, sigma)
        top = resp[:, 0] @ X[:, 0] / resp[:, 0].sum()
        height = log_L(m) + resp[:, 0].sum() * (m - top) ** 2 / (2 * sigma**2)
        assert step["m"] == pytest.approx(m, rel=1e-9)
        np.testing.assert_allclose(step["shares"], resp.ravel(), rtol=1e-9, atol=1e-12)
        expected = (top, height, log_L(m), log_L(top))
        assert tuple(step[name] for name in ("top", "height", "touch", "after")) == pytest.approx(expected, rel=1e-9)
        np.testing.assert_allclose(step["curve"], [log_L(x) for x in places], rtol=1e-9)
        assert (np.array(step["moments"]) <= np.array(step["curve"]) + 1e-9).all()  # on its way up it is a bound, too
        np.testing.assert_allclose(step["moments"][-1], step["bound"], rtol=1e-9)
        assert step["touch"] <= step["height"] + 1e-9
        assert step["height"] <= step["after"] + 1e-9
        assert step["traces"] <= 2
        m = top


def test_the_buttons_walk_along_the_chain(alone):
    page = alone(reduced_motion="reduce")
    button = page.locator("[data-do=step]")
    assert (button.inner_text(), chain(page)) == ("E-step", ["-27.011", "", "", ""])
    press(page)
    assert (button.inner_text(), chain(page)) == ("M-step", ["-27.011", "-27.011", "", ""])
    press(page)
    assert (button.inner_text(), chain(page)) == ("E-step", ["-27.011", "-27.011", "-26.663", "-25.856"])
    assert page.locator(".divergence").text_content() == "gap (KL) 0.81"
    for _ in range(2):
        press(page)
    assert chain(page) == ["-25.856", "-25.856", "-24.517", "-21.715"]
    assert page.locator("path.trace").count() == 1
    for _ in range(4):
        press(page)
    assert page.locator("path.trace").count() == 2
    press(page, "reset")
    assert (button.inner_text(), chain(page)) == ("E-step", ["-27.011", "", "", ""])
    assert page.locator("path:is(.trace, .bound)").count() == 0


def test_the_climb_rests_where_em_does(alone):
    page = alone(reduced_motion="reduce")
    for _ in range(60):
        page.locator("[data-do=step]").click()
    page.wait_for_function("document.querySelector('.summary').textContent.includes('rests')")

    def log_L(m):
        return log_likelihood(datasets.line(), [[m], [11]], 4)

    m = page.evaluate("model.get('m')")
    assert log_L(m) > max(log_L(m - 0.01), log_L(m + 0.01))


def test_with_motion_the_dot_ends_where_it_does_without(alone):
    page = alone()
    press(page)
    settle(page, 900)
    press(page)
    page.wait_for_function("document.querySelector('[data-is=after]').textContent.startsWith('−25')")
    settle(page)
    moved = page.locator(".handle").get_attribute("style")
    still = alone(reduced_motion="reduce")
    for _ in range(2):
        press(still)
    assert still.locator(".handle").get_attribute("style") == moved


@pytest.mark.parametrize("off", [-6, 5])
def test_a_dot_dragged_near_the_top_is_at_the_top_and_a_step_moves_it_nowhere(alone, off):
    page = alone(width=390, reduced_motion="reduce")
    dot, summit = page.locator(".handle").bounding_box(), page.locator(".summit").bounding_box()
    page.mouse.move(dot["x"] + 14, dot["y"] + 14)
    page.mouse.down()
    page.mouse.move(summit["x"] + summit["width"] / 2 + off, dot["y"] + 14, steps=3)
    page.mouse.up()
    settle(page)
    top = page.evaluate("model.get('m')")
    assert top == pytest.approx(2.1458, abs=1e-4)
    for _ in range(2):
        press(page)
    assert page.evaluate("model.get('m')") == pytest.approx(top, abs=1e-9)


def test_before_the_first_e_step_the_chain_is_one_number_and_each_column_says_when(alone):
    page = alone(reduced_motion="reduce")
    assert page.locator(".formula").inner_text().split("\n")[0] == "log L"
    assert page.locator(".formula > span:visible").count() == 1
    press(page)
    assert page.locator(".formula > span:visible").count() == 3
    assert page.locator("svg .name.bound").text_content() == "B"
    press(page)
    words = page.locator(".formula").inner_text()
    assert "log L before" in words
    assert "log L after M" in words


def test_a_gap_too_small_for_its_digits_is_not_called_0(alone):
    page = alone()
    module = "import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })))"
    gaps = page.evaluate(
        f"async (esm) => {{ const {{ gapOf }} = await {module};"
        " return [0.81, 0.004, 0].map((gap) => gapOf(gap, { height: 0 })); }",
        Climb._esm,
    )
    assert gaps == ["0.81", "less than 0.005", "less than 0.005"]


def test_dragging_or_keys_start_the_climb_anew(alone):
    page = alone(reduced_motion="reduce")
    press(page)
    handle = page.locator(".handle")
    handle.focus()
    page.keyboard.press("Home")
    settle(page)
    assert page.locator("path.bound").count() == 0
    assert float(handle.get_attribute("aria-valuenow")) == float(handle.get_attribute("aria-valuemin"))
    page.keyboard.press("ArrowRight")
    settle(page)
    assert "log L = " in handle.get_attribute("aria-valuetext")
    press(page)
    box = handle.bounding_box()
    page.mouse.move(box["x"] + 14, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + 214, box["y"] + 14)
    page.mouse.up()
    settle(page)
    assert page.locator("path.bound").count() == 0
    m = page.evaluate("model.get('m')")
    assert 0 < m < 16
    assert chain(page)[0] == f"{log_likelihood(datasets.line(), [[m], [11]], 4):.3f}"


def test_the_figure_follows_python(alone):
    page = alone(reduced_motion="reduce")
    press(page)
    page.evaluate("model.set('m', 5); model.set('sigma', 2); model.set('others', [3, 12])")
    settle(page)
    means = [[5], [3], [12]]
    assert chain(page) == [f"{log_likelihood(datasets.line(), means, 2):.3f}", "", "", ""]
    for _ in range(2):
        press(page)
    after = fit(datasets.line(), means, 2, max_steps=1)
    assert page.evaluate("model.get('m')") == pytest.approx(after.means[0, 0], rel=1e-9)
    page.evaluate("end()")
    assert page.evaluate("listening()") == 0


@pytest.mark.parametrize("m", [16, 8, -1, 3])
@pytest.mark.parametrize("width", [320, 680])
def test_no_name_covers_another_or_the_curve(alone, width, m):
    page = alone(Climb(m=m), width=width, reduced_motion="reduce")
    for _ in range(8):
        press(page)
        assert overlaps(page, ".climb") == []


def test_figure_and_buttons_fit_together_on_a_phone(alone):
    page = alone(width=390, height=844)
    buttons = page.locator(".buttons").bounding_box()
    assert buttons["y"] + buttons["height"] - page.locator(".stage").bounding_box()["y"] <= 420
    for control in page.locator("button").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize(
    "widget",
    [
        Climb([[3], [3]], [3], 3, 1),
        Climb(sigma=0.02),
        Climb(sigma=1.6e4),
        Climb([[1e8], [1e8 + 1]], [1e8], 1e8 + 3, 1),
        Climb([[0], [1]], [0], 1e140, 1e140),
    ],
    ids=["all equal", "narrow", "wide", "far", "huge"],
)
def test_extreme_numbers_do_not_break_the_drawing(alone, widget):
    page = alone(widget, reduced_motion="reduce")
    for _ in range(4):
        page.locator("[data-do=step]").click()
        settle(page)
    assert page.console == []
    drawn = page.locator("main").inner_html()
    assert "NaN" not in drawn
    assert "Infinity" not in drawn
