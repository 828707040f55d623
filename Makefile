# Everything a contributor runs. Each target sets up what it needs; `make test` is what CI runs.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed

.PHONY: help setup demo dev test lint lint-fix kill bench lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## create .venv and install the locked dependencies

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chargehand needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-dev.lock
	@touch $@

demo: $(STAMP) ## the bot and a small Slack-like workspace on 127.0.0.1, no accounts needed
	$(RUN) app.py demo

dev: $(STAMP) ## the demo, restarted on every code change
	$(RUN) -m watchfiles --filter python "$(RUN) app.py demo" app.py agent bot handlers prompts storage

test: $(STAMP) lint ## lint, types, all tests, coverage floor
	$(RUN) -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered
	@echo 'Coverage of agent/ and storage/, in per cent (floor 90):'
	$(RUN) -m coverage report --include='agent/*,storage/*' --format=total --fail-under=90

lint: $(STAMP) ## ruff, format check, mypy --strict, Dockerfile
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/hadolint Dockerfile

lint-fix: $(STAMP) ## let ruff mend what it can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

kill: $(STAMP) ## the long kill -9 campaign
	$(RUN) bench/kill.py --kills 40

bench: $(STAMP) ## figures for the promises that are about speed
	$(RUN) bench/intake.py

lock: $(STAMP) ## renew both lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock

clean: ## remove .venv and caches, never data/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage
