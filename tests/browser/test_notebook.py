"""The chapters as notebooks, in JupyterLab as Binder and `make live` start it.

LAB_PREFIX names another environment than this one, whose JupyterLab then runs (`python -m tests.binder` sets it).
"""

import os
import shutil
import sys
from urllib.parse import urlparse

import jupytext
import nbclient
import nbformat
import numpy as np
import pytest
import yaml

from tests.browser.lab import OPENS_WITHIN, Notebook, running, until
from tests.build import NOTEBOOK, ROOT

pytestmark = pytest.mark.xdist_group("lab")
LAB_PREFIX = os.environ.get("LAB_PREFIX")
START, CHAPTER = "chapters/start.md", "chapters/01-squared-error.md"

LINKED = f"""{NOTEBOOK}
```{{code-cell}} ipython3
import ipywidgets
from kmeans_em import datasets
from kmeans_em.widgets import Blocks, Explorer, Narrowing, TwoBells

w = Explorer(datasets.line(), [[1], [9]], sigma=2)
log_sigma = ipywidgets.FloatLogSlider(min=-1, max=1, step=0.001, value=1)
link = ipywidgets.jslink((w, "sigma"), (log_sigma, "value"))
ipywidgets.VBox([w, log_sigma])
```

```{{code-cell}} ipython3
bell = Narrowing(mu=5, sigma=0.5)
bell
```

```{{code-cell}} ipython3
bells, blocks = TwoBells(), Blocks()
ipywidgets.VBox([bells, blocks])
```
"""

RUN_BEFORE = f"""{NOTEBOOK}
```{{code-cell}} ipython3
from kmeans_em import datasets
from kmeans_em.widgets import Explorer

Explorer(datasets.line(), [[1], [9]], sigma=2)
```

```{{code-cell}} ipython3
import matplotlib.pyplot as plt
from kmeans_em import plots

plots.use_book_style()
plt.plot([0, 1]);
```
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder with a copy of the chapters in work/, so that the checkout stays as it is."""
    home = tmp_path_factory.mktemp("home")
    ignored = shutil.ignore_patterns(".ipynb_checkpoints")
    shutil.copytree(ROOT / "chapters", home / "work" / "chapters", ignore=ignored)
    (home / "work" / "linked.md").write_text(LINKED)
    return home


@pytest.fixture(scope="module")
def lab(home):
    with running(home, LAB_PREFIX) as url:
        yield url


@pytest.fixture(scope="module")
def opened(browser, lab, home):
    """Opens a file of the book, once, and runs its cells; the page carries what it said and what it asked for."""
    context, notebooks = browser.new_context(viewport={"width": 1280, "height": 900}), {}

    def open_(path):
        if path not in notebooks:
            page = context.new_page()
            page.complaints, page.requests = [], []
            page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
            page.on("pageerror", lambda error: page.complaints.append(f"{error}\n{error.stack}"))
            page.on("request", lambda request: page.requests.append(request.url))
            notebooks[path] = Notebook(page, lab, home, path)
            assert notebooks[path].is_notebook, f"{path} opened as text"
            notebooks[path].run_all()
        return notebooks[path]

    yield open_
    for notebook in notebooks.values():
        notebook.close()
    context.close()


@pytest.fixture
def start(opened):
    """The first page, its explorer in sight and called `w` in the kernel."""
    notebook = opened(START)
    notebook.tell("w = Out[1]")
    notebook.page.locator(".explorer").first.scroll_into_view_if_needed()
    notebook.page.locator(".explorer .handle[aria-label]").first.wait_for()
    return notebook


@pytest.fixture
def linked(opened):
    return opened("linked.md")


def slider(notebook):
    return notebook.page.locator(".explorer input[type=range]").first


def shown_sigma(notebook):
    return slider(notebook).get_attribute("aria-valuetext")


def shown_means(notebook):
    """The means as the handles of the first explorer announce them, to three digits."""
    handles = notebook.page.locator(".explorer").first.locator(".handle")
    labels = handles.evaluate_all("handles => handles.map((handle) => handle.getAttribute('aria-label'))")
    return np.array([[float(c) for c in label.split("at ")[1].replace("−", "-").split(", ")] for label in labels])


def assert_shows(notebook, means):
    until(lambda: np.allclose(shown_means(notebook), means, rtol=6e-3, atol=6e-3), "the handles did not go there")


@pytest.mark.parametrize("path", [START, CHAPTER])
def test_a_chapter_opens_as_a_notebook_whose_cells_all_run(opened, path):
    page = opened(path).page
    code = jupytext.read(ROOT / path)["cells"]
    cells = sum(cell["cell_type"] == "code" for cell in code)
    until(lambda: page.locator(".jp-CodeCell").count() == cells, f"there are not {cells} code cells")
    assert page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.error"]').count() == 0
    assert page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.stderr"]').count() == 0


