# Two commands are enough: `make run` starts everything, `make test` checks everything.
# PORT and DATA_DIR choose where, so that two copies can run side by side. ARGS passes a filter through.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PORT ?= 8000
ARGS ?=
PY := .venv/bin/python
FRONTEND := $(shell find frontend/src -type f 2>/dev/null) frontend/build.mjs frontend/package-lock.json
export PORT
export PATH := $(CURDIR)/.venv/bin:$(PATH)

PLATFORM_PORT ?= $(shell expr $(PORT) + 1000)

.PHONY: help run platform test test-long check bench chaos shots demo-reset messages setup clean

help:
	@echo "make run         start everything on http://127.0.0.1:$(PORT)"
	@echo "make platform    the member platform of the demo alone; make run starts it by itself"
	@echo "make test        every check and test; make test ARGS='-k dunning' for some"
	@echo "make test-long   what takes longer: deep fuzzing, long chaos"
	@echo "make bench       benchmarks; make bench ARGS='steps inbox' for some"
	@echo "make chaos       2,000 cases and 80 deals through a storm of kills and crashes; ARGS='--cases 200' for fewer"
	@echo "make shots       screenshots of the main pages into shots/"
	@echo "make demo-reset  throw the demo data away and load it anew"
	@echo "make messages    collect texts that need translating into locale/"

run: setup
	@exec $(PY) -m config.run

platform: setup
	@exec $(PY) -m config.platform_fake --port $(PLATFORM_PORT) --journal $${DATA_DIR:-.data}/platform.jsonl \
		--events http://127.0.0.1:$(PORT)/api/v1/member-events/

test: setup
	@$(PY) -m config.verify $(ARGS)

test-long: setup
	@$(PY) -m config.verify --long $(ARGS)

check: setup
	@$(PY) -m config.verify --no-tests

bench: setup
	@$(PY) -m bench $(ARGS)

chaos: setup
	@$(PY) -m tests.chaos.storm $(ARGS)

shots: setup
	@$(PY) -m config.shots $(ARGS)

demo-reset: setup
	@$(PY) manage.py demo_reset

messages: setup
	@$(PY) manage.py makemessages -l zh_Hans --no-obsolete --no-location --no-wrap \
		-i .venv -i 'frontend/*' -i 'tests/*' -i 'bench/*'

setup: .venv/.installed frontend/dist/.built .venv/.messages

.venv/.system: config/system_packages.sh
	@mkdir -p .venv && bash config/system_packages.sh && touch $@

.venv/.installed: requirements/dev.txt .venv/.system
	@echo "installing Python packages ..."
	@[ -x .venv/bin/python ] || $$(bash config/system_packages.sh --python) -m venv .venv
	@.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json .venv/.installed
	@echo "installing front-end packages ..."
	@cd frontend && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

frontend/dist/.built: $(FRONTEND) frontend/node_modules/.installed
	@echo "building the front end ..."
	@cd frontend && npm run --silent build
	@touch $@

.venv/.messages: $(wildcard locale/*/LC_MESSAGES/*.po) .venv/.installed
	@$(PY) -m config.compile_messages
	@touch $@

clean:
	rm -rf .venv .data frontend/node_modules frontend/dist shots staticfiles
