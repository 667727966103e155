# Everything a newcomer needs: `make serve`. Everything a contributor needs: `make check`.

PYTHON := $(shell for one in python3.13 python3.12 python3.11 python3; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: serve serve-worker serve-beat serve-flower serve-sidecar setup test chaos drill rehearsal check format bench generate lock

serve: $(READY)  ## the whole stack, in the foreground; Ctrl-C stops it
	@$(BIN)/headcount serve

serve-worker serve-beat serve-flower serve-sidecar: serve-%: $(READY)  ## one process of it
	@$(BIN)/headcount $*

setup: $(READY)  ## .venv with the headcount command and all that development needs

$(READY): requirements/development.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or later is needed, and none was found"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

test: $(READY)  ## the tests
	$(BIN)/python -m pytest

chaos: $(READY)  ## the long form of tests/chaos, ten minutes; CHAOS_SEED=… repeats a run
	$(BIN)/python -m pytest tests/chaos --chaos long

drill: $(READY)  ## faults in a real stack, and how soon the right alerts fire; 20 minutes
	$(BIN)/python -m drill

rehearsal: $(READY)  ## production on one machine: scaled, rolled, drained, its broker killed; 20 minutes
	$(BIN)/python -m tests.rehearsal

check: $(READY)  ## format, lint, types, import rules, generated files, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m alerts.generate --check
	$(BIN)/python -m dashboards.generate --check
	$(BIN)/python -m deploy.generate --check
	$(BIN)/python -m bench.report --check
	$(MAKE) test

format: $(READY)  ## put code and generated files in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m alerts.generate
	$(BIN)/python -m dashboards.generate
	$(BIN)/python -m deploy.generate
	$(BIN)/python -m bench.report

bench: $(READY)  ## the benchmarks: ratios, measured side by side; ROW=… for some, WRITE=1 keeps them
	$(BIN)/python -m bench $(ROW) $(if $(WRITE),--write)

lock:  ## pin the dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q --upgrade \
		-o requirements/runtime.lock
	uv pip compile --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q --upgrade \
		-o requirements/build.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -q --upgrade \
		-o requirements/development.lock
