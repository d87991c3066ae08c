# The verbs: run, test, coverage, bench, soak, eval, train, pages, package, sbom, audit, lint, format, docs, lock, clean.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COSMOS_SERVER := tests/cosmos_server
AZURITE := tests/azurite
CHECKOV := .venv-checkov
CLIENT := .venv-client
KUSTO := tests/infra/kusto
SWAGGER := api/static/swagger/swagger-ui-bundle.js
PAGE := api/static/page/index.html
PAGES := $(SWAGGER) $(PAGE)
DEPLOYED := .deployed
# Much of the suite waits: five processes keep two cores busy.
WORKERS ?= 5
# What clock the suite sees: tests/clocks.py has the names.
CLOCK ?= machine

.PHONY: run test coverage bench soak eval train pages package sbom audit lint format docs lock clean

run: $(VENV)/.installed $(PAGES)
	$(BIN)/python -m local up --live

# What the whole suite needs beside the linters.
SUITE = $(VENV)/.installed $(PAGES) $(COSMOS_SERVER)/node_modules/.installed $(AZURITE)/node_modules/.installed $(VENV)/.chromium $(VENV)/.browsers $(CHECKOV)/.installed $(CLIENT)/.installed $(KUSTO)/node_modules/.installed $(DEPLOYED)/.installed $(VENV)/.train

test: $(SUITE) lint
	$(BIN)/python -m tests.clocks $(CLOCK) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# The suite with the branches that it runs measured, in the processes that it starts too. It takes longer than
# `make test`, and fails below the floor in pyproject.toml.
coverage: $(SUITE)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Load, start-up, the dashboard, cost and size: under ten minutes; docs/performance.md has the figures.
bench: $(VENV)/.installed $(PAGES) $(VENV)/.chromium
	$(BIN)/python -m bench

# 200 cycles over each database, with faults on both sides and killed processes: 40 minutes.
soak: $(VENV)/.installed $(COSMOS_SERVER)/node_modules/.installed
	$(BIN)/python -m bench.soak

# How well each method scores text that people have labelled: a minute; docs/sentiment.md has the figures.
LABELLED ?= ../shared/sentiment
eval: $(VENV)/.installed
	$(BIN)/python -m bench.sentiment $(LABELLED)

# The weights of the linear method, the same file each time: a few minutes.
train: $(VENV)/.train
	$(BIN)/python -m bench.train_sentiment $(LABELLED)

$(VENV)/.train: bench/requirements-train.txt | $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r bench/requirements-train.txt
	touch $@

# The dashboard and the page that shows the API: run and test call it, a deployment needs it.
pages: $(PAGES)

# Published schemas, as the package ships them.
SCHEMA = $(BIN)/check-jsonschema --quiet --builtin-schema vendor

SPELLED = *.md function_app.py .github .vscode docs api bench collector dashboard/src dashboard/tests infra local release shared tests

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).compose-spec compose.yaml
	$(BIN)/codespell $(SPELLED)

format: $(VENV)/.installed dashboard/node_modules/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM_RUN) format

# After changing the API.
docs: $(VENV)/.installed
	$(BIN)/python -m local.api_page > docs/api.md

# What azd deploys, as a zip; what it is made of; whether something of that is known to be vulnerable.
package: $(VENV)/.installed $(PAGES)
	$(BIN)/python -m release package
	rm -rf .release/app
	$(BIN)/python -m zipfile -e .release/undertone.zip .release/app

sbom: $(VENV)/.installed dashboard/node_modules/.installed
	$(BIN)/python -m release sbom

# Fails without an answer of a vulnerability service, unless AUDIT=--unreachable-ok: OSV for what is
# deployed of Python, npm's registry for the pages and for what the tests install.
LOCKS = dashboard $(COSMOS_SERVER) $(AZURITE) $(KUSTO)
audit: $(VENV)/.installed $(VENV)/.node
	$(BIN)/python -m release audit $(LOCKS:%=--lock %/package-lock.json) $(AUDIT)

# After changing a .in file. UPGRADE= keeps the versions that are pinned, where they still fit.
UPGRADE ?= --upgrade
COMPILE = $(BIN)/uv pip compile $(UPGRADE) --quiet --universal --generate-hashes --no-header --no-annotate

lock: $(VENV)/.installed
	$(COMPILE) --python-version 3.11 -o requirements.txt requirements.in
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

