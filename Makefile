# Every target sets up what it needs first. PORT and ACTIONS_PORT move the two ports.
PORT ?= 5005
ACTIONS_PORT ?= 5055
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export PORT ACTIONS_PORT

.PHONY: $(shell grep -oE '^[a-z-]+' Makefile)

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

test: setup-dev lint ## every check and test
	@$(PYTHON) -m scripts.launch train
	@# Telegram's tests mostly wait, for its limits and for faults: they run beside the others. The browser's keep an event
	@# loop of their own running, and so have a process of their own.
	@mkdir -p results; $(PYTHON) -m pytest -q tests/channels/telegram > results/telegram.log 2>&1 & telegram=$$!; \
	$(PYTHON) -m pytest -q --ignore=tests/channels/telegram --ignore=tests/channels/web; others=$$?; \
	$(PYTHON) -m pytest -q tests/channels/web; web=$$?; \
	wait $$telegram; code=$$?; cat results/telegram.log; exit $$((others + web + code))

lint: setup-dev lint-content ## style and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

lint-content: setup ## the content alone, in seconds: for editors of data/
	@$(PYTHON) -m backtalk.lint

report: train ## the README's figures: how well the model understands messages that it never saw
	@$(PYTHON) -m scripts.measure report

calibrate: train ## how often the model is right, by its confidence: what the thresholds go by
	@$(PYTHON) -m scripts.measure calibrate

validate: setup ## Rasa's own check of intents, rules, stories and responses
	@$(PYTHON) -W ignore -m scripts.rasa_cli data validate --fail-on-warnings

bench: setup-dev ## speed and memory beside the stock Rasa starter (writes benchmarks/results.md)
	@$(PYTHON) -m benchmarks.bench

profile: setup ## where the time of one message goes
	@$(PYTHON) -m benchmarks.profile_turn

growth: setup ## long conversations, many of them, and memory (writes benchmarks/growth.md and docs/growth.png)
	@$(PYTHON) -m benchmarks.growth

load: setup ## rising load, up to more than it can do
	@$(PYTHON) -m benchmarks.load

kills: setup ## servers killed under load: what is lost
	@$(PYTHON) -m benchmarks.kills

bake-off: setup-dev ## pipelines for understanding, side by side (an hour; writes benchmarks/nlu/results.md)
	@$(PYTHON) -m benchmarks.nlu.bake_off

clean: ## what was trained, stored and cached; not the packages
	@rm -rf models .rasa results conversations.db* telegram.db* .mypy_cache .ruff_cache .pytest_cache

lock: ## the two lock files anew, after a change of pyproject.toml (needs uv; uv.lock names hosts and stays untracked)
	@uv lock --quiet
	@# Rasa asks for TensorFlow and is content without (scripts/without_tensorflow.py): it takes as much room as all the rest.
	@uv export --quiet --frozen --no-dev --no-emit-project --no-header --no-annotate \
		$(addprefix --prune ,$(TENSORFLOW)) -o requirements.lock
	@uv export --quiet --frozen --no-emit-project --no-header --no-annotate -o requirements-dev.lock

TENSORFLOW := $(addprefix tensorflow-,addons cpu-aws estimator hub intel io-gcs-filesystem macos) keras tensorboard

.PHONY: web web-check
web: ## the built widget anew from web/src (needs Node 20 or newer)
	@cd web && npm ci --silent && npm run --silent build

web-check: web ## whether the committed widget is what its sources make
	@git diff --exit-code --stat -- web/dist web/THIRD-PARTY.txt tests/channels/web/vendor

explain: setup ## why the red-flag screen decides as it does: make explain TEXT="..."
	@$(PYTHON) -m scripts.explain "$$TEXT"

tune: setup-dev ## the encoder's adapters anew, after many new examples (three quarters of an hour; writes components/encoder/adapter-*.npz)
	@$(PYTHON) -W ignore -m scripts.tune
