"""How long a page takes: its visible words, and the minutes on the map, {minutes}`page`.

A first reader reads text and formulas, a formula as one word. Code, tables, exercises, references and folded blocks
are for whoever wants them, and do not count.
"""

import math

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

WORDS_A_MINUTE = 100  # slow: with a pencil in the hand
NOT_READ = (nodes.literal_block, nodes.table, nodes.raw, nodes.comment, nodes.image)
NOT_READ_SECTIONS = {"exercises", "further-reading"}
NOT_READ_TAGS = {"exercise_node", "exercise_enumerable_node", "exercise_unenumerable_node", "solution_node"}

logger = logging.getLogger(__name__)


class minutes(nodes.Inline, nodes.Element):
    """Stands for a number until every page is read."""


class Minutes(SphinxRole):
    """{minutes}`page`: the time for a page, named as a link from this page would name it."""

    def run(self):
        docname, _ = self.env.relfn2path(self.text, self.env.docname)
        return [minutes(docname=docname, line=self.lineno)], []


def words(node):
    """The words of a page, or of a part of it, that a first reader reads."""
    if isinstance(node, nodes.Text):
        return len([word for word in node.split() if any(map(str.isalnum, word))])
    if isinstance(node, nodes.math | nodes.math_block):
        return 1
    if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
        return sum(words(caption) for caption in node.findall(nodes.caption))
    if unread(node):
        return 0
    return sum(words(child) for child in node.children)


def unread(node):
    if isinstance(node, nodes.section) and NOT_READ_SECTIONS & set(node.get("ids", ())):
        return True
    return isinstance(node, NOT_READ) or node.tagname in NOT_READ_TAGS or "dropdown" in node.get("classes", ())


def count(app, doctree):
    app.env.metadata[app.env.docname]["words"] = words(doctree)


def fill_in(app, doctree, docname):
    for node in list(doctree.findall(minutes)):
        metadata = app.env.metadata.get(node["docname"])
        if metadata is None:
            logger.warning("minutes: there is no page %s", node["docname"], location=(docname, node["line"]))
            node.replace_self(nodes.Text("?"))
        else:
            node.replace_self(nodes.Text(str(math.ceil(metadata["words"] / WORDS_A_MINUTE))))


def tell_the_page(app, pagename, templatename, context, doctree):
    context["words"] = app.env.metadata.get(pagename, {}).get("words")


def setup(app):
    app.add_node(minutes)
    app.add_role("minutes", Minutes())
    app.connect("doctree-read", count)
    app.connect("doctree-resolved", fill_in)
    app.connect("html-page-context", tell_the_page)