# The policies that infra/ is held to, apart from everything else: it pins what it needs exactly.
$(CHECKOV)/.installed: tests/infra/requirements-checkov.txt
	$(PYTHON) -m venv --clear $(CHECKOV)
	$(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# What generates a client from the OpenAPI document, apart from everything else: it takes an older typer.
$(CLIENT)/.installed: tests/client/requirements.txt
	$(PYTHON) -m venv --clear $(CLIENT)
	$(CLIENT)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The app as Azure installs it, beside Microsoft's runtime library; nothing without Python 3.13.
$(DEPLOYED)/.installed: requirements.txt tests/runtime/requirements.txt tests/runtime/environment.py | $(VENV)/.installed
	$(BIN)/python -m tests.runtime.environment $(DEPLOYED)

# Node comes from the machine where it is new enough for Vite, or else from PyPI, pinned and hashed.
NODE_SERVES = const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)
WITH_NODE = PATH="$(CURDIR)/$(BIN):$$PATH"
NPM_CI = $(WITH_NODE) npm ci --silent --no-audit --no-fund

$(VENV)/.node: dashboard/requirements-node.txt | $(VENV)/.installed
	command -v npm >/dev/null && node -e '$(NODE_SERVES)' || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

dashboard/node_modules/.installed: dashboard/package-lock.json | $(VENV)/.node
	cd dashboard && $(NPM_CI)
	touch $@

# The page that shows the API, with the licences of what is in its files.
$(SWAGGER): dashboard/node_modules/.installed
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui.css $(@D)/
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt $(@D)/
	cp dashboard/node_modules/swagger-ui-dist/LICENSE $(@D)/swagger-ui-LICENSE.txt
	cp dashboard/node_modules/swagger-ui-dist/NOTICE $(@D)/swagger-ui-NOTICE.txt
	cp dashboard/node_modules/swagger-ui-dist/swagger-ui-bundle.js $@
	touch $@

# The dashboard. Its unit tests run with the suite, tests/dashboard/test_units.py, or alone: cd dashboard && npm test.
# Its types are those of the API: a field that isn't there any more fails the build.
NPM_RUN = cd dashboard && $(WITH_NODE) npm run --silent
DASHBOARD := $(shell find dashboard/src dashboard/tests -type f ! -name schema.d.ts) $(wildcard dashboard/*.json dashboard/*.ts dashboard/index.html)

dashboard/src/schema.d.ts: $(wildcard api/schema/*.py) api/endpoints.py api/http/openapi.py dashboard/node_modules/.installed
	$(BIN)/python -c 'import json; from api.http.openapi import openapi_document; print(json.dumps(openapi_document()))' > dashboard/openapi.json
	$(NPM_RUN) types

$(PAGE): $(DASHBOARD) dashboard/src/schema.d.ts
	$(NPM_RUN) check
	$(NPM_RUN) build
	touch $@

# The Cosmos DB server of the tests.
$(COSMOS_SERVER)/node_modules/.installed: $(COSMOS_SERVER)/package-lock.json | $(VENV)/.node
	cd $(COSMOS_SERVER) && $(NPM_CI)
	touch $@

# The storage emulator of the tests.
$(AZURITE)/node_modules/.installed: $(AZURITE)/package-lock.json | $(VENV)/.node
	cd $(AZURITE) && $(NPM_CI)
	touch $@

# What reads the queries of infra/.
$(KUSTO)/node_modules/.installed: $(KUSTO)/package-lock.json | $(VENV)/.node
	cd $(KUSTO) && $(NPM_CI)
	touch $@

# The browser of the tests: the machine's, Debian's, or else the one that Playwright fetches; and Debian's shell of it,
# which takes less of the processor, where apt-get may fetch it.
$(VENV)/.chromium: | $(VENV)/.installed
	command -v chromium || command -v chromium-browser || command -v google-chrome \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y chromium; } \
	|| $(BIN)/python -m playwright install --with-deps chromium
	command -v chromium-headless-shell \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y chromium-headless-shell; } \
	|| echo "There is no chromium-headless-shell: the tests take Chromium itself."
	touch $@

# Other makers' browsers: Debian's where apt-get may fetch them; their tests are skipped without.
$(VENV)/.browsers: | $(VENV)/.installed
	{ command -v firefox-esr && command -v WebKitWebDriver && command -v Xvfb; } \
	|| { apt-get -qq update && apt-get -qq install --no-install-recommends -y firefox-esr webkit2gtk-driver xvfb; } \
	|| echo "Firefox or WebKit isn't there: the tests that say so are skipped."
	touch $@

clean:
	rm -rf $(VENV) $(CHECKOV) $(COSMOS_SERVER)/node_modules $(AZURITE)/node_modules $(KUSTO)/node_modules dashboard/node_modules dashboard/src/schema.d.ts api/static/page api/static/swagger/swagger-ui* .pictures .bench .release $(DEPLOYED) .data .mypy_cache .ruff_cache .pytest_cache
