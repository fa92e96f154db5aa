# Every command of the project; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
CORES ?= all
REPORTED ?= all
LOGGER := $(shell test -t 2 && echo --logger rich)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slurm lint reproduce report publish watch docs lock clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/ready  ## make the locked environment in .venv and compile the kernels

.venv/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m modgrow compile
	@touch $@

demo: setup  ## a small setting of the whole workflow, to figures, in minutes
	$(BIN)/snakemake --cores $(CORES) --configfile config/demo.yaml $(LOGGER)
	@head -n 1 results/demo/verdict.txt
	@echo "The figures are in results/demo/figures:" && ls results/demo/figures

test: setup  ## all tests
	$(BIN)/python -m pytest

test-slurm: setup  ## the SLURM profile on a real SLURM of its own, as root, with Debian's slurm-wlm and munge
	$(BIN)/python -m pytest -m slurm --durations=0

lint: setup  ## ruff, snakefmt and snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

reproduce: setup  ## the whole reproduction at the paper's settings, then the sensitivity variants
	$(BIN)/snakemake --cores $(CORES) $(LOGGER)
	$(BIN)/snakemake --cores $(CORES) $(LOGGER) sensitivity

report: setup  ## results/report.html: figures, tables, verdict, run times; REPORTED='all sensitivity' for both
	$(BIN)/snakemake $(REPORTED) --cores $(CORES) $(LOGGER)
	$(BIN)/snakemake $(REPORTED) --report results/report.html

publish:  ## copy what people read of a finished run, claims, figures and small tables, to docs/results
	cp results/claims.csv results/claims.md results/reference.md results/verdict.txt docs/results
	cp results/figures/*.svg results/figures/*.png docs/results/figures
	find results/tables -name '*.parquet' -size -5M -exec cp {} docs/results/tables \;
	if [ -d results/sensitivity ]; then cp results/sensitivity/claims.csv docs/results/sensitivity.csv; fi

watch: setup  ## live view of the networks in training
	$(BIN)/python -m modgrow watch

docs: setup  ## renew config/README.md from the settings' own descriptions
	$(BIN)/python -m modgrow settings --markdown > config/README.new
	mv config/README.new config/README.md

lock: setup  ## renew requirements.lock from what is installed
	(head -n 1 requirements.lock; $(BIN)/python -m pip freeze | sed 's/+cpu$$//') > requirements.new
	mv requirements.new requirements.lock

clean:  ## remove the environment and all results
	rm -rf .venv .snakemake results/demo results/networks results/states results/learning_curves
