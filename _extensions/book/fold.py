"""`:class: dropdown` folds any block in a native <details>: no script. So does the directive `toggle`.

The block is written as it always is, and only then its title becomes the line that stays visible: by that time kind and
number are in it, whichever extension wrote them. A block without a title is announced by its kind, or by "Show".
"""

import re
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

TITLE = re.compile(r'(\s*<\w+[^>]*>\s*)<p class="(?:admonition|topic|sidebar)-title"[^>]*>(.*?)</p>\n?', re.DOTALL)
LINK = re.compile(r"</?a\b[^>]*>")  # a link inside a button is reachable by nobody
CLASSES = {"dropdown", "toggle"}


class details(nodes.General, nodes.Element):
    """A folded block."""


class Toggle(SphinxDirective):
    """What it holds is folded, or with `:show:` can be."""

    has_content = True
    option_spec: ClassVar = {"show": directives.flag, "id": directives.unchanged}

    def run(self):
        folded = details(classes=["fold"], open="show" in self.options, line="Show")
        self.set_source_info(folded)
        self.state.nested_parse(self.content, self.content_offset, folded)
        return [folded]


class Fold(SphinxPostTransform):
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for node in list(self.document.findall(is_dropdown)):
            classes = [name for name in node["classes"] if name not in (*CLASSES, "toggle-shown")]
            folded = details(classes=["fold"], open="toggle-shown" in node["classes"], line=node.get("folded-line", ""))
            node["classes"] = classes
            node.parent[node.parent.index(node)] = folded  # replace_self would copy the ids
            folded += node


def is_dropdown(node):
    return isinstance(node, nodes.Element) and bool(CLASSES & set(node.get("classes", ())))


def visit_details(self, node):
    node["begins"] = len(self.body)


def depart_details(self, node):
    block, line = "".join(self.body[node["begins"] :]), node["line"]
    if not line and (title := TITLE.match(block)):
        line, block = title[2], title[1] + block[title.end() :]
    begin = self.starttag(node, "details", "", **({"open": "open"} if node["open"] else {}))
    line = LINK.sub("", line).strip() or "Show"
    self.body[node["begins"] :] = [f"{begin}<summary>{line}</summary>\n{block}</details>\n"]


def setup(app):
    app.add_node(details, html=(visit_details, depart_details))
    app.add_directive("toggle", Toggle)
    app.add_post_transform(Fold)
