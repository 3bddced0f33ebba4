"""The links to the repository point at the right file: each forge, each form of a remote, odd paths and branches."""

import subprocess
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from _extensions.book import repository
from _extensions.book.repository import CI_NAMES, FORGES, SETTINGS, find, links, requirement
from tests.build import NOTEBOOK, build, scratch

FOLDER, BRANCH = 'Straße & "more" 100%', "feature/σ-#1"
SOURCE = f"{FOLDER}/chapters/k means?.md"
COMMITTER = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


@pytest.fixture(autouse=True)
def said(monkeypatch):
    """What the build would say, as (level, text); and nothing from the surroundings of this test has a say."""
    for name in (*SETTINGS.values(), *CI_NAMES):
        monkeypatch.delenv(name, raising=False)
    lines = []
    monkeypatch.setattr(repository.logger, "info", lambda text: lines.append(("info", text)))
    monkeypatch.setattr(repository.logger, "warning", lambda text: lines.append(("warning", text)))
    return lines


@pytest.fixture
def checkout(tmp_path):
    """Makes a repository with one commit and these remotes; returns the book's folder in it."""

    def checkout_(*urls, branch="main", folder=".", **remotes):
        run(tmp_path, "init", "--quiet", "--initial-branch", branch)
        book = tmp_path / folder
        book.mkdir(parents=True, exist_ok=True)
        (book / "_config.yml").write_text("title: A book\n")
        run(tmp_path, "add", ".")
        run(tmp_path, *COMMITTER, "commit", "--quiet", "--message", "Begin")
        for name, url in ({"origin": urls[0]} if urls else remotes).items():
            run(tmp_path, "remote", "add", name, url)
        return book

    return checkout_


