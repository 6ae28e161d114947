# Every target sets up what it needs first. PORT and ACTIONS_PORT move the two ports.
PORT ?= 5005
ACTIONS_PORT ?= 5055
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export PORT ACTIONS_PORT

.PHONY: help setup setup-dev chat shell telegram train test lint lint-content validate explain clean

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

telegram: setup ## the bot in Telegram; needs TELEGRAM_BOT_TOKEN
	@exec $(PYTHON) -m scripts.launch telegram

train: setup ## a model, if none fits the data
	@$(PYTHON) -m scripts.launch train
