# Every target makes its own virtual environment; one that is up to date installs nothing.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
BENCHMARKS = $(sort $(wildcard benchmarks/*.py benchmarks/*/__main__.py))
OUT ?= out/demo

.PHONY: help demo test faults lint protos lock secrets benchmarks clean
.DEFAULT_GOAL := help

help:
	@echo "make demo        the main job on samples/, end to end; the plan lands in $(OUT)"
	@echo "make test        all checks: ruff, mypy, pytest"
	@echo "make faults      kills, stops, floods and starves it in full size; ONLY=killed (or ONLY=\"disk or soak\") takes some"
	@echo "make lint        ruff and mypy alone"
	@echo "make protos      regenerates protos/gen"
	@echo "make lock        renews requirements.lock, which needs the network"
	@echo "make secrets     the files that docker-compose.yml reads from secrets/"
	@echo "make benchmarks  every benchmark in benchmarks/"
	@echo "make clean       removes what the targets made, the environment included"

$(BIN)/python:
	@echo "Making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Installing the project"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Installing the project with its development tools"
	@$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run
	@$(BIN)/buildplan plan samples/br-2041 --engine offline --out $(OUT) --data $(OUT)/data \
	    --project "BR-2041 Bioreactor Skid Frame" --customer "Northwind Bioprocess" --family "Skid frames"

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: lint
	$(BIN)/pytest -n 2 --dist loadgroup

# Their short size is part of `make test`; docs/faults.md says what each shows.
faults: $(VENV)/.dev
	$(BIN)/pytest tests/faults --full --quiet $(if $(ONLY),-k "$(ONLY)")

protos: $(VENV)/.dev
	$(BIN)/python protos/generate.py

# What the image installs: every version with its hashes. Renew it when a dependency changes or an advisory names one.
lock: $(BIN)/python
	@$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --extra jwt --extra openai --extra postgres --extra telemetry --universal \
	    --python-version 3.11 --generate-hashes --upgrade --quiet --no-header --output-file requirements.lock

# The folder is its owner's; a container's user must be able to read the files in it.
secrets: $(BIN)/python
	@mkdir -p -m 700 secrets
	@test -e secrets/postgres-password || \
	    $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(24), end="")' > secrets/postgres-password
	@printf 'postgresql://buildplan:%s@postgres/buildplan' "$$(cat secrets/postgres-password)" > secrets/database-url
	@test -e secrets/openai-api-key || : > secrets/openai-api-key
	@chmod 644 secrets/*
	@echo "secrets/ is ready: docker compose up --build --detach"

benchmarks: $(VENV)/.dev
	@set -e; for file in $(filter-out %/__init__.py,$(BENCHMARKS)); do \
	    if grep -q '__name__ == "__main__"\|^main()' $$file; then \
	        echo "== $$file"; $(BIN)/python -m $$(echo $${file%.py} | tr / .); \
	    fi; \
	done

clean:
	rm -rf $(VENV) out build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
