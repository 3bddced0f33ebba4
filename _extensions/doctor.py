"""What stands between this checkout and a published book: `python _extensions/doctor.py`, which `make doctor` runs.

A line for each thing: ok; look, which may be as it should; mend, with the cure. It changes nothing.
"""

import gzip
import json
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import build
import yaml
from book import repository

PAGE_KB = 250  # of a page's HTML and pictures, as they are sent
OURS = "the Soft to Hard authors"  # whose notice the licences ask to keep
PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==(\S+)(?: ; (.+))?$", re.MULTILINE)
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


def environment(folder):
    """Python, its packages, and what comes from npm."""
    others = [name for name, pin in pinned(folder) if installed(name) != pin]
    if others:
        yield (
            "mend",
            f"other versions than requirements.txt has: {', '.join(others[:5])}; touch requirements.txt, make site",
        )
    wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    missing = [name for name in wanted if not (folder / "node_modules" / name).exists()]
    if missing:
        yield "mend", f"not in node_modules: {', '.join(missing)}; npm ci"
    if not others and not missing:
        yield "ok", f"Python {sys.version.split()[0]} and what the book is made with"
    if not Path(sys.prefix, "share", "python-in-the-page", "mark").exists():
        yield (
            "look",
            "no Python for the pages: they have no run buttons; make site tries again, BOOK_WHEELS names a folder",
        )


def pinned(folder):
    """(package, version) of requirements.txt, but for those of other systems and Pythons."""
    from packaging.markers import Marker

    for name, pin, marker in PIN.findall((folder / "requirements.txt").read_text(encoding="utf-8")):
        if not marker or Marker(marker).evaluate():
            yield name, pin


def installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def names(folder):
    """The title, the authors and the licences, where each is said."""
    config = repository.read_config(folder)
    cited = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    title, author = str(config.get("title")), str(config.get("author"))
    if cited.get("title") != title:
        yield "mend", f"title: _config.yml has '{title}', CITATION.cff '{cited.get('title')}'"
    people = [
        " ".join(filter(None, [one.get("given-names"), one.get("family-names"), one.get("name")]))
        for one in cited["authors"]
    ]
    strangers = [name for name in people if name not in author]
    if strangers:
        yield "mend", f"author: CITATION.cff has {', '.join(strangers)}, _config.yml '{author}'"
    if cited.get("title") == title and not strangers:
        yield "ok", f"'{title}' by {author}, in _config.yml and in CITATION.cff"
    licence = (folder / "LICENSE").read_text(encoding="utf-8")
    if OURS not in licence:
        yield "mend", f"LICENSE: keep the line of {OURS}, as both licences ask, and add your own below it"
    elif author.lower() != OURS.lower() and author not in licence:
        yield "look", f"LICENSE does not name {author}: add a line below that of {OURS}"
    else:
        yield "ok", "LICENSE names who wrote it"


def remote(folder):
    """Where the book's links lead, and what has not got there."""
    found = repository.find(folder)
    if not found:
        cure = "set-url" if "origin" in repository.git(folder, "remote").split() else "add"
        yield (
            "look",
            f"no repository to link to: git remote {cure} origin <address>, or BOOK_REPOSITORY; without it, no buttons",
        )
        return
    yield "ok", f"links lead to {found['home']}, {found['kind']} {found['ref']}"
    if changed := repository.git(folder, "status", "--porcelain").splitlines():
        yield "look", f"{len(changed)} files are not committed: readers do not get them"
    ahead = repository.git(folder, "rev-list", "--count", "@{upstream}..HEAD")
    if ahead not in ("", "0"):
        yield "look", f"{ahead} commits are not pushed"
    yield pages(folder, found)


def pages(folder, found):
    """What publishes it."""
    workflow = {"github": ".github/workflows/pages.yml", "gitlab": ".gitlab-ci.yml"}.get(found["forge"])
    if workflow is None:
        return "look", f"{found['forge']} has no workflow here: make site, then copy _build/html to a web server"
    if not (folder / workflow).exists():
        return "mend", f"{workflow} is missing; README, 'Publish it', has it"
    hint = "; once, choose Settings > Pages > Source: GitHub Actions" if found["forge"] == "github" else ""
    return "ok", f"{workflow} publishes every push{hint}"


def citations(folder):
    """Keys that are cited and not in references.bib stop the build; those nobody cites are only in the way."""
    known = set(re.findall(r"^@\w+\{([^,\s]+)", (folder / "references.bib").read_text(encoding="utf-8"), re.MULTILINE))
    chapters = (folder / "chapters").rglob("*.md")
    cited = {
        key.strip()
        for page in chapters
        for keys in CITED.findall(page.read_text(encoding="utf-8"))
        for key in keys.split(",")
    }
    if unknown := cited - known:
        yield "mend", f"references.bib has no {', '.join(sorted(unknown))}"
    if idle := known - cited:
        yield "look", f"nobody cites {', '.join(sorted(idle))}"
    if not unknown:
        yield "ok", f"{len(cited)} works are cited, and all are in references.bib"


def site(folder):
    """Whether the built book is that of today, and its pages are light."""
    output = folder / "_build"
    html, state = output / "html", output / "state"
    if not (html / "index.html").exists():
        yield "look", "the book is not built: make site"
        return
    if not state.exists() or state.read_text() != build.state(folder):
        yield "look", "the built book is older than its files, or was built with other settings: make site"
    weights = {page: weight(page, html) for page in (html / "chapters").rglob("*.html")}
    heavy = {page.stem: kilobytes for page, kilobytes in weights.items() if kilobytes > PAGE_KB}
    for name, kilobytes in heavy.items():
        yield (
            "mend",
            f"{name} weighs {kilobytes:.0f} kB, more than {PAGE_KB}: fewer points, smaller pictures, or two pages",
        )
    if not heavy:
        heaviest = max(weights, key=weights.get)
        yield "ok", f"{len(weights)} pages, the heaviest {heaviest.stem} with {weights[heaviest]:.0f} of {PAGE_KB} kB"


def weight(page, html):
    """Kilobytes of the page and its own pictures, packed as a host sends them; what all pages share comes once."""
    text = page.read_text(encoding="utf-8")
    pictures = {(page.parent / name).resolve() for name in re.findall(r'<img[^>]* src="([^":#?]+)"', text)}
    files = [page, *(picture for picture in pictures if picture.is_file() and (html / "_images") in picture.parents)]
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files) / 1000


CHECKS = (environment, names, remote, citations, site)


def main(folder):
    found = [told for check in CHECKS for told in check(folder)]
    for state, words in found:
        print(f"{state:5} {words}")
    worst = [words for state, words in found if state == "mend"]
    print(f"{len(worst)} to mend." if worst else "Nothing to mend.")
    return bool(worst)


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
