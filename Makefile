# Every command of the project; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
CORES ?= all
CONFIG ?=
GIVEN := $(if $(CONFIG),--configfile $(CONFIG))
LOGGER := $(shell test -t 2 && echo --logger rich)

.DEFAULT_GOAL := help
.PHONY: help setup demo test explore test-slurm lint reproduce report publish watch docs lock clean

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

explore: setup  ## the property tests with many random examples, to look for new cases
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=explore --hypothesis-show-statistics

test-slurm: setup  ## the SLURM profile on a real SLURM of its own, as root, with Debian's slurm-wlm and munge
	$(BIN)/python -m pytest -m slurm --durations=0

lint: setup  ## ruff, snakefmt and snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

reproduce: setup  ## the whole reproduction at the paper's settings, or CONFIG=mine.yaml, then the sensitivity variants
	$(BIN)/python -m modgrow check $(or $(CONFIG),config.yaml)
	$(BIN)/snakemake --cores $(CORES) $(LOGGER) $(GIVEN)
	$(BIN)/snakemake sensitivity --cores $(CORES) $(LOGGER) $(GIVEN)

report: setup  ## report.html in the results: figures, tables, verdict, run times; trains nothing; CONFIG=config/demo.yaml
	$(BIN)/python -m modgrow report $(GIVEN)

publish: setup  ## copy what people read of a finished run at config.yaml, claims, figures and small tables, to docs/results
	$(BIN)/python -m modgrow missing
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

clean:  ## remove the environment, all below results/ but its README.md, and what Snakemake noted of that
	if [ -x $(BIN)/snakemake ]; then find results -type f ! -path results/README.md -print0 \
		| xargs -0 -r $(BIN)/snakemake --cleanup-metadata > /dev/null 2>&1 || true; fi
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .venv
