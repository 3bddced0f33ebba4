"""Builds a book as `make site` does: the real one, or a scratch one with the real one's settings."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from PIL import Image

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://github.com/example/book"


def build(source, output, edition="reader", **environment):
    """(exit code, what was printed); the pages are in output/_build/html. None unsets a variable."""
    surroundings = {**os.environ, "BOOK_REPOSITORY": REPOSITORY, "NO_COLOR": "1", **environment}
    run = subprocess.run(
        [sys.executable, ROOT / "_extensions" / "build.py", source, "--output", output, "--edition", edition],
        env={name: value for name, value in surroundings.items() if value is not None},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=1200,
    )
    return run.returncode, run.stdout


def scratch(folder, **pages):
    """Write a book of these pages (the first is its root) with the real book's settings; returns its folder."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    config["sphinx"]["local_extensions"] = {"book": str(ROOT / "_extensions")}
    config["exclude_patterns"] = []
    del config["sphinx"]["config"]["book_moved"]  # it names pages of the real book
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_config.yml").write_text(yaml.safe_dump(config))
    (folder / "references.bib").write_text((ROOT / "references.bib").read_text())
    root, *rest = pages
    contents = {"format": "jb-book", "root": root}
    if rest:
        contents["chapters"] = [{"file": name} for name in rest]
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents))
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text)
    return folder


VOCABULARY_PAGES = ("index", "text", "boxes", "pictures", "tongues", "cells", "02-k-means", "mine")
VOCABULARY = ROOT / "tests" / "vocabulary"
SETTINGS = {
    "logo": "drawing.svg",
    "html": {
        "favicon": "drawing.svg",
        "extra_footer": "<p>At the <em>foot</em> of each page.</p>",
        "announcement": "<b>News</b> for all pages",
        "comments": {"hypothesis": True},
        "analytics": {"plausible_analytics_domain": "example.org"},
    },
    "launch_buttons": {"thebe": True, "colab_url": "https://colab.research.google.com"},
    "latex": {"latex_engine": "xelatex"},
}
MACROS = {"RR": r"\mathbb{R}", "norm": [r"\lVert #1 \rVert", 1], "inner": [r"\langle #1, #2 \rangle", 2]}


def first_day():
    """The page that CONTRIBUTING.md shows, with its cell that goes from a table to the explorer."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    [header] = re.findall(r"```yaml\n(---\njupytext.*?---\n)```", text, re.DOTALL)
    [page] = re.findall(r"````markdown\n(.*?)````\n", text, re.DOTALL)
    [code] = re.findall(r"```python\n(import pandas.*?)```", text, re.DOTALL)
    return {"02-k-means": "# A chapter\n", "mine": f"{header}\n{page}\n```{{code-cell}} ipython3\n{code}```\n"}


def vocabulary(folder):
    """The book of tests/vocabulary, with settings and macros of its own; what `build` returns."""
    pages = {name: (VOCABULARY / f"{name}.md").read_text() for name in VOCABULARY_PAGES[:-2]}
    book = scratch(folder / "book", **pages, **first_day())
    own, numbered = ([{"file": name} for name in VOCABULARY_PAGES[part]] for part in (slice(1, -2), slice(-2, None)))
    parts = [{"chapters": own}, {"caption": "Numbered", "numbered": True, "chapters": numbered}]
    (book / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": VOCABULARY_PAGES[0], "parts": parts}))
    shells = [f"{i % 7},{i % 5},shell {i}" for i in range(30)]
    (book / "shells.csv").write_text("\n".join(["length,width,name", *shells, ",1,without a length"]))
    (book / "images").mkdir()
    Image.new("RGB", (300, 200), "#7a5c3d").save(book / "images" / "shell.jpg")
    for file in VOCABULARY.iterdir():
        if file.suffix != ".md":
            shutil.copy(file, book)
    config = yaml.safe_load((book / "_config.yml").read_text()) | SETTINGS
    config["sphinx"]["config"]["mathjax3_config"] = {"tex": {"macros": MACROS, "tags": "ams"}}
    (book / "_config.yml").write_text(yaml.safe_dump(config))
    return build(book, folder)


NOTEBOOK = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