def run(folder, *command):
    done = subprocess.run(["git", "-C", folder, *command], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def parts(url):
    """(host, decoded path, decoded query) of an address that is percent-encoded throughout."""
    assert url.isascii()
    assert not set(url) & set(' "<>')
    split = urlsplit(url)
    assert not split.fragment
    return split.hostname, unquote(split.path), {name: text for name, [text] in parse_qs(split.query).items()}


@pytest.mark.parametrize(
    ("remote", "home"),
    [
        ("https://github.com/ann/book", "https://github.com/ann/book"),
        ("https://github.com/ann/book.git/", "https://github.com/ann/book"),
        ("https://GitHub.com/Ann/Book", "https://github.com/Ann/Book"),
        ("https://codeberg.org:443/ann/book", "https://codeberg.org/ann/book"),
        ("https://token@github.com/ann/book.git", "https://github.com/ann/book"),
        ("https://ann:secret@gitlab.com/ann/book.git", "https://gitlab.com/ann/book"),
        ("git@github.com:ann/book.git", "https://github.com/ann/book"),
        ("github.com:ann/book", "https://github.com/ann/book"),
        ("org-1234@github.com:ann/book.git", "https://github.com/ann/book"),
        ("git@github.com-work:ann/book.git", "https://github.com/ann/book"),
        ("ssh://git@ssh.github.com:443/ann/book.git", "https://github.com/ann/book"),
        ("git+ssh://git@gitlab.com/ann/book.git", "https://gitlab.com/ann/book"),
        ("git@gitlab.com:group/sub/sub/book.git", "https://gitlab.com/group/sub/sub/book"),
        ("ssh://git@gitlab.example.org:2222/ann/book.git", "https://gitlab.example.org/ann/book"),
        ("https://gitlab-ext.example.org:8443/ann/book", "https://gitlab-ext.example.org:8443/ann/book"),
        ("git@gitea.example.org:ann/book.git", "https://gitea.example.org/ann/book"),
        ("https://forgejo.example.org/ann/book.git", "https://forgejo.example.org/ann/book"),
        ("git@codeberg.org:ann/book.git", "https://codeberg.org/ann/book"),
        ("https://github.example.edu/ann/book", "https://github.example.edu/ann/book"),
        ("git@bitbucket.org:ann/book.git", "https://bitbucket.org/ann/book"),
        ("git@git.sr.ht:~ann/book", "https://git.sr.ht/~ann/book"),
    ],
)
def test_a_remote_in_any_form_leads_to_its_page(checkout, said, remote, home):
    book = checkout(remote)
    assert links(find(book), "start.md")["home"] == home
    assert not said


@pytest.mark.parametrize("remote", ["/srv/git/book.git", "file:///srv/git/book", "../a/book", "C:/git/a/book"])
def test_a_remote_that_is_a_folder_gives_no_links_and_no_words(checkout, said, remote):
    assert find(checkout(remote)) == {}
    assert not said


def test_without_git_or_a_remote_there_are_no_links_and_no_words(tmp_path, checkout, said):
    assert find(tmp_path) == {}
    assert find(checkout()) == {}
    assert not said


@pytest.mark.parametrize(
    ("remote", "cure"),
    [
        (
            "https://token@git.example.org/ann/book",
            "what runs at git.example.org? BOOK_FORGE says it (github, gitlab, ",
        ),
        ("ssh://git@code.example.org:2222/ann/book", "what runs at code.example.org? BOOK_FORGE says it"),
        ("git@work:ann/book", "BOOK_REPOSITORY=https://host/owner/name does"),
    ],
)
def test_a_remote_that_does_not_tell_its_forge_gives_a_line_that_names_the_setting(checkout, said, remote, cure):
    assert find(checkout(remote)) == {}
    [(level, text)] = said
    assert level == "info"
    assert cure in text
    assert "token" not in text


def test_the_setting_then_names_the_forge(checkout, monkeypatch, said):
    book = checkout("ssh://git@git.example.org:2222/ann/book.git")
    monkeypatch.setenv("BOOK_FORGE", "Forgejo")
    assert links(find(book), "a.md")["edit"] == "https://git.example.org/ann/book/_edit/main/a.md"
    assert not said


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("BOOK_FORGE", "gitlub", "it may be " + ", ".join(FORGES)),
        ("BOOK_REPOSITORY", "ann/book", "it may be https://host/owner/name, or empty"),
        ("BOOK_REPOSITORY", "github.com/ann/book", "it may be https://host/owner/name, or empty"),
        ("BOOK_REPOSITORY", "https://github.com/ann/book/tree/main", "it may be https://host/owner/name"),
        ("BOOK_REPOSITORY", "https://github.com/ann", "it may be https://host/owner/name"),
        ("BOOK_REPOSITORY", "https://github.com:x/ann/book", "it may be https://host/owner/name"),
    ],
)
def test_a_mistaken_setting_is_a_warning_that_says_what_it_may_be(checkout, monkeypatch, said, name, value, cure):
    book = checkout("https://github.com/ann/book")
    monkeypatch.setenv(name, value)
    assert find(book) == {}
    [(level, text)] = said
    assert level == "warning"
    assert f"'{value}'" in text
    assert cure in text


def test_an_address_without_its_key_is_a_warning_that_shows_the_key(checkout, said):
    book = checkout("https://github.com/ann/book")
    (book / "_config.yml").write_text("repository: https://github.com/ann/book\n")
    assert find(book) == {}
    [(level, text)] = said
    assert level == "warning"
    assert "{url: https://host/owner/name}" in text


def test_the_environment_counts_before_config_and_config_before_git(checkout, monkeypatch):
    book = checkout("https://github.com/git/book")
    config = "repository: {url: 'https://gitlab.com/config/book', branch: 2.0, path_to_book: /docs/book/}\n"
    (book / "_config.yml").write_text(config)
    found = links(find(book), "a.md")
    assert found["edit"] == "https://gitlab.com/config/book/-/edit/2.0/docs/book/a.md"
    monkeypatch.setenv("BOOK_REPOSITORY", "https://codeberg.org/environment/book")
    monkeypatch.setenv("BOOK_BRANCH", "next")
    assert links(find(book), "a.md")["edit"] == "https://codeberg.org/environment/book/_edit/next/docs/book/a.md"
    monkeypatch.setenv("BOOK_REPOSITORY", "")
    assert find(book) == {}


