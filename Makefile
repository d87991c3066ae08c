# The verbs: run, test, coverage, security, bench, soak, eval, train, pages, packages, package, client, sbom, audit, lint, format, docs, lock, clean.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COSMOS_SERVER := tests/cosmos_server
AZURITE := tests/azurite
CHECKOV := .venv-checkov
CLIENT := .venv-client
KUSTO := tests/infra/kusto
MCP_INSPECTOR := tests/mcp_inspector
SWAGGER := api/static/swagger/swagger-ui-bundle.js
PAGE := api/static/page/index.html
PAGES := $(SWAGGER) $(PAGE)
DEPLOYED := .deployed
PACKAGES := .python_packages
# Tests spend much of their time waiting, so five processes keep two cores busy.
WORKERS ?= 5
# The clock of the suite; tests/clocks.py has the names.
CLOCK ?= machine

.PHONY: run test coverage security bench soak eval train pages packages package client sbom audit lint format docs lock clean

run: $(VENV)/.installed $(PAGES)
	$(BIN)/python -m local up --live

# What the whole suite needs besides the linters.
SUITE = $(VENV)/.installed $(PAGES) $(COSMOS_SERVER)/node_modules/.installed $(AZURITE)/node_modules/.installed $(VENV)/.chromium $(VENV)/.browsers $(VENV)/.proxies $(CHECKOV)/.installed $(CLIENT)/.installed $(KUSTO)/node_modules/.installed $(MCP_INSPECTOR)/node_modules/.installed $(DEPLOYED)/.installed $(PACKAGES)/.installed $(VENV)/.train

test: $(SUITE) lint
	$(BIN)/python -m tests.clocks $(CLOCK) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Measures the branch coverage of the suite, including the processes that it starts. It takes longer than
# `make test`, and fails below the floor in pyproject.toml.
coverage: $(SUITE)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Attacks a running host, a class of attacks a file, with 100,000 distinct requests for the test of memory: two minutes.
security: $(VENV)/.installed $(PAGES)
	SECURITY_REQUESTS=100000 $(BIN)/python -m pytest tests/security

# Measures load, start-up, the dashboard, cost and size in under ten minutes (docs/performance.md).
bench: $(VENV)/.installed $(PAGES) $(VENV)/.chromium
	$(BIN)/python -m bench

# Runs 200 cycles with each database, with faults on both sides and killed processes: 40 minutes. Then it kills writers
# at each of their writes, of which the suite takes some: 20 minutes.
soak: $(VENV)/.installed $(COSMOS_SERVER)/node_modules/.installed
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.soak_shards
	$(BIN)/python -m bench.alert_soak
	$(BIN)/python -m bench.alert_kills
	KILLS=all $(BIN)/python -m pytest -n 2 tests/collector tests/local -k "kill or stops or crash"

# Measures each method on text that people labelled (docs/sentiment.md), and the rules of subjects on texts
# that say which they name (docs/subjects.md): a minute. CORRECTIONS=FILE adds what people corrected.
LABELLED ?= ../shared/sentiment
eval: $(VENV)/.installed
	$(BIN)/python -m bench.sentiment $(LABELLED) $(CORRECTIONS:%=--corrections %)
	$(BIN)/python -m bench.mentions

# Trains the weights of the linear method (a few minutes), then those of the encoder (an hour or two). Each file is
# the same each time on a machine. The encoder's training shows its progress, and goes on where it was stopped.
# CORRECTIONS=FILE adds labels that people corrected; WITHOUT=NAME leaves a set of the encoder's examples out.
TRAIN := .venv-train
train: $(VENV)/.train $(TRAIN)/.installed
	$(BIN)/python -m bench.train_sentiment $(LABELLED)
	$(TRAIN)/bin/python -m pytest -q -p no:cacheprovider tests/bench/encoder
	OMP_WAIT_POLICY=passive $(TRAIN)/bin/python -m bench.encoder $(TRAIN)/work --shared $(dir $(LABELLED:%/=%)) $(CORRECTIONS:%=--more %) $(WITHOUT:%=--without %)

# PyTorch takes a gigabyte and more, so it has an environment of its own, with no part in the suite.
$(TRAIN)/.installed: bench/encoder/requirements.txt requirements-dev.txt
	$(PYTHON) -m venv --clear $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/encoder/requirements.txt
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENV)/.train: bench/requirements-train.txt | $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements-train.txt
	touch $@

# Builds the dashboard and the page of the API, which `run`, `test` and a deployment need.
pages: $(PAGES)

