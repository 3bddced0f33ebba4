"""The page: `theme/layout.html`, `book.css` and `book.js`, and nothing of what other extensions would add to it.

A page loads three stylesheets (KaTeX's, the code colours, ours), one script and the text face.
"""

import re
from pathlib import Path

from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.transforms.post_transforms import SphinxPostTransform

HERE = Path(__file__).parent
CODE_LIGHT, CODE_DARK = "a11y-high-contrast-light", "a11y-high-contrast-dark"

# book.css says what these say, in a tenth of the bytes.
UNUSED_CSS = ("basic.css", "pygments.css", "mystnb.", "proof.css", "exercise.css")
SHARED_IDS = (["proof-content"], ["exercise-content"], ["solution-content"])
REPAIRS = (
    (' aria-label="Toggle hidden content"', ""),  # the summary says in words what it shows
    ('<p class="caption" role="heading">', '<p class="caption">'),  # a heading without a level, in a list of pages
    ('role="doc-biblioentry"', 'role="listitem"'),  # deprecated, and the list around it wants items
)
UNUSED_JS = ("documentation_options.js", "doctools.js", "sphinx_highlight.js")


class ScrollWideTables(SphinxPostTransform):
    """A wide table scrolls in its own box, one that an author wrote in HTML too; it never widens the page."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for table in list(self.document.findall(nodes.table)):
            box = nodes.container(classes=["wide"])
            table.replace_self(box)
            box += table
        for raw in self.document.findall(nodes.raw):
            if "html" in raw.get("format", "") and "text_html" not in raw["classes"]:  # that scrolls
                html = re.sub(r"<table\b", '<div class="wide"><table', raw.astext())
                raw.children = [nodes.Text(html.replace("</table>", "</table></div>"))]


class TidyBoxes(SphinxPostTransform):
    """sphinx-proof and sphinx-exercise give every box the same ids."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for node in self.document.findall(nodes.Element):
            if node.get("ids") in SHARED_IDS:
                node["ids"] = []


def repair(app, pagename, templatename, context, doctree):
    """Correct what screen readers would be told wrongly."""
    for wrong, right in REPAIRS:
        context["body"] = context.get("body", "").replace(wrong, right)


def slim(app, pagename, templatename, context, doctree):
    """Leave out the stylesheets and scripts that this page does not use."""

    def name(asset):
        return str(getattr(asset, "filename", asset) or "").removeprefix("_static/")

    context["css_files"] = [css for css in context["css_files"] if not name(css).startswith(UNUSED_CSS)]
    context["script_files"] = [js for js in context["script_files"] if not name(js).startswith(UNUSED_JS)]


def code_colours():
    light = HtmlFormatter(style=CODE_LIGHT).get_style_defs(".highlight")
    dark = HtmlFormatter(style=CODE_DARK).get_style_defs("html[data-theme=dark] .highlight")
    return f"{light}\n@media not print {{\n{dark}\n}}\n"


def copy_assets(app, exception):
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static")
    (target / "code.css").write_text(code_colours())


def setup(app):
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book always sets it; nothing here reads it
    app.add_html_theme("book", str(HERE / "theme"))
    app.add_css_file("code.css", priority=200)
    app.add_css_file("book.css", priority=300)
    app.add_js_file("book.js", loading_method="defer")
    app.add_post_transform(ScrollWideTables)
    app.add_post_transform(TidyBoxes)
    app.connect("html-page-context", slim, priority=900)
    app.connect("html-page-context", repair, priority=900)
    app.connect("build-finished", copy_assets)
