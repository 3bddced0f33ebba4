"""A book that is edited and built again is the book that a build from nothing makes, file by file and byte by byte."""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.build import NOTEBOOK, build, scratch

NUMBERS = """# Numbers

```{code-cell} ipython3
import os
from pathlib import Path

import helper

print("read", Path("data.csv").read_text(), "doubled", helper.change(int(Path("data.csv").read_text())))
with Path(os.environ["RUNS"]).open("a") as runs:
    runs.write("x")
{"kmeans", "em", "sigma"}, object()
```

```{code-cell} ipython3
---
mystnb:
  image: {alt: A line that climbs from the left to the right}
---
import ipywidgets
from kmeans_em import plots
plots.use_book_style()
from matplotlib import pyplot as plt
plt.plot([0, 1])
plt.show()
ipywidgets.VBox([ipywidgets.IntSlider(3), ipywidgets.IntSlider(5)])
```
"""


class Book:
    """A book in a folder, and what building it gave."""

    def __init__(self, folder):
        self.folder, self.runs, self.surroundings = folder / "a book", folder / "runs", {"BOOK_REPOSITORY": ""}
        self.output = folder / "out"
        pages = {"index": "# A book\n", "numbers": NOTEBOOK + NUMBERS, "first": "# First\n", "gone": "# Nobodaddy\n"}
        scratch(self.folder, **pages)
        self.write("data.csv", "21")
        self.write("helper.py", "def change(x):\n    return 2 * x\n")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def chapters(self, *names):
        contents = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
        self.write("_toc.yml", yaml.safe_dump(contents))

    def build(self):
        return build(self.folder, self.output, RUNS=str(self.runs), **self.surroundings)

    def build_plainly(self, output):
        """With Jupyter Book's own command, which makes the same pages."""
        command = [Path(sys.executable).with_name("jb"), "build", self.folder, "--path-output", output]
        surroundings = {**os.environ, "RUNS": str(self.runs), **self.surroundings}
        run = subprocess.run([*command, "-n", "-W", "--keep-going"], env=surroundings, capture_output=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def page(self, name):
        return (self.output / "_build" / "html" / name).read_text(encoding="utf-8")

    def times_run(self):
        return len(self.runs.read_text())


def files(output):
    site = output / "_build" / "html"
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_a_book_that_is_edited_is_the_book_as_it_stands(tmp_path):
    book = Book(tmp_path)
    code, log = book.build()
    assert code == 0, log
    assert "read 21 doubled 42" in book.page("numbers.html")
    assert "Nobodaddy" in book.page("_static/search/pages.js")

    # prose, titles, order, a chapter more and a chapter less, a repository: no cell runs again
    book.write("numbers.md", NOTEBOOK + NUMBERS.replace("# Numbers", "# Numbers again\n\nA sentence more."))
    book.write("second.md", "# Second\n\nSee {doc}`numbers`.\n")
    book.chapters("second", "first", "numbers")
    book.surroundings = {"BOOK_REPOSITORY": "https://github.com/example/book", "BOOK_BRANCH": "draft"}
    code, log = book.build()
    assert code == 0, log
    assert book.times_run() == 1
    assert "A sentence more." in book.page("numbers.html")
    assert "Numbers again" in book.page("first.html")
    assert "gone.html" not in files(book.output)
    assert "nobodaddy" not in book.page("_static/search/pages.js").lower()
    assert "/draft/" in book.page("second.html")

    assert "Nothing has changed" in book.build()[1]

    # a file that a cell opens; a module that it imports
    book.write("data.csv", "34")
    code, log = book.build()
    assert code == 0, log
    assert "read 34 doubled 68" in book.page("numbers.html")
    book.write("helper.py", "def change(x):\n    return 3 * x\n")
    code, log = book.build()
    assert code == 0, log
    assert "read 34 doubled 102" in book.page("numbers.html")

    # a failed build fails until it is mended
    book.write("first.md", "# First\n\nSee {ref}`nowhere` and $\\frac{1}{$.\n")
    broken, mended = book.build(), "# First\n\nSee {doc}`second`.\n"
    assert broken[0] != 0
    assert book.build() == broken
    book.write("first.md", mended)
    code, log = book.build()
    assert code == 0, log
    assert book.times_run() == 3

    code, log = book.build_plainly(tmp_path / "anew")
    assert code == 0, log
    edited, anew = files(book.output), files(tmp_path / "anew")
    assert edited.keys() == anew.keys()
    assert [name for name in anew if edited[name] != anew[name]] == []
    assert_the_download_has_what_the_page_shows(book)


def assert_the_download_has_what_the_page_shows(book):
    notebook = json.loads(book.page("jupyter/files/numbers.ipynb"))
    ran = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    first, second = (cell for cell in ran if "%pip install" not in "".join(cell["source"]))
    assert first["execution_count"] == 1
    assert "read 34 doubled 102" in "".join(first["outputs"][0]["text"])
    assert "image/svg+xml" in second["outputs"][0]["data"]
    assert second["outputs"][1]["data"].keys() == {"text/plain"}  # a widget that brings no picture
