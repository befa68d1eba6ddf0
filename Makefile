# `make help` lists the targets. Prerequisites: Linux, git, make, a Python 3 with venv and pip.
.DEFAULT_GOAL := help
.PHONY: help setup run train test check evaluate finetune bench clean environment chromium postgresql
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: environment ## set up what is missing or stale: environment, encoder, dialogue model, database
	@.venv/bin/vra setup

run: environment ## set up what is missing, start everything on http://localhost:8080 (VRA_PORT), Ctrl-C stops it
	@exec .venv/bin/vra run --end-with-parent

train: environment ## train the dialogue model anew
	@$(PYTHON) -m bot.encoder_build
	@$(PYTHON) -m bot.nlu.train --force

test: chromium postgresql setup ## set up and run all tests: the real processes and a real Chromium among them (ARGS= for pytest)
	@$(PYTHON) -m pytest $(ARGS)

check: environment ## formatting, lint and types
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy bot actions

evaluate: setup ## how often the right entry is found and risk is seen, by cross-validation
	@$(PYTHON) -m bot.evaluation $(ARGS)

finetune: environment ## tune the encoder for risk on data/risk/examples (about an hour), write data/risk/adapter
	@$(PYTHON) -m bot.tuning $(ARGS)

bench: setup ## speed and memory of every part, ours against Rasa's default pipeline; visitors and staff while web is killed
	@$(PYTHON) -m benchmarks $(ARGS)
	@$(PYTHON) -m benchmarks.handoff

clean: ## remove all that was built; var/ with its database and key stays
	rm -rf .venv .tools build models .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@scripts/environment.sh

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		echo "PostgreSQL is missing, which the tests of the hand-off start: install it (Debian: apt-get install postgresql)." >&2; \
		exit 1; }

chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
		echo "Chromium is missing, which the tests of the pages drive: install it (Debian: apt-get install chromium)." >&2; \
		exit 1; }