def test_of_several_remotes_origin_counts_then_the_one_that_is_followed(checkout, said):
    book = checkout(ann="https://github.com/ann/book", bob="https://github.com/bob/book")
    assert find(book) == {}
    assert "several remotes; BOOK_REPOSITORY=" in said[0][1]
    run(book, "config", "branch.main.remote", "bob")
    run(book, "config", "branch.main.merge", "refs/heads/stable")
    assert links(find(book), "a.md")["edit"] == "https://github.com/bob/book/edit/stable/a.md"
    run(book, "remote", "add", "origin", "https://github.com/cat/book")
    assert links(find(book), "a.md")["edit"] == "https://github.com/cat/book/edit/main/a.md"


def test_a_single_remote_may_have_any_name_and_a_short_form(checkout):
    book = checkout(upstream="gh:ann/book")
    run(book, "config", "url.git@github.com:.insteadOf", "gh:")
    assert links(find(book), "a.md")["home"] == "https://github.com/ann/book"


def test_a_detached_checkout_takes_its_name_from_the_ci_or_a_tag_or_is_a_commit(checkout, monkeypatch):
    book = checkout("https://codeberg.org/ann/book")
    commit = run(book, "rev-parse", "HEAD")
    run(book, "checkout", "--quiet", "--detach")
    found = links(find(book), "a.md")
    assert found["source"] == f"https://codeberg.org/ann/book/src/commit/{commit}/a.md?display=source"
    assert "edit" not in found
    run(book, "tag", "v1.0")
    found = links(find(book), "a.md")
    assert found["source"] == "https://codeberg.org/ann/book/src/tag/v1.0/a.md?display=source"
    assert "edit" not in found
    for name, value in (("CI_COMMIT_REF_NAME", "a/b"), ("GITHUB_REF_NAME", "7/merge"), ("GITHUB_BASE_REF", "main")):
        monkeypatch.setenv(name, value)
        assert links(find(book), "a.md")["edit"] == f"https://codeberg.org/ann/book/_edit/{value}/a.md"


@pytest.mark.parametrize(
    ("host", "source", "plain", "edit", "issue"),
    [
        ("github.com", "/blob/{ref}/", {"plain": "1"}, "/edit/{ref}/", ("/issues/new", "title")),
        ("github.example.edu", "/blob/{ref}/", {"plain": "1"}, "/edit/{ref}/", ("/issues/new", "title")),
        ("gitlab.com", "/-/blob/{ref}/", {"plain": "1"}, "/-/edit/{ref}/", ("/-/issues/new", "issue[title]")),
        ("gitlab.example.org", "/-/blob/{ref}/", {"plain": "1"}, "/-/edit/{ref}/", ("/-/issues/new", "issue[title]")),
        ("codeberg.org", "/src/branch/{ref}/", {"display": "source"}, "/_edit/{ref}/", ("/issues/new", "title")),
        ("gitea.example.org", "/src/branch/{ref}/", {"display": "source"}, "/_edit/{ref}/", ("/issues/new", "title")),
        ("bitbucket.org", "/src/{ref}/", {}, "/src/{ref}/", None),
        ("git.sr.ht", "/tree/{ref}/item/", {}, None, None),
    ],
)
def test_each_forge_is_asked_for_the_right_file_of_an_odd_branch(checkout, host, source, plain, edit, issue):
    book = checkout(f"https://{host}/ann/book", branch=BRANCH, folder=FOLDER)
    found = links(find(book), "chapters/k means?.md")
    assert parts(found["source"]) == (host, "/ann/book" + source.format(ref=BRANCH) + SOURCE, plain)
    assert ("edit" in found, "issue" in found) == (edit is not None, issue is not None)
    if edit:
        at_edit = {"mode": "edit", "at": BRANCH} if host == "bitbucket.org" else {}
        assert parts(found["edit"]) == (host, "/ann/book" + edit.format(ref=BRANCH) + SOURCE, at_edit)
    if issue:
        assert parts(found["issue"]) == (host, "/ann/book" + issue[0], {issue[1]: SOURCE})


