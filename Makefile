# Two words do everything: `make report` and `make test`. Both set up .venv first; all they need is Python, git, make.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/ready

.PHONY: report test bench lock lab clean

# A run ends with 3 where a gate has closed a directorate, as one of the demonstration's is: that is no failure of `make`.
report: $(READY)  ## the demonstration's three rounds, from their exports to 36 reports each, and outputs/index.html
	$(BIN)/herams run || test $$? -eq 3

test: $(READY)  ## everything that must hold: style, types, import ladder, tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(READY)  ## the figures that the changelog quotes, as one table
	$(BIN)/python tests/bench.py

lock: $(READY)  ## requirements.lock and environment.yml anew, from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --all-extras --upgrade \
	  --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/pyproject2conda yaml --extra cluster --extra pdf --extra lab --extra remotes --extra dev --name herams-iraq --channel conda-forge --python-include infer --no-header > environment.yml

# JupyterLab saves what a person writes; what a run leaves in a notebook would make its pages older than it.
NOTEBOOK ?= summary
lab: $(READY)  ## a notebook with the brief and the parameters of the pipeline; `make lab NOTEBOOK=overview` opens another
	$(BIN)/jupyter lab --ContentsManager.pre_save_hook=pipeline.lab.bare notebooks/$(NOTEBOOK).ipynb

clean:  ## removes the set-up; data and outputs stay
	rm -rf .venv

# uv installs the lock in half a minute where pip takes minutes; it comes from the lock itself, checked by its hash.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; none was found"; exit 1; }
	$(PYTHON) -m venv --clear .venv
	awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)
