"""What search engines and chat previews read: a description per page, and sharing tags when the address is known.

A page describes itself in its front matter (`description: …`); if it does not, its first paragraph does.

The address comes from `BOOK_URL` (the Pages workflow sets it) or `html.baseurl`; the picture from `book_card`,
a file of the book.
"""

import os
import shutil
from pathlib import Path

from docutils import nodes

LONGEST = 200
CARD = "_static/card.png"


def description(doctree):
    """The page's first paragraph, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if isinstance(paragraph.parent, nodes.section) and text:
            return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def configure(app, config):
    config.html_baseurl = os.environ.get("BOOK_URL") or config.html_baseurl
    if config.html_baseurl and not config.html_baseurl.endswith("/"):
        config.html_baseurl += "/"


def add_metadata(app, pagename, templatename, context, doctree):
    base = app.config.html_baseurl
    if pagename in app.env.titles:
        context["plain_title"] = app.env.titles[pagename].astext()
    if doctree is not None:
        own = app.env.metadata[pagename].get("description")
        context["description"] = own or description(doctree)
    if base and app.config.book_card:
        context["card"] = base + CARD


def copy_card(app, exception):
    card = Path(app.srcdir, app.config.book_card)
    if not exception and app.builder.format == "html" and card.is_file():
        shutil.copy(card, Path(app.outdir, CARD))


def setup(app):
    app.add_config_value("book_card", "", "html", str)
    app.connect("config-inited", configure)
    app.connect("html-page-context", add_metadata)
    app.connect("build-finished", copy_card)