# Installs the packages that a deployment brings along: those of requirements.txt, for Azure's system and Python.
packages: $(PACKAGES)/.installed

# Published schemas from the package check-jsonschema.
SCHEMA = $(BIN)/check-jsonschema --quiet --builtin-schema vendor

SPELLED = *.md function_app.py .github .vscode docs api bench client collector dashboard/src dashboard/tests deploy infra local release shared tests

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).compose-spec compose.yaml deploy/compose.yaml
	$(BIN)/zizmor --offline --quiet --config .github/zizmor.yml .github/workflows
	$(BIN)/codespell $(SPELLED)

format: $(VENV)/.installed dashboard/node_modules/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM_RUN) format

# Run it after changing the API.
docs: $(VENV)/.installed
	$(BIN)/python -m local.api_page > docs/api.md
	$(BIN)/python -m local.exports_page > docs/exports.md
	$(BIN)/python -m local.client_code

# The zip that azd deploys, the archive for one machine, the bill of materials, and the audit of the packages.
package: $(VENV)/.installed $(PAGES) $(PACKAGES)/.installed
	$(BIN)/python -m release package
	rm -rf .release/app
	$(BIN)/python -m zipfile -e .release/undertone.zip .release/app
	$(BIN)/python -m release machine

# The Python client for PyPI: an archive of its source, and a wheel.
client: $(VENV)/.installed
	rm -rf .release/client
	cd client && $(CURDIR)/$(BIN)/python -m hatchling build -d $(CURDIR)/.release/client

sbom: $(VENV)/.installed dashboard/node_modules/.installed
	$(BIN)/python -m release sbom

# Asks OSV about the Python packages of Azure and of one machine, and npm's registry about the packages of the pages and of the
# tests. Fails if one gives no answer, unless AUDIT=--unreachable-ok.
LOCKS = dashboard $(COSMOS_SERVER) $(AZURITE) $(KUSTO) $(MCP_INSPECTOR)
audit: $(VENV)/.installed $(VENV)/.node22
	$(BIN)/python -m release audit requirements-machine.txt $(LOCKS:%=--lock %/package-lock.json) $(AUDIT)

# Run it after changing a .in file. UPGRADE= keeps the pinned versions that still fit.
UPGRADE ?= --upgrade
COMPILE = $(BIN)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --no-header --no-annotate

lock: $(VENV)/.installed
	$(COMPILE) --python-version 3.11 -o requirements.txt requirements.in
	$(COMPILE) --python-version 3.11 -o requirements-machine.txt requirements-machine.in
	$(COMPILE) --python-version 3.11 -o requirements-dev.txt requirements-dev.in
	$(COMPILE) --python-version 3.13 -c requirements.txt --no-emit-package azure-functions -o tests/runtime/requirements.txt tests/runtime/requirements.in
	$(COMPILE) --python-version 3.11 -o tests/infra/requirements-checkov.txt tests/infra/requirements-checkov.in
	$(COMPILE) --python-version 3.11 -o tests/client/requirements.txt tests/client/requirements.in
	$(COMPILE) --python-version 3.11 -o bench/requirements-train.txt bench/requirements-train.in
	$(COMPILE) --python-version 3.11 -o dashboard/requirements-node.txt dashboard/requirements-node.in

$(VENV)/.installed: requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Undertone needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.13")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

# Checkov, which checks infra/. It has its own environment because it pins its dependencies exactly.
$(CHECKOV)/.installed: tests/infra/requirements-checkov.txt
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# A generator of clients, which proves that it can read the OpenAPI document. It has its own environment because it needs an older typer.
$(CLIENT)/.installed: tests/client/requirements.txt
	$(PYTHON) -m venv --clear $(CLIENT)
	$(CLIENT)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(PACKAGES)/.installed: requirements.txt release/packages.py release/notices.py | $(VENV)/.installed
	$(BIN)/python -m release packages
	touch $@

# An environment with Microsoft's runtime library, which serves the package; nothing without Python 3.13.
$(DEPLOYED)/.installed: tests/runtime/requirements.txt tests/runtime/environment.py release/packages.py | $(VENV)/.installed
	$(BIN)/python -m tests.runtime.environment $(DEPLOYED)

# Node comes from the machine if it is new enough for the inspector of MCP, or else from PyPI, pinned with hashes.
NODE_SERVES = const [major, minor] = process.versions.node.split("."); process.exit(major > 22 || (major == 22 && minor >= 19) ? 0 : 1)
WITH_NODE = PATH="$(CURDIR)/$(BIN):$$PATH"
NPM_CI = $(WITH_NODE) npm ci --silent --no-audit --no-fund

