# The commands of this repository. "make" alone lists them.

PYTHON ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup run test test-quick lint format bench soak fuzz lock messages screenshots

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup:  ## Make .venv with everything that developing needs
	@scripts/setup.sh dev

run:  ## Start a helpdesk with a sample organisation at http://127.0.0.1:8000
	@scripts/setup.sh
	@exec .venv/bin/helpdesk run --sample

test:  ## Everything: checks, tests with real peers, browser (installs what is missing)
	@scripts/system-packages.sh
	@scripts/setup.sh dev
	@scripts/test.sh

test-quick: setup  ## The tests that take no long breath
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m "not slow"

lint: setup  ## Style, format, types, and the walls between the folders
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format: setup  ## Put the code into its format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: setup  ## How fast it is, in numbers
	.venv/bin/python scripts/bench.py
	.venv/bin/python scripts/bench_pages.py
	.venv/bin/python scripts/bench_together.py

soak: setup  ## Hours of mail in minutes: what grows, and what gets lost
	.venv/bin/python scripts/soak.py

fuzz: setup  ## Damaged mails against reading and filing (SECONDS=1800 each)
	.venv/bin/python scripts/fuzz.py --seconds $(or $(SECONDS),300)
	.venv/bin/python scripts/fuzz.py --seconds $(or $(SECONDS),300) --filing

lock: setup  ## Write the lock files anew (UPGRADE=1 takes newer versions)
	scripts/lock.sh $(if $(UPGRADE),--upgrade)

messages: setup  ## Collect the words to translate, and compile the translations
	@scripts/messages.sh

screenshots: setup  ## Pictures of the pages, for the README
	.venv/bin/python scripts/screenshots.py
