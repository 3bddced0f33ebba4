"""The menu *Run it* of a page with cells: every way to run them that works for this copy of the book, nearest first.

A way that needs a service of others is there only if the service can reach the book: Binder with a public repository,
Colab with the notebooks on a branch at GitHub. Something of the book that runs cells itself puts its `Way` first.
"""

from pathlib import PurePosixPath
from typing import NamedTuple


class Way(NamedTuple):
    """A line of the menu: a link, or a button that the page's script knows by `action`."""

    name: str
    note: str
    href: str = ""
    action: str = ""
    download: str = ""


def add_menu(app, pagename, templatename, context, doctree):
    if not context.get("notebooks"):
        return
    links = context.get("repository") or {}
    ways = context.setdefault("launch", [])
    if "colab" in links:
        ways.append(Way("Colab", "a server; with an account", links["colab"]))
    if "binder" in links:
        ways.append(Way("Binder", "a server, in a few minutes; no account", links["binder"]))
    solved, *unsolved = (context["pathto"](name, 1) for name in context["notebooks"])
    name = PurePosixPath(pagename).name
    ways.append(Way("Download the notebook", "with solutions" if unsolved else ".ipynb", solved, "", f"{name}.ipynb"))
    for href in unsolved:
        ways.append(Way("Download without solutions", "to hand out", href, "", f"{name}-without-solutions.ipynb"))


def setup(app):
    app.connect("html-page-context", add_menu, priority=800)  # all that can run cells has been told of by then
