"""sphinx-design in the book's colours, on the pages that use it: the others load none of it.

Its stylesheet and its script for tabs come from the package; `theme/static/design.css` hands it the book's colours.
"""

import re

USED = re.compile(r'class="(?:[^"]* )?sd-')
OF_DESIGN = ("sphinx-design.", "design-tabs.js", "design.css")


def leave_out(app, pagename, templatename, context, doctree):
    def needed(asset):
        name = str(getattr(asset, "filename", asset) or "").removeprefix("_static/")
        return not name.startswith(OF_DESIGN)

    if not USED.search(context.get("body", "")):
        for kind in ("css_files", "script_files"):
            context[kind] = list(filter(needed, context[kind]))


def allow(app, config):
    """Headers and footers of cards as everybody still writes them."""
    config.suppress_warnings = [*config.suppress_warnings, "design.card_legacy"]


def setup(app):
    app.connect("config-inited", allow)
    app.setup_extension("sphinx_design")
    app.add_css_file("design.css", priority=600)
    app.connect("html-page-context", leave_out, priority=900)
