# Every command works from a bare checkout: it makes .venv first (Python 3.11 or newer, see README.md).
PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
V := .venv/bin/python

CHECKS := style templates layers migrations deploy catalogue vendor

.DEFAULT_GOAL := help
.PHONY: help setup run office demo test check check-env fix bench need-python $(CHECKS:%=check-%)
.NOTPARALLEL:

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: need-python ## Make the virtual environment with the pinned requirements, tests and checks included
	@$(PYTHON) tools/make_venv.py dev

run: need-python ## Serve everything with a demo city at http://localhost:8000 (PORT= to change)
	@$(PYTHON) tools/make_venv.py
	@exec env TKPKD_FOLLOW_PARENT=1 $(V) manage.py serve

office: need-python ## Serve for real use: make office DATA=/folder
	@$(PYTHON) tools/make_venv.py
	@exec env TKPKD_FOLLOW_PARENT=1 $(V) -m tkpkd.office "$(DATA)"

demo: need-python ## Fill an empty database with a larger demo city
	@$(PYTHON) tools/make_venv.py
	@$(V) manage.py migrate --verbosity 0
	@$(V) manage.py seed_demo --households 30000

test: need-python ## Run the whole suite, browser tests included when Chromium is there (PYTEST_ARGS= to add)
	@$(PYTHON) tools/make_venv.py dev
	@$(V) -m pytest $(PYTEST_ARGS)

check: need-python $(CHECKS:%=check-%) ## Check style, layers, migrations, deployment settings, catalogue, vendored files

check-env: need-python
	@$(PYTHON) tools/make_venv.py dev

check-style: check-env
	$(V) -m ruff check .
	$(V) -m ruff format --check .

check-templates: check-env
	$(V) -m djlint templates --lint --quiet

check-layers: check-env
	.venv/bin/lint-imports --no-cache

check-migrations: check-env
	$(V) manage.py makemigrations --check --dry-run

check-deploy: check-env
	DEBUG=0 SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG \
	    PUBLIC_URL=https://tkpkd.example.go.id ALLOWED_HOSTS=tkpkd.example.go.id \
	    $(V) manage.py check --deploy --fail-level WARNING

check-catalogue: check-env
	$(V) tools/check_catalogue.py

check-vendor: check-env
	$(V) tools/check_vendor.py

fix: need-python ## Put the sources into the house's format
	@$(PYTHON) tools/make_venv.py dev
	$(V) -m ruff check --fix .
	$(V) -m ruff format .

bench: need-python ## Measure what the speed claims rest on
	@$(PYTHON) tools/make_venv.py dev
	@$(V) -m benchmarks $(BENCH_ARGS)

need-python:
	@command -v $(PYTHON) >/dev/null || { \
	    echo "$(PYTHON) is missing: install Python 3.11 (apt-get install python3 python3-venv)." >&2; exit 1; }
