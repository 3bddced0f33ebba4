"""Finds Firefox, or gets it (`python -m tests.firefox`), and drives it with Puppeteer, over WebDriver BiDi.

In this order: FIREFOX_PATH, an installed Firefox, the one that Puppeteer downloaded before. If there is none: Debian's
package (as root, where apt is), else Puppeteer's own download.
"""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests import debian
from tests.node import node
from tests.programs import find
from tests.serve import serving

NAMES = ("firefox-esr", "firefox")
MAC = "Firefox.app/Contents/MacOS/firefox"
DOWNLOADS = Path.home() / ".cache" / "puppeteer"
MISSING = "No Firefox found. Install it, or set FIREFOX_PATH to one; `python -m tests.firefox` tries to get it."


def installed():
    """Path of Firefox on this machine, or None."""
    if path := find("FIREFOX_PATH", NAMES):
        return path
    found = (
        *Path("/Applications").glob(MAC),
        *DOWNLOADS.glob("firefox/*/firefox/firefox"),
        *DOWNLOADS.glob(f"firefox/*/{MAC}"),
    )
    return str(found[0]) if found else None


def get():
    if path := installed():
        return path
    print("No Firefox here; getting it ...", flush=True)
    if not debian.install("firefox-esr"):
        node(["node_modules/.bin/browsers", "install", "firefox@stable", "--path", str(DOWNLOADS)]).wait()
    return installed()


class Firefox:
    """The verbs of firefox.mjs, for one page at a time."""

    def __init__(self, address, process):
        self.address, self.process = address, process

    def _ask(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        assert "error" not in reply, f"{question}: {reply['error']}"
        return reply.get("answer")

    def open(self, name, width):
        self._ask("open", f"{self.address}/{name}", width)

    def complaints(self):
        return self._ask("told")["console"]

    def requests(self):
        return self._ask("told")["requests"]

    def evaluate(self, expression):
        return self._ask("evaluate", expression)

    def click(self, selector):
        self._ask("click", selector)

    def type(self, selector, *keys):
        self._ask("type", selector, keys)


@contextmanager
def driving(site):
    path = installed()
    assert path, MISSING
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with serving(site) as address, node(["tests/firefox.mjs", path], **pipes) as process:
        yield Firefox(address, process)


if __name__ == "__main__":
    found = get()
    if not found:
        sys.exit(MISSING)
    print(f"Firefox: {found}")
