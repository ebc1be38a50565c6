# Every task of a developer or a CI machine. Requires GNU make 4.3, Python 3.11 and Node 20.19, or newer; nothing else.
# Each installed folder (.venv, node_modules) holds its own stamp files, so deleting a folder makes the next run install
# it again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# The interpreter that creates .venv; if empty, the first of python3, python3.14 … python3.11 that is new enough.
PYTHON ?=
# Arguments for the server: make run ARGS="--port 9000".
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
RUFF := $(VENV)/bin/ruff
PYTHON_TOOLS := scripts bench
WEB := backend/src/mistudio/web/index.html

# An environment holds absolute paths: after the folder was moved or copied, create a new one.
VENV_HOME := $(VENV)/.made-in
ifneq ($(file <$(VENV_HOME)),$(CURDIR))
  STALE_VENV := always
endif
ifeq ($(wildcard $(PY)),)
  STALE_VENV := always
endif

web_sources := $(wildcard frontend/*.json frontend/*.ts frontend/*.js frontend/index.html) \
  $(shell find frontend/src frontend/public -type f ! -name '*.test.*' 2>/dev/null)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: $(VENV)/.runtime $(VENV)/.package backend/.env $(WEB) ## Set up what is missing, then serve on http://127.0.0.1:8001
	@exec $(VENV)/bin/mistudio serve $(ARGS)

.PHONY: setup
setup: $(VENV)/.dev $(VENV)/.package backend/.env frontend/node_modules/.installed e2e/node_modules/.installed $(WEB) ## Install everything for building and testing

.PHONY: test
test: setup ## Run every test: back end, front end, browser journeys
	@$(PY) scripts/run_tests.py backend frontend e2e

.PHONY: test-backend
test-backend: $(VENV)/.dev $(VENV)/.package ## Run the back end's tests only
	@$(PY) scripts/run_tests.py backend

.PHONY: coverage
coverage: $(VENV)/.dev $(VENV)/.package ## Run the back end's tests and list the lines that no test reaches
	cd backend && ../$(PY) -m pytest -n 3 --dist loadfile --cov --cov-report=term:skip-covered

.PHONY: test-engines
test-engines: $(VENV)/.dev $(VENV)/.package ## Run the tests of routes, jobs and sockets on the scaled-out engine only
	cd backend && ../$(PY) -m pytest -n 3 --dist loadfile tests/integration -k "scaled-out or scaled_out or event_bus"

.PHONY: test-frontend
test-frontend: $(VENV)/.dev frontend/node_modules/.installed ## Run the front end's tests only
	@$(PY) scripts/run_tests.py frontend

.PHONY: test-e2e
test-e2e: setup ## Run the browser journeys only
	@$(PY) scripts/run_tests.py e2e

.PHONY: check
check: lint test ## The gate: formats, lint, types, imports, generated types, and every test

.PHONY: lint
lint: setup lint-backend lint-frontend lint-e2e lint-deploy types-check measure-code ## The gate without the tests

.PHONY: lint-backend
lint-backend: $(VENV)/.dev $(VENV)/.package
	$(RUFF) format --check backend $(PYTHON_TOOLS)
	$(RUFF) check backend $(PYTHON_TOOLS)
	cd backend && ../$(PY) -m mypy
	cd backend && ../$(PY) -m mypy $(addprefix ../,$(PYTHON_TOOLS))
	cd backend && ../$(VENV)/bin/lint-imports

.PHONY: lint-frontend
lint-frontend: frontend/node_modules/.installed
	cd frontend && npm run --silent format:check
	cd frontend && npm run --silent lint
	cd frontend && npm run --silent type-check

.PHONY: lint-e2e
lint-e2e: e2e/node_modules/.installed
	cd e2e && npm run --silent format:check
	cd e2e && npm run --silent lint
	cd e2e && npm run --silent type-check

.PHONY: lint-deploy
lint-deploy: $(VENV)/.dev
	$(VENV)/bin/hadolint deploy/Dockerfile
	$(VENV)/bin/yamllint --strict --config-file deploy/.yamllint.yaml deploy/compose.yaml

.PHONY: measure-code
measure-code: $(VENV_HOME) frontend/node_modules/.installed ## List modules and functions that are too long
	@$(PY) scripts/measure_code.py

.PHONY: types
types: $(VENV)/.runtime $(VENV)/.package frontend/node_modules/.installed ## Write the OpenAPI document and the TypeScript types generated from it
	@$(PY) scripts/write_types.py

.PHONY: licences
licences: $(VENV)/.runtime ## Write the list of dependencies with their licences
	@$(PY) scripts/list_licences.py

.PHONY: types-check
types-check: $(VENV)/.runtime $(VENV)/.package frontend/node_modules/.installed
	@$(PY) scripts/write_types.py --check

.PHONY: format
format: $(VENV)/.dev frontend/node_modules/.installed e2e/node_modules/.installed ## Format all sources and apply automatic lint fixes
	$(RUFF) check --fix --exit-zero --quiet backend $(PYTHON_TOOLS)
	$(RUFF) format backend $(PYTHON_TOOLS)
	cd frontend && npm run --silent format
	cd e2e && npm run --silent format

.PHONY: wheel
wheel: $(VENV)/.dev $(WEB) ## Build the wheel with the panel into backend/dist
	@rm -rf backend/dist
	@cd backend && ../$(PY) -m build --wheel --outdir dist .

.PHONY: wheel-check
wheel-check: wheel ## Install the wheel into a new environment with an empty HOME, and use it
	@$(PY) scripts/check_wheel.py

.PHONY: lock
lock: ## Resolve the Python dependencies into the two lock files (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	cd backend && uv pip compile pyproject.toml --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	  --output-file requirements.lock
	cd backend && uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-strip-extras --no-emit-index-url --no-header \
	  --constraint requirements.lock --output-file requirements-dev.lock

.PHONY: bench
bench: bench-fetch bench-ingest bench-exact bench-job bench-serve bench-tokenize bench-search bench-panel ## Run the eight main benchmarks

.PHONY: bench-fetch
bench-fetch: $(VENV)/.dev $(VENV)/.package ## Measure the download
	$(PY) bench/fetch.py $(ARGS)

.PHONY: bench-part
bench-part: $(VENV)/.dev $(VENV)/.package ## Measure a part of a large repository, compared with `datasets` streaming
	$(PY) bench/part.py $(ARGS)

.PHONY: bench-ingest
bench-ingest: $(VENV)/.dev $(VENV)/.package ## Measure the import of every format, compared with `datasets`
	$(PY) bench/ingest.py $(ARGS)

.PHONY: bench-exact
bench-exact: $(VENV)/.dev $(VENV)/.package ## Compare ids with those of `tokenizers`; ARGS="--tokenizers DIR --text FILE"
	$(PY) bench/exact.py $(ARGS)

.PHONY: bench-cleaning
bench-cleaning: $(VENV)/.dev $(VENV)/.package ## Measure the cleaning steps, beside datatrove's filters; ARGS="--python ENVIRONMENT/bin/python --text FILE"
	$(PY) bench/cleaning.py $(ARGS)

.PHONY: bench-job
bench-job: $(VENV)/.dev $(VENV)/.package ## Measure the whole download job, its memory, and pages of its result
	$(PY) bench/job.py $(ARGS)

.PHONY: bench-import
bench-import: $(VENV)/.dev $(VENV)/.package ## Measure the import of one very large file
	$(PY) bench/import_.py $(ARGS)

.PHONY: bench-serve
bench-serve: $(VENV)/.dev $(VENV)/.package ## Measure the server with many clients, its events and its start
	$(PY) bench/serve.py $(ARGS)

.PHONY: bench-tokenize
bench-tokenize: $(VENV)/.dev $(VENV)/.package ## Measure tokenizing, compared with `datasets.map` and the library alone
	$(PY) bench/tokenizing.py $(ARGS)

.PHONY: bench-loader
bench-loader: $(VENV)/.dev $(VENV)/.package ## Measure the loader beside others; ARGS="--python ENVIRONMENT/bin/python"
	$(PY) bench/loader.py $(ARGS)

.PHONY: bench-search
bench-search: $(VENV)/.dev $(VENV)/.package ## Measure search on 2.1 million rows, compared with DuckDB, SQLite and `datasets`
	$(PY) bench/search.py $(ARGS)

.PHONY: bench-cluster
bench-cluster: $(VENV)/.dev $(VENV)/.package ## Kill workers of the scaled-out engine and check that no row is lost
	$(PY) bench/cluster.py $(ARGS)

.PHONY: check-search
check-search: $(VENV)/.dev $(VENV)/.package ## Compare searches of real text with a loop over every row; ARGS="--text FILE"
	$(PY) bench/search_check.py $(ARGS)

.PHONY: bench-shards
bench-shards: $(VENV)/.dev $(VENV)/.package ## Measure one tokenization on 1, 2 and 4 workers; ARGS="--tokenizer DIR --text FILE"
	$(PY) bench/shards.py $(ARGS)

.PHONY: bench-columns
bench-columns: $(VENV)/.dev $(VENV)/.package ## Measure filters, orders and profiles on 2 million rows of 28 columns
	$(PY) bench/columns.py $(ARGS)

.PHONY: bench-panel
bench-panel: setup ## Measure the panel in Chromium on 2 million rows
	$(PY) bench/panel.py $(ARGS)

.PHONY: chaos
chaos: $(VENV)/.dev $(VENV)/.package ## Kill processes and make every file operation fail; ARGS="--kills 100 --operations 50"
	cd backend/tests && ../../$(PY) -m chaos --report ../../docs/reliability.md $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev $(VENV)/.package ## Feed the studio with hostile input; ARGS="hub files damage requests races --cases 50"
	cd backend/tests && ../../$(PY) -m fuzz --report ../../docs/reliability.md $(ARGS)

.PHONY: fuzz-formats
fuzz-formats: $(VENV)/.dev $(VENV)/.package ## Compare 2,000 random repositories with what `datasets` reads of them
	cd backend && FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-2000} FUZZ_REPORT=../docs/reliability.md ../$(PY) -m pytest -q -n 0 -s --tb=no \
	  --show-capture=no tests/integration/test_same_as_datasets.py

.PHONY: soak
soak: $(VENV)/.dev $(VENV)/.package ## Load one server for half an hour, and see whether it grows; ARGS="--minutes 5"
	cd backend/tests && ../../$(PY) -m soak --report ../../docs/reliability.md $(ARGS)

.PHONY: pictures
pictures: setup ## Take the pictures of docs/components.md from the real panel
	@cd e2e && npm run --silent pictures

.PHONY: clean
clean: ## Remove everything that make can create again; keep data and backend/.env
	rm -rf $(VENV) .make frontend/node_modules e2e/node_modules frontend/coverage e2e/test-results e2e/playwright-report \
	  backend/src/mistudio/web backend/htmlcov backend/.coverage* backend/dist
	find . -path ./.git -prune -o -type d \( -name __pycache__ -o -name '.*_cache' -o -name .hypothesis \) -print0 | xargs -0 rm -rf

# ---- prerequisites of the targets above ----

.PHONY: always
always:

$(VENV_HOME): $(STALE_VENV)
	@PYTHON='$(PYTHON)' scripts/make_venv.sh $(VENV)
	@pwd -P > $@

$(VENV)/.runtime: backend/requirements.lock $(VENV_HOME)
	@echo "Installing the Python packages of requirements.lock …"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.dev: backend/requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the Python packages of requirements-dev.lock …"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.package: backend/pyproject.toml $(VENV)/.runtime
	@$(PIP) install --no-deps --editable backend
	@touch $@

backend/.env: | backend/.env.example
	@cp backend/.env.example $@

%/node_modules/.installed: %/package-lock.json %/package.json %/.npmrc
	@scripts/need_node.sh
	@echo "Installing the npm packages of $* …"
	@cd $* && npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

$(WEB): frontend/node_modules/.installed $(web_sources)
	@echo "Building the panel …"
	@cd frontend && npm run --silent build
	@touch $@
