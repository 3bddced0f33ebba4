"""Launch, source and issue links: for the repository that this checkout came from, so a fork's links are the fork's.

Each of these is taken from the environment, else from `repository:` in _config.yml, else from git:

    BOOK_REPOSITORY  url           https://host/owner/name; empty: no links
    BOOK_BRANCH      branch        a branch, tag or commit
    BOOK_FORGE       forge         what runs at the host, if the host's name does not say it
    BOOK_NOTEBOOKS   notebooks     the branch that has the built notebooks, for Colab
                     path_to_book  the book's folder within the repository

A remote that is a folder has no page to link to: no links.
"""

import os
import posixpath
import re
import subprocess
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import yaml
from sphinx.util import logging

logger = logging.getLogger(__name__)


class Forge(NamedTuple):
    """The forms of its addresses; `plain` shows a text file as it is written. What a forge does not have is empty."""

    source: str
    plain: str = ""
    edit: str = ""
    issue: str = ""


GITEA = Forge(
    "{home}/src/{kind}/{ref}/{path}",
    "?display=source",
    "{home}/_edit/{ref}/{path}",
    "{home}/issues/new?title={title}",
)
FORGES = {
    "github": Forge(
        "{home}/blob/{ref}/{path}",
        "?plain=1",
        "{home}/edit/{ref}/{path}",
        "{home}/issues/new?title={title}",
    ),
    "gitlab": Forge(
        "{home}/-/blob/{ref}/{path}",
        "?plain=1",
        "{home}/-/edit/{ref}/{path}",
        "{home}/-/issues/new?issue%5Btitle%5D={title}",
    ),
    "gitea": GITEA,
    "forgejo": GITEA,
    "bitbucket": Forge("{home}/src/{whole_ref}/{path}", edit="{home}/src/{whole_ref}/{path}?mode=edit&at={whole_ref}"),
    "sourcehut": Forge("{home}/tree/{ref}/item/{path}"),
}
HOSTS = {"codeberg.org": "forgejo", "bitbucket.org": "bitbucket", "git.sr.ht": "sourcehut"}
TELLING_NAME = re.compile(r"(?:^|\.)(github|gitlab|gitea|forgejo)\b")  # gitlab.example.org
SAME_HOST = {
    "www.github.com": "github.com",
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]{2,}):(?!//)(?P<path>.+)")  # git@host:owner/name, and not C:\folder
WEB_PORT = {"http": 80, "https": 443}
SSH = ("ssh", "git+ssh", "ssh+git", "git")
SSH_ALIAS = re.compile(r"(?<=\.com|\.org)-.*")  # github.com-work, for those who have two keys
SETTINGS = {"url": "BOOK_REPOSITORY", "branch": "BOOK_BRANCH", "forge": "BOOK_FORGE", "notebooks": "BOOK_NOTEBOOKS"}
# A continuous integration checks out a commit and tells the name apart: GitHub, Gitea, Forgejo; GitLab; Woodpecker.
CI_NAMES = ("GITHUB_BASE_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG")
BINDER = "https://mybinder.org"
COLAB = "https://colab.research.google.com"
ASK = "No links to a repository: "


def git(folder, *question):
    """Git's answer, or "" if it has none. A container's folder may be another user's: building it is trust enough."""
    try:
        answer = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", folder, *question],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        return ""
    return answer.stdout.removesuffix("\n") if answer.returncode == 0 else ""


def read_config(folder):
    """The author's _config.yml: Sphinx's own settings would hold Jupyter Book's defaults, which name its repository."""
    file = Path(folder, "_config.yml")
    return (yaml.safe_load(file.read_text(encoding="utf-8")) or {}) if file.exists() else {}


def web_address(remote):
    """(scheme, host, owner/name) of the page that belongs to a remote's address, or None."""
    if short := SCP.fullmatch(remote):
        remote = f"ssh://{short['host']}/{short['path']}"
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    project = unquote(parts.path).strip("/").removesuffix(".git").strip("/")
    if parts.scheme not in (*WEB_PORT, *SSH) or not host or "/" not in project:
        return None
    if parts.scheme in SSH:
        host = SSH_ALIAS.sub("", host)
        if "." not in host:
            return None  # a name that only this machine knows
    host = SAME_HOST.get(host, host)
    if host == "github.com" and project.count("/") > 1:
        return None
    if parts.scheme in SSH:
        return "https", host, project
    return parts.scheme, host if port in (None, WEB_PORT[parts.scheme]) else f"{host}:{port}", project


def remote_name(folder):
    """origin; else the remote that the branch follows; else the only one."""
    remotes = git(folder, "remote").splitlines()
    followed = git(folder, "config", f"branch.{git(folder, 'branch', '--show-current')}.remote")
    preferred = [name for name in ("origin", followed) if name in remotes]
    return next(iter(preferred or (remotes if len(remotes) == 1 else [])), "")


def branch_name(folder, remote):
    """The branch as the remote calls it, or the name that a continuous integration gives to a detached checkout."""
    local = git(folder, "branch", "--show-current")
    if not local:
        return next((os.environ[name] for name in CI_NAMES if os.environ.get(name)), "")
    form = "--format=%(upstream:remotename) %(upstream:remoteref)"
    followed = git(folder, "for-each-ref", form, f"refs/heads/{local}")
    ours = f"{remote} refs/heads/"
    return followed.removeprefix(ours) if followed.startswith(ours) else local


def reference(folder, remote, name=""):
    """("branch", "tag" or "commit", its name)."""
    name = name or branch_name(folder, remote) or git(folder, "tag", "--points-at", "HEAD").partition("\n")[0]
    name = name or git(folder, "rev-parse", "--verify", "--quiet", "HEAD") or "main"
    if re.fullmatch("[0-9a-f]{40}", name):
        return "commit", name

    def known(place):
        return git(folder, "rev-parse", "--verify", "--quiet", f"refs/{place}/{name}")

    is_tag = known("tags") and not (known("heads") or known(f"remotes/{remote}"))
    return ("tag" if is_tag else "branch"), name


def find(folder):
    """What `links` needs to know of the book's repository, or {}: then a line says why, unless nothing is amiss."""
    config = read_config(folder)
    settings = config.get("repository") or {}
    if not isinstance(settings, dict):
        logger.warning(f"`repository` in _config.yml is '{settings}'; it may be {{url: https://host/owner/name}}.")
        return {}
    settings |= {key: os.environ[name] for key, name in SETTINGS.items() if name in os.environ}
    remote = remote_name(folder)
    url = None if settings.get("url") is None else str(settings["url"])
    address = web_address(git(folder, "remote", "get-url", remote) if url is None else url)
    if not address:
        report_missing(folder, url, remote)
        return {}
    scheme, host, project = address
    told = str(settings.get("forge") or "").lower()
    forge = told or HOSTS.get(host) or next(iter(TELLING_NAME.findall(host)), "")
    if not forge:
        logger.info(
            f"{ASK}what runs at {host}? BOOK_FORGE says it ({', '.join(FORGES)}); "
            "an empty BOOK_REPOSITORY says that there are to be none."
        )
        return {}
    if forge not in FORGES:
        logger.warning(f"BOOK_FORGE (`forge` in _config.yml) is '{forge}'; it may be {', '.join(FORGES)}.")
        return {}
    kind, ref = reference(folder, remote, str(settings.get("branch") or ""))
    return {
        "host": host,
        "project": project,
        "home": f"{scheme}://{host}/{quote(project)}",
        "forge": forge,
        "kind": kind,
        "ref": ref,
        "folder": (settings.get("path_to_book") or git(folder, "rev-parse", "--show-prefix")).strip("/"),
        "notebooks": str(settings.get("notebooks") or ""),
        "binder": (config.get("launch_buttons") or {}).get("binderhub_url", BINDER),
    }


def report_missing(folder, url, remote):
    """A setting that cannot be read is the author's mistake; a remote that cannot be may be as it should."""
    if url:
        shown = re.sub("//[^/@]*@", "//", url)  # no password in a log
        logger.warning(
            f"BOOK_REPOSITORY (`url` in _config.yml) is '{shown}'; "
            "it may be https://host/owner/name, or empty for no links to a repository."
        )
    elif url is None and not remote and git(folder, "remote"):
        logger.info(f"{ASK}there are several remotes; BOOK_REPOSITORY=https://host/owner/name says which.")
    elif url is None and SCP.fullmatch(git(folder, "remote", "get-url", remote)):
        logger.info(f"{ASK}the remote does not tell its page; BOOK_REPOSITORY=https://host/owner/name does.")


def links(repository, source):
    """The links of a page whose source is that file of the book; an edit needs a branch."""
    forge = FORGES[repository["forge"]]
    path = posixpath.normpath(posixpath.join(repository["folder"], source))
    forms = {
        "home": "{home}",
        "source": forge.source + (forge.plain if path.endswith(".md") else ""),
        "edit": forge.edit if repository["kind"] == "branch" else "",
        "issue": forge.issue,
    }
    words = {
        "home": repository["home"],
        "kind": repository["kind"],
        "ref": quote(repository["ref"]),
        "whole_ref": quote(repository["ref"], safe=""),
        "path": quote(path),
        "title": quote(path),
    }
    found = {name: form.format(**words) for name, form in forms.items() if form}
    if repository["binder"]:
        found["binder"] = binder(repository, path)
    if repository["notebooks"] and repository["host"] == "github.com":
        found["colab"] = colab(repository, source)
    return found


def binder(repository, path):
    """Binder decodes `urlpath` once and JupyterLab the path in it once more."""
    provider = {
        "github.com": "gh/" + quote(repository["project"]),
        "gitlab.com": "gl/" + quote(repository["project"], safe=""),
    }.get(repository["host"], "git/" + quote(repository["home"], safe=""))
    hub = repository["binder"].rstrip("/")
    return f"{hub}/v2/{provider}/{quote(repository['ref'])}?urlpath={quote('lab/tree/' + quote(path))}"


def colab(repository, source):
    """Colab opens what is on GitHub, and .ipynb alone."""
    notebook = quote(posixpath.splitext(source)[0]) + ".ipynb"
    return f"{COLAB}/github/{quote(repository['project'])}/blob/{quote(repository['notebooks'])}/{notebook}"


def requirement(repository, package):
    """What pip installs from the repository."""
    within = f"#subdirectory={quote(repository['folder'])}" if repository["folder"] else ""
    return f"{package} @ git+{repository['home']}@{quote(repository['ref'])}{within}"


def configure(app, config):
    config.book_repository = find(app.srcdir)


def add_links(app, pagename, templatename, context, doctree):
    if app.config.book_repository and doctree is not None:
        source = os.path.relpath(app.env.doc2path(pagename), app.srcdir).replace(os.sep, "/")
        context["repository"] = links(app.config.book_repository, source)


def setup(app):
    # A page is written anew when this changes, and it is found anew at every build.
    app.add_config_value("book_repository", {}, "html")
    app.connect("config-inited", configure)
    app.connect("html-page-context", add_links)
