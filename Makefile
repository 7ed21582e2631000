# `make check` and `make test` do all the set-up on a machine with Python 3.11+, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A file's tests stay in one process: what they start, such as WordPress, is started once. Files go out in their own
# order, else the long ones with few tests would all come last; a third process works while others wait for answers.
PYTEST_OPTIONS ?= --numprocesses=3 --dist=loadfile --no-loadscope-reorder
# What takes long beside what it guards: `make test-long`, which the long CI runs.
LONG := tests/project/test_odd_places.py tests/broker/test_push.py \
  tests/ci/test_pre_commit.py tests/registry_diff/test_versions.py tests/story/test_from_empty_folders.py \
  tests/story/test_four_repositories.py tests/attacks/test_kills.py
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# The tests start some thousand processes of Python; each would compile the whole package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: check test test-long lint clean

check: $(VENV)/installed  ## lint, capture check, verification of the stand-in and a release check on a throwaway broker
	$(BIN)/contracts check

test: $(VENV)/installed-test  ## the tests of the toolkit, with real parts
	$(BIN)/python -m pytest $(PYTEST_OPTIONS) $(LONG:%=--ignore=%)

test-long: $(VENV)/installed-test  ## the tests that take too long for every change
	$(BIN)/python -m pytest $(LONG)

lint: $(VENV)/installed-test  ## ruff and mypy, as CI runs them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The stamps are made last, so an interrupted installation is done again.
$(VENV)/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --editable '.[test]'
	touch $@ $(VENV)/installed

clean:  ## remove what the other targets made
	rm -rf $(VENV) .contracts build dist
