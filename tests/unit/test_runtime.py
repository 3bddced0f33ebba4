"""Files of the page's Python come from any source, if their sha256 is the one that Pyodide's lock file names."""

import hashlib
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from _extensions.book import runner
from _extensions.book.runner import runtime

DATA = {"one": b"the first", "two": b"the second"}
PACKAGES = {
    name: {"file_name": f"{name}.whl", "sha256": hashlib.sha256(data).hexdigest()} for name, data in DATA.items()
}


@pytest.fixture
def sources(monkeypatch):
    """Stand in for the sources that need a network; returns what each of them has, and what it was asked for."""
    held, asked = {"from_distribution": {}, "from_index": {}, "from_mirror": {}}, []

    def stand_in(name):
        def source(missing):
            asked.append((name, sorted(missing)))
            yield from [(package, held[name][package]) for package in missing if package in held[name]]

        return source

    for name in held:
        monkeypatch.setattr(runtime, name, stand_in(name))
    return held, asked


def test_a_folder_comes_first(tmp_path, monkeypatch, sources):
    folder, target = tmp_path / "wheels", tmp_path / "raw"
    folder.mkdir()
    target.mkdir()
    for name, data in DATA.items():
        (folder / f"{name}.whl").write_bytes(data)
    monkeypatch.setenv("BOOK_WHEELS", str(folder))
    assert runtime.get(PACKAGES, target) == []
    assert {file.stem: file.read_bytes() for file in target.iterdir()} == DATA
    assert sources[1] == []


def test_what_one_source_has_not_the_next_is_asked_for(tmp_path, sources):
    held, asked = sources
    held["from_distribution"]["one"] = DATA["one"]
    held["from_mirror"]["two"] = DATA["two"]
    assert runtime.get(PACKAGES, tmp_path) == []
    assert asked == [("from_distribution", ["one", "two"]), ("from_index", ["two"]), ("from_mirror", ["two"])]


def test_a_file_with_another_sum_is_not_taken(tmp_path, sources):
    held, _ = sources
    held["from_index"] = {"one": DATA["one"], "two": b"not the second"}
    assert runtime.get(PACKAGES, tmp_path) == ["two"]
    assert [file.name for file in tmp_path.iterdir()] == ["one.whl"]


def test_the_packages_of_the_book_are_locked():
    found = runtime.locked()
    assert {"numpy", "matplotlib", "sympy", "scikit-learn", "scipy"} <= found.keys()
    assert all(len(package["sha256"]) == 64 and set(package["depends"]) <= found.keys() for package in found.values())


def test_builds_beside_each_other_share_one_wheel_and_old_ones_go(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "KEPT", tmp_path)
    wheels = tmp_path / "wheels"
    for name, days in (("old", 2), ("of-today", 0.5)):
        (wheels / name).mkdir(parents=True)
        os.utime(wheels / name, times=(0, time.time() - days * runner.DAY))
    with ThreadPoolExecutor() as pool:
        first, *others = [build.result() for build in [pool.submit(runner.own_wheel) for _ in range(3)]]
    assert others == [first, first]
    assert "kmeans_em/em.py" in zipfile.ZipFile(first).namelist()
    assert sorted(folder.name for folder in wheels.iterdir()) == sorted([first.parent.name, "of-today"])
