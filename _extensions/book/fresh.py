"""Every build begins with nothing but the outputs of cells, and with those only while nothing that they show changed.

Sphinx would read again only the pages that changed: an old warning would be forgotten, an old title or a page that is
gone would stay. And which files a cell opens nobody can list, so every file of the book counts, and of the repository
around it; prose only where code names that kind of file.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path

MAKING = {"_extensions", "tests", "benchmarks", "_toc.yml"}  # of the book's own folder: what makes and checks it
OUTPUT = re.compile(r"\..+|_build|node_modules|__pycache__|.+\.egg-info|.+\.pyc")
PROSE = {".md", ".ipynb", ".rst", ".bib"}
CELL = re.compile(r"^(`{3,}|:{3,}|~{3,}) *\{code-cell\}.*?^\1", re.DOTALL | re.MULTILINE)


def sweep(app, config):
    output = Path(app.outdir)
    if build_folder(output):  # any other folder may be somebody's
        for old in (output, Path(app.doctreedir), output.parent / "jupyter_execute"):
            shutil.rmtree(old, ignore_errors=True)
        output.mkdir(parents=True)


def asked(description):
    """The book's folder, where its `html` is built, and the edition, as a command was told them."""
    arguments = argparse.ArgumentParser(description=description.partition(":")[0])
    arguments.add_argument("folder", nargs="?", default=".", type=Path, help="where _config.yml and _toc.yml are")
    arguments.add_argument("--output", type=Path, help="_build will be in it; the folder of the book, if not given")
    arguments.add_argument("--edition", default="reader", help="for whom: reader, student, teacher")
    given = arguments.parse_args()
    output = (given.output or given.folder).resolve() / "_build"
    return given.folder.resolve(), output / ("" if given.edition == "reader" else given.edition), given.edition


def build_folder(output):
    """Jupyter Book's `_build`, if the pages are in it or, as those of an edition, in a folder of it."""
    return next((folder for folder in list(output.parents)[:2] if folder.name == "_build"), None)


def forget(app, config):
    """Keep the outputs of cells in a folder named after all that they depend on, and no other such folder."""
    build = build_folder(Path(app.outdir)) or Path(app.outdir).parent
    caches = Path(config.nb_execution_cache_path or build / ".jupyter_cache")  # all editions show the same outputs
    mark = fingerprint(Path(app.srcdir))
    for old in caches.glob("[0-9a-f]" * len(mark)):
        if old.name != mark:
            shutil.rmtree(old)
    config.nb_execution_cache_path = str(caches / mark)


def fingerprint(folder):
    """A few letters that change when the outputs of cells may."""
    paths = [path for path in files(folder) if path.relative_to(folder).parts[0] not in MAKING] + around(folder)
    code = "\n".join(map(code_in, paths))
    counted = [path for path in paths if path.suffix not in PROSE or path.suffix in code]
    return digest(folder, [*counted, Path(__file__).with_name("cells.py")], installed())


def installed():
    return sorted(f"{it.name} {it.version}" for it in distributions())


def digest(folder, paths, more):
    mark = hashlib.sha256(json.dumps(more).encode())
    for name, path in sorted((os.path.relpath(path, folder), path) for path in paths):
        mark.update(name.encode())
        with path.open("rb") as file:
            mark.update(hashlib.file_digest(file, "sha256").digest())
    return mark.hexdigest()[:16]


def files(folder, seen=()):
    """Every file below the folder, through links too, but for what is hidden or was made from others."""
    for path in sorted(folder.iterdir()):
        if OUTPUT.fullmatch(path.name):
            continue
        if path.is_dir() and path.resolve() not in seen:  # a link may lead back up
            yield from files(path, {*seen, folder.resolve(), path.resolve()})
        elif path.is_file():
            yield path


def around(folder):
    """What git keeps of the repository outside the book's own folder."""
    top = git(folder, "rev-parse", "--show-toplevel").strip()
    if not top or Path(top) == folder:
        return []
    paths = [Path(top, name) for name in git(top, "ls-files", "-z").split("\0")]
    return [path for path in paths if path.is_file() and not path.is_relative_to(folder)]


def git(folder, *arguments):
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return ""


def code_in(path):
    """The code of a page's cells, or of a module."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".md":
        return "\n".join(cell[0] for cell in CELL.finditer(path.read_text(encoding="utf-8", errors="replace")))
    if path.suffix == ".ipynb":
        with suppress(ValueError, KeyError):  # what is no notebook has no cells, and will be told of when it is read
            cells = json.loads(path.read_bytes())["cells"]
            return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return ""


def setup(app):
    app.connect("config-inited", sweep, priority=1)
    app.connect("config-inited", forget)
