"""Blocks that Jupyter Book's own theme and sphinx-proof would write otherwise: margin notes, proofs, task lists.

margin      a note in the margin where a screen has one, and in the text where it has none
prf:proof   begins with the word "Proof." whatever its first block is, and may be folded
"""

import re
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.directives.body import Sidebar
from sphinx.util.docutils import SphinxDirective
from sphinx.util.logging import getLogger

logger = getLogger(__name__)
TASK = re.compile(r'<input class="task-list-item-checkbox"( checked="checked")?')


class Margin(Sidebar):
    """A sidebar whose title may be left out."""

    required_arguments = 0
    optional_arguments = 1

    def run(self):
        untitled = not self.arguments
        if untitled:
            self.arguments = ["untitled"]
        found = super().run()
        for note in found:
            if isinstance(note, nodes.sidebar):
                note["classes"].append("margin")
                if untitled:
                    note.pop(0)
        return found


class Proof(SphinxDirective):
    has_content = True
    option_spec: ClassVar = {"class": directives.class_option}

    def run(self):
        proof = nodes.admonition(classes=["proof", "demonstration", *self.options.get("class", [])])
        proof["folded-line"] = "Proof"
        self.set_source_info(proof)
        self.state.nested_parse(self.content, self.content_offset, proof)
        if "dropdown" not in proof["classes"]:
            begin(proof, nodes.emphasis("", "Proof."))
        return [proof]


def begin(block, word):
    """Set a word before the first paragraph, or on a line of its own."""
    if block.children and isinstance(block[0], nodes.paragraph):
        block[0].insert(0, [word, nodes.Text(" ")])
    else:
        block.insert(0, nodes.paragraph("", "", word))


def find_unclosed(app, doctree):
    """A proof within a theorem: nobody means that, and the theorem would have no end."""
    for proof in doctree.findall(lambda node: "demonstration" in getattr(node, "attributes", {}).get("classes", ())):
        around = proof.parent
        while around and "proof" not in around.get("classes", ()):
            around = around.parent
        if around:
            logger.warning("a proof inside another block", location=proof)


def name_tasks(app, pagename, templatename, context, doctree):
    """A box of a task list says in words what it shows."""
    if "task-list-item-checkbox" in context.get("body", ""):
        said = {True: 'aria-label="done" ', False: 'aria-label="to be done" '}
        context["body"] = TASK.sub(lambda box: f"{box[0]} {said[bool(box[1])]}", context["body"])


def allow(app, config):
    """~~Struck out~~ is for pages alone, and pages are all that this book is written to."""
    config.suppress_warnings = [*config.suppress_warnings, "myst.strikethrough"]


def setup(app):
    app.connect("config-inited", allow)
    app.setup_extension("sphinx_proof")
    app.add_directive("margin", Margin)
    app.add_directive_to_domain("prf", "proof", Proof, override=True)
    app.connect("html-page-context", name_tasks)
    app.connect("doctree-read", find_unclosed)
