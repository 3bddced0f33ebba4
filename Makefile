# Two commands: `make book` (read it) and `make test` (check it). `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
BUILD  := _build
PORT   ?= 0
JOBS   ?= 2
EDITION ?= reader

# The environment's own programs first: node and npm come from PyPI, and the kernel is this environment's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export JUPYTER_PREFER_ENV_PATH := 1
export PYTHONDONTWRITEBYTECODE := 1

ENV   := $(VENV)/.stamp
NODE  := node_modules/.stamp
RUNTIME := $(VENV)/share/python-in-the-page/mark

.PHONY: help book site student teacher notebooks quiz grading zip slides pdf doctor test lint live binder bench pins clean

help:
	@echo "make book    build the book, serve it, print its address (Ctrl-C stops)"
	@echo "make site    build the book into $(BUILD)/html and stop"
	@echo "make student, make teacher   the book without solutions, or with them open and with notes"
	@echo "make notebooks   every page as .ipynb, with and without solutions"
	@echo "make quiz    the predictions of the chapters, for Canvas (through text2qti) and for Moodle"
	@echo "make grading the coded exercises as assignments of nbgrader"
	@echo "make zip     the whole site in one file, to be read without a network"
	@echo "make slides  decks: one of each chapter, and one of a lecture of 90 minutes; EDITION=teacher with its notes"
	@echo "make pdf     the road and the whole book as PDF; EDITION=student without answers"
	@echo "make doctor  what stands between this checkout and a published book of your own"
	@echo "make test    lint, types, and every test (gets the browsers that are missing)"
	@echo "make lint    ruff and mypy alone"
	@echo "make live    JupyterLab on the chapters: each opens as a notebook"
	@echo "make binder  what Binder does, and the notebooks there"
	@echo "make bench   speed, memory and digits of the loop, page weight, slider latency, Python in the page"
	@echo "make pins    write requirements.txt and .binder/requirements.txt anew from pyproject.toml"
	@echo "make clean   remove what was built (the environment stays)"

book: site
	@$(BIN)/python -m tests.serve $(BUILD)/html $(PORT)

site: $(ENV) $(NODE) $(RUNTIME)
	@$(BIN)/python _extensions/build.py

student teacher: $(ENV) $(NODE) $(RUNTIME)
	@$(BIN)/python _extensions/build.py --edition $@

notebooks zip: site
	@$(BIN)/python _extensions/pack.py $@

slides: $(EDITION:reader=site)
	@$(BIN)/python -m _extensions.slides --edition $(EDITION)

pdf: $(EDITION:reader=site)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m _extensions.pdf --edition $(EDITION)

doctor: $(ENV) $(NODE)
	@$(BIN)/python _extensions/doctor.py

quiz grading: site
	@$(BIN)/python -m _extensions.$@

test: lint $(NODE) $(RUNTIME)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.firefox
	@$(BIN)/python -m tests.webkit
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder

lint: $(ENV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

live: $(ENV)
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@cp .binder/overrides.json $(VENV)/share/jupyter/lab/settings/overrides.json
	@$(BIN)/jupyter lab --notebook-dir . --LabApp.default_url=/lab/tree/chapters/start.md $(if $(filter 0,$(shell id -u)),--allow-root)

# A new environment from .binder/ alone, and the notebooks in it; a few minutes.
binder: $(ENV)
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.binder

bench: site
	@$(BIN)/python -m benchmarks.step_speed
	@$(BIN)/python -m benchmarks.many_rows
	@$(BIN)/python -m benchmarks.accuracy
	@$(BIN)/python -m benchmarks.page_weight
	@$(BIN)/python -m benchmarks.slider_latency
	@$(BIN)/python -m benchmarks.explorer_page
	@$(BIN)/python -m benchmarks.python_in_page

pins: $(ENV)
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra book \
	    --group build --group live --group test --custom-compile-command "make pins" -o requirements.txt --quiet
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra book --group live \
	    -c requirements.txt --no-annotate --custom-compile-command "make pins" \
	    -o .binder/requirements.txt --quiet
	@echo "Wrote requirements.txt and .binder/requirements.txt"

clean:
	rm -rf $(BUILD) .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(ENV): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "This needs Python 3.11 or newer; $$($(PYTHON) --version) is too old. Try: make PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV) (once, a few minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off -r requirements.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --editable .
	@$(BIN)/python -c 'import kmeans_em, jupyter_book, pytest'
	@touch $@

# No source within reach is no failure: then the pages have no run buttons, and the next build tries again.
$(RUNTIME): package-lock.json _extensions/book/runner/runtime.py _extensions/book/runner/compile.mjs $(NODE)
	@$(BIN)/python _extensions/book/runner/runtime.py

$(NODE): package.json package-lock.json $(ENV)
	@echo "Getting KaTeX, the text face, the search and what drives the tests ..."
	@$(BIN)/npm ci --silent
	@touch $@
