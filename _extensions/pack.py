"""What is handed on of the built book: `python _extensions/pack.py notebooks` or `zip`, as `make` runs it."""

import shutil
import sys
from pathlib import Path

BUILD = Path("_build")


def notebooks():
    """Every page with cells as .ipynb; in without-solutions/ those that one hands out."""
    target = BUILD / "notebooks"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(BUILD / "html" / "jupyter" / "files", target)
    return target


def zip():
    """The site in one file: unpacked, it is read without a network."""
    return Path(shutil.make_archive(str(BUILD / "book"), "zip", BUILD, "html"))


if __name__ == "__main__":
    made = {"notebooks": notebooks, "zip": zip}[sys.argv[1]]()
    sizes = [path.stat().st_size for path in (made.rglob("*.ipynb") if made.is_dir() else [made])]
    print(f"Made: {made} ({len(sizes)} file{'s' * (len(sizes) > 1)}, {sum(sizes) / 1e6:.1f} MB)")
