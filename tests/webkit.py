"""Finds WebKitGTK's browser, or gets it (`python -m tests.webkit`), and drives it on a screen that nobody sees.

It is there on Linux alone: Debian's packages webkit2gtk-driver and xvfb. WebDriver tells nothing of a page's console,
so the pages are served with a few lines in front that keep what goes wrong. Its window cannot be made as narrow as a
phone: a narrow page opens in a frame, which can be clicked but takes no keys.
"""

import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests import debian
from tests.browser.lab import OPENS_WITHIN, until
from tests.serve import Quiet, serving

PROGRAMS, PACKAGES = ("WebKitWebDriver", "Xvfb"), ("webkit2gtk-driver", "xvfb")
MISSING = f"No WebKitGTK here. On Debian and Ubuntu: sudo apt-get install {' '.join(PACKAGES)}"
KEYS = {"Enter": "\ue007", "End": "\ue010", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowRight": "\ue014"}

WINDOW = 1280

RECORDER = b"""<script>
window.complaints = [];
for (const kind of ["error", "warn"]) console[kind] = (...words) => complaints.push(`${kind}: ${words.join(" ")}`);
addEventListener("error", (e) => complaints.push(`error: ${e.message ?? e.target.outerHTML.slice(0, 200)}`), true);
addEventListener("unhandledrejection", (e) => complaints.push(`error: ${e.reason}`));
</script>
"""


class Recorded(Quiet):
    """Serves a page with the recorder in front of everything that it loads and runs."""

    def do_GET(self):
        page = Path(self.translate_path(self.path))
        if page.suffix != ".html" or not page.exists():
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.read_bytes().replace(b"<head>", b"<head>" + RECORDER, 1))


class WebKit:
    """A page at a time, in a frame of a given width."""

    def __init__(self, address, driver):
        self.address, self.driver = address, driver
        session = self._post("/session", capabilities={})["sessionId"]
        self.driver += f"/session/{session}"
        self._post("/window/rect", width=WINDOW, height=950)

    def _post(self, path, **values):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.driver + path, json.dumps(values).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=OPENS_WITHIN) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()}") from None

    def _element(self, selector):
        found = self._post("/element", using="css selector", value=selector)
        return f"/element/{next(iter(found.values()))}"

    def open(self, name, width):
        if width == WINDOW:
            self._post("/url", url=f"{self.address}/{name}")
            return
        self._post("/url", url="about:blank")
        frame = f"<iframe src='{self.address}/{name}' style='width: {width}px; height: 844px; border: 0'></iframe>"
        script = "document.body.innerHTML = arguments[0]; document.querySelector('iframe').onload = arguments[1]"
        self._post("/execute/async", script=script, args=[frame])
        self._post("/frame", id=0)

    def complaints(self):
        return self.evaluate("complaints")

    def requests(self):
        return self.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")

    def evaluate(self, expression):
        return self._post("/execute/sync", script=f"return {expression}", args=[])

    def click(self, selector):
        self._post(f"{self._element(selector)}/click")

    def type(self, selector, *keys):
        self._post(f"{self._element(selector)}/value", text="".join(KEYS.get(key, key) for key in keys))

    def close(self):
        urllib.request.urlopen(urllib.request.Request(self.driver, method="DELETE"), timeout=OPENS_WITHIN).close()


@contextmanager
def running(command, **options):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


def installed():
    return all(map(shutil.which, PROGRAMS))


@contextmanager
def driving(site):
    with screen() as display, serving(site, Recorded) as address, driver(display) as driver_address:
        browser = WebKit(address, driver_address)
        yield browser
        browser.close()


@contextmanager
def screen():
    """The name of an X server's display that nobody sees."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with running(command, stdout=subprocess.PIPE, text=True) as server:
        yield f":{server.stdout.readline().strip()}"


@contextmanager
def driver(display):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    surroundings = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11"}
    with running(["WebKitWebDriver", f"--port={port}"], env=surroundings):
        until(lambda: listens(port), "WebKitWebDriver did not start", OPENS_WITHIN)
        yield f"http://127.0.0.1:{port}"


def listens(port):
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def get():
    if not installed():
        print("No WebKitGTK here; getting it ...", flush=True)
        debian.install(*PACKAGES)
    return installed()


if __name__ == "__main__":
    print("WebKitGTK: here" if get() else f"{MISSING}. Without it, its smoke tests are left out.")
