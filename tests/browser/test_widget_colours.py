"""Every word and every mark of a widget can be seen: in light, in dark, and in a host that is dark without a word."""

import pytest

from benchmarks.slider_latency import page_of
from kmeans_em import datasets
from kmeans_em.widgets import (
    Bell,
    Bias,
    Bifurcation,
    Blocks,
    Climb,
    Collapse,
    Deltas,
    Explorer,
    LearnSigma,
    Likelihood,
    Narrowing,
    Price,
    Temperature,
    TwoBells,
)
from tests.browser.figures import settle
from tests.contrast import contrast

PLANE, LINE = datasets.blobs(), datasets.line()
SEVEN = [[j, j % 3] for j in range(7)]
WIDGETS = {
    "range": lambda: Explorer(PLANE, SEVEN, sigma=0.5, follow=True),
    "staircase": lambda: Explorer(PLANE, SEVEN, panel="staircase"),
    "terms": lambda: Explorer(PLANE, SEVEN, panel="terms"),
    "weights": lambda: Explorer(LINE, [[1], [9]], sigma=2, weights=[0.3, 0.7]),
    "bound": lambda: Explorer(LINE, [[1], [9]], sigma=2, panel="bound"),
    "likelihood": lambda: Likelihood(LINE),
    "narrowing": lambda: Narrowing(sigma=0.2),
    "bell": Bell,
    "bias": Bias,
    "two bells": TwoBells,
    "temperature": Temperature,
    "climb": Climb,
    "blocks": Blocks,
    "bifurcation": lambda: Bifurcation(predictions=True),
    "deltas": Deltas,
    "collapse": lambda: Collapse(sigma=3),
    "price": lambda: Price(price=20),
    "learned sigma": lambda: LearnSigma(step=3),
}
HOSTS = {
    "a light one": "<html>",
    "a dark one that does not say so": '<html style="background: #111; color: #eee; color-scheme: dark">',
    "this book": '<html data-theme="dark" style="background: #181a1c">',
    "JupyterLab": '<html data-jp-theme-light="false" style="background: #111">',
    "Colab": '<html theme="dark" style="background: #383838">',
    "VS Code": '<html style="background: #1e1e1e"><body class="vscode-dark">',
}
# Shades between curves that are drawn themselves, the rim that sets a ring off from the points, the gaps that dash or
# cut a filled part, and what is meant to be faint: ribbons from a block to its name, the band under a line.
NO_MARKS = ".between, .tail, .halo, .seam, .split, .ribbon, .both, .rising"
# [what it is, how strong a contrast it needs, its colours]; a mark may have a fill, an outline or both.
COLOURS = """(root, noMarks) => {
  const rgba = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    const most = colour.startsWith("color(") ? 1 : 255; // as color-mix gives it
    return [r / most, g / most, b / most, a];
  };
  const shown = (it) => it.getBoundingClientRect().width > 0 && getComputedStyle(it).visibility === "visible";
  const named = (it) => `${it.localName} ${it.getAttribute("class") ?? ""} ${it.textContent.slice(0, 20)}`;
  const seen = [];
  for (const it of root.querySelectorAll("*")) {
    const style = getComputedStyle(it);
    const words = [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const mark = /^(path|line|rect|circle|ellipse)$/.test(it.localName) && !it.matches(noMarks);
    if (!shown(it) || !(words || mark)) continue;
    const opaque = +style.opacity;
    if (words) {
      const ink = rgba(it.namespaceURI.endsWith("svg") ? style.fill : style.color);
      const ground = style.backgroundColor === "rgba(0, 0, 0, 0)" ? null : rgba(style.backgroundColor);
      seen.push([named(it), 4.5, [[...ink.slice(0, 3), ink[3] * opaque]], ground]);
    } else {
      const colours = ["stroke", "fill"].filter((paint) => style[paint] !== "none").map((paint) => {
        const [r, g, b, a] = rgba(style[paint]);
        return [r, g, b, a * style[`${paint}Opacity`] * opaque];
      });
      seen.push([named(it), 3, colours, null]);
    }
  }
  return { paper: rgba(getComputedStyle(root).backgroundColor), seen };
}"""


def over(paper, colour):
    *rgb, alpha = colour
    return [alpha * part + (1 - alpha) * below for part, below in zip(rgb, paper)]


@pytest.mark.parametrize("host", HOSTS)
def test_every_word_and_mark_stands_out_from_the_widget_s_own_paper(open_page, host):
    page, faint = open_page("about:blank"), []
    for name, widget in WIDGETS.items():
        page.set_content(f"<!DOCTYPE html>{HOSTS[host]}{page_of(widget())}")
        page.wait_for_selector(".kmeans-em .summary:not(:empty)")
        if name == "staircase":
            page.locator("[data-do=step]").click()
            settle(page)
        found = page.locator(".kmeans-em").evaluate(COLOURS, NO_MARKS)
        *paper, alpha = found["paper"]
        assert alpha == 1
        assert len(found["seen"]) > 15
        for what, needed, colours, ground in found["seen"]:
            best = max(contrast(over(paper, colour), (ground or paper)[:3]) for colour in colours)
            if best < needed:
                faint.append(f"{name}: {what}: {best:.2f}")
    assert faint == []


@pytest.mark.parametrize("host", HOSTS)
def test_a_widget_is_dark_where_the_host_says_that_it_is(open_page, host):
    page = open_page("about:blank")
    page.set_content(f"<!DOCTYPE html>{HOSTS[host]}{page_of(Narrowing())}")
    page.wait_for_selector(".kmeans-em .summary:not(:empty)")
    scheme = page.locator(".kmeans-em").evaluate("(root) => getComputedStyle(root).colorScheme")
    assert scheme == ("light" if host.startswith("a ") else "dark")