def test_the_kernel_is_the_environment_s_python(start):
    assert start.ask("__import__('sys').prefix") == (LAB_PREFIX or sys.prefix)


def test_the_explorer_shows_and_not_its_picture(start):
    page = start.page
    assert page.locator(".explorer").first.is_visible()
    assert page.locator(".widget-picture").count() == 0
    painted = """(canvas) => new Set(new Uint32Array(
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    until(lambda: page.locator(".explorer canvas").first.evaluate(painted) > 20, "the explorer's canvas is blank")


def test_the_slider_moves_sigma_in_the_kernel(start):
    slider(start).press("Home")
    until(lambda: start.ask("w.sigma") == 0, "sigma stayed in the kernel")
    slider(start).press("ArrowRight")
    until(lambda: start.ask("w.sigma") > 0, "sigma stayed in the kernel")


def test_the_arrow_keys_move_a_mean_in_the_kernel(start):
    start.tell("w.follow = False; w.means = [[-1.0, 0.25], [0.75, -0.5], [2.0, 1.5]]")
    assert_shows(start, [[-1.0, 0.25], [0.75, -0.5], [2.0, 1.5]])
    start.page.locator(".explorer .handle").first.press("ArrowRight")
    until(lambda: start.ask("bool(w.means[0, 0] > -1)"), "the mean stayed in the kernel")


def test_the_kernel_moves_the_slider_and_the_means(start):
    start.tell("w.follow = False")
    start.tell("w.sigma = 0.5")
    until(lambda: shown_sigma(start) == "σ = 0.500", "the slider did not go there")
    elsewhere = [[-1.0, 0.25], [0.75, -0.5], [2.0, 1.5]]
    start.tell(f"w.means = {elsewhere}")
    assert_shows(start, elsewhere)
    assert start.ask("w.means.tolist()") == elsewhere


def test_a_dragged_mean_reaches_the_kernel(start):
    start.tell("w.follow = False; w.means = [[-1.0, 0.25], [0.75, -0.5], [2.0, 1.5]]")
    assert_shows(start, [[-1.0, 0.25], [0.75, -0.5], [2.0, 1.5]])
    box = start.page.locator(".explorer .handle").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    start.page.mouse.move(x, y)
    start.page.mouse.down()
    start.page.mouse.move(x + 60, y - 40, steps=4)
    start.page.mouse.up()
    until(lambda: start.ask("bool(w.means[0, 0] > -1 and w.means[0, 1] > 0.25)"), "the mean stayed in the kernel")
    assert start.ask("w.means[1].tolist()") == [0.75, -0.5]
    assert_shows(start, start.ask("w.means.tolist()"))


def test_jslink_ties_sigma_to_a_slider_of_ipywidgets_both_ways(linked):
    knob = linked.page.locator(".widget-slider .noUi-handle")
    together = "round(w.sigma / log_sigma.value, 2) == 1"
    knob.press("ArrowLeft")
    until(lambda: linked.ask(f"w.sigma < 2 and {together}"), "the explorer did not hear from the slider")
    slider(linked).press("ArrowRight")
    slider(linked).press("ArrowRight")
    until(lambda: linked.ask(f"w.sigma > 2 and {together}"), "the slider did not hear from the explorer")
    linked.tell("log_sigma.value = 0.5")
    until(lambda: shown_sigma(linked) == "σ = 0.500", "the explorer did not hear from the kernel")
    until(lambda: linked.ask(f"w.sigma < 0.51 and {together}"), "the kernel did not hear from the explorer")


def test_the_narrowing_bell_and_the_kernel_hear_from_each_other(linked):
    bell = linked.page.locator(".narrowing")
    bell.locator("[data-do=halve]").click()
    until(lambda: linked.ask("bell.sigma") == 0.25, "the kernel did not hear from the button")
    bell.locator("input").press("Home")
    until(lambda: linked.ask("bell.sigma") == 0, "the kernel did not hear from the slider")
    linked.tell("bell.sigma = 300")
    until(lambda: bell.locator("[data-is=transport]").inner_text() == "300", "the page did not hear from the kernel")
    linked.tell("bell.mu = -7")
    until(lambda: "−8" in bell.locator("svg").first.text_content(), "the axis stayed where it was")


def test_two_bells_and_the_blocks_and_the_kernel_hear_from_each_other(linked):
    bells, blocks = linked.page.locator(".two-bells"), linked.page.locator(".blocks")
    bells.locator("[data-relative=true]").click()
    bells.locator(".handle").press("ArrowLeft")
    until(lambda: linked.ask("(bells.relative, bells.point)") == (True, 7.9), "the kernel did not hear from the bells")
    linked.tell("bells.point, bells.means = 3, [2, 4]")
    until(lambda: "r₁ = 0.500" in bells.locator("svg").first.text_content(), "the bells did not hear from the kernel")
    blocks.locator("input").press("Home")
    until(lambda: linked.ask("blocks.sigma") == 0, "the kernel did not hear from the blocks")
    linked.tell("blocks.means = [5, 11]")
    until(lambda: "= 2" in blocks.locator(".sum").inner_text(), "the blocks did not hear from the kernel")


def test_directives_and_mathematics_are_typeset(opened):
    prose = opened(CHAPTER).page.locator(".jp-MarkdownCell .myst")
    text = "\n".join(prose.evaluate_all("cells => cells.map((cell) => cell.textContent)"))
    for title in ("Theorem 1 (The weighted-mean identity)", "Exercise 1", "Solution to", "A common slip"):
        assert title in text
    for raw in (":::", "```", "{prf:", "{math}", "{eq}", "{ref}", ":label:", ":class:"):
        assert raw not in text
    assert prose.locator(".katex").count() > 100
    assert prose.locator(".katex-error").count() == 0


def test_a_link_to_another_chapter_opens_it_as_a_notebook(start):
    page = start.page
    page.locator(".jp-MarkdownCell .myst").get_by_role(
        "link", name="Read the squared error off a Gaussian"
    ).first.click()
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)", has_text="The logarithm of a bell").wait_for()
    page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text="start.md").click()


def test_the_explorer_is_readable_in_the_dark_theme(start):
    page = start.page
    page.locator(".lm-MenuBar-item", has_text="Settings").click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.get_by_role("menuitem", name="JupyterLab Dark", exact=True).click()
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    brightness = """(element, property) =>
        getComputedStyle(element)[property].match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + +part / 3, 0)"""
    ink = page.locator(".explorer").first.evaluate(f"it => ({brightness})(it, 'color')")
    paper = page.locator(".jp-Notebook").first.evaluate(f"it => ({brightness})(it, 'backgroundColor')")
    assert ink > 200 > 60 > paper


@pytest.mark.parametrize("path", [START, CHAPTER])
def test_a_chapter_changes_only_when_saved_and_then_keeps_its_source(opened, home, path):
    notebook = opened(path)
    file = home / "work" / path
    before, opened_at = file.read_text(), file.stat().st_mtime_ns
    assert before == (ROOT / path).read_text()
    notebook.save()
    until(lambda: file.stat().st_mtime_ns != opened_at and file.read_text().count("\n---\n") > 0, "it was not saved")
    assert source(file.read_text()) == source(before)


def source(text):
    """What an author wrote: the header less what jupytext puts there, and the cells."""
    header = yaml.safe_load(text.split("---\n")[1])
    cells = jupytext.reads(text, "md:myst")["cells"]
    mine = {name: value for name, value in header.items() if name not in ("jupytext", "kernelspec")}
    return mine, [(cell["cell_type"], cell["source"], cell["metadata"]) for cell in cells]


def test_a_downloaded_notebook_shows_its_pictures_before_it_runs(browser, lab, home):
    notebook = jupytext.reads(RUN_BEFORE, "md:myst")
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.write(notebook, home / "work" / "downloaded.ipynb")
    context = browser.new_context(viewport={"width": 1280, "height": 1200})
    page = Notebook(context.new_page(), lab, home, "downloaded.ipynb").page
    outputs = page.locator(".jp-CodeCell .jp-OutputArea-output")
    until(lambda: outputs.locator("img").count() == 2, "there are not two pictures", OPENS_WITHIN)
    drawn = outputs.locator("img").evaluate_all("pictures => pictures.map((it) => it.complete && it.naturalWidth)")
    assert min(drawn) > 300
    assert [text.strip() for text in outputs.all_inner_texts()] == ["", ""]
    assert "coloured by their shares" in outputs.locator("img").first.get_attribute("alt")
    context.close()


def test_no_page_asks_complains_or_calls_out(opened, lab):
    for path in (START, CHAPTER, "linked.md"):
        page = opened(path).page
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0, path
        assert [text for text in page.complaints if not foreign(text)] == [], path
        others = {urlparse(url).netloc for url in page.requests} - {urlparse(lab).netloc, ""}
        assert not others, path


FOREIGN = (
    "_markdownOverlapsToolbar",  # JupyterLab's cell toolbar stumbles over jupyterlab-myst,
    "Cross reference target was not found",  # which misses labels that stand on other pages
    "Shared module @jupyterlite/services",  # what JupyterLite's kernel brings along is not for JupyterLab
)


def foreign(complaint):
    return any(part in complaint for part in FOREIGN)
