# Primed. `make run` starts everything; `make` alone lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install run down clean check format lint unit test system bench

UV_VERSION := 0.13.9
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
CACHE := .cache
# Downloads stay in the checkout and are not repeated; uv checks each against the hashes in uv.lock.
export UV_CACHE_DIR ?= $(CURDIR)/$(CACHE)/uv
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV UV_PROJECT_ENVIRONMENT

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make .venv with everything that the lock file names

$(INSTALLED): pyproject.toml uv.lock Makefile
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "Primed needs Python 3.11, 3.12 or 3.13 (Debian: apt-get install python3 python3-venv)." >&2; \
	  echo "Point to one with: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python cannot make .venv (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/python -m uv sync --frozen --quiet
	@touch $@

run: install ## Start everything with a simulated council, and show the address
	@$(BIN)/primed up --simulate

down: install ## Stop everything that runs from this checkout
	@$(BIN)/primed down

clean: down ## Stop everything, and delete all that was fed in
	rm -rf "$${PRIMED_HOME:-.primed}"

check: lint unit ## Before a commit: format, lint, types, import rules, unit and property tests

format: install ## Put every file into the project's form
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lint: install
	@$(BIN)/ruff format --check --quiet . || { echo "Not in the project's form; run: make format" >&2; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

unit: install
	@$(BIN)/pytest -q -n auto tests/unit tests/properties tests/architecture

test: install system ## Everything, on a real Kafka and Postgres of their own
	@mkdir -p $(CACHE); rm -f $(CACHE)/pytest-exit; linted=0; \
	  make --no-print-directory lint || linted=$$?; \
	  $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST); tested=$$?; echo $$tested > $(CACHE)/pytest-exit; \
	  exit $$(( tested ? tested : linted ))

bench: install ## Measure events a second and event-to-page latency, beside the raw Kafka client
	@$(BIN)/python -m bench

# What the tests need beyond Python. As root on Debian it is installed; otherwise it is said.
system:
	@missing=; \
	  command -v java >/dev/null || missing="$$missing openjdk-17-jre-headless"; \
	  command -v mvn >/dev/null || missing="$$missing maven"; \
	  command -v chromium >/dev/null || missing="$$missing chromium"; \
	  if [ -z "$$missing" ]; then exit 0; fi; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else \
	    echo "The tests need these Debian packages:$$missing" >&2; \
	    echo "Install them (sudo apt-get install$$missing), then try again." >&2; exit 1; \
	  fi
