# Two commands are all a newcomer needs: `make demo` and `make test`. Both set up what they miss.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SYNC := $(UV) pip install --quiet --python $(BIN)/python --require-hashes
SELF := $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .

# Where this is set every start compiles every module anew: half a second for each of many processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo setup test lint format types lock bench clean

help:
	@echo "make demo    try Milepost against a local stand-in for GitHub"
	@echo "make setup   only make the environment; the command is $(BIN)/milepost"
	@echo "make test    lint, strict types and the whole test suite"
	@echo "make format  put the code in shape"
	@echo "make bench   measure; prints tables"
	@echo "make lock    resolve the dependencies again (requirements/)"

demo: setup
	@$(BIN)/milepost demo

setup: $(VENV)/.setup

test: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml --no-cache
	@$(BIN)/pytest -n auto

lint types: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python bench/requests.py
	@$(BIN)/python -P bench/year.py

lock: $(UV)
	sh requirements/lock.sh $(UV)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Milepost needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $(UV)

$(VENV)/.setup: $(UV) requirements/sandbox.txt pyproject.toml
	@echo "Setting up $(VENV) ..."
	@$(SYNC) -r requirements/sandbox.txt
	@$(SELF)
	@touch $@

$(VENV)/.dev: $(UV) requirements/dev.txt pyproject.toml
	@echo "Setting up $(VENV) for development ..."
	@$(SYNC) -r requirements/dev.txt
	@$(SELF)
	@touch $@ $(VENV)/.setup
