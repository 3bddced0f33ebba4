import sys

import pytest

from tests.build import ROOT

sys.path.insert(0, str(ROOT / "_extensions"))
from book.repository import find, links


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://github.com/ann/book", ("github.com", "ann/book")),
        ("https://github.com/ann/book.git", ("github.com", "ann/book")),
        ("git@github.com:ann/book.git", ("github.com", "ann/book")),
        ("ssh://git@gitlab.com/ann/book.git", ("gitlab.com", "ann/book")),
        ("https://token@github.com/ann/book.git", ("github.com", "ann/book")),
    ],
)
def test_remotes_are_read(monkeypatch, remote, expected):
    monkeypatch.setenv("BOOK_REPOSITORY", remote)
    assert find(ROOT)[:2] == expected


@pytest.mark.parametrize("remote", ["", "/srv/git/book.git", "file:///srv/git/book", "https://example.org/a/b"])
def test_private_remotes_give_no_links(monkeypatch, remote):
    monkeypatch.setenv("BOOK_REPOSITORY", remote)
    assert find(ROOT) is None


def test_gitlab_has_its_own_forms():
    found = links("gitlab.com", "ann/book", "main", "chapters/start.md")
    assert found["binder"] == "https://mybinder.org/v2/gl/ann%2Fbook/main?urlpath=lab/tree/chapters/start.md"
    assert found["edit"] == "https://gitlab.com/ann/book/-/edit/main/chapters/start.md"
