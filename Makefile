# Two commands: `make chat` and `make test`. Both make .venv and install what requirements.lock names, once.
#
# On Linux the registry's PyTorch is the CUDA build, some gigabytes. For the CPU build, take the address of the CPU
# wheels from pytorch.org ("Get started", Pip, CPU):   make chat TORCH_ARGS="--index-url ADDRESS"

PYTHON ?= python3
TORCH_ARGS ?=
ARTICLES ?=
DATA ?=
NAMES ?=
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile

export HF_HUB_OFFLINE = 1

.PHONY: chat test check format lint types bench yardsticks screenshots lock wheel clean

chat: $(READY)
	$(BIN)/dateline index $(ARTICLES)
	$(BIN)/dateline chat

# Several processes, each on one core, the browser's long tests first; what has to be done within a time comes after them,
# alone.
test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not timed" -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m timed $$(grep -rlw timed tests --include='test_*.py')

check: format lint types test

format: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python tools/bench.py

# DATA is the folder of the public sets; NAMES, some of them.
yardsticks: $(READY)
	$(BIN)/python -m tools.yardsticks $(DATA) $(NAMES) --out docs/yardsticks.md

screenshots: $(READY)
	$(BIN)/python docs/screenshot.py

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

# Compiled on all cores at the end, since pip does it on one; what does not compile is meant for another Python.
$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) "torch>=2.13,<2.14" $(TORCH_ARGS)
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
	touch $(READY)

# Needs uv. Torch is left out: its build differs from machine to machine, so its hash does too.
lock:
	uv pip compile pyproject.toml --extra dev --extra training --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-package torch $(LOCK_ARGS) --output-file requirements.lock

clean:
	rm -rf .venv dist
