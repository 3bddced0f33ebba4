"""Launch, source and issue links: for the repository that this checkout came from, so a fork's links are the fork's.

`BOOK_REPOSITORY` (https://host/owner/name) and `BOOK_BRANCH` stand in for git's answers. No public remote: no links.
"""

import os
import re
import subprocess

REMOTE = re.compile(
    r"(?:https?://(?:[^@/]+@)?|ssh://git@|git@)(?P<host>github\.com|gitlab\.com)[:/](?P<path>[^\s]+?)(?:\.git)?/?"
)
BINDER = "https://mybinder.org/v2"


def git(folder, *arguments):
    answer = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""


def find(folder):
    """(host, owner/name, branch), or None when there is no public remote."""
    remote = os.environ.get("BOOK_REPOSITORY")
    if remote is None:
        remote = git(folder, "remote", "get-url", "origin")
    match = REMOTE.fullmatch(remote)
    if not match:
        return None
    branch = os.environ.get("BOOK_BRANCH") or git(folder, "branch", "--show-current") or "main"
    return match["host"], match["path"], branch


def links(host, path, branch, source):
    """Every link of a page whose source is `source`, a path within the repository."""
    home = f"https://{host}/{path}"
    middle = "" if host == "github.com" else "/-"
    new_issue = "issues/new?title=" if host == "github.com" else "-/issues/new?issue[title]="
    binder = f"gh/{path}" if host == "github.com" else f"gl/{path.replace('/', '%2F')}"
    return {
        "home": home,
        "binder": f"{BINDER}/{binder}/{branch}?urlpath=lab/tree/{source}",
        "source": f"{home}{middle}/blob/{branch}/{source}" + ("?plain=1" if source.endswith(".md") else ""),
        "edit": f"{home}{middle}/edit/{branch}/{source}",
        "issue": f"{home}/{new_issue}{source}",
    }


def add_links(app, pagename, templatename, context, doctree):
    found = find(app.srcdir)
    if found and doctree is not None:
        source = os.path.relpath(app.env.doc2path(pagename), app.srcdir).replace(os.sep, "/")
        context["repository"] = links(*found, source)


def setup(app):
    app.connect("html-page-context", add_links)
