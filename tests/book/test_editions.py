"""One source, three books: what students get has no solution anywhere, what a teacher gets has them open."""

import json
import subprocess
import sys
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.build import NOTEBOOK, ROOT, build, scratch

pytestmark = pytest.mark.xdist_group("editions")
PAGE = (
    NOTEBOOK
    + """
# Count

```{exercise} One
:label: ex-one
How many are one?
```

```{solution} ex-one
:label: sol-one
:class: dropdown
Quicksilver.
```

```{exercise} Two
:label: ex-two
And two?
```

````{solution-start} ex-two
:class: dropdown
````

Like this:

```{code-cell} ipython3
answer = "mer" + "cury"
print(answer)
```

````{solution-end}
````

The end is in {ref}`sol-one`; {ref}`ex-exam` asks more.

```{code-cell} ipython3
print("for all")
```

:::{exercise} In the exam
:label: ex-exam
:class: only-teacher
What is cinnabar?
:::

:::{note}
:class: only-student
Hand it in by Friday.
:::

{.only-reader .only-teacher}
Solutions are folded.

```{code-cell} ipython3
:tags: [only-teacher]
print("vermilion")
```
"""
)
SECRETS = {
    "reader": ("cinnabar", "vermilion", "Friday"),
    "student": ("Quicksilver", "cury", "cinnabar", "vermilion", "Solutions are folded"),
    "teacher": ("Friday",),
}
TOLD = {
    "reader": ("Quicksilver", "mercury", "Solutions are folded"),
    "student": ("Friday", "for all", "The end is in the solution; Exercise In the exam asks more."),
    "teacher": ("Quicksilver", "mercury", "cinnabar", "vermilion", "Solutions are folded"),
}


def texts(folder):
    """Everything that a built book says, {file: text}; a zip is opened."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".html", ".md", ".ipynb", ".js", ".json", ".txt", ".inv", ".svg"} and path.is_file():
            yield path.relative_to(folder), path.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module", params=SECRETS)
def edition(request, tmp_path_factory):
    """(its name, its folder)"""
    folder = tmp_path_factory.mktemp(request.param)
    code, log = build(scratch(folder / "book", index=PAGE), folder, edition=request.param)
    assert code == 0, log
    return request.param, folder / "_build" / ("" if request.param == "reader" else request.param) / "html"


def test_an_edition_has_what_is_for_it_and_nothing_else(edition):
    name, site = edition
    page = BeautifulSoup((site / "index.html").read_text(), "html.parser").text
    for told in TOLD[name]:
        assert told in page
    own = {path: text for path, text in texts(site) if not str(path).startswith(("_static", "jupyter/build"))}
    own |= {path: text for path, text in texts(site) if "search" in str(path) or "runner/cells" in str(path)}
    assert len(own) > 4
    for secret in SECRETS[name]:
        published = {path for path, text in own.items() if secret in text}
        sources = {path for path in published if path.parts[0] == "_sources"}
        assert published == (sources if name != "student" else set()), secret


def test_solutions_are_open_for_the_teacher_alone(edition):
    name, site = edition
    solutions = BeautifulSoup((site / "index.html").read_text(), "html.parser").select(".solution")
    folded = [solution for solution in solutions if solution.find_parent("details")]
    assert (len(solutions), len(folded)) == {"reader": (2, 2), "student": (0, 0), "teacher": (2, 0)}[name]


def test_the_notebook_to_hand_out_has_no_cell_of_a_solution(edition):
    name, site = edition
    folder = site / "jupyter" / "files"
    handed_out = folder / "index.ipynb" if name == "student" else folder / "without-solutions" / "index.ipynb"
    code = [cell.source for cell in nbformat.read(handed_out, as_version=4).cells if cell.cell_type == "code"]
    assert 'print("for all")' in code
    assert not any("mer" in cell for cell in code)


def test_nothing_leads_students_to_the_source(edition):
    name, site = edition
    page = BeautifulSoup((site / "index.html").read_text(), "html.parser")
    links = {link["href"] for link in page.select(".tools a")}
    to_source = {link for link in links if link.endswith(".md") or "github.com" in link or "binder" in link}
    assert bool(to_source) == (name != "student")
    assert (page.select_one(".edition") is None) == (name == "reader")


def test_an_edition_that_nobody_knows_is_one_line(tmp_path):
    code, log = build(scratch(tmp_path / "book", index="# A page\n"), tmp_path, edition="pupil")
    assert code != 0
    assert "book_edition is 'pupil'; it may be reader, student, teacher." in log


@pytest.fixture(scope="module")
def students_book(site):
    """The real book for students, built beside the reader's, with the same outputs of cells."""
    output = site.parents[1]
    code, log = build(ROOT, output, edition="student")
    assert code == 0, log
    return output / "_build" / "student" / "html"


def test_the_students_book_is_the_book_without_its_solutions(site, students_book, pages, soups):
    solutions = 0
    for page in pages:
        found = BeautifulSoup((students_book / page).read_text(), "html.parser")
        assert not found.select(".solution")
        assert len(found.select(".exercise")) == len(soups[page].select(".exercise"))
        assert len(found.select(".runner")) == len(soups[page].select(".runner"))
        for solution in soups[page].select(".solution"):
            solutions += 1
            plain = [paragraph.get_text() for paragraph in solution.select("p") if not paragraph.select(".math")]
            assert not [text for text in plain if len(text) > 60 and text in found.get_text()]
    assert solutions > 50
    notebooks = json.dumps([path.read_text() for path in students_book.rglob("*.ipynb")])
    assert "Solution to" not in notebooks
    assert not (students_book / "_sources").exists()


def needed_in(folder):
    """The files of data that some notebook of a folder names."""
    code = "".join(path.read_text() for path in folder.glob("*.ipynb"))
    data = {path.name for path in (ROOT / "chapters").iterdir() if path.suffix in (".csv", ".json")}
    return {name for name in data if name in code}


@pytest.mark.parametrize(("what", "made"), [("notebooks", "notebooks"), ("zip", "book.zip")])
def test_what_is_handed_on_is_whole(site, what, made):
    command = [sys.executable, ROOT / "_extensions" / "pack.py", what]
    run = subprocess.run(command, cwd=site.parents[1], capture_output=True, text=True, check=True)
    assert f"_build/{made} (" in run.stdout
    made = site.parent / made
    if what == "notebooks":
        for folder in (made / "chapters", made / "without-solutions" / "chapters"):
            assert {path.name for path in folder.iterdir()} >= {"02-k-means.ipynb", *needed_in(folder)}
    else:
        with zipfile.ZipFile(made) as archive:
            files = [path for path in site.rglob("*") if path.is_file()]
            assert len(files) == len([name for name in archive.namelist() if not name.endswith("/")])
            assert "html/chapters/start.html" in archive.namelist()
