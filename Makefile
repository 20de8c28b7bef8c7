# Each target sets up .venv first; a change of the requirements sets it up anew.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
READY := .venv/ready
PAGE := _build/html/index.html

.PHONY: book test lab bench lint clean-notebooks clean

$(READY): requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Downhill needs Python 3.11 or later, this is " + sys.version.split()[0] + "; name another with make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

book: $(READY)
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is ready: open $(CURDIR)/$(PAGE)"
ifdef OPEN
	$(BIN)/python -m webbrowser "file://$(CURDIR)/$(PAGE)"
endif

test: $(READY)
	$(BIN)/python -m tools.browser
	$(BIN)/python -m pytest

lab: $(READY)
	$(BIN)/jupyter lab --notebook-dir=book

bench: $(READY)
	$(BIN)/python -m benchmarks

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean-notebooks: $(READY)
	$(BIN)/python -m tools.notebooks

clean:
	rm -rf _build .venv
