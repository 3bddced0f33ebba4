"""What must fail the build does, and widgets reach the page: tried on books of one page."""

from types import SimpleNamespace

import pytest

from _extensions.book.widgets import shorten_figures
from kmeans_em.widgets.base import with_short_numbers
from tests.build import NOTEBOOK, build, scratch

FIGURE = """# A page

```{code-cell} ipython3
%config InlineBackend.figure_formats = ["FORMAT"]
import matplotlib.pyplot as plt
plt.plot([0, 1]);
```
"""


@pytest.fixture
def try_page(tmp_path):
    def try_(text, **environment):
        code, log = build(scratch(tmp_path / "book", index="# A book\n", page=text), tmp_path / "out", **environment)
        html = tmp_path / "out" / "_build" / "html" / "page.html"
        return code, log, html.read_text() if html.exists() else ""

    return try_


def test_figures_without_a_text_alternative_fail_the_build(try_page):
    png, svg = FIGURE.replace("FORMAT", "png"), FIGURE.replace("FORMAT", "svg").replace("# A page", "## Again")
    markdown = "\n![](picture.png)\n\n![picture.png](picture.png)\n"
    code, log, _ = try_page(NOTEBOOK + png + svg + markdown)
    assert code != 0
    assert log.count("picture with no text alternative") == 3, log
    assert log.count("a file name for text alternative") == 1, log
    assert "page.md:" in log


def test_mathematics_that_cannot_be_read_fails_the_build(try_page):
    code, log, _ = try_page("# A page\n\nHere $\\frac{1}{$ is.\n")
    assert code != 0
    assert "page.md:3: mathematics that cannot be read:" in log


def test_a_cell_that_raises_fails_the_build(try_page):
    code, log, _ = try_page(NOTEBOOK + "# A page\n\n```{code-cell} ipython3\n1 / 0\n```\n")
    assert code != 0
    assert "ZeroDivisionError" in log


def test_mathematics_works_wherever_text_does(try_page):
    page = r"""# A page with $\sigma$

```{prf:theorem} About $x^2$
:label: thm-one
Let $a > 0$.

$$
a^2 > 0
$$ (eq-one)
```

| $\mu$ | mean |
|---|---|
| $\sigma$ | spread |

See {prf:ref}`thm-one` and {eq}`eq-one`.

```{code-cell} ipython3
import sympy
sympy.Symbol("x") ** 2 / 3
```
"""
    code, log, html = try_page(NOTEBOOK + page)
    assert code == 0, log
    assert html.count('class="katex-mathml"') >= 7
    assert "Theorem 1" in html
    assert "<title>A page with \\sigma · " in html


def test_a_folded_solution_is_a_native_details(try_page):
    page = """# A page

```{exercise} Count
:label: ex-count
How many?
```

```{solution} ex-count
:class: dropdown
Three.
```
"""
    code, log, html = try_page(page)
    assert code == 0, log
    summary = html.split("<summary>")[1].split("</summary>")[0]
    assert "Solution to" in summary
    assert "<a " not in summary


WIDGETS = """# Widgets

```{code-cell} ipython3
:tags: [remove-input]
import anywidget
import ipywidgets
import traitlets

class Dot(anywidget.AnyWidget):
    _esm = "export default { render({ model, el }) { el.textContent = 'mounted ' + model.get('sigma'); } }"
    sigma = traitlets.Float(0.5).tag(sync=True)

    def _repr_mimebundle_(self, **kwargs):
        view = super()._repr_mimebundle_(**kwargs)
        bundle = view[0] if isinstance(view, tuple) else view
        model = bundle["application/vnd.jupyter.widget-view+json"]
        import json
        script = f'<script type="application/vnd.jupyter.widget-view+json">{json.dumps(model)}</script>'
        return {**bundle, "text/html": f"<div class='still'>a still picture{script}</div>"}

Dot()
```

```{code-cell} ipython3
ipywidgets.FloatSlider(description="plain")
```
"""


def test_a_widget_brings_its_picture_its_state_and_the_host(try_page):
    code, log, html = try_page(NOTEBOOK + WIDGETS)
    assert code == 0, log
    assert "a still picture" in html
    assert html.count('type="application/vnd.jupyter.widget-view+json"') == 2
    assert html.count('type="application/vnd.jupyter.widget-state+json"') == 1
    assert "_static/widgets/host.js" in html
    assert "requirejs" not in html
    assert "cdn" not in html


SECOND_DOT = """
```{code-cell} ipython3
Dot(sigma=0.25)
```
"""


def test_widgets_of_a_kind_share_their_module(try_page):
    code, log, html = try_page(NOTEBOOK + WIDGETS + SECOND_DOT)
    assert code == 0, log
    assert html.count("'mounted '") == 1
    assert html.count('"_module_of"') == 1


def test_drawings_have_short_numbers_where_no_size_hangs_on_them():
    svg = '<g transform="translate(1.23456 -0.00001) scale(0.015625)"><path d="M 1.001 2 L -3.14159 40.000001"/></g>'
    short = '<g transform="translate(1.23 -0) scale(0.015625)"><path d="M 1 2 L -3.14 40"/></g>'
    assert with_short_numbers(svg) == short


def test_only_matplotlib_s_drawings_are_shortened(tmp_path):
    tiny = '<svg viewBox="0 0 1 1"><path d="M 0.0012345 0.5"/></svg>'
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "own.svg").write_text(tiny)
    (tmp_path / "_images" / "plot.svg").write_text(f"<dc:title>Matplotlib v3</dc:title>{tiny}")
    shorten_figures(SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html")), None)
    assert (tmp_path / "_images" / "own.svg").read_text() == tiny
    assert 'd="M 0 0.5"' in (tmp_path / "_images" / "plot.svg").read_text()


def test_a_page_without_widgets_loads_no_host(try_page):
    _, _, html = try_page("# A page\n\nText.\n")
    assert "host.js" not in html


def test_without_a_public_remote_there_are_no_links_to_one(try_page):
    code, log, html = try_page("# A page\n\nText.\n", BOOK_REPOSITORY="")
    assert code == 0, log
    assert "mybinder" not in html
    assert "Suggest an edit" not in html


def test_a_known_address_gives_canonical_links(try_page):
    _, _, html = try_page("# A page\n\nThe first words.\n", BOOK_URL="https://example.org/book")
    assert '<link rel="canonical" href="https://example.org/book/page.html">' in html
    assert '<meta name="description" content="The first words.">' in html


def test_keywords_in_the_front_matter_reach_the_search(try_page, tmp_path):
    code, log, html = try_page("---\nkeywords: bells, noise\n---\n# A page\n\nText.\n")
    assert code == 0, log
    assert '<meta name="keywords" content="bells, noise">' in html
    index = (tmp_path / "out" / "_build" / "html" / "_static" / "search" / "pages.js").read_text()
    assert '["page.html","bells, noise",[["a-page","A page","Text."]]]' in index
