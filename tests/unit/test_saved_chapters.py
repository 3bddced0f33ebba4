"""What saving a chapter in JupyterLab leaves in its file, through the part of jupytext that JupyterLab saves with."""

import shutil

import jupytext
import pytest
import yaml
from jupytext import TextFileContentsManager

from tests.build import ROOT

CHAPTERS = [path for path in sorted((ROOT / "chapters").rglob("*.md")) if "kernelspec:" in path.read_text()]
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
description: 'Words with a colon: and # signs'
substitutions:
  name: '**Gauß**'
  nested: {deeper: [1, 2]}
mystnb:
  execution_timeout: 600
html_meta:
  description lang=en: words
numbering:
  heading_2: true
tocdepth: 2
myst:
  enable_extensions: [tasklist]
numfig: false
a-key-of-mine: [1, two]
---
"""
PAGE = f"""{HEADER}
# A page

```{{code-cell}} ipython3
---
mystnb:
  image: {{alt: words}}
tags: [hide-input]
---
1 + 1
```
"""


@pytest.fixture
def save(tmp_path):
    """Opens a chapter as JupyterLab does, with what that puts into the notebook; saves it; returns the new text."""
    shutil.copy(ROOT / "chapters" / "jupytext.toml", tmp_path)
    manager = TextFileContentsManager(root_dir=str(tmp_path))

    def save_(text):
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        model = manager.get("page.md", type="notebook", content=True)
        model["content"]["metadata"]["language_info"] = {"name": "python", "version": "3.11.7"}
        model["content"]["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
        model["content"]["metadata"]["toc-autonumbering"] = False
        manager.save(model, "page.md")
        return (tmp_path / "page.md").read_text(encoding="utf-8")

    return save_


def source(text):
    """What an author wrote: the header, and the cells."""
    cells = jupytext.reads(text, "md:myst")["cells"]
    return header(text), [(cell["cell_type"], cell["source"], cell["metadata"]) for cell in cells]


def header(text):
    return yaml.safe_load(text.split("---\n")[1])


def test_a_saved_chapter_keeps_every_key_of_its_header_and_gets_no_other(save):
    assert header(save(PAGE)) == header(PAGE)


def test_saving_twice_changes_nothing_more(save):
    once = save(PAGE)
    assert save(once) == once


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_saved_unchanged_says_the_same(save, chapter):
    text = chapter.read_text(encoding="utf-8")
    assert source(save(text)) == source(text)
