# The commands of the project. 'make demo' and 'make test' need nothing but Python 3.12 or newer.
# PYTHON=/path/to/python chooses the Python; PORT=8001 another port; ARGS="-k name" goes to pytest.

SHELL = /bin/sh
VENV = .venv
BIN = $(VENV)/bin
PORT ?= 8000
UV ?= uv
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all:
GUNICORN = $(BIN)/gunicorn ombudsman.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --worker-class gthread --threads 4

.DEFAULT_GOAL = help
.PHONY: help python install demo serve test test-browser checker accessibility lint bench lock venv packages dev-packages env static

help:
	@echo "make install       the environment, into $(VENV)"
	@echo "make demo          everything with demonstration data, then the server on port $(PORT)"
	@echo "make serve         the server on port $(PORT)"
	@echo "make test          the tests"
	@echo "make test-browser  the tests that need Chromium"
	@echo "make accessibility the report that the accessibility page prints"
	@echo "make lint          style, types, import rules, templates, spelling, migrations"
	@echo "make bench         speed and memory"
	@echo "make lock          new lock files from pyproject.toml (needs uv)"

# The first Python that will do: new enough and able to make environments.
FOUND = $(or $(shell for p in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.14 python \
	/usr/local/bin/python3.1[2-9] /opt/homebrew/bin/python3.1[2-9] \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python \
	"$$HOME"/.local/share/uv/python/cpython-3.1[2-9]*/bin/python); do \
	"$$p" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null \
	&& echo "$$p" && break; done),$(error No suitable Python found: install Python 3.12 or newer with \
	its venv module, or name one with PYTHON=/path/to/python))

HAVE_VENV = $(shell $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 12))' \
	2>/dev/null && echo yes)

python:
	@echo "$(FOUND)"

venv:
	@$(if $(HAVE_VENV),:,p="$(FOUND)" && echo "Making $(VENV) with $$("$$p" --version)" && \
	rm -rf $(VENV) && "$$p" -m venv $(VENV))

# A copy of the lock inside the environment tells what was installed last.
packages: venv
	@cmp -s requirements.lock $(VENV)/requirements.lock || { \
	  echo "Installing packages"; \
	  $(PIP) -r requirements.lock && cp requirements.lock $(VENV)/requirements.lock; \
	}

dev-packages: venv
	@cmp -s requirements-dev.lock $(VENV)/requirements-dev.lock || { \
	  echo "Installing packages for development"; \
	  $(PIP) -r requirements-dev.lock && cp requirements-dev.lock $(VENV)/requirements-dev.lock; \
	}

env: venv
	@test -f .env || { \
	  echo "Writing .env with a new SECRET_KEY"; \
	  key=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') && \
	  (umask 077 && sed "s/^SECRET_KEY=.*/SECRET_KEY=$$key/" .env.example > .env.new) && \
	  mv .env.new .env; \
	}

static: packages env
	@echo "Collecting static files"
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0

install: packages env static
	@echo "Ready: make demo, make serve or make test"

demo: packages env static
	@echo "Preparing the database"
	@$(BIN)/python manage.py migrate --no-input --verbosity 0
	@$(BIN)/python manage.py demo
	@echo "Serving http://127.0.0.1:$(PORT)/ until Ctrl-C"
	@exec $(GUNICORN) --log-level warning

serve: packages env static
	@$(BIN)/python manage.py migrate --check >/dev/null || { \
	  echo "The database is not up to date: run $(BIN)/python manage.py migrate" >&2; exit 1; }
	@echo "Serving http://127.0.0.1:$(PORT)/ until Ctrl-C"
	@exec $(GUNICORN) --log-level warning

test: dev-packages
	@$(BIN)/python -m pytest -q $(ARGS)

test-browser: dev-packages checker
	@$(BIN)/python -m pytest -q tests/browser $(ARGS)

# Writes what the accessibility page says was tested, once all of it has passed.
accessibility: dev-packages checker
	@ACCESSIBILITY_REPORT=1 $(BIN)/python -m pytest -q tests/browser/test_pages.py

# The HTML checker: a Java program that comes as an npm package. Without them its test says so.
CHECKER = tests/browser/node_modules
checker:
	@cmp -s tests/browser/package-lock.json $(CHECKER)/package-lock.json || { command -v npm >/dev/null && { \
	  echo "Installing the HTML checker"; \
	  npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && \
	  cp tests/browser/package-lock.json $(CHECKER)/package-lock.json; \
	}; } || echo "npm is missing: pages are not checked as HTML"

lint: dev-packages
	@echo "ruff check" && $(BIN)/ruff check --quiet .
	@echo "ruff format" && $(BIN)/ruff format --quiet --check --diff .
	@echo "mypy" && $(BIN)/mypy --no-error-summary
	@echo "import rules" && $(BIN)/lint-imports --no-logo --no-cache
	@echo "templates" && $(BIN)/djlint templates --lint --quiet
	@echo "spelling" && $(BIN)/codespell
	@echo "migrations" && $(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings

bench: dev-packages
	@$(BIN)/python -m tests.bench $(ARGS)

# --universal: one lock for every system and Python; none of these leaves an address in it.
LOCK = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.12 --generate-hashes \
	--no-annotate --no-header

lock:
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock
