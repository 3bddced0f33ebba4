"""The notebooks to download: plain Markdown with the page's numbers and formulas, its code and outputs."""

import json
import re
from importlib.metadata import distribution, packages_distributions

import jupytext
import nbclient
import nbformat
import pytest
from packaging.requirements import Requirement

from tests.build import NOTEBOOK, REPOSITORY, ROOT, build, scratch

MYST = re.compile(r"^[> ]*(:{3,}|`{3,}\{)|\{[a-z]+(:[a-z]+)*\}`|^\(.+\)=$|^:label:", re.MULTILINE)
EXAMPLE = re.compile(r"^(`{3,})\w*$.*?^\1$", re.MULTILINE | re.DOTALL)  # a page may show how a directive is written
# The kernel of a reader who has nothing else, and what pip brings along with it.
READER = ["ipykernel", "numpy", "matplotlib", "ipywidgets", "anywidget", "sympy"]


@pytest.fixture(scope="module")
def notebooks(site):
    """{page: its notebook} for every page with cells."""
    folder = site / "jupyter" / "files"
    found = {path: nbformat.read(path, as_version=4) for path in sorted((folder / "chapters").rglob("*.ipynb"))}
    return {str(path.relative_to(folder).with_suffix(".html")): notebook for path, notebook in found.items()}


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def plain(latex):
    """A formula but for its spaces, and with one word for a bar."""
    return re.sub(r"\s", "", latex).replace("\\vert", "|").replace("\\Vert", "\\|")


def words(text):
    """Letters and digits alone: Markdown's own signs differ from HTML's."""
    return re.sub(r"[\W_]+", "", text)


def test_every_page_with_cells_has_one(notebooks, soups, site):
    with_cells = {page for page in soups if "{code-cell}" in (ROOT / page).with_suffix(".md").read_text()}
    assert set(notebooks) == with_cells
    for page in with_cells:
        menu = [link["href"] for link in soups[page].select(".launch a[download]")]
        assert menu
        for href in menu:
            assert (site / page).parent.joinpath(href).resolve().is_file(), f"{page}: {href}"


def test_they_are_valid_and_have_no_directive_or_role(notebooks):
    for page, notebook in notebooks.items():
        nbformat.validate(notebook)
        assert not MYST.search(EXAMPLE.sub("", prose(notebook))), page
        assert "\x00" not in json.dumps(notebook), page


def test_their_code_is_the_page_s_and_was_run(notebooks):
    for page, notebook in notebooks.items():
        source = [cell.source for cell in code(jupytext.read((ROOT / page).with_suffix(".md")))]
        first, *cells = code(notebook)
        assert first.source.startswith("try:\n    import kmeans_em"), page
        assert f'"kmeans-em[book] @ git+{REPOSITORY}@' in first.source
        assert [cell.source for cell in cells] == source, page
        assert all(cell.execution_count for cell in cells), page


def test_statements_and_exercises_have_the_page_s_titles_and_numbers(notebooks, soups):
    for page, notebook in notebooks.items():
        text = words(prose(notebook))
        for title in soups[page].select("article .admonition-title, article summary, article figcaption"):
            if not title.find_parent(class_="cell_output") and "source" not in title.text and not title.select(".math"):
                assert words(title.text) in text, f"{page}: {title.text}"


def test_every_formula_of_the_page_is_there(notebooks, soups):
    for page, notebook in notebooks.items():
        text = plain(prose(notebook))
        for formula in soups[page].select("article annotation"):
            if formula.find_parent(class_="cell"):
                continue
            latex = re.sub(r"\\mathclose\{\\text\{.+?\}\}$", "", formula.text)
            assert plain(latex) in text, f"{page}: {formula.text}"


def test_equations_keep_their_numbers(notebooks, soups):
    for page, notebook in notebooks.items():
        tags = re.findall(r"\\tag\{(.+?)\}", prose(notebook))
        assert tags == [number.text.strip("()¶") for number in soups[page].select("article .eqno")], page


def test_one_edition_has_no_solutions(notebooks, site):
    for page, notebook in notebooks.items():
        solved = prose(notebook).count("<summary>Solution to")
        other = site / "jupyter" / "files" / "without-solutions" / page.replace(".html", ".ipynb")
        assert other.exists() == bool(solved), page
        if solved:
            unsolved = nbformat.read(other, as_version=4)
            nbformat.validate(unsolved)
            assert "Solution to" not in prose(unsolved)
            assert [cell.source for cell in code(unsolved)] == [cell.source for cell in code(notebook)]


WRITTEN = f"""{NOTEBOOK}
# A page

Five *stars* cost 3\\$ and `a_b`; snake_case, 1 < 2, see [the other page](two.md) and {{ref}}`here <a-place>`.
$|x|$ is a formula.[^note]

[^note]: A footnote.

(a-place)=
## A place

1. First, with a formula

   $$
   a
   = b
   $$
2. Second.

\\begin{{align}}
a &= b \\\\
c &= d
\\end{{align}}

| case | size |
|---|---|
| $\\|x\\|$ | $\\lVert b \\rVert$<br>large |

Term
: What it means.

:::{{note}}
Look.

$$x = 1$$ (eq-one)

- an item
:::

:::{{admonition}} Why $x$
:class: dropdown
Because.
:::

![A black dot](dot.png)

```{{code-cell}} ipython3
:tags: [hide-input]
print("said")
```

```{{code-cell}} ipython3
:tags: [remove-cell]
hidden = 1
```

By {{eq}}`eq-one`.
"""

READS = """\
# A page

Five *stars* cost 3\\$ and `a_b`; snake\\_case, 1 \\< 2, see [the other page]({base}two.html) and here.
$|x|$ is a formula.\\[1\\]

## A place

1. First, with a formula

   $$ a = b $$
2. Second.

$$
\\begin{{aligned}}
a &= b \\\\
c &= d
\\end{{aligned}} \\tag{{1}}
$$

| case | size |
| --- | --- |
| $\\vert x\\vert $ | $\\lVert b \\rVert$<br>large |

**Term**

What it means.

> **Note**
>
> Look.
>
> $$ x = 1 \\tag{{2}} $$
>
> - an item

<details>
<summary>Why $x$</summary>

Because.

</details>

![A black dot](attachment:dot.png)"""
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010100000000376ef9240000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The notebook of a page that holds what Markdown knows and what it does not, for a published book."""
    folder = scratch(tmp_path_factory.mktemp("written"), one=WRITTEN, two="# The other\n\nHere.\n")
    (folder / "dot.png").write_bytes(DOT)
    status, log = build(folder, folder, BOOK_URL="https://example.org/book/")
    assert status == 0, log
    return nbformat.read(folder / "_build" / "html" / "jupyter" / "files" / "one.ipynb", as_version=4)


def test_what_markdown_has_no_word_for_is_put_plainly(written):
    assert written.cells[0].source == READS.format(base="https://example.org/book/")
    assert list(written.cells[0].attachments) == ["dot.png"]


def test_a_hidden_cell_is_folded_and_a_removed_one_is_still_run(written):
    said, hidden = code(written)
    assert said.metadata.jupyter.source_hidden
    assert said.outputs[0].text == "said\n"
    assert hidden.source == "hidden = 1"
    assert "By (2)." in prose(written)


def installed_with(names):
    """The distributions that pip installs for these."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            needs = map(Requirement, distribution(name).requires or ())
            waiting += [it.name for it in needs if not it.marker or it.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """Kernels see the modules of those distributions and of the book's package, and no others."""
    there = installed_with(READER) | {"kmeans-em"}
    names = packages_distributions()
    missing = [name for name, of in names.items() if there.isdisjoint(it.lower().replace("_", "-") for it in of)]
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    lines = ["import sys", f"sys.modules.update(dict.fromkeys({missing!r}))"]  # None: importing it fails
    (startup / "reader.py").write_text("\n".join(lines))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    assert {"sklearn", "scipy", "sphinx", "dask"} <= set(missing)


@pytest.mark.parametrize("page", ["start", "03-mixture", "06-limit"])
def test_they_run_with_what_a_reader_has(reader, notebooks, page, tmp_path):
    notebook = notebooks[f"chapters/{page}.html"]
    printed = [out.text for cell in code(notebook) for out in cell.outputs if out.get("name") == "stdout"]
    ran = nbformat.from_dict(notebook)
    nbclient.NotebookClient(ran, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    assert [out.text for cell in code(ran) for out in cell.outputs if out.get("name") == "stdout"] == printed
