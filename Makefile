# Everything a contributor runs. Each target sets up what it needs; `make test` is what CI runs.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
# In the order of tests/conftest.py: what waits for minutes comes first.
# Half of a test's time is waiting: five workers for two cores.
SPREAD := -n 5 --dist loadfile --no-loadscope-reorder
# The tests start hundreds of processes; without bytecode each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo dev test test-postgres tested campaign compiled lint lint-fix kill kill-turns soak bench lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## create .venv and install the locked dependencies

$(STAMP): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Chargehand needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary=:all: -r requirements-dev.lock
	@touch $@

demo: $(STAMP) ## the bot with a small Slack and GitHub on 127.0.0.1, no accounts needed
	$(RUN) app.py demo

dev: $(STAMP) ## the demo, restarted on every code change
	$(RUN) -m watchfiles --filter python "$(RUN) app.py demo" app.py agent bot handlers prompts storage

test: $(STAMP) ## lint, types, all tests (one story of each area on PostgreSQL too), coverage floor
	@$(MAKE) --no-print-directory -j2 lint tested

# Beside mypy, which has one core for a minute.
tested: compiled
	$(RUN) -m pytest $(SPREAD) --areas-on-postgres --cov --cov-report=term:skip-covered
	@echo 'Coverage of agent/ and storage/, in per cent (floor 90):'
	$(RUN) -m coverage report --format=total --fail-under=90

test-postgres: $(STAMP) ## every story on PostgreSQL
	CHARGEHAND_TEST_DATABASE=postgres $(RUN) -m pytest tests/journeys $(SPREAD)

# Otherwise each worker compiles the assertions of all tests for itself.
compiled: $(STAMP)
	-@$(RUN) -m pytest --collect-only -q >/dev/null 2>&1

lint: $(STAMP) ## ruff, format check, mypy --strict, Dockerfile
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/hadolint Dockerfile

lint-fix: $(STAMP) ## let ruff mend what it can
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

campaign: $(STAMP) ## what `make test` takes samples of: every bench in short, each hostile text in each way of offering tools
	$(RUN) -m pytest $(SPREAD) --campaign -m campaign

kill: $(STAMP) ## a kill -9 campaign of some minutes
	$(RUN) bench/kill9.py --kills 40

kill-turns: $(STAMP) ## 100 requests to the agent through 30 kill -9 (minutes)
	$(RUN) bench/kill_turns.py --turns 100 --kills 30

soak: $(STAMP) ## the whole of it: 1,000 kills on SQLite and 250 on PostgreSQL, over five seeds (an hour)
	for seed in 1 2 3 4 5; do $(RUN) bench/kill9.py --kills 200 --seed $$seed || exit 1; done
	for seed in 1 2 3 4 5; do $(RUN) bench/kill9.py --db postgres --kills 50 --seed $$seed || exit 1; done

bench: $(STAMP) ## figures for the promises that are about speed and memory (an hour)
	for script in intake ack intake_github scale queue memory move redact business_time assign_race audit_verify reminder_scan parse rules context list replan card_coalesce digest_build home_open ledger turn trace; do \
	    echo "== $$script"; $(RUN) bench/$$script.py || exit 1; done

lock: $(STAMP) ## renew both lock files from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --extra postgres -o requirements.lock
	uv pip compile pyproject.toml --extra postgres --extra otel --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras -o requirements-dev.lock

clean: ## remove .venv and caches, never data/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .coverage
