# Few verbs; `make help` lists them. Set-up happens once per change of the lock files.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# uv is only faster, never needed: `make UV= test` takes pip.
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv)

SHOP_DAY := simulate examples/shop --for 24h --start 2026-11-23T00:00:00Z

# Recorded behaviour of the real programs: all of it where it is beside the checkout, else a sample.
GOLDEN ?= $(firstword $(wildcard ../shared/golden) tests/golden/sample)

.PHONY: help demo test golden lint fix types docs bench lock clean
.DELETE_ON_ERROR:

help:  ## show the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run  ## simulate a day of the shop in examples/shop
	$(BIN)/minieks $(SHOP_DAY)

test: $(VENV)/.test  ## run every test
	$(BIN)/pytest -n 2 $(ARGS)

golden: $(VENV)/.test  ## replay what the real programs did (GOLDEN=DIR) and say what agrees
	PYTHONPATH=tests $(BIN)/python -m golden.run $(GOLDEN)

lint: $(VENV)/.dev  ## check style, format and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

fix: $(VENV)/.dev  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev  ## check the types
	$(BIN)/mypy

docs: $(VENV)/.dev  ## write the reference pages from the code and build the site (CHECK=1: only compare)
	$(BIN)/python docs/generate.py $(if $(CHECK),--check)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: $(VENV)/.run  ## measure what we promise about speed
	@for each in benchmarks/bench_*.py; do $(BIN)/python $$each || exit 1; done

lock:  ## resolve the dependencies anew (needs uv); then commit requirements/
	sh requirements/lock.sh $(ARGS)

clean:  ## remove the environment and everything made
	rm -rf $(VENV) site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run $(VENV)/.test $(VENV)/.dev: $(VENV)/.%: requirements/%.txt requirements/build.txt pyproject.toml
	@PYTHON="$(PYTHON)" UV="$(UV)" sh requirements/install.sh $(VENV) $<
	@touch $@
