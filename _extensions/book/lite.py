"""Each chapter as a notebook in the reader's browser, with nothing to install: JupyterLite, beside the pages.

Only its application for one notebook is there. What a reader changes stays in memory: an old copy in the browser must
not hide a chapter that has changed since. Python is that of the pages (runner/), the same files; IPython and the
widgets are packed from this environment. One lock file names them all, so nothing is looked up anywhere else.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import quote

from packaging.requirements import Requirement

from . import fresh, runner
from .launch import Way
from .notebook import FOLDER as NOTEBOOKS

FOLDER = "jupyter"  # of the site
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget"]
KERNEL = ["micropip", "piplite", "pyodide-kernel", "ipykernel", "ipython", "jedi", "comm"]
PACKED = ["ipython", "jedi", "comm", "anywidget"]  # of this environment, with what they need
DRAWS = ["matplotlib", "sympy", "anywidget"]  # what kmeans_em uses besides numpy, where it is there
THERE = {"sys_platform": "emscripten", "platform_system": "Emscripten", "python_version": "3.14", "extra": ""}
OVERRIDES = {"@jupyterlab/apputils-extension:themes": {"adaptive-theme": True}}  # dark where the reader's system is


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(name):
    """What a distribution of this environment asks for where Pyodide runs."""
    asked = map(Requirement, distribution(name).requires or ())
    return sorted({plain(it.name) for it in asked if not it.marker or it.marker.evaluate(THERE)})


def packed(known):
    """(lock entries, {file: data}) of PACKED and all that they need beyond the known packages."""
    entries, contents, ahead = {}, {}, list(PACKED)
    while ahead:
        name = ahead.pop()
        if name in entries or name in known:
            continue
        files = [file for file in distribution(name).files if ".." not in file.parts]
        modules = {str(file): Path(file.locate()) for file in files if file.suffix not in (".so", ".pyc", ".pyi")}
        top = {Path(file).parts[0].removesuffix(".py") for file in modules if file.endswith(".py")}
        contents[f"{name}.zip"] = data = runner.packed(modules)
        entries[name] = runner.entry(name, f"packages/{name}.zip", data, sorted(top), needs(name))
        ahead += needs(name)
    return entries, contents


def shipped():
    """(lock entries, {file: data}) of the wheels that come with the kernel."""
    entries, contents = {}, {}
    for wheel in sorted((extension(EXTENSIONS[1]) / "static" / "pypi").glob("*.whl")):
        module = wheel.name.partition("-")[0]
        name = plain(module)
        if name in KERNEL:
            contents[wheel.name] = data = wheel.read_bytes()
            entries[name] = runner.entry(name, f"packages/{wheel.name}", data, [module], [])
    return entries, contents


def extension(name):
    return Path(sys.prefix, "share", "jupyter", "labextensions", name)


def packages():
    """(the lock file, {file: data}) of what a notebook may import."""
    lock = runner.available()[0]
    known = {name: package for name, package in lock["packages"].items() if name not in ("runner", "traitlets")}
    for name, package in known.items():
        known[name] = {**package, "file_name": f"../_static/python/{package['file_name']}"}
    known["kmeans-em"]["depends"] = known["kmeans-em"]["depends"] + DRAWS
    ours, contents = shipped()
    more, files = packed({*known, *ours})
    return {"info": lock["info"], "packages": known | ours | more}, contents | files


def configuration():
    options = {"lockFileURL": "pyodide-lock.json", "packages": KERNEL}
    kernel = {
        "pyodideUrl": "./../_static/python/pyodide.mjs",
        "disablePyPIFallback": True,
        "pipliteUrls": [],
        "loadPyodideOptions": options,
    }
    memory = ["memoryStorageDriver"]
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appUrl": "./notebooks",
            "contentsAllJsonFile": "all.json",
            "enableMemoryStorage": True,
            "exposeAppInBrowser": True,  # as window.jupyterapp: what waits for the kernel can ask
            "contentsStorageDrivers": memory,
            "settingsStorageDrivers": memory,
            "workspacesStorageDrivers": memory,
            "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
        },
    }


def build_application(target):
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "apps": ["notebooks"],
            "no_sourcemaps": True,
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extension(name)) for name in EXTENSIONS],
            "output_dir": str(Path(folder, "made")),
        }
        Path(folder, "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": settings}))
        Path(folder, "jupyter-lite.json").write_text(json.dumps(configuration()))
        Path(folder, "overrides.json").write_text(json.dumps(OVERRIDES))
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)
        shutil.copytree(Path(folder, "made"), target, dirs_exist_ok=True)


def list_contents(files, target, date):
    """What the notebooks' server would say of each folder of files."""
    for folder in [files, *(path for path in files.rglob("*") if path.is_dir())]:
        listing = target / folder.relative_to(files) / "all.json"
        listing.parent.mkdir(parents=True, exist_ok=True)
        entries = [model(files, path, date) for path in sorted(folder.iterdir())]
        listing.write_text(json.dumps({**model(files, folder, date), "format": "json", "content": entries}))


def model(files, path, date):
    kind = "directory" if path.is_dir() else "notebook" if path.suffix == ".ipynb" else "file"
    place = path.relative_to(files).as_posix()
    return {
        "name": "" if path == files else path.name,
        "path": "" if path == files else place,
        "type": kind,
        "format": "text" if kind == "file" else None,
        "mimetype": None,
        "content": None,
        "created": date,
        "last_modified": date,
        "size": None if kind == "directory" else path.stat().st_size,
        "writable": True,
    }


def add_way(app, pagename, templatename, context, doctree):
    if runner.ready() and context.get("notebooks"):
        href = context["pathto"](f"{FOLDER}/notebooks/index.html", 1) + f"?path={quote(pagename)}.ipynb"
        way = Way("Notebook in the browser", "nothing to install; starts in half a minute", href)
        context.setdefault("launch", []).append(way)


def make(app, exception):
    files = Path(app.outdir, NOTEBOOKS)
    if exception or not runner.ready() or not files.exists():
        return
    target = Path(app.outdir, FOLDER)
    build_application(target)
    lock, contents = packages()
    (target / "pyodide-lock.json").write_text(json.dumps(lock))
    (target / "packages").mkdir(exist_ok=True)
    for name, data in contents.items():
        (target / "packages" / name).write_bytes(data)
    date = fresh.git(app.srcdir, "log", "-1", "--format=%cI").strip() or "2000-01-01T00:00:00Z"
    list_contents(files, target / "api" / "contents", date)


def setup(app):
    app.connect("html-page-context", add_way, priority=700)
    app.connect("build-finished", make, priority=900)  # after the runner's own files
