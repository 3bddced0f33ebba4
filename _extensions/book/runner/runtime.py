"""Gets what runs Python in the reader's browser: `python _extensions/book/runner/runtime.py`, which `make site` does.

Pyodide itself comes from npm, with a lock file that names the packages built for it and the sha256 of each. Whoever
has a file with that sha256 may be its source: a folder (BOOK_WHEELS), Pyodide's own distribution, the package index,
or a wheel there that carries a copy of them. Then compile.mjs turns the modules in them into bytecode, which saves the
reader's processor half of the start. All of it is kept in the environment, until one of these files or pins changes.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
PYODIDE = Path(__file__).parents[3] / "node_modules" / "pyodide"
KEPT = Path(sys.prefix) / "share" / "python-in-the-page"
ENGINE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
WANTED = ("numpy", "matplotlib", "sympy", "scikit-learn", "micropip")
UNUSED = {"fonttools", "pytz"}  # matplotlib asks for them, and draws without
DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file}"
MIRROR, INSIDE = "open-webui==0.12.4", "open_webui/frontend/pyodide/"  # holds the files of Pyodide 314.0.3


def locked(wanted=WANTED):
    """The packages wanted and those that they need, as Pyodide's lock file describes them, by name."""
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text())["packages"]
    found, ahead = {}, list(wanted)
    while ahead:
        name = ahead.pop()
        if name not in found and name not in UNUSED:
            needs = [other for other in lock[name]["depends"] if other not in UNUSED]
            found[name] = {**lock[name], "depends": needs}
            ahead += needs
    return dict(sorted(found.items()))


def get(packages, folder):
    """Put the files of the packages into the folder; returns the names of those that no source has."""
    missing = dict(packages)
    for source in (from_folder, from_distribution, from_index, from_mirror):
        for name, data in source(missing):
            if hashlib.sha256(data).hexdigest() == packages[name]["sha256"]:
                (folder / packages[name]["file_name"]).write_bytes(data)
                missing = {other: package for other, package in missing.items() if other != name}
        if not missing:
            break
    return sorted(missing)


def from_folder(missing):
    for name, package in missing.items():
        file = Path(os.environ.get("BOOK_WHEELS", os.devnull), package["file_name"])
        if file.is_file():
            yield name, file.read_bytes()


def from_distribution(missing):
    version = json.loads((PYODIDE / "package.json").read_text())["version"]

    def fetch(item):
        name, package = item
        try:
            with urllib.request.urlopen(
                DISTRIBUTION.format(version=version, file=package["file_name"]), timeout=30
            ) as answer:
                return name, answer.read()
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return None

    first, *rest = missing.items()
    if answer := fetch(first):  # the others are not asked for where this one cannot be reached
        with ThreadPoolExecutor() as threads:
            yield from filter(None, [answer, *threads.map(fetch, rest)])


def from_index(missing):
    """Wheels for Pyodide under the packages' own names."""
    abi = json.loads((PYODIDE / "pyodide-lock.json").read_text())["info"]
    major, minor, _ = abi["python"].split(".")
    platform = [
        "--platform",
        f"pyemscripten_{abi['abi_version']}_{abi['arch']}",
        "--python-version",
        f"{major}.{minor}",
    ]

    def fetch(item):
        name, package = item
        with tempfile.TemporaryDirectory() as folder:
            download(folder, f"{name}=={package['version']}", *platform)
            return [(name, file.read_bytes()) for file in Path(folder).glob("*.whl")]

    with ThreadPoolExecutor(4) as threads:
        for answers in threads.map(fetch, list(missing.items())):
            yield from answers


def from_mirror(missing):
    with tempfile.TemporaryDirectory() as folder:
        download(folder, MIRROR, "--python-version", "3.12")
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                held = set(archive.namelist())
                for name, package in missing.items():
                    if INSIDE + package["file_name"] in held:
                        yield name, archive.read(INSIDE + package["file_name"])


def download(folder, requirement, *options):
    """What pip finds of it, if it finds any, in the folder."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--retries", "0"]
    subprocess.run([*pip, *options, "--dest", folder, requirement], capture_output=True, check=False)


def sizes_of(data):
    """(bytes, bytes as a static host sends them)"""
    return len(data), len(gzip.compress(data, 6))


def mark(packages):
    """Names what was made from these files, by these programs."""
    made_by = [(HERE / name).read_bytes() for name in ("runtime.py", "compile.mjs")]
    lock = (PYODIDE / "pyodide-lock.json").read_bytes()
    return hashlib.sha256(b"".join([*made_by, lock, *map(str.encode, packages)])).hexdigest()


def ready():
    """The folder of the runtime, or None where there is none."""
    return KEPT if (KEPT / "mark").exists() else None


def main():
    packages = locked()
    now = mark(packages)
    if ready() and (KEPT / "mark").read_text() == now:
        return
    print("Getting Python for the reader's browser (once, a minute or two) ...", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        raw, made = Path(folder, "raw"), Path(folder, "made")
        raw.mkdir()
        made.mkdir()
        if missing := get(packages, raw):
            print(
                f"No cells to run in the page: no source has {', '.join(missing)} for Pyodide. The book builds without."
            )
            shutil.rmtree(KEPT, ignore_errors=True)
            return
        for name in ENGINE:
            shutil.copy(PYODIDE / name, raw)
        (raw / "packages.json").write_text(json.dumps(packages))
        subprocess.run(["node", HERE / "compile.mjs", PYODIDE, raw, made], check=True)
        sizes = {file.name: sizes_of(file.read_bytes()) for file in sorted(made.iterdir())}
        (made / "sizes.json").write_text(json.dumps(sizes))
        (made / "mark").write_text(now)
        shutil.rmtree(KEPT, ignore_errors=True)
        shutil.copytree(made, KEPT)


if __name__ == "__main__":
    main()
