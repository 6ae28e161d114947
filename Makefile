# Every target sets up what it needs first. PORT and ACTIONS_PORT move the two ports.
PORT ?= 5005
ACTIONS_PORT ?= 5055
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export PORT ACTIONS_PORT

.PHONY: help setup setup-dev chat shell telegram train test lint lint-content validate explain lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Python 3.10 and the locked packages, into .venv
	@scripts/bootstrap.sh requirements.lock

setup-dev: ## the same and what the tests need, a browser included
	@scripts/bootstrap.sh requirements-dev.lock
	@scripts/browser.sh

chat: setup ## the bot and its web page
	@exec $(PYTHON) -m scripts.launch chat

shell: setup ## the bot in rasa shell
	@exec $(PYTHON) -m scripts.launch shell

train: setup ## a model, if none fits the data
	@$(PYTHON) -m scripts.launch train

test: setup-dev lint ## every check and test
	@$(PYTHON) -m scripts.launch train
	@$(PYTHON) -m pytest -q

lint: setup-dev lint-content ## style and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

lint-content: setup ## the content alone, in seconds: for editors of data/
	@$(PYTHON) -m backtalk.lint

validate: setup ## Rasa's own check of intents, rules, stories and responses
	@$(PYTHON) -W ignore -m rasa data validate --fail-on-warnings

clean: ## what was trained, stored and cached; not the packages
	@rm -rf models .rasa results conversations.db* .mypy_cache .ruff_cache .pytest_cache

lock: ## the two lock files anew, after a change of pyproject.toml (needs uv; uv.lock names hosts and stays untracked)
	@uv lock --quiet
	@uv export --quiet --frozen --no-dev --no-emit-project --no-header --no-annotate -o requirements.lock
	@uv export --quiet --frozen --no-emit-project --no-header --no-annotate -o requirements-dev.lock

.PHONY: web web-check
web: ## the built widget anew from web/src (needs Node 20 or newer)
	@cd web && npm ci --silent && npm run --silent build

web-check: web ## whether the committed widget is what its sources make
	@git diff --exit-code --stat -- web/dist web/THIRD-PARTY.txt tests/channels/web/vendor
