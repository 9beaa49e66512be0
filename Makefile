# What a newcomer needs, each with all of its set-up: Debian (or alike), Python 3.11 or newer, make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast bench lint clean

help:
	@echo "make demo       two old stores and the gateway before them on 127.0.0.1, with commands to paste"
	@echo "make test       every test, with real servers and clients (installs them: root or sudo), and lint"
	@echo "make test-fast  unit and flow tests: no servers, under a minute"
	@echo "make bench      beside OpenLDAP and ldaptor: one table; ARGS=--quick two minutes, ARGS=--help what else"
	@echo "make lint       ruff and mypy"
	@echo "make clean      remove what the others made here"
	@echo "PYTHON=/path/to/python3.12 make …   takes another Python"

demo: $(VENV)/ready-demo
	@exec $(BIN)/bindferry demo

# pytest comes last: the end of the output is its summary. Two processes, each with servers of its own and whole files
# of tests: the quick ones, then the live ones in the order of tests/live/conftest.py.
test: $(VENV)/ready-live lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/ready-test | drivers
	@$(BIN)/python -m pytest -n 2 -m "not live" --ignore=tests/live --ignore=tests/bench

# The servers it needs are among those of the live tests.
bench: $(VENV)/ready-test | servers
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

lint: $(VENV)/ready-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

clean:
	rm -rf $(VENV) build dist *.egg-info .build .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is a finished step, so that the second run is quick.
# ldaptor asks for a distribution called passlib, whose module is libpass's already: hence --no-deps.
$(VENV)/ready-demo: setup.cfg pyproject.toml .ci/venv .ci/pip
	@sh .ci/venv "$(PYTHON)" $(VENV)
	@sh .ci/pip $(VENV) --editable ".[demo]"
	@sh .ci/pip $(VENV) --no-deps "ldaptor>=21.2,<22"
	@touch $@

$(VENV)/ready-test: $(VENV)/ready-demo
	@sh .ci/pip $(VENV) --editable ".[demo,test,odbc,postgresql,mysql]"
	@touch $@

# The packages are looked at every time: they are the machine's, not this directory's.
.PHONY: drivers servers
drivers:
	@sh tests/install.sh drivers

servers:
	@sh tests/install.sh

$(VENV)/ready-live: $(VENV)/ready-test | servers
	@sh .ci/pip $(VENV) "python-ldap>=3.4" "django-auth-ldap>=5,<6"
	@sh .ci/npm $(VENV)/npm ldapts@7 ldapjs@3 passport-ldapauth@3
	@touch $@
