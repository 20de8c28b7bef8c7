# Each target sets up .venv first, and anew when the requirements have changed: see tools/environment.py.
PYTHON ?= python3
BIN := .venv/bin
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
endif
READY := .venv/ready
PAGE := _build/html/index.html

.PHONY: book test test-all lint lab watch bench pins clean-notebooks clean

$(READY): requirements.txt requirements-author.txt requirements-browsers.txt constraints.txt pyproject.toml
	$(PYTHON) tools/environment.py

book: $(READY)
	$(BIN)/python -m tools.build
	@$(BIN)/python -m tools.address $(PAGE) $(if $(OPEN),--open)

# make test PART=unit (or notebooks, or browser) runs that part alone, without the lint.
test: $(READY) $(if $(PART),,lint)
	$(if $(filter unit notebooks,$(PART)),,$(BIN)/python -m tools.browser)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(if $(PART),-m $(PART))

# Everything on everything: the browsers besides Chromium, and every other Python that is found.
test-all: lint
	$(PYTHON) tools/environment.py --requirements requirements-browsers.txt
	$(BIN)/python -m tools.browser
	DOWNHILL_TEST_ALL=true $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10
	$(BIN)/python -m tools.compare_builds
	$(BIN)/python -m tools.pythons --whole

lint: $(READY)
	$(BIN)/python -m tools.lint

lab: $(READY)
	$(BIN)/jupyter lab --notebook-dir=book --LabServerApp.extra_labextensions_path=tools/lab

# One page rebuilt on each save.
watch: $(READY)
	$(BIN)/python -m tools.watch

bench: $(READY)
	$(BIN)/python -m benchmarks

# Renew every version in requirements*.txt and constraints.txt.
pins: $(READY)
	$(BIN)/python -m tools.pins

clean-notebooks: $(READY)
	$(BIN)/python -m tools.notebooks

clean:
	rm -rf _build .venv .venvs
