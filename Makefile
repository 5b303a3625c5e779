# Entrepot needs Python 3.11 or newer and make; everything else is fetched into .venv.

BIN := .venv/bin
READY := .venv/.ready
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check static format fmt lint types imports house docs messages migrations bench soak screenshots clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## Make the virtual environment with the locked packages
	@echo "Ready. Next: make demo"

$(READY): pyproject.toml uv.lock tools/setup
	@tools/setup
	@touch $(READY)

demo: $(READY) ## Start a whole market on this machine (RESET=1 starts it anew)
	@exec $(BIN)/entrepot demo $(if $(RESET),--reset) $(ARGS)

test: $(READY) ## Run the tests (ARGS="tests/ledger -k split" for some of them)
	@$(BIN)/python tools/messages.py compile
	@tools/with_postgres $(BIN)/pytest -n 2 --dist loadgroup -r fEs -m "not slow" $(ARGS)

check: static test ## Everything that must hold before a change lands

static: format lint types imports house messages migrations ## The checks that need no test run

format: $(READY) ## Is the code formatted?
	@$(BIN)/ruff format --check .

fmt: $(READY) ## Format the code and sort its imports
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --select I .

lint: $(READY) ## ruff
	@$(BIN)/ruff check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

imports: $(READY) ## The architecture: who may import whom
	@$(BIN)/lint-imports

house: $(READY) ## The house rules that ruff does not know
	@$(BIN)/python tools/tidy.py
	@$(BIN)/python tools/print_docs.py --check

docs: $(READY) ## Print the glossary from the terms
	@$(BIN)/python tools/print_docs.py

messages: $(READY) ## Compile the Chinese texts; say which are missing or do not fit
	@$(BIN)/python tools/messages.py compile
	@$(BIN)/python tools/messages.py check

migrations: $(READY) ## Is there a migration for every change of a model?
	@tools/with_postgres $(BIN)/python -m django makemigrations --check --dry-run --settings entrepot.config.settings

bench: $(READY) ## Measure the pages and the checkout, printed with machine and method
	@tools/with_postgres --durable $(BIN)/python -m bench $(ARGS)

soak: $(READY) ## The long tests: kill and restart, races, an hour of properties
	@$(BIN)/python tools/messages.py compile
	@ENTREPOT_KILLS=$${ENTREPOT_KILLS:-20} tools/with_postgres $(BIN)/pytest -n 2 --dist loadgroup -r fEs --hypothesis-profile soak $(ARGS)

screenshots: $(READY) ## Every page at 1280 and 390 px in both languages, from a running demo
	@$(BIN)/python tools/screenshots.py $(ARGS)

clean: ## Remove caches and what tests left; the demo market stays
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache screenshots .entrepot/test .entrepot/test-postgres
	@find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
