"""Whatever stops the build is one line: the page and its line, the cause, and the cure. One book holds it all."""

import re

import pytest

from tests.build import NOTEBOOK, build, scratch


def cells(*codes):
    return NOTEBOOK + "# A page\n" + "".join(f"\n```{{code-cell}} ipython3\n{code}\n```\n" for code in codes)


PAGES = {
    "index": "# A book\n",
    "raises": cells("def f(x):\n    return 1 / x", "---\ntags: [hide-input]\n---\n# why\nf(0)"),
    "syntax": cells("x = 1\nx = = 2"),
    "package": cells("import pandaz.core"),
    "opens": cells("open('dat.csv')"),
    "slow": cells("import time\ntime.sleep(60)").replace("---\n", "---\nmystnb: {execution_timeout: 2}\n", 1),
    "dies": cells("x = 1", "import os\nos._exit(1)"),
    "kernel": cells("1").replace("name: python3", "name: conda-env-stats-py"),
    "language": cells("1").replace("language: python", "language: R").replace("name: python3", "name: ir"),
    "stderr": cells(
        "import warnings\nwarnings.warn('so so', RuntimeWarning)", "import sys\nprint('aha', file=sys.stderr)"
    ),
    "header": NOTEBOOK.replace("kernelspec:", "description: a: b\nkernelspec:") + "# A page\n",
    "cell header": cells("---\nmystnb: {image: {alt: a: b}}\n---\n1"),
    "nested": NOTEBOOK + "# A page\n\n::::{note}\n```{code-cell} ipython3\n1\n```\n::::\n",
    "größe": cells("import matplotlib.pyplot as plt", "plt.plot([0, 1]);")
    + "\n![](pic.png)\n\n![Nothing that is there](pik.png)\n\n![Nothing that is there](nowhere.jpg)\n",
    "names": """# A page

```{figur} pic.png
```

```{prf:theoremm} One
```

{rf}`x` {prf:reff}`x`

```{figure} pic.png
:altt: Words that say something
:width: wide
:alt: Words that say something
```

{cite:p}`hardle1919`
{ref}`chpter` {eq}`eq-on`
{prf:ref}`thm-none`
[x](namez.md) [y](#chpter) {doc}`namess`

(chapter)=
## More

#### Less

```{math}
:label: eq-one
x
```

$\\frac{1}{$

$$
\\nosuchthing
$$

{{ nobody }}

```{solution} ex-none
```

```{include} indx.md
```
""",
    "untitled": "Words.\n",
    "unclosed": "# A page\n\n:::{prf:theorem} One\nIt is so.\n\n:::{prf:proof}\nLook.\n:::\n",
    "old": "---\nsubstitutions: {a: b}\n---\n# A page\n\n```{prf:proof}\n```\n",
    "author": cells(
        "import matplotlib.pyplot as plt\nfrom ipywidgets import interact\n\n\n"
        "def f(k=1):\n    plt.plot([0, k])\n    plt.show()\n\n\ninteract(f);"
    )
    + """
<iframe src="indx.html"></iframe>

<video src="pik.png"></video>

```{mermaid}
graph TD
```

```mermaid
graph TD
```

```pyton
1
```

$\\RR$
""",
}
STILL = "author.md:9: cell 1: what needs a running Python stands still on the page: IntSlider."
LINES = """
raises.md:18: cell 2: ZeroDivisionError: division by zero
syntax.md:10: cell 1: SyntaxError: invalid syntax
package.md:9: cell 1: ModuleNotFoundError: No module named 'pandaz'. Add pandaz to requirements.txt
opens.md:9: cell 1: FileNotFoundError: [Errno 2] No such file or directory: 'dat.csv'. Did you mean "data.csv"?
slow.md:10: cell 1: ran longer than 2 seconds. Make it quicker, or raise `timeout` under `execute` in _config.yml
dies.md:13: cell 2: the kernel died. Out of memory, most likely
kernel.md: there is no kernel "conda-env-stats-py" here. Name one of these under `kernelspec` in the page's header:
language.md: there is no kernel "ir" here. Name one of these
stderr.md:9: cell 1: RuntimeWarning: so so. Mend what it complains about, or give the cell the tag remove-stderr
stderr.md:14: cell 2: aha. Mend
header.md:4: the page's header cannot be read: mapping values are not allowed here. A text that holds a colon
cell header.md:8: the header of this cell cannot be read. A text that holds a colon
nested.md:10: a cell that nobody runs. It stands inside the {note} that begins in line 8: close that above
unclosed.md:6: a proof inside another block. It stands inside the {prf:theorem} that begins in line 3: close that above
größe.md:14: cell 2: picture with no text alternative. Say what it shows in the header of the cell: `mystnb:
größe.md:16: picture with no text alternative. Say what it shows: `![words](file)`
größe.md:18: there is no picture "pik.png". Did you mean "pic.png"?
größe.md:20: there is no picture "nowhere.jpg". Put it there
names.md:3: no directive is called "figur". Did you mean "figure"?
names.md:6: no directive is called "prf:theoremm". Did you mean "prf:theorem"?
names.md:9: no role is called "rf". Did you mean
names.md:9: no role is called "prf:reff". Did you mean "prf:ref"?
names.md:11: the directive "figure" has no option "altt". Did you mean "alt"?
names.md:11: the directive "figure" cannot read its option "width": wide
names.md:17: the bibliography has no entry "hardle1919". Did you mean "hardle1991"?
names.md:17: nothing has the label "chpter". Did you mean "chapter"?
names.md:17: nothing has the label "eq-on". Did you mean "eq-one"?
names.md:17: nothing has the label "thm-none".
names.md:17: there is no file "namez.md". Did you mean
names.md:17: there is no page "namess".
names.md:25: a heading of level 4 follows one of level 2. Leave no level out
names.md:32: mathematics that cannot be read: Unexpected end of input
names.md:34: mathematics that cannot be read: Undefined control sequence: \\nosuchthing
names.md:38: nothing is there to be put in for "nobody". Write it in the page's header
names.md:40: nothing has the label "ex-none"
names.md:43: there is no file "indx.md". Did you mean "index.md"?
old.md:1: the header has "substitutions" at its left edge. Write it under `myst`: `myst: {substitutions: …}`
author.md:9: cell 1: picture with no text alternative. Say what it shows in the header of the cell
author.md:21: frame with no title. Say what it holds: `title="words"`
author.md:21: there is no file "indx.html". Did you mean "index.md"?
author.md:23: there is no file "pik.png". Did you mean "pic.png"?
author.md:25: a mermaid diagram is drawn by a script in the page, and these pages load none. Save it once as SVG
author.md:29: a mermaid diagram is drawn by a script in the page
author.md:33: no language of code is called "pyton". Did you mean "python"?
author.md:37: mathematics that cannot be read: Undefined control sequence: \\RR at position 1: \\RR. A macro of
_config.yml: there is no picture "pik.png" for the logo. Did you mean "pic.png"?
index.md:1: the page "untitled" has no title. Let it begin with a line `# Its title`
_config.yml:4: no setting is called "auhtor". Did you mean "author"?
_config.yml:56: no setting is called "numfigg". Did you mean "numfig"?
_toc.yml:2: there is no page "gost". Did you mean "ghost"?
""".strip().splitlines()


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problems")
    book = scratch(folder / "ein Buch über ß", **PAGES)
    (book / "data.csv").write_text("1")
    (book / "pic.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (book / "ghost.md").write_text("# A page that is not in the book\n")
    contents, settings = book / "_toc.yml", book / "_config.yml"
    contents.write_text(contents.read_text().replace("chapters:\n", "chapters:\n- file: gost\n"))
    own = "logo: pik.png\ntitle: A book\n\nauhtor: Ann\n"
    settings.write_text(own + settings.read_text().replace("  numfig:", "  numfigg:"))
    code, log = build(book, folder)
    assert code != 0
    return log.splitlines()


def test_every_problem_is_one_line_with_its_place_its_cause_and_its_cure(printed):
    missing = [line for line in LINES if not any(it.startswith(line) for it in printed)]
    assert missing == [], "\n".join(printed)


def test_nothing_is_said_but_problems_and_progress(printed):
    known = (*LINES, "Reading ", "Writing ", "Not in _toc.yml, so not in the book: ghost.md", STILL)
    others = [line for line in printed[:-1] if not line.startswith(known)]
    assert others == []


def test_the_last_line_counts_the_problems(printed):
    problems = [line for line in printed if re.match(r"[\w. ]+\.(md|yml)(:\d+)?: (?!.* stands still)", line)]
    assert printed[-1].startswith(f"{len(problems)} problems: no book.")
