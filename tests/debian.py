"""Debian's packages, where this process may install them."""

import os
import shutil
import subprocess
from functools import cache


def install(*packages):
    """Whether the packages are there now; False where there is no apt, or no right to use it."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    update()
    apt_get("install", "-y", "-q", "--no-install-recommends", *packages)
    return True


@cache
def update():
    apt_get("update", "-q")


def apt_get(*arguments):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *arguments], check=True, env=environment, stdin=subprocess.DEVNULL)
