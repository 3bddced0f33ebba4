"""One source, three books: for readers, for students (no solutions) and for teachers (solutions open, and notes).

`make site`, `make student` and `make teacher` set `book_edition`. A block of the class `only-teacher`, or a cell with
that tag, stands in the teacher's edition alone; so `only-reader` and `only-student`, and a block may have several.
What an edition leaves out is nowhere in it: not on its pages, in its notebooks or its search, nor as a source.
"""

from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform
from sphinx_exercise.nodes import solution_node

EDITIONS = ("reader", "student", "teacher")
NAMES = {"student": "Students' edition", "teacher": "Teacher's edition"}


class Edition(SphinxTransform):
    default_priority = 20  # by then a solution in parts, with cells between them, is one

    def apply(self):
        edition = self.config.book_edition
        for node in list(self.document.findall(nodes.Element)):
            if left_out(node, edition):
                self.leave_out(node)
            elif edition == "teacher" and isinstance(node, solution_node):
                node["classes"] = [name for name in node["classes"] if name != "dropdown"]

    def leave_out(self, node):
        """The node, its cells and its labels; a sentence that names one of these keeps its title, in words."""
        about = self.env.metadata[self.env.docname]
        about.setdefault("cells_left_out", []).extend(cells_in(node))
        exercises = getattr(self.env, "sphinx_exercise_registry", {})
        for inner in node.findall(nodes.Element):
            for label in {*inner.get("ids", ()), *inner.get("names", ())}:
                about.setdefault("labels_left_out", {})[label] = title_of(node) or title_of(inner)
                exercises.pop(label, None)
                self.document.nameids.pop(label, None)
                self.document.nametypes.pop(label, None)
        node.parent.remove(node)


def left_out(node, edition):
    classes = {name.removeprefix("tag_") for name in node.get("classes", ())}
    wanted = {name for name in EDITIONS if f"only-{name}" in classes}
    return edition not in (wanted or EDITIONS) or (edition == "student" and isinstance(node, solution_node))


def cells_in(node):
    return [cell["cell_index"] for cell in node.findall(nodes.container) if cell.get("nb_element") == "cell_code"]


def title_of(node):
    if isinstance(node, solution_node):
        return "the solution"  # its title gets its number later
    title = next(iter(node.findall(nodes.title)), None)
    return " ".join(part.astext() for part in title) if title else ""


def name_in_words(app, env, node, content):
    """What stands for a link to something that this edition does not have."""
    left = env.metadata.get(node.get("refdoc"), {}).get("labels_left_out", {})
    if node.get("reftarget") in left:
        return nodes.inline("", left[node["reftarget"]]) if not node.get("refexplicit") else content
    return None


def configure(app, config):
    if config.book_edition not in EDITIONS:
        raise ConfigError(f"book_edition is '{config.book_edition}'; it may be {', '.join(EDITIONS)}.")
    if config.book_edition == "student":
        config.html_copy_source = False


def name_edition(app, pagename, templatename, context, doctree):
    context["edition"] = NAMES.get(app.config.book_edition, "")
    if app.config.book_edition == "student":
        context.pop("repository", None)  # there the solutions are


def setup(app):
    app.add_config_value("book_edition", "reader", "env")
    app.add_transform(Edition)
    app.connect("config-inited", configure)
    app.connect("missing-reference", name_in_words)
    app.connect("html-page-context", name_edition, priority=700)  # after the links, before the menu of ways to run it
