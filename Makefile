# Two commands for a machine with Python 3.11 or newer and nothing else:
#   make demo   the main job: two nodes, the real region, the desk in the browser
#   make test   every check there is
# Everything is kept in .venv; Node comes as a Python package, into .venv as well.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SOURCES := pyproject.toml hatch_build.py $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print 2>/dev/null)

.PHONY: demo test check bench pictures clean help

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.installed ## run the main job and keep serving; ARGS="--once --json" for scripts
	$(BIN)/sarhad demo $(ARGS)

test: $(VENV)/.tested check ## pass the tests
	$(BIN)/python tests/provision.py
	# Nodes, planners and browsers share the machine: what failed is tried once more, and both are told.
	$(BIN)/python -m pytest -n auto --dist worksteal --reruns 1 -m "not browser" $(ARGS)
	$(BIN)/python -m pytest -n 2 --dist loadfile --reruns 1 -m browser $(ARGS)

check: $(VENV)/.tested ## lint and types, without the tests
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy

bench: $(VENV)/.tested ## measure, side by side with peers; QUICK=1 for small sizes
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,bench]'
	$(BIN)/python -m bench $(if $(QUICK),--quick)

pictures: $(VENV)/.tested ## take the documentation's pictures of every screen
	$(BIN)/python tests/provision.py
	$(BIN)/python tests/browser/pictures.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sarhad needs Python 3.11 or newer; name it with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: on Debian, install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: $(VENV)/bin/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[plan,pdf,signin]'
	@touch $@

$(VENV)/.tested: $(VENV)/bin/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.installed

clean: ## remove what was built, not what was recorded
	rm -rf $(VENV) ui/node_modules src/sarhad/web/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
