"""Python in the page: a cell can be edited and run where it stands, with no server.

runtime.py gets Pyodide and the packages; worker.js runs it, with the modules in python/; page.js is the page's side of
it, editor.js the editor. All of that is loaded after a click; before, a page has runner.js alone, which shows a button
below each cell.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from functools import cache
from importlib.metadata import files
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from .. import beside
from ..launch import Way
from ..notebook import of_code
from .python import needs
from .runtime import KEPT, ready, sizes_of

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PACKAGE = ROOT / "kmeans_em"
NODE_MODULES = ROOT / "node_modules"
BUNDLE = "import { build } from 'esbuild'; await build(JSON.parse(process.argv[1]));"
STAND_INS = {"anywidget", "matplotlib_inline", "IPython", "session"}  # what python/ has in the place of others
DAY = 24 * 60 * 60  # seconds
MUCH = 25  # megabytes that a reader is told of before the click


def codes(env, docname):
    """{index among all cells: code} of a page's cells of code."""
    executed = Path(env.app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    if "kernelspec" not in env.metadata.get(docname, {}) or not executed.exists():
        return {}
    without = env.metadata[docname].get("cells_left_out", ())
    return {n: cell.source for n, cell in of_code(nbformat.read(executed, as_version=4), without).items()}


def source(folder):
    """`needs.modules` asks for the text of the book's own modules: of kmeans_em, and beside a chapter."""

    def text(name):
        path = name.replace(".", "/")
        places = [place for base in (ROOT, folder) for place in (base / f"{path}.py", base / path / "__init__.py")]
        return next((place.read_text(encoding="utf-8") for place in places if place.is_file()), None)

    return text


@cache
def available():
    """(lock file, {file: (bytes, compressed bytes)}, {file: data} of ours) of what the page can load."""
    lock = json.loads((KEPT / "pyodide-lock.json").read_text())
    sizes = json.loads((KEPT / "sizes.json").read_text())
    ours = {"traitlets": (traitlets(), []), "runner": (python_modules(), ["traitlets"])}
    wheel = own_wheel()
    ours |= {"kmeans-em": ((wheel.name, wheel.read_bytes()), ["numpy"])}
    contents = {}
    for name, ((file, data), depends) in ours.items():
        imports = {"traitlets": ["traitlets"], "kmeans-em": ["kmeans_em"]}.get(name, sorted(STAND_INS))
        lock["packages"][name] = entry(name, file, data, imports, depends)
        sizes[file] = sizes_of(data)
        contents[file] = data
    return lock, sizes, contents


def entry(name, file, data, imports, depends):
    """What a lock file says of a package of ours."""
    return {
        "name": name,
        "version": "0",
        "file_name": file,
        "install_dir": "site",
        "sha256": hashlib.sha256(data).hexdigest(),
        "package_type": "package",
        "imports": imports,
        "depends": depends,
    }


def packed(paths):
    """A zip of {name: path}, the same for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, path in sorted(paths.items()):
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return target.getvalue()


def traitlets():
    """The build's own: it is pure Python."""
    paths = {str(file): Path(file.locate()) for file in files("traitlets") if file.parts[0] == "traitlets"}
    return "traitlets.zip", packed({name: path for name, path in paths.items() if path.suffix in (".py", ".typed")})


def python_modules():
    folder = HERE / "python"
    return "runner.zip", packed({path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")})


def own_wheel():
    """kmeans_em as a wheel, made anew when one of its files changed."""
    inputs = [ROOT / name for name in ("pyproject.toml", "README.md", "LICENSE")]
    inputs += [path for path in sorted(PACKAGE.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    mark = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in inputs)).hexdigest()[:16]
    folder = KEPT / "wheels" / mark
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        forget_old(folder.parent)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = build_wheel(inputs, Path(scratch))
            with suppress(OSError):  # another build that runs beside this one was faster
                made.rename(folder)
    return next(folder.glob("*.whl"))


def build_wheel(inputs, scratch):
    """The folder of the wheel, within the scratch folder."""
    for path in inputs:
        copy = scratch / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    made = scratch / "made"
    made.mkdir()
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}  # the first day of 1980
    subprocess.run([sys.executable, "-c", build, made], cwd=scratch, env=environment, capture_output=True, check=True)
    return made


def forget_old(wheels):
    """Not the last day's: another build may be reading them."""
    for one in wheels.iterdir():
        if one.stat().st_mtime < time.time() - DAY:
            shutil.rmtree(one, ignore_errors=True)


def packages_for(modules):
    """The packages that hold these modules and what those need, by name."""
    lock = available()[0]["packages"]
    found, ahead = set(), ["runner", "kmeans-em"]
    ahead += [name for name, package in lock.items() if modules & set(package["imports"])]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += lock[name]["depends"]
    return sorted(found)


def unknown(modules, folder):
    """Those that neither Python nor a package of the page nor the book has."""
    lock = available()[0]["packages"].values()
    known = set(sys.stdlib_module_names).union(*(package["imports"] for package in lock))
    return sorted(name for name in modules - known if not source(folder)(name))


def megabytes(packages):
    lock, sizes, _ = available()
    names = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
    names += [lock["packages"][name]["file_name"] for name in packages]
    return sum(sizes[name][1] for name in names) / 1e6


class Toolbars(SphinxPostTransform):
    """Below the code of each cell, a place for its buttons; or in words why it cannot run here."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        docname = self.env.docname
        code = codes(self.env, docname) if ready() else {}
        folder = Path(self.env.srcdir, docname).parent
        numbers = {index: number for number, index in enumerate(code)}
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or cell["cell_index"] not in numbers:
                continue
            for place in cell.findall(nodes.container):
                if place.get("nb_element") != "cell_code_source":
                    continue
                number = numbers[cell["cell_index"]]
                place += nodes.raw("", toolbar(list(code.values()), number, folder), format="html")


def toolbar(code, number, folder):
    modules = wanted(code, number, folder)
    if missing := unknown(modules, folder):
        names = " and ".join(f"<code>{name}</code>" for name in missing)
        return f'<p class="runner"><span>This cell needs {names}, which Python in the page does not have.</span></p>'
    size = megabytes(packages_for(modules))
    note = f' data-note="This cell first loads {size:.0f} MB."' if size > MUCH else ""
    return f'<div class="runner" data-cell="{number}" data-megabytes="{size:.1f}"{note}></div>'


def wanted(code, number, folder):
    lines, above = needs.plan(code, number)
    text = [*lines, *(code[cell] for cell in [*above, number])]
    return set().union(*(needs.modules(one, source(folder)) for one in text))


def add_runner(app, pagename, templatename, context, doctree):
    code = list(codes(app.env, pagename).values()) if ready() and app.builder.format == "html" else []
    if not code:
        return
    app.add_css_file("runner/runner.css", priority=300)
    app.add_js_file("runner/runner.js", loading_method="defer")
    context.setdefault("launch", []).insert(0, Way("Run here", "in the page, below each cell", action="run-here"))
    folder = Path(app.srcdir, pagename).parent
    near = Path(app.outdir, "_static", "runner", "beside", pagename).parent
    what = {
        "folder": f"/home/pyodide/{Path(pagename).parent}".rstrip("/."),
        "codes": code,
        "packages": [packages_for(wanted(code, number, folder)) for number in range(len(code))],
        "beside": beside.copy(folder, "\n".join(code), near),
    }
    target = Path(app.outdir, "_static", "runner", "cells", f"{pagename}.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(what, ensure_ascii=False), encoding="utf-8")


def copy_runtime(app, exception):
    static = Path(app.outdir, "_static")
    if exception or not (static / "runner").exists():
        return
    lock, sizes, contents = available()
    target = static / "python"
    target.mkdir(exist_ok=True)
    for file in KEPT.iterdir():
        if file.name in sizes:
            try:
                os.link(file, target / file.name)
            except OSError:  # another disk
                shutil.copy(file, target)
    for name, data in contents.items():
        (target / name).write_bytes(data)
    (target / "pyodide-lock.json").write_text(json.dumps(lock))
    (static / "runner" / "sizes.json").write_text(json.dumps(sizes))
    for name in ("runner.js", "page.js", "worker.js", "runner.css"):
        shutil.copy(HERE / name, static / "runner")
    shutil.copy(NODE_MODULES / "katex" / "dist" / "katex.mjs", static / "runner")
    editor = {"entryPoints": [str(HERE / "editor.js")], "outfile": str(static / "runner" / "editor.js")}
    options = json.dumps({**editor, "bundle": True, "minify": True, "format": "esm", "nodePaths": [str(NODE_MODULES)]})
    subprocess.run(["node", "--input-type=module", "-e", BUNDLE, options], cwd=ROOT, check=True)


def setup(app):
    available.cache_clear()
    app.add_post_transform(Toolbars)
    app.connect("html-page-context", add_runner)
    app.connect("build-finished", copy_runtime)
