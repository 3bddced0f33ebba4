"""Old addresses lead to where their content lives now.

A page that was renamed stands in `book_moved` (old page: new page) and leaves a page behind that leads on. A heading,
theorem or figure that went to another page needs no entry: `_static/places.json` knows the page of every anchor, and
`book.js` asks it when a page is opened at an anchor that it does not have.
"""

import json
from html import escape
from pathlib import Path

from docutils import nodes

LEADS_ON = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{link}">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="1; url={link}">
<script>location.replace("{link}" + location.hash);</script>
<p>This page has moved: <a href="{link}">{title}</a>.</p>
</html>
"""


def collect(app, doctree):
    """Every anchor of a page."""
    ids = {name for node in doctree.findall(nodes.Element) for name in node.get("ids", ())}
    app.env.metadata[app.env.docname]["anchors"] = sorted(ids)


def write(app, exception):
    if exception or app.builder.format != "html":
        return
    out, builder = Path(app.outdir), app.builder
    places = {}
    for docname in sorted(app.env.found_docs):
        for name in app.env.metadata[docname].get("anchors", ()):
            places.setdefault(name, builder.get_target_uri(docname))
    (out / "_static" / "places.json").write_text(json.dumps(places, separators=(",", ":")), encoding="utf-8")
    for old, new in app.config.book_moved.items():
        link = escape(builder.get_relative_uri(old, new))
        title = escape(app.env.titles[new].astext())
        target = out / builder.get_target_uri(old)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(LEADS_ON.format(link=link, title=title), encoding="utf-8")


def setup(app):
    app.add_config_value("book_moved", {}, "html", dict)
    app.connect("doctree-read", collect)
    app.connect("build-finished", write)
