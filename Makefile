# Every command of the project; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
SITE := .venv/site
ARTICLE := .venv/article
CORES ?= all
CONFIG ?=
GIVEN := $(if $(CONFIG),--configfile $(CONFIG))
LOGGER := $(shell test -t 2 && echo --logger rich)
# Where torch is looked for beside pip's own index, which has only the build with 3 GB of CUDA for Linux:
# without a GPU PyTorch's own index of CPU builds, with one nowhere else. TORCH_INDEX= asks no other index.
TORCH_INDEX ?= $(shell command -v nvidia-smi > /dev/null || echo https://download.pytorch.org/whl/cpu)
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# Torch alone, so that no other package is ever taken from that index: $(call torch_first,folder of python).
torch_first = $(if $(TORCH_INDEX),$(1)/python $(PIP_INSTALL) --no-deps --extra-index-url $(TORCH_INDEX) \
	$$(grep -o 'torch==[0-9.]*' pyproject.toml))

# What is installed, whichever build of torch: a build's name and its libraries are not part of a lock.
frozen = $(1)/python -m pip freeze --exclude modgrow | sed -E 's/\+[a-z0-9]+$$//; /^(nvidia|cuda|triton)/d'

# What pyproject.toml asks for in one extra, without the package itself: $(call extra,docs).
extra = import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*p['optional-dependencies']['$(1)'])

# The lock of one extra anew, in an environment of its own: $(call lock_extra,docs).
define lock_extra
$(PYTHON) -m venv --clear .venv/lock
.venv/lock/bin/python $(PIP_INSTALL) $$($(PYTHON) -c "$(call extra,$(1))")
(sed -n '/^#/p' requirements-$(1).lock; $(call frozen,.venv/lock/bin)) > requirements.new
mv requirements.new requirements-$(1).lock
endef

.DEFAULT_GOAL := help
.PHONY: help setup development demo test explore test-package test-slurm lint reproduce report publish watch docs \
	site article notebook lock clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: .venv/ready  ## make the locked environment in .venv and compile the kernels

.venv/ready: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(call torch_first,$(BIN))
	$(BIN)/python $(PIP_INSTALL) --requirement requirements.lock
	$(BIN)/python -m modgrow compile
	@touch $@

development: .venv/development  ## add the locked tests, linters and notebook to it; the targets that need them ask for it

.venv/development: requirements-dev.lock .venv/ready
	$(BIN)/python $(PIP_INSTALL) --requirement requirements-dev.lock
	@touch $@

demo: setup  ## a small setting of the whole workflow, in about a minute, to figures, a report and an explorer
	$(BIN)/snakemake --cores $(CORES) --configfile config/demo.yaml $(LOGGER)
	$(BIN)/python -m modgrow report --configfile config/demo.yaml
	@echo "A demo: few networks and epochs, too few to judge the paper by. Open in a browser:"
	@for page in report.html explorer.html pages/index.html; do \
		if [ -e results/demo/$$page ]; then echo "  $$PWD/results/demo/$$page"; fi; done

test: development  ## all tests
	$(BIN)/python -m pytest

explore: development  ## the property tests with many random examples, to look for new cases
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=explore --hypothesis-show-statistics

test-package: development  ## pip install into an empty environment, and the notebook in another folder
	$(BIN)/python -m pytest -m package -n 0 --durations=0

test-slurm: development  ## the SLURM profile on a real SLURM of its own, as root, with Debian's slurm-wlm and munge
	$(BIN)/python -m pytest -m slurm -n 0 --durations=0

lint: development  ## ruff, snakefmt and snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

reproduce: setup  ## the whole reproduction at the paper's settings, or CONFIG=mine.yaml, then the columns
	$(BIN)/python -m modgrow check $(or $(CONFIG),config.yaml)
	$(BIN)/snakemake --cores $(CORES) $(LOGGER) $(GIVEN)
	$(BIN)/snakemake columns --cores $(CORES) $(LOGGER) $(GIVEN)

report: setup  ## report.html in the results: figures, tables, verdict, run times; trains nothing; CONFIG=config/demo.yaml
	$(BIN)/python -m modgrow report $(GIVEN)

publish: setup  ## copy what people read of a run at config.yaml, finished or not, to docs/results
	$(BIN)/python -m modgrow publish

watch: setup  ## live view of the networks in training
	$(BIN)/python -m modgrow watch

docs: setup  ## renew config/README.md from the settings' own descriptions, and pages whose numbers come from tables
	$(BIN)/python -m modgrow settings --markdown > config/README.new
	mv config/README.new config/README.md
	$(BIN)/python -m modgrow prose

site: $(SITE)/ready  ## the documentation as pages in site/, with every link checked; needs no setup
	PYTHONPATH="$$PWD" $(SITE)/bin/python -m docs.site

$(SITE)/ready: requirements-docs.lock
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/python $(PIP_INSTALL) --requirement requirements-docs.lock
	@touch $@

article: setup $(ARTICLE)/ready  ## the article, its numbers from the committed tables, in build/article/article.pdf
	$(BIN)/python -m docs.article
	$(ARTICLE)/bin/python docs/article/typeset.py

$(ARTICLE)/ready: requirements-article.lock
	$(PYTHON) -m venv $(ARTICLE)
	$(ARTICLE)/bin/python $(PIP_INSTALL) --requirement requirements-article.lock
	@touch $@

notebook: development  ## run docs/first_network.ipynb again, and keep what it shows
	PYTHONPATH="$$PWD" $(BIN)/python docs/run_notebook.py

lock:  ## renew the locks: the newest that pyproject.toml allows; PIP_CONSTRAINT=requirements.lock keeps versions
	$(PYTHON) -m venv --clear .venv/lock
	$(call torch_first,.venv/lock/bin)
	.venv/lock/bin/python $(PIP_INSTALL) '.[workflow]'
	(sed -n '/^#/p' requirements.lock; $(call frozen,.venv/lock/bin)) > requirements.new
	.venv/lock/bin/python $(PIP_INSTALL) --constraint requirements.new '.[dev]'
	(sed -n '/^[#-]/p' requirements-dev.lock; $(call frozen,.venv/lock/bin) | grep -vxFf requirements.new) \
		> requirements-dev.new
	mv requirements.new requirements.lock
	mv requirements-dev.new requirements-dev.lock
	$(call lock_extra,docs)
	$(call lock_extra,article)
	rm -r .venv/lock

clean:  ## remove the environment, the pages, all below results/ but its README.md, and what Snakemake noted of that
	if [ -x $(BIN)/snakemake ]; then find results -type f ! -path results/README.md -print0 \
		| xargs -0 -r $(BIN)/snakemake --cleanup-metadata > /dev/null 2>&1 || true; fi
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	rm -rf .venv build site
