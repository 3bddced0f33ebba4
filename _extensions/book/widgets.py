"""Pages that hold a widget get kmeans_em/widgets/host.js, straight from the package; no other page does."""

import shutil
from pathlib import Path

HOST = Path(__file__).parents[2] / "kmeans_em" / "widgets" / "host.js"


def configure(app, config):
    config.nb_ipywidgets_js = {"widgets/host.js": {"loading_method": "defer"}}
    # A widget that brings its own static picture (text/html) is shown as that picture until host.js mounts it.
    config.nb_mime_priority_overrides = [
        *config.nb_mime_priority_overrides,
        ("html", "text/html", 5),
    ]


def copy_host(app, exception):
    if exception or app.builder.format != "html" or not HOST.exists():
        return
    target = Path(app.outdir, "_static", "widgets")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(HOST, target)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("build-finished", copy_host)
