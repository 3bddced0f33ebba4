"""Finds a browser for the tests, or gets one: `python -m tests.chromium`.

In this order: BROWSER_PATH, an installed Chromium or Chrome, the one that Playwright downloaded before. If there is
none: Debian's package (as root, where apt is), else Playwright's own download.
"""

import subprocess
import sys
from pathlib import Path

from tests import debian
from tests.programs import find

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Nothing but the pages under test: no calls home, and it runs as root in a container.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def installed():
    """Path of a browser on this machine, or None."""
    if path := find("BROWSER_PATH", NAMES):
        return path
    return next((path for path in MAC if Path(path).exists()), None) or downloaded()


def downloaded():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def get():
    if path := installed():
        return path
    print("No Chromium or Chrome here; getting one ...", flush=True)
    if not debian.install("chromium", "fonts-dejavu-core"):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    return installed()


if __name__ == "__main__":
    found = get()
    if not found:
        sys.exit("No browser found. Install Chromium or Chrome, or set BROWSER_PATH to one.")
    print(f"Browser: {found}")
