"""Which edits make the build run all cells again."""

import subprocess

import pytest

from _extensions.book.fresh import files, fingerprint

CELL = "Words.\n\n```{code-cell} ipython3\nopen('DATA')\n```\n"


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "a repository" / "Bücher"
    for name in ("chapters", "data", "_extensions", "tests", ".hidden", "_build", "pkg/__pycache__"):
        (folder / name).mkdir(parents=True)
    (folder / "chapters" / "one.md").write_text(CELL)
    return folder


DATA = ["chapters/data.csv", "data/big.bin", "helper.py", "chapters/x.json", "_config.yml", "pkg/a.js"]
WORDS = ["chapters/one.md", "README.md", "chapters/two.ipynb", "references.bib", "_toc.yml"]
MAKING = ["_extensions/a.css", "tests/a.py", ".hidden/a.csv", "_build/a.csv", "pkg/__pycache__/a.pyc"]


@pytest.mark.parametrize("name", DATA)
def test_a_file_that_a_cell_may_open_counts(book, name):
    before = fingerprint(book)
    (book / name).write_text("1")
    there = fingerprint(book)
    (book / name).write_text("2")
    assert len({before, there, fingerprint(book)}) == 3


@pytest.mark.parametrize("name", WORDS + MAKING)
def test_words_and_what_makes_the_book_do_not_count(book, name):
    before = fingerprint(book)
    (book / name).write_text("{}")
    assert fingerprint(book) == before


def test_words_count_once_a_cell_names_such_a_file(book):
    (book / "chapters" / "one.md").write_text(CELL.replace("DATA", "notes.md"))
    before = fingerprint(book)
    (book / "chapters" / "notes.md").write_text("1")
    assert fingerprint(book) != before


def test_what_a_link_leads_to_counts(book, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "data.csv").write_text("1")
    (book / "data" / "linked").symlink_to(elsewhere)
    (book / "data" / "file.csv").symlink_to(elsewhere / "data.csv")
    before = fingerprint(book)
    (elsewhere / "data.csv").write_text("2")
    assert fingerprint(book) != before


def test_a_link_that_leads_back_or_nowhere_does_no_harm(book):
    (book / "data" / "up").symlink_to(book)
    (book / "data" / "nowhere").symlink_to(book / "nothing")
    assert [path.name for path in files(book)] == ["one.md"]


def test_a_file_of_the_repository_around_the_book_counts(book):
    (book.parent / "data.csv").write_text("1")
    for command in (["init", "-q"], ["add", "data.csv"]):
        subprocess.run(["git", *command], cwd=book.parent, check=True)
    before = fingerprint(book)
    (book.parent / "data.csv").write_text("2")
    assert fingerprint(book) != before
