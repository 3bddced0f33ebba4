"""The explorer's own page, `explorer.html` at the top of the site: full screen, JavaScript alone, no kernel.

Its script is put together of the modules of the chapters' explorer; its data are those of `kmeans_em.datasets`, to the
bit. Both are plain scripts, so that the page opens from a folder on disk, too. A book has it where `book_explorer` is
true in _config.yml.
"""

import re
import shutil
from pathlib import Path

from kmeans_em.widgets import explorer_menu, explorer_page
from kmeans_em.widgets.base import stylesheet

PAPAPARSE = Path(__file__).parents[2] / "node_modules" / "papaparse"
NAME = "explorer"
FOLDER = "explorer"  # of _static


def plain(module):
    """The script of a module that imports nothing: its names are its own, as they were."""
    text = re.sub(r"^export default .*\n|^export \{[^}]*\};?\n", "", module, flags=re.MULTILINE)
    return f"(() => {{\n{re.sub(r'^export ', '', text, flags=re.MULTILINE)}\nboot();\n}})();\n"


def pages(app):
    return [(NAME, {}, "explorer.html")] if app.config.book_explorer and app.builder.name == "html" else []


def lead_there(app, pagename, templatename, context, doctree):
    """Where the explorers of this page find it: they open there, with their data and state."""
    if app.config.book_explorer and app.builder.name == "html":
        context["explorer"] = context["pathto"](NAME)


def write(app, exception):
    if exception or not app.config.book_explorer or app.builder.name != "html":
        return
    target = Path(app.outdir, "_static", FOLDER)
    target.mkdir(parents=True, exist_ok=True)
    (target / "page.js").write_text(plain(explorer_page.module()), encoding="utf-8")
    (target / "menu.js").write_text(explorer_menu.script(), encoding="utf-8")
    shutil.copy(PAPAPARSE / "papaparse.min.js", target / "papaparse.js")  # fetched with the first table
    (target / "figure.css").write_text(stylesheet(), encoding="utf-8")


def setup(app):
    app.add_config_value("book_explorer", False, "html", bool)
    app.connect("html-collect-pages", pages)
    app.connect("html-page-context", lead_there)
    app.connect("build-finished", write)
