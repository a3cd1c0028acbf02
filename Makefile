# docquote. "make chat" is all that a newcomer needs; "make help" lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INDEX ?= .docquote

.PHONY: help chat test lint typecheck wheel eval bench stress audit screenshots clean

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
	$(BIN)/python -m pytest --cov --cov-report=

SPELT := rag embeddings eval training benchmarks tests docs $(wildcard *.md) pyproject.toml Makefile .ci

lint: $(VENV)/.installed-dev  ## check style and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell $(SPELT)

typecheck: $(VENV)/.installed-dev  ## check types
	$(BIN)/mypy

wheel:  ## build the wheel, and use it in a fresh environment: what a release has to pass
	PYTHON=$(PYTHON) .ci/try_wheel

eval: $(VENV)/.installed  ## measure docquote on the questions that come with the sample library
	$(BIN)/docquote eval answers rag/sample/questions.jsonl --documents rag/sample/documents

KILLS ?= 200
DAMAGES ?= 1000
INPUTS ?= 10000
CHANGES ?= 10000
PEOPLE ?= 50
SECONDS ?= 300

stress: $(VENV)/.installed-dev  ## the long forms of the suites in tests/stress: an hour or more; see docs/reliability.md
	STRESS_KILLS=$(KILLS) STRESS_MODEL_KILLS=5 STRESS_DAMAGES=$(DAMAGES) STRESS_INPUTS=$(INPUTS) \
	STRESS_QUESTIONS=$(INPUTS) STRESS_WHOLE_QUESTIONS=500 STRESS_CHANGES=$(CHANGES) \
	STRESS_PEOPLE=$(PEOPLE) STRESS_SECONDS=$(SECONDS) \
	$(BIN)/python -m pytest tests/stress

audit: $(VENV)/.installed  ## look up every installed package in the list of known vulnerabilities (needs the network)
	test -x $(VENV)-audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)-audit && $(VENV)-audit/bin/pip install --quiet pip-audit; }
	$(BIN)/python -m pip freeze --exclude-editable > $(VENV)-audit/requirements.txt
	@$(VENV)-audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r $(VENV)-audit/requirements.txt \
	|| { echo "audit: NOT passed. Packages with known vulnerabilities are listed above; if an error is shown instead, the"; \
	echo "list of vulnerabilities could not be asked for every package, and nothing was found out."; exit 1; }

bench:  ## measure docquote beside LangChain, LlamaIndex, Haystack and txtai; or on DOCUMENTS=FOLDER (.txt files)
	$(PYTHON) -m benchmarks $(if $(DOCUMENTS),--documents $(DOCUMENTS)) $(if $(QUESTIONS),--questions $(QUESTIONS))

screenshots: $(VENV)/.installed-dev  ## take the pictures of the README anew
	DOCQUOTE_SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser

clean:  ## remove what was built (indexes stay)
	rm -rf $(VENV) $(VENV)-audit build *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage
