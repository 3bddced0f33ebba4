"""`make doctor` finds what is amiss in a checkout that somebody wants to publish, and says the cure."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.build import ROOT

FILES = ("_config.yml", "_toc.yml", "CITATION.cff", "LICENSE", "references.bib", "requirements.txt", "package.json")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("BOOK_", "GITHUB_", "CI"))}


def run(folder, *command):
    return subprocess.run(command, cwd=folder, env=CLEAN, capture_output=True, text=True, check=False, timeout=120)


def git(folder, *words):
    done = run(folder, "git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def checkout(tmp_path):
    """A small book under git, with a remote at GitHub, and nothing amiss."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "chapters").mkdir()
    keys = [
        line[line.index("{") + 1 : -1] for line in (ROOT / "references.bib").read_text().splitlines() if line[:1] == "@"
    ]
    (tmp_path / "chapters" / "one.md").write_text(f"# One\n\n{{cite:p}}`{','.join(keys)}`\n")
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "pages.yml").write_text("on: push\n")
    (tmp_path / ".gitignore").write_text("node_modules\n_build\n")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "remote", "add", "origin", "https://github.com/somebody/book.git")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "A book")
    return tmp_path


def doctor(folder):
    """(exit code, [(state, words)])."""
    done = run(folder, sys.executable, ROOT / "_extensions" / "doctor.py")
    assert not done.stderr, done.stderr
    *lines, end = done.stdout.splitlines()
    told = [(line[:5].strip(), line[6:]) for line in lines]
    count = sum(state == "mend" for state, _ in told)
    assert end == (f"{count} to mend." if count else "Nothing to mend.")
    return done.returncode, told


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_checkout_with_nothing_amiss(checkout):
    code, told = doctor(checkout)
    assert code == 0
    assert "mend" not in dict(told)
    words = "\n".join(words for _, words in told)
    assert "links lead to https://github.com/somebody/book, branch main" in words
    assert "pages.yml publishes every push; once, choose Settings > Pages" in words
    assert "the book is not built: make site" in words


@pytest.mark.parametrize(
    ("file", "old", "new", "state", "words"),
    [
        ("_config.yml", "Soft to Hard: k", "My Book: k", "mend", "title: _config.yml has 'My Book"),
        ("_config.yml", "author: The Soft to Hard authors", "author: Ada Lovelace", "mend", "author: CITATION.cff has"),
        ("LICENSE", "the Soft to Hard authors", "Ada Lovelace", "mend", "LICENSE: keep the line of"),
        ("requirements.txt", "numpy==", "numpy==0.", "mend", "other versions than requirements.txt has: numpy; touch"),
        ("package.json", '"katex":', '"no-such-package":', "mend", "not in node_modules: no-such-package; npm ci"),
        ("chapters/one.md", "{cite:p}`", "{cite:p}`nobody2000,", "mend", "references.bib has no nobody2000"),
        ("chapters/one.md", ",bishop2006", "", "look", "nobody cites bishop2006"),
        ("chapters/one.md", "# One", "# Two", "look", "1 files are not committed"),
    ],
)
def test_what_is_amiss_is_said_with_its_cure(checkout, file, old, new, state, words):
    change(checkout / file, old, new)
    code, told = doctor(checkout)
    assert code == (state == "mend")
    assert any(it == state and line.startswith(words) for it, line in told), told


def test_a_new_author_is_asked_for_a_line_in_the_licence(checkout):
    change(checkout / "_config.yml", "author: The Soft to Hard authors", "author: Ada Lovelace")
    change(
        checkout / "CITATION.cff", 'name: "The Soft to Hard authors"', "given-names: Ada\n    family-names: Lovelace"
    )
    assert ("look", "LICENSE does not name Ada Lovelace: add a line below that of the Soft to Hard authors") in doctor(
        checkout
    )[1]
    change(
        checkout / "LICENSE", "the Soft to Hard authors", "the Soft to Hard authors\nCopyright (c) 2026, Ada Lovelace"
    )
    assert ("ok", "LICENSE names who wrote it") in doctor(checkout)[1]


@pytest.mark.parametrize(
    ("address", "state", "words"),
    [
        ("https://gitlab.com/somebody/book", "mend", ".gitlab-ci.yml is missing; README, 'Publish it', has it"),
        ("https://codeberg.org/somebody/book", "look", "forgejo has no workflow here"),
        ("/somewhere/book", "look", "no repository to link to"),
    ],
)
def test_each_remote_gets_its_advice(checkout, address, state, words):
    git(checkout, "remote", "set-url", "origin", address)
    assert any(it == state and line.startswith(words) for it, line in doctor(checkout)[1])


def test_a_heavy_page_is_named(checkout):
    pages = checkout / "_build" / "html" / "chapters"
    pages.mkdir(parents=True)
    (checkout / "_build" / "html" / "index.html").write_text("")
    (pages / "light.html").write_text("<p>Light</p>")
    assert any(words.startswith("1 pages, the heaviest light with 0 of 250 kB") for _, words in doctor(checkout)[1])
    (checkout / "_build" / "html" / "_images").mkdir()
    (checkout / "_build" / "html" / "_images" / "a.png").write_bytes(os.urandom(260_000))
    (pages / "heavy.html").write_text('<p><img alt="A" src="../_images/a.png"></p>')
    code, told = doctor(checkout)
    assert code == 1
    assert any(words.startswith("heavy weighs 260 kB, more than 250") for _, words in told)
    assert ("look", "the built book is older than its files, or was built with other settings: make site") in told
