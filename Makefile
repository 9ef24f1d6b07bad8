# The doors to this project: `make demo` shows it at work, `make test` checks everything.
# Needs cargo, python3 and a C compiler; all else goes into .venv.

SHELL  := /bin/bash
PYTHON ?= python3
FRAMES ?= 128
ROUNDS ?= 5
PEERS  ?= ../shared/peers
DATA   ?= $(or $(AUREOLE_DATA),../shared/data)
PARITY := parity cakes units combinations irregular ranges

.PHONY: help setup wheel tutorial demo ptx test test-arm lint fmt doc parity bench bench-peer bench-peers bench-gpu bench-recipes fpga-report clean-demo

help:
	@echo 'make demo        build, simulate $(FRAMES) frames of an Eiger 4M, integrate them, draw the patterns'
	@echo 'make test        everything: format, lints, documentation, tests, comparison with pyFAI'
	@echo 'make wheel       the Python package with module and command, in target/wheels; pip install target/wheels/*.whl'
	@echo 'make tutorial    runs docs/tutorial.ipynb and saves what it says'
	@echo 'make test-arm    the tests of codec and core for 64-bit ARM, under emulation where the tools for it are there'
	@echo 'make ptx         compiles the kernels for GPUs: crates/cuda/kernels/aureole.ptx; needs no GPU'
	@echo 'make setup       put cmake, pyFAI and what else the tests need into .venv'
	@echo 'make lint        format check and clippy'
	@echo 'make fmt         format the sources'
	@echo 'make doc         the documentation of all crates, in target/doc'
	@echo 'make parity      everything that pyFAI computes, too, side by side: docs/parity.md (half an hour)'
	@echo 'make bench-peer  the tutorial stack by pyFAI and by Aureole, one after the other'
	@echo 'make bench       decoders, bit transposes and sums alone, on every instruction set (five minutes)'
	@echo 'make bench-peers pyFAI, the C library and Aureole in turns: docs/benchmarks.md (an hour; ROUNDS=$(ROUNDS) FRAMES=$(FRAMES))'
	@echo 'make bench-gpu   checks and measures layout gpu where an NVIDIA GPU is (bench/gpu.sh)'
	@echo 'make fpga-report places and routes the design for an ECP5-85: crates/fpga/report.json (over an hour)'
	@echo 'make bench-recipes  what each further recipe costs beside the first'

setup: .venv/tests-ready

# HDF5 is built from source and wants a newer cmake than many distributions have.
.venv/build-ready:
	@command -v cargo > /dev/null || { echo 'cargo is missing: install Rust'; exit 1; }
	@command -v cc > /dev/null || { echo 'cc is missing: install a C compiler, such as gcc'; exit 1; }
	@test -e .venv/bin/pip || $(PYTHON) -m venv .venv || { echo 'python3 cannot make a .venv: install its venv module'; exit 1; }
	.venv/bin/pip install --quiet --disable-pip-version-check $$(grep -E '^(cmake|maturin)=' requirements-test.txt)
	@touch $@

.venv/tests-ready: requirements-test.txt | .venv/build-ready
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

# One wheel for every Python from 3.10 on (the stable ABI).
wheel: .venv/build-ready
	.venv/bin/maturin build --release --out target/wheels

# The kernel that runs it is that of .venv, whatever kernels the user has.
tutorial: setup wheel
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall target/wheels/*.whl
	.venv/bin/jupyter execute --inplace docs/tutorial.ipynb

demo: .venv/build-ready
	cargo build --release -p aureole-cli
	@mkdir -p demo
	target/release/aureole simulate demo/tutorial.h5 --frames $(FRAMES) --force
	target/release/aureole integrate demo/tutorial.h5 --poni demo/tutorial.poni --error-model poisson --force -o demo/patterns.h5
	@echo -n 'plot: '
	@target/release/aureole plot demo/patterns.h5 --frames 0,$$(( $(FRAMES) / 2 )),$$(( $(FRAMES) - 1 )) -o demo/patterns.png

ptx: setup
	.venv/bin/python crates/cuda/kernels/compile.py

test: setup
	@PYTHON=.venv/bin/python bash tests/run.sh

test-arm:
	@bash tests/arm.sh

lint: .venv/build-ready
	cargo fmt --check
	cargo clippy --workspace --all-targets -- -D warnings

fmt:
	cargo fmt

doc: .venv/build-ready
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps

# Every script leaves its rows in a folder; one that misses does not keep the page from being written.
parity: setup
	cargo build --release -p aureole-cli
	@rm -rf target/parity && mkdir -p target/parity
	@missed=0; for script in $(PARITY); do \
	    .venv/bin/python tests/oracle/$$script.py target/release/aureole $(DATA) --rows target/parity || missed=1; \
	done; \
	.venv/bin/python tests/oracle/support/report.py target/parity docs/parity.md && exit $$missed

# Both read the same file on the same threads, pyFAI first; each prints its frames per second.
bench-peer: setup
	@test -e $(PEERS)/pyfai_cpu.py || { echo 'PEERS=$(PEERS): pyfai_cpu.py is not there'; exit 1; }
	cargo build --release -p aureole-cli
	@mkdir -p demo
	target/release/aureole simulate demo/tutorial.h5 --frames $(FRAMES) --force
	.venv/bin/python $(PEERS)/pyfai_cpu.py demo/tutorial.h5 /entry/data/data
	target/release/aureole integrate demo/tutorial.h5 --poni demo/tutorial.poni --force -o demo/patterns.h5 --summary json

bench: .venv/build-ready
	cargo bench -p aureole-codec --bench decode --bench unshuffle
	cargo bench -p aureole-core --bench accumulate

# PEERS_ARGS may hold further options of bench/peers/compare.py, such as --cases tutorial,cake.
bench-peers: setup
	cargo build --release -p aureole-cli -p aureole --bin aureole --example liblz4_floor
	AUREOLE_DATA=$(DATA) .venv/bin/python bench/peers/compare.py --aureole target/release/aureole \
	    --liblz4 target/release/examples/liblz4_floor --frames $(FRAMES) --rounds $(ROUNDS) $(PEERS_ARGS)

bench-gpu: .venv/build-ready
	bash bench/gpu.sh

bench-recipes: .venv/build-ready
	cargo build --release -p aureole-cli
	$(PYTHON) bench/recipes.py target/release/aureole

.venv/fpga-ready: crates/fpga/requirements-report.txt | .venv/build-ready
	.venv/bin/pip install --quiet --disable-pip-version-check -r crates/fpga/requirements-report.txt
	@touch $@

# REPORT_ARGS may hold options of report.py, such as --only ecp5:lane.
fpga-report: .venv/fpga-ready
	.venv/bin/python crates/fpga/report.py $(REPORT_ARGS)

clean-demo:
	rm -rf demo
