"""A figure is whole in each picture of a window that is made narrower: what it empties it fills before that is seen."""

import pytest

from tests.browser.figures import QUIET, mount, settle
from tests.browser.test_widget_colours import WIDGETS

# Observers are called in the order in which they began: this one after the figure's own, before the screen is painted.
NARROWED = """
async () => {
  const root = document.querySelector(".kmeans-em");
  const drawn = () => [...root.querySelectorAll("svg, canvas")].map((it) => it.toDataURL?.() ?? it.innerHTML);
  const frame = () => new Promise(requestAnimationFrame);
  let seen = null;
  const observer = new ResizeObserver(() => { seen = drawn(); });
  observer.observe(root);
  await frame();
  await frame();
  seen = null;
  document.querySelector("main").style.width = "420px";
  while (!seen) await frame();
  observer.disconnect();
  for (let i = 0; i < 3; i++) await frame();
  return [seen, drawn()];
}
"""


@pytest.mark.parametrize("name", WIDGETS)
def test_no_frame_shows_an_empty_figure(open_page, name):
    page = mount(open_page("about:blank", 800), WIDGETS[name]())
    settle(page, QUIET)
    seen, drawn = page.evaluate(NARROWED)
    assert seen == drawn
    assert page.console == []
