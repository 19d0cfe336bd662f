# Everything happens in .venv; nothing goes into the system. Wants Python >= 3.11, pip and make; uses uv when it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# How the service is started (deploy/ says the same): fewer malloc arenas, memory given back.
MALLOC := MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072

.DEFAULT_GOAL := help
.PHONY: help demo test deploy-lint lint types layers unit wheel conformance fuzz faults replay gallery locale lock e2e docs clean \
	bench bench-parse bench-http bench-render bench-delivery bench-memory soak

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

# A virtual environment without ensurepip, which Debian keeps in a package of its own; pip fills it from outside.
$(PY):
	@test -L $(VENV) || $(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is wanted") if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv --without-pip $(VENV)

define install # requirements file, stamp
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python $(PY) --require-hashes --compile-bytecode -r $(1); \
	else $(PYTHON) -m pip --python $(PY) install -q --disable-pip-version-check --require-hashes -r $(1); fi
	@touch $(2)
endef

$(VENV)/.runtime: requirements/runtime.txt | $(PY)
	$(call install,requirements/runtime.txt,$@)

$(VENV)/.dev: requirements/dev.txt | $(PY)
	$(call install,requirements/dev.txt,$@)
	@touch $(VENV)/.runtime

$(VENV)/.e2e: requirements/e2e.txt $(VENV)/.dev
	$(call install,requirements/e2e.txt,$@)

demo: $(VENV)/.runtime ## the whole product on this machine, without a token
	$(PY) -m bot demo $(DEMO)

test: $(VENV)/.dev lint types layers unit ## linters, types, layers, tests

lint: $(VENV)/.dev
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

unit: $(VENV)/.dev wheel
	$(PY) -m pytest -q -n auto

deploy-lint: $(VENV)/.dev ## units, install script and Dockerfile
	$(PY) -m tools.deploy_lint

wheel: build/site/.stamp ## build the wheel and unpack it where the tests of the command line run it

build/site/.stamp: $(VENV)/.dev $(shell find bot -type f -not -name '*.pyc') pyproject.toml README.md LICENSE
	@rm -rf build/site build/wheel && mkdir -p build/site build/wheel
	@$(BIN)/hatchling build -t wheel -d build/wheel >/dev/null
	@$(PY) -m zipfile -e build/wheel/*.whl build/site
	@touch $@

conformance: $(VENV)/.dev ## every recorded page against what its recorder states (needs ../shared/samples)
	$(PY) -m tools.conformance

fuzz: $(VENV)/.dev ## 100,000 mutated pages (FUZZ="--count 2000")
	$(PY) -m tools.fuzz $(FUZZ)

faults: $(VENV)/.dev ## every fault of docs/faults.md, got and goal (FAULTS=--bounded)
	$(PY) -m tools.faults $(FAULTS)

replay: $(VENV)/.dev ## weeks of schools and a month of homework through the real pipeline, every message printed
	$(PY) -m tools.replay $(REPLAY)
	$(PY) -m tools.replay_homework

gallery: $(VENV)/.dev ## the pictures of the documentation
	$(PY) -m tools.gallery

locale: $(VENV)/.dev ## take new texts into the catalogues, compile them, write the table of dates
	$(PY) -m tools.make_locale
	$(PY) -m tools.make_dates

docs: $(VENV)/.dev ## write the generated tables of the documentation
	$(PY) -m tools.make_docs

e2e: $(VENV)/.e2e ## the demo in headless Chromium
	$(PY) -m pytest -q tests_e2e

bench: bench-parse bench-http bench-render bench-delivery bench-memory ## every benchmark

bench-parse bench-http bench-render: $(VENV)/.dev
	$(MALLOC) $(PY) -m tools.$(subst -,_,$@) $(BENCH)

bench-delivery: $(VENV)/.dev ## the transports beside each other, then the courier with its outbox
	$(MALLOC) $(PY) -m tools.bench_delivery $(BENCH)
	$(MALLOC) $(PY) -m tools.bench_courier

# An environment with nothing but what a server has: what merely lies in one is imported by others, and weighs.
build/runtime/.stamp: requirements/runtime.txt $(VENV)/.dev
	@rm -rf build/runtime && $(PY) -m venv --without-pip build/runtime
	@if command -v uv >/dev/null 2>&1; then uv pip install -q --python build/runtime/bin/python --require-hashes -r $<; \
	else $(PYTHON) -m pip --python build/runtime/bin/python install -q --disable-pip-version-check --require-hashes -r $<; fi
	@build/runtime/bin/python -m compileall -q -o 2 build/runtime/lib
	@touch $@

bench-memory: build/runtime/.stamp ## what the service weighs over a simulated day
	@build/runtime/bin/python -m compileall -q -o 2 bot tools
	$(PY) -m tools.bench_memory --python build/runtime/bin/python $(BENCH)

soak: build/runtime/.stamp ## 10,000 scrape rounds: memory, files and tasks stay flat (SOAK="--rounds 500")
	@build/runtime/bin/python -m compileall -q -o 2 bot tools
	$(PY) -m tools.soak --python build/runtime/bin/python $(SOAK)

lock: ## compile the lock files, with a week's cooldown
	uv pip compile -q pyproject.toml --generate-hashes --universal --python-version 3.11 --exclude-newer "7 days" -o requirements/runtime.txt
	uv pip compile -q pyproject.toml --group dev --generate-hashes --universal --python-version 3.11 --exclude-newer "7 days" -o requirements/dev.txt
	uv pip compile -q pyproject.toml --group e2e --generate-hashes --universal --python-version 3.11 --exclude-newer "7 days" -o requirements/e2e.txt

clean: ## remove what was built
	rm -rf build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache $(VENV)
