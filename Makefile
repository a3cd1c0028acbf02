# docquote. "make chat" is all that a newcomer needs; "make help" lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INDEX ?= .docquote

.PHONY: help chat test lint typecheck eval screenshots clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "docquote needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

chat: $(VENV)/.installed  ## open the chat in the browser (on a sample library, if there is no index yet)
	$(BIN)/docquote chat --index $(INDEX)

test: $(VENV)/.installed-dev  ## run the tests (browser tests too where a Chromium is found)
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: $(VENV)/.installed-dev  ## check types
	$(BIN)/mypy

eval: $(VENV)/.installed  ## measure docquote on the questions that come with the sample library
	$(BIN)/docquote eval answers rag/sample/questions.jsonl --documents rag/sample/documents

screenshots: $(VENV)/.installed-dev  ## take the pictures of the README anew
	DOCQUOTE_SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser

clean:  ## remove what was built (indexes stay)
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
