# Tunesmith: what a person and CI call. Needs Python 3.11 or newer with pip, and make; everything else goes into .venv.
#
#   make sandbox   set up and start the sandbox with the bot; prints the address of its page
#   make test      set up and run all tests (ARGS="-k jobs" for some of them)
#   make check     style, types, import rules, locks, the rules of this repository
#   make bench     the numbers that the README tells
#   make setup     only make .venv        make lock   lock files anew from pyproject.toml
#   make clean     remove .venv and everything made

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev sandbox test check bench lock manifest clean

# The first Python that is new enough and works; `make PYTHON=/path/to/python3 ...` chooses another.
ifndef PYTHON
PYTHON := $(shell for one in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	"$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$one" && break; done)
endif
BIN := .venv/bin
# Programs that measure; the other modules there serve them.
NUMBERS := $(filter-out __init__ bots clocks corpus peers memory,$(basename $(notdir $(wildcard benchmarks/*.py))))
ARGS ?=

help:
	@sed -n 's/^#   //p' Makefile

setup setup-dev:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer found; make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@"$(PYTHON)" scripts/setup.py $(if $(filter setup-dev,$@),--dev)

sandbox: setup
	@exec $(BIN)/tunesmith sandbox $(ARGS)

test: setup-dev
	$(BIN)/python -m pytest $(ARGS)

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/lock.py --check
	$(BIN)/python scripts/check_repository.py
	$(BIN)/python -m scripts.dataset_rules --check

bench: setup-dev
	@for one in $(NUMBERS); do echo "== $$one"; $(BIN)/python -m "benchmarks.$$one" || exit 1; done

lock: setup-dev
	$(BIN)/python scripts/lock.py $(ARGS)

manifest: setup
	$(BIN)/tunesmith manifest --default > manifest.yml

clean:
	rm -rf .venv .venv-bootstrap build dist var *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
