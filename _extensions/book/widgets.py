"""Pages that hold a widget get kmeans_em/widgets/host.js, straight from the package; no other page does.

Several widgets of one kind share their module, and matplotlib's drawings get short numbers: both for the page's weight.
"""

import json
import shutil
from functools import partial
from pathlib import Path

from kmeans_em.widgets.base import with_short_numbers

from . import without_python
from .math import macros, typeset

HOST = Path(__file__).parents[2] / "kmeans_em" / "widgets" / "host.js"


def configure(app, config):
    config.nb_ipywidgets_js = {"widgets/host.js": {"loading_method": "defer"}}
    # A widget that brings its own static picture (text/html) is shown as that picture until host.js mounts it.
    config.nb_mime_priority_overrides = [
        *config.nb_mime_priority_overrides,
        ("html", "text/html", 5),
    ]


def write_out(data, macros):
    """What an Output captured as Markdown or LaTeX becomes HTML: the page has no other use for it."""
    if "text/html" not in data and "text/markdown" in data:
        data["text/html"] = without_python.markdown(data["text/markdown"], partial(typeset, macros=macros))
    if "text/html" not in data and "text/latex" in data:
        latex = data["text/latex"].strip().strip("$").strip()
        data["text/html"] = typeset(latex, displayMode=True, macros=macros)[0] or latex


def share_modules(app, pagename, *context):
    """In a page's widget state, a module is written out once; other models name the one that has it."""
    files = getattr(app.env, "nb_metadata", {}).get(pagename, {}).get("js_files", {})
    if "ipywidgets_state" not in files:
        return
    _, script = files["ipywidgets_state"]
    widgets = json.loads(script["body"])
    first = {}
    for name, model in widgets["state"].items():
        for output in model["state"].get("outputs", ()):
            write_out(output.get("data", {}), macros(app.config))
        source = model["state"].get("_esm"), model["state"].get("_css")
        if source[0] and first.setdefault(source, name) != name:
            model["state"] = {key: value for key, value in model["state"].items() if key not in ("_esm", "_css")}
            model["state"]["_module_of"] = first[source]
    script["body"] = json.dumps(widgets).replace("</", "<\\/")  # no closing tag within the script


def shorten_figures(app, exception):
    if exception or app.builder.format != "html":
        return
    for figure in Path(app.outdir, "_images").glob("*.svg"):
        drawing = figure.read_text(encoding="utf-8")
        if "<dc:title>Matplotlib" in drawing:  # whose unit is a point; another's may be as large as the picture
            figure.write_text(with_short_numbers(drawing), encoding="utf-8")


def copy_host(app, exception):
    if exception or app.builder.format != "html" or not HOST.exists():
        return
    target = Path(app.outdir, "_static", "widgets")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(HOST, target)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", share_modules, priority=400)  # before myst-nb puts the state into the page
    app.connect("build-finished", copy_host)
    app.connect("build-finished", shorten_figures)
