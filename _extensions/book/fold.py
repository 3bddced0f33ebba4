"""`:class: dropdown` folds an admonition, exercise or solution in a native <details>: no script."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform


class details(nodes.General, nodes.Element):
    """A folded block; its first child is the summary."""


class summary(nodes.General, nodes.TextElement):
    """The line that stays visible."""


class Fold(SphinxPostTransform):
    default_priority = 900  # after references and the titles of solutions are resolved
    formats = ("html",)

    def run(self, **kwargs):
        for node in list(self.document.findall(is_dropdown)):
            node["classes"].remove("dropdown")
            line = summary()
            title = node.children[0] if node.children and isinstance(node.children[0], nodes.title) else None
            if title is None:
                line += nodes.Text(node.tagname.title())
            else:
                line += [child.deepcopy() for child in title.children]
                node.remove(title)
            for link in list(line.findall(nodes.reference)):
                link.replace_self(link.children)  # a link inside a button is reachable by nobody
            folded = details(classes=["fold"])
            node.parent[node.parent.index(node)] = folded  # replace_self would copy the ids
            folded += [line, node]


def is_dropdown(node):
    return isinstance(node, nodes.Element) and "dropdown" in node.get("classes", ())


def tag(name):
    def visit(self, node):
        self.body.append(self.starttag(node, name, ""))

    def depart(self, node):
        self.body.append(f"</{name}>\n")

    return visit, depart


def setup(app):
    app.add_node(details, html=tag("details"))
    app.add_node(summary, html=tag("summary"))
    app.add_post_transform(Fold)