@pytest.mark.parametrize(
    ("remote", "provider", "project"),
    [
        ("https://github.com/ann/book", "gh", "ann/book"),
        ("https://gitlab.com/group/sub/book", "gl", "group%2Fsub%2Fbook"),
        ("git@gitlab.example.org:ann/book", "git", "https%3A%2F%2Fgitlab.example.org%2Fann%2Fbook"),
        ("git@codeberg.org:ann/book", "git", "https%3A%2F%2Fcodeberg.org%2Fann%2Fbook"),
    ],
)
def test_binder_finds_repository_branch_and_file(checkout, remote, provider, project):
    book = checkout(remote, branch=BRANCH, folder=FOLDER)
    url = links(find(book), "chapters/k means?.md")["binder"]
    assert parts(url)[0] == "mybinder.org"
    # Binder splits the path before it decodes it.
    _, version, first, rest = urlsplit(url).path.split("/", 3)
    assert (version, first) == ("v2", provider)
    assert rest.startswith(f"{project}/")
    assert unquote(rest.removeprefix(f"{project}/")) == BRANCH
    # It decodes urlpath once and appends it to an address, which JupyterLab decodes again.
    appended = parts(url)[2]["urlpath"]
    assert parts(f"https://hub.example.org/{appended}") == ("hub.example.org", f"/lab/tree/{SOURCE}", {})


def test_config_names_another_binder_or_none(checkout):
    book = checkout("https://github.com/ann/book")
    (book / "_config.yml").write_text("launch_buttons: {binderhub_url: 'https://binder.example.org/'}\n")
    expected = "https://binder.example.org/v2/gh/ann/book/main?urlpath=lab/tree/a.md"
    assert links(find(book), "a.md")["binder"] == expected
    (book / "_config.yml").write_text("launch_buttons: {binderhub_url: ''}\n")
    assert "binder" not in links(find(book), "a.md")


def test_the_pages_of_a_built_book_follow_its_repository(checkout, tmp_path):
    """One output folder and three builds: no remote, a new remote and branch, a host that tells nothing."""
    book = scratch(checkout(folder=FOLDER, branch="main"), index="# A book\n", page=NOTEBOOK + "# A page\n")

    def page():
        code, log = build(book, tmp_path / "out", BOOK_REPOSITORY=None)
        assert code == 0, log
        soup = BeautifulSoup((tmp_path / "out/_build/html/page.html").read_text(), "html.parser")
        links = soup.select(".bar a[href^=http]")
        return log, {next(link.stripped_strings): link["href"] for link in links}

    assert page()[1] == {}

    run(tmp_path, "remote", "add", "origin", "git@github.com:ann/book.git")
    run(tmp_path, "checkout", "--quiet", "-b", BRANCH)
    found = page()[1]
    path = f"{FOLDER}/page.md"
    assert found.keys() == {
        "Binder",
        "Repository",
        "Source of this page",
        "Suggest an edit",
        "Report a problem",
    }
    assert parts(found["Suggest an edit"])[1] == f"/ann/book/edit/{BRANCH}/{path}"
    assert parts(found["Report a problem"])[2] == {"title": path}
    assert unquote(parts(found["Binder"])[2]["urlpath"]) == f"lab/tree/{path}"

    run(tmp_path, "remote", "set-url", "origin", "https://git.example.org/ann/book")
    log, found = page()
    assert found == {}
    assert log.count("BOOK_FORGE says it") == 1


def test_colab_opens_the_branch_with_the_notebooks_at_github_alone(checkout, monkeypatch):
    book = checkout("https://github.com/ann/book", branch="main")
    assert "colab" not in links(find(book), "chapters/a b.md")
    monkeypatch.setenv("BOOK_NOTEBOOKS", "notebooks")
    expected = "https://colab.research.google.com/github/ann/book/blob/notebooks/chapters/a%20b.ipynb"
    assert links(find(book), "chapters/a b.md")["colab"] == expected
    monkeypatch.setenv("BOOK_REPOSITORY", "https://gitlab.com/ann/book")
    assert "colab" not in links(find(book), "a.md")


def test_pip_finds_the_package_in_a_folder_of_the_repository(checkout):
    book = checkout("https://github.com/ann/book", branch="main", folder=FOLDER)
    found = requirement(find(book), "kmeans-em[book]")
    assert found == f"kmeans-em[book] @ git+https://github.com/ann/book@main#subdirectory={quote(FOLDER)}"
