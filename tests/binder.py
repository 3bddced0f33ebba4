"""What Binder does with `.binder/`, as far as that goes without Docker: `python -m tests.binder [PYTHON]`.

Like repo2docker: a copy of the repository; a new environment of the Python that runtime.txt names; pip, started in the
copy's root, with .binder/requirements.txt; .binder/postBuild, with that environment first on PATH. Then the tests of
the notebooks run against the JupyterLab of that environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.build import ROOT


def main():
    with tempfile.TemporaryDirectory(prefix="binder-") as folder:
        repository, prefix = Path(folder, "repository"), Path(folder, "environment")
        copy(repository)
        surroundings = {**os.environ, "PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        for name in [name for name in surroundings if name.startswith(("JUPYTER", "PYTHON", "VIRTUAL_ENV"))]:
            del surroundings[name]

        def run(what, *command, **more):
            print(f"== {what}", flush=True)
            begun = time.monotonic()
            options = {"cwd": repository, "env": surroundings, "stdin": subprocess.DEVNULL, **more}
            code = subprocess.run(command, check=False, **options).returncode
            print(f"== {time.monotonic() - begun:.0f} s", flush=True)
            if code:
                sys.exit(f"{what}: exit code {code}")

        run("a new environment", python(), "-m", "venv", prefix)
        run("pip install", prefix / "bin" / "pip", "install", "-qq", "-r", ".binder/requirements.txt")
        run("postBuild", "./.binder/postBuild")
        print(f"== {packages(prefix)} packages, {megabytes(prefix):.0f} MB", flush=True)
        tests = [sys.executable, "-m", "pytest", "tests/browser/test_notebook.py"]
        run("the notebooks", *tests, cwd=ROOT, env={**os.environ, "LAB_PREFIX": str(prefix)})


def packages(prefix):
    return len(list(prefix.glob("lib/python*/site-packages/*.dist-info")))


def megabytes(prefix):
    return sum(file.lstat().st_size for file in prefix.rglob("*")) / 1e6


def copy(repository):
    """What a commit of everything here would hold."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)


def python():
    """The Python that was asked for, else the one that runtime.txt names, else this one."""
    if len(sys.argv) > 1:
        return sys.argv[1]
    name = (ROOT / ".binder" / "runtime.txt").read_text().strip().replace("-", "")
    found = shutil.which(name)
    if found and subprocess.run([found, "--version"], check=False, capture_output=True).returncode == 0:
        return found
    print(f"No {name} here; trying with {sys.executable}", flush=True)
    return sys.executable


if __name__ == "__main__":
    main()
