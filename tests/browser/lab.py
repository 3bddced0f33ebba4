"""JupyterLab for the tests: a server of its own, with nothing of the user's read or written, and a notebook in it."""

import ast
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from jupyter_client import BlockingKernelClient

from tests.build import ROOT

OPENS_WITHIN = 120  # seconds, on a busy machine
ANSWERS_WITHIN = 20


@contextmanager
def running(home, prefix=None):
    """The address of JupyterLab, on a free port and without a token, over the files of the folder `home`/work.

    With `prefix` it is the JupyterLab of that environment, with the settings that `.binder/postBuild` gave it.
    Without, it is this environment's with a copy of those settings, and nothing in the environment changes.
    """
    python = str(Path(prefix or sys.prefix, "bin", "python"))
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token=", f"--notebook-dir={home / 'work'}"]
    if not prefix:
        settings = home / "settings"
        settings.mkdir()
        shutil.copy(ROOT / ".binder" / "overrides.json", settings)
        command.append(f"--LabApp.app_settings_dir={settings}")
    log, environment = home / "lab.log", surroundings(home)
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        # as in postBuild: else the first cell may say that it lists the fonts
        subprocess.run([python, "-c", "import matplotlib.font_manager"], env=environment, check=True)
        yield until(lambda: address(home, server), f"JupyterLab did not start, see {log}", OPENS_WITHIN)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def surroundings(home):
    """The environment of somebody who never used Jupyter before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "PYTHON"))}
    own = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "IPYTHONDIR": home / "ipython",
        "MPLCONFIGDIR": home / "matplotlib",
    }
    return {**kept, **{name: str(folder) for name, folder in own.items()}, "PYTHONDONTWRITEBYTECODE": "1"}


def address(home, server):
    """Where it listens, as it tells in its runtime folder; None as long as it does not answer there."""
    assert server.poll() is None, (home / "lab.log").read_text()
    try:
        url = json.loads((home / "runtime" / f"jpserver-{server.pid}.json").read_text())["url"]
        urllib.request.urlopen(f"{url}api/status", timeout=5).close()
    except (OSError, ValueError):
        return None
    return url


def until(condition, complaint, patience=ANSWERS_WITHIN):
    """What `condition` returns as soon as that is true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(complaint)


class Notebook:
    """A file of the book opened in JupyterLab, `page`, and a wire of its own to the kernel."""

    def __init__(self, page, url, home, path):
        self.page, self.url, self.home, self.path = page, url, home, path
        page.goto(f"{url}lab/tree/{path}?reset")
        page.locator(".jp-NotebookPanel .jp-Cell, .jp-FileEditor").first.wait_for(timeout=OPENS_WITHIN * 1000)
        self.is_notebook = page.locator(".jp-NotebookPanel").count() == 1
        self.kernel = None

    def run_all(self):
        page, bar = self.page, self.page.locator("#jp-main-statusbar")
        bar.get_by_text("| Idle").wait_for(timeout=OPENS_WITHIN * 1000)
        page.locator(".lm-MenuBar-item", has_text="Run").click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        done = """[...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
            .every((prompt) => /^\\[\\d+\\]/.test(prompt.textContent))"""
        page.wait_for_function(done, timeout=OPENS_WITHIN * 1000)
        bar.get_by_text("| Idle").wait_for(timeout=OPENS_WITHIN * 1000)

    def connect(self):
        with urllib.request.urlopen(f"{self.url}api/sessions", timeout=5) as answer:
            kernels = {session["path"]: session["kernel"]["id"] for session in json.load(answer)}
        connection = self.home / "runtime" / f"kernel-{kernels[self.path]}.json"
        self.kernel = BlockingKernelClient(connection_file=str(connection))
        self.kernel.load_connection_file()
        self.kernel.start_channels()

    def tell(self, code, **expressions):
        """Run code in the kernel; returns the reply."""
        if self.kernel is None:
            self.connect()
        reply = self.kernel.execute(
            code, store_history=False, user_expressions=expressions, reply=True, timeout=ANSWERS_WITHIN
        )["content"]
        assert reply["status"] == "ok", reply
        return reply

    def ask(self, expression):
        """The value of a Python expression in the kernel."""
        found = self.tell("", it=expression)["user_expressions"]["it"]
        assert found["status"] == "ok", found
        return ast.literal_eval(found["data"]["text/plain"])

    def save(self):
        self.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) jp-button[title^="Save and create"]').click()

    def close(self):
        if self.kernel is not None:
            self.kernel.stop_channels()
        self.page.close()
