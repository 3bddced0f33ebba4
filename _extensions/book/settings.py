"""What an author of Jupyter Books may set in `_config.yml` is honoured, or one line of the build says why it is not.

Honoured here: `html: extra_footer` and `announcement`, `sphinx: extra_extensions`. Sphinx and the other modules see to
the rest: `logo`, `html: favicon`, `baseurl`, the `repository` and its buttons, Binder, macros (math.py).
"""

from pathlib import Path

from sphinx.util.logging import getLogger

from .repository import read_config

logger = getLogger(__name__)
NO_HOST = "its pages ask no other host for anything"
PRINTED = "pages are printed from the browser"
OWN_THEME = "the page is its own theme, `_extensions/book/theme`"
WITHOUT = {
    ("html", "comments"): NO_HOST,
    ("html", "analytics"): NO_HOST,
    ("html", "google_analytics_id"): NO_HOST,
    ("html", "navbar_footer_text"): "`extra_footer` is the foot of its pages",
    ("html", "extra_navbar"): "`extra_footer` is the foot of its pages",
    ("html", "home_page_in_navbar"): "the title above the contents leads home",
    ("launch_buttons", "notebook_interface"): "a page opens in JupyterLab",
    ("launch_buttons", "jupyterhub_url"): "its button is Binder's, `binderhub_url`",
    ("launch_buttons", "colab_url"): "its button is Binder's, `binderhub_url`; Colab opens the downloaded notebook",
    ("launch_buttons", "deepnote_url"): "its button is Binder's, `binderhub_url`",
    ("launch_buttons", "thebe"): NO_HOST,
    ("latex",): PRINTED,
    ("sphinx", "config", "html_theme_options"): OWN_THEME,
    ("sphinx", "config", "html_sidebars"): OWN_THEME,
    ("sphinx", "config", "mathjax_path"): "KaTeX typesets while the book is built",
    ("sphinx", "config", "mathjax_config"): "macros stand under `mathjax3_config`",
    ("sphinx", "config", "mathjax2_config"): "macros stand under `mathjax3_config`",
    ("sphinx", "config", "thebe_config"): NO_HOST,
}
UNUSED = {
    "sphinx_book_theme": OWN_THEME,
    "sphinx_comments": NO_HOST,
    "sphinx_copybutton": "it has copy buttons already",
    "sphinx_thebe": NO_HOST,
    "sphinx_togglebutton": "`toggle` and `dropdown` fold without a script",
    "sphinx.ext.mathjax": "KaTeX typesets while the book is built",
}


def said(settings, path):
    """The value under these names, or None."""
    for name in path:
        settings = settings.get(name) if isinstance(settings, dict) else None
    return settings


def answer(app, config):
    """One line for each thing that the author has set and the book does without."""
    settings = read_config(app.srcdir)
    without = {path: why for path, why in WITHOUT.items() if any_of(said(settings, path))}
    mathjax = said(settings, ("sphinx", "config", "mathjax3_config")) or {}
    tex = mathjax.get("tex") or {}
    for path in [("mathjax3_config", name) for name in mathjax.keys() - {"tex"}] + [
        ("mathjax3_config", "tex", name) for name in tex.keys() - {"macros"}
    ]:
        without[path] = "KaTeX typesets while the book is built, and takes the macros alone"
    for name in extensions(settings):
        if name in UNUSED:
            without["sphinx", "extra_extensions", name] = UNUSED[name]
    for path, why in without.items():
        logger.info("_config.yml:%d: this book does without %s: %s.", line(app, path), "/".join(path), why)


def extensions(settings):
    """What the author wants besides; one name need not stand in a list."""
    names = said(settings, ("sphinx", "extra_extensions")) or []
    return [names] if isinstance(names, str) else names


def any_of(value):
    """Whether anything in it is set."""
    return any(map(any_of, value.values())) if isinstance(value, dict) else bool(value)


def line(app, path):
    """Where in _config.yml the last of these names stands, below the others."""
    place, lines = 0, Path(app.srcdir, "_config.yml").read_text(encoding="utf-8").splitlines()
    for name in path:
        found = (number for number, text in enumerate(lines[place:], place) if name in text)
        place = next(found, place)
    return place + 1


def fill_page(app, pagename, templatename, context, doctree):
    html = read_config(app.srcdir).get("html") or {}
    context["extra_footer"] = html.get("extra_footer") or ""
    context["announcement"] = html.get("announcement") or ""


def setup(app):
    for name in extensions(read_config(app.srcdir)):
        if name not in UNUSED:
            app.setup_extension(name)
    app.connect("config-inited", answer)
    app.connect("html-page-context", fill_page)
