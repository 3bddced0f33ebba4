"""JupyterLab for the tests: on a free port, without a token, with nothing of the user's read or written."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.build import ROOT

STARTS_WITHIN = 60  # seconds


@contextmanager
def running(home, prefix=None):
    """JupyterLab of the environment `prefix` with the files of the folder `home`/work; yields its address.

    Of another environment than this one its own settings hold, as `.binder/postBuild` left them; for this one
    (prefix None) a copy of them, so that a run of the tests changes nothing in it.
    """
    work, settings = home / "work", home / "settings"
    work.mkdir(parents=True, exist_ok=True)
    command = [str(Path(prefix or sys.prefix) / "bin" / "python"), "-m", "jupyterlab", "--no-browser"]
    command += [
        "--allow-root",
        "--ip=127.0.0.1",
        "--ServerApp.port=0",
        "--IdentityProvider.token=",
        f"--notebook-dir={work}",
    ]
    if prefix is None:
        settings.mkdir(exist_ok=True)
        shutil.copy(ROOT / ".binder" / "overrides.json", settings)
        command.append(f"--LabApp.app_settings_dir={settings}")
    log = home / "lab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=work, env=surroundings(home), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield address(home, server, log)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def surroundings(home):
    """The environment variables of a user who never used Jupyter before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    return {
        **kept,
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def address(home, server, log):
    """Where it listens: it says so in its runtime folder."""
    told = home / "runtime" / f"jpserver-{server.pid}.json"
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            url = json.loads(told.read_text())["url"]
            urllib.request.urlopen(f"{url}api/status", timeout=5).close()
            return url
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start within {STARTS_WITHIN} s:\n{log.read_text()}")
