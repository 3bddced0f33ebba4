"""Builds a book as `make site` does: the real one, or a scratch one with the real one's settings."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://github.com/example/book"


def build(source, output, **environment):
    """(exit code, what was printed); the pages are in output/_build/html. None unsets a variable."""
    surroundings = {**os.environ, "BOOK_REPOSITORY": REPOSITORY, "NO_COLOR": "1", **environment}
    run = subprocess.run(
        [sys.executable, ROOT / "_extensions" / "build.py", source, "--output", output],
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


NOTEBOOK = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""