$(VENV)/.node22: dashboard/requirements-node.txt | $(VENV)/.installed
	command -v npm >/dev/null && node -e '$(NODE_SERVES)' || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

dashboard/node_modules/.installed: dashboard/package-lock.json | $(VENV)/.node22
	cd dashboard && $(NPM_CI)
	touch $@

# The page of the API, with the licences of the packages in its files.
$(SWAGGER): dashboard/node_modules/.installed
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui.css $(@D)/
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt $(@D)/
	cp dashboard/node_modules/swagger-ui-dist/LICENSE $(@D)/swagger-ui-LICENSE.txt
	cp dashboard/node_modules/swagger-ui-dist/NOTICE $(@D)/swagger-ui-NOTICE.txt
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js $@
	touch $@

# The dashboard. Its unit tests run in the suite (tests/dashboard/test_units.py), or alone: cd dashboard && npm test.
# Its types come from the API, so the build fails if a field is removed.
NPM_RUN = cd dashboard && $(WITH_NODE) npm run --silent
DASHBOARD := $(shell find dashboard/src dashboard/tests -type f ! -name schema.d.ts) $(wildcard dashboard/*.json dashboard/*.ts dashboard/index.html)

dashboard/src/schema.d.ts: $(wildcard api/schema/*.py api/*endpoint*.py) api/http/openapi.py dashboard/node_modules/.installed
	$(BIN)/python -c 'import json; from api.http.openapi import openapi_document; print(json.dumps(openapi_document()))' > dashboard/openapi.json
	$(NPM_RUN) types

$(PAGE): $(DASHBOARD) dashboard/src/schema.d.ts
	$(NPM_RUN) check
	$(NPM_RUN) build
	touch $@

# The Cosmos DB server of the tests.
$(COSMOS_SERVER)/node_modules/.installed: $(COSMOS_SERVER)/package-lock.json | $(VENV)/.node22
	cd $(COSMOS_SERVER) && $(NPM_CI)
	touch $@

# The storage emulator of the tests.
$(AZURITE)/node_modules/.installed: $(AZURITE)/package-lock.json | $(VENV)/.node22
	cd $(AZURITE) && $(NPM_CI)
	touch $@

# The parser for the queries of infra/.
$(KUSTO)/node_modules/.installed: $(KUSTO)/package-lock.json | $(VENV)/.node22
	cd $(KUSTO) && $(NPM_CI)
	touch $@

# The inspector and the conformance suite of MCP.
$(MCP_INSPECTOR)/node_modules/.installed: $(MCP_INSPECTOR)/package-lock.json | $(VENV)/.node22
	cd $(MCP_INSPECTOR) && $(NPM_CI)
	touch $@

# Chromium for the tests: the machine's, Debian's, or else Playwright's. Also Debian's headless shell, which takes
# less processor time, if apt-get can install it.
$(VENV)/.chromium: | $(VENV)/.installed
	command -v chromium || command -v chromium-browser || command -v google-chrome \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y chromium; } \
	|| $(BIN)/python -m playwright install --with-deps chromium
	command -v chromium-headless-shell \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y chromium-headless-shell; } \
	|| echo "There is no chromium-headless-shell: the tests take Chromium itself."
	touch $@

# nginx and Caddy from Debian, unpacked and not installed, so that no service starts; otherwise their tests are skipped.
$(VENV)/.proxies: | $(VENV)/.installed
	mkdir -p $(VENV)/proxies
	cd $(VENV)/proxies && { apt-get -qq update; apt-get -qq download nginx caddy && for each in *.deb; do dpkg-deb -x "$$each" .; done; } \
	|| echo "nginx and Caddy can't be had here: the tests of docs/reverse_proxy.md are skipped"
	touch $@

# Firefox and WebKit from Debian, if apt-get can install them; otherwise their tests are skipped.
$(VENV)/.browsers: | $(VENV)/.installed
	{ command -v firefox-esr && command -v WebKitWebDriver && command -v Xvfb; } \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y firefox-esr webkit2gtk-driver xvfb; } \
	|| echo "Firefox or WebKit isn't there: the tests that say so are skipped."
	touch $@

clean:
	rm -rf $(VENV) $(CHECKOV) $(COSMOS_SERVER)/node_modules $(AZURITE)/node_modules $(KUSTO)/node_modules $(MCP_INSPECTOR)/node_modules dashboard/node_modules dashboard/src/schema.d.ts api/static/page api/static/swagger/swagger-ui* .pictures .bench .release $(DEPLOYED) $(PACKAGES) .data .mypy_cache .ruff_cache .pytest_cache
