# Satupintu. `make` lists the targets; `make run` and `make test` need nothing but Python 3.11+ and make.

.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := .tools/bin/uv
RUN := .venv/bin/python
VENDOR := services/chassis/src/chassis/pages/static/vendor
ROUTER ?= 1
INBOX ?= 1
STORE ?=
DATA ?=
PAIRS ?=
SEEDS ?= 2000
SEED ?=
KILLS ?= 20
JOBS ?= 1
AUDIT ?=
WORKERS ?= auto
TAG ?= latest
ALL ?=
COMPOSE := TAG=$(TAG) docker compose --file deploy/compose.yaml
# Made in a container: as root there, so that the files belong to whom the processes run as.
CLUSTER_SECRETS = set -a && . deploy/.env && docker run --rm --user 0 --network none --volume "$(CURDIR)/deploy/secrets:/secrets" \
	satupintu-provider:$(TAG) local.cluster.secrets /secrets "$$HOST" $$PROVIDER_HOST
# Where the containers' user writes copies of the data.
CLUSTER_COPIES = set -a && . deploy/.env && docker run --rm --user 0 --network none \
	--volume "$$(cd deploy && realpath -m "$${COPIES:-copies}"):/copies" --entrypoint install satupintu-provider:$(TAG) \
	-d -o 10001 -g 10001 -m 700 /copies
# Each worker of pytest starts servers of its own: more than four need more memory than a laptop has.
PARALLEL := -n $(WORKERS) --maxprocesses 4
ifneq ($(STORE),)
# Every command uses this store. Through the environment: a password on a command line would be visible.
export SATUPINTU_STORE_URL := $(STORE)
endif
# Downloads (some 250 MB the first time) show progress on a terminal, and nothing in a log.
QUIETLY := $(shell test -t 2 || echo --quiet)
# Packages with pages, whose texts are in locale/en.po.
PAGED := agency_inbox chassis intake reporting router escalation local
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
# Without compiled files seven processes would need most of a minute to start.
unexport PYTHONDONTWRITEBYTECODE

##@ Use it
run: setup ## start everything on this machine and print the one address (ROUTER=2 INBOX=2 start more workers)
	@$(RUN) -m local run --router $(ROUTER) --inbox $(INBOX)

demo: setup ## file a few hundred made-up complaints, play some agencies, read back books and timelines
	@$(RUN) -m local demo

audit: setup ## walk the store and prove that no complaint is lost, late or held by nobody
	@.venv/bin/satupintu audit

rebuild: setup ## make a read model again from the event store: VIEW=reporting.reports, or all; without it, list them
	@.venv/bin/satupintu rebuild $(VIEW)

drill: setup ## copy a loaded platform, destroy its state, bring the copy back, and say what is lost (some minutes)
	@$(RUN) -m pytest tests/journey/test_drill.py --log-cli-level=INFO -q

##@ Work on it
test: setup ## every test that needs no Docker and no browser: real Kafka, PostgreSQL, Keycloak (WORKERS=0: one after another)
	@$(RUN) -m pytest tests -m "not browser and not cluster and not charts and not drill" $(PARALLEL)

test-browser: setup ## sign-in and pages in a real browser (needs Debian's chromium)
	@$(RUN) -m pytest tests -m browser

test-pages: setup ## walk every page in a real browser, in both languages and two widths; pictures in var/screenshots (needs Debian's chromium)
	@$(RUN) -m pytest tests/pages -m browser

test-containers: setup ## store contract and every background task on Kafka against images built here (needs Docker)
	@TEST_SERVERS=containers $(RUN) -m pytest tests/contract tests/broker tests/agency_inbox/test_inbox_broker.py -m "postgres or broker" --ignore=tests/broker/access

test-cluster: setup ## the platform in containers: a complaint's way, and faults under load, as a table (after make images; needs Docker and Compose)
	@CLUSTER_SIZE=$(or $(CLUSTER_SIZE),small) $(RUN) -m pytest tests/cluster -p no:cacheprovider --log-cli-level=INFO

cluster: ## the same with two of each process
	@$(MAKE) test-cluster CLUSTER_SIZE=large

lint: setup ## formatting, lint, types, import layers, generated schemas
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy schemas/src services/*/src deploy/local/src tests/bench
	@.venv/bin/lint-imports
	@$(RUN) -m schemas.contract.generate --check
	@$(RUN) -m local.access_page --check
	@$(RUN) -m local.chart_files --check

charts: setup ## lint and render the Helm chart, and hold it against Kubernetes' schemas (needs helm, or HELM=its path)
	@HELM=$${HELM:-helm} UV=$(UV) $(RUN) tests/charts/validate.py
	@HELM=$${HELM:-helm} $(RUN) -m pytest tests/charts -m charts -q

images: ## one container image for each part of the platform, with its packages alone (BASE=debian:bookworm-slim; needs Docker)
	@$(PYTHON) deploy/images/build.py

up: ## the platform in containers on this machine: three brokers, PostgreSQL, proxy, all services (after make images; docs/operating.md)
	@test -f deploy/.env || cp deploy/env.example deploy/.env
	@$(CLUSTER_SECRETS)
	@$(CLUSTER_COPIES)
	@$(COMPOSE) up --detach --wait
	@set -a && . deploy/.env && echo "Satupintu: https://$$HOST:$$PORT (its authority: deploy/secrets/shared/ca.pem)"

down: ## stop these containers; what they hold stays in volumes (ALL=--volumes: delete that too)
	@$(COMPOSE) --profile '*' down $(ALL)

audit-dependencies: setup ## sources and hashes of every package, and the advisories on them (AUDIT=--or-unknown: not where they cannot be read)
	@$(RUN) deploy/audit_dependencies.py $(AUDIT)

check: lint ## lint and the fast tests
	@$(RUN) -m pytest tests -m "not broker and not postgres and not journey and not chaos and not slow and not cluster and not charts" -q $(PARALLEL)

clients: setup ## lint the published schemas, generate a Python and a TypeScript client, and let both file (needs the network)
	@PYTHONPATH=tests $(RUN) -m clients

simulate: setup ## the whole system in memory under every fault (SEEDS=50000; SEED=7: one story; PLANT=all)
	@PYTHONPATH=tests $(RUN) -m simulation --seeds $(SEEDS) --jobs $(JOBS) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant $(PLANT))

chaos: setup ## kill, stop and end processes at random under load, then count (KILLS=200; SEED=7 other ones)
	@CHAOS_KILLS=$(KILLS) $(if $(SEED),CHAOS_SEED=$(SEED)) $(RUN) -m pytest tests/chaos --log-cli-level=INFO

bench: setup ## ratios against the bare libraries, as a table and a JSON file
	@PYTHONPATH=tests $(RUN) -m bench

bench-growth: setup ## what grows with the history (SIZES="10000 1000000"): starts, rebuilds, audit, export
	@PYTHONPATH=tests $(RUN) -m bench growth

evaluate: setup ## how well complaints are read: tables and pictures in var/evaluation (DATA=folder of labelled texts; PAIRS=file of labelled pairs)
	@$(RUN) -m router evaluate $(if $(DATA),--data $(DATA)) --pairs tests/router/duplicates/pairs_made_up.csv $(if $(PAIRS),--pairs $(PAIRS))

texts: setup ## write new texts of the pages into the catalogues, and tell what is not translated
	@$(RUN) -m chassis.pages.catalogue $(PAGED)

outlines: setup ## draw the outlines of the maps again from the districts' centres
	@$(RUN) deploy/outlines.py

schemas: setup ## write JSON Schema, AsyncAPI and the tables of docs/access.md again
	@$(RUN) -m schemas.contract.generate
	@$(RUN) -m local.access_page
	@$(RUN) -m local.chart_files

##@ Set up
setup: .venv/.stamp $(VENDOR)/.stamp ## what every target needs (done by them)

.venv/.stamp: uv.lock pyproject.toml $(wildcard services/*/pyproject.toml schemas/pyproject.toml deploy/local/pyproject.toml) | $(UV)
	@echo "setting up .venv from uv.lock" >&2
	@$(UV) sync $(QUIETLY) --frozen --all-packages --python $(PYTHON) || { echo "the packages of uv.lock cannot be brought to .venv:" \
		"the first time needs the network and 2 GB of room; above is what is missing" >&2; exit 1; }
	@touch $@

$(VENDOR)/.stamp: services/chassis/src/chassis/pages/vendor.toml deploy/page_assets.py
	@test -n "$(PYTHON)" || { echo "Satupintu needs Python 3.11 or newer: install python3 and try again" >&2; exit 1; }
	@$(PYTHON) deploy/page_assets.py
	@touch $@

$(UV):
	@test -n "$(PYTHON)" || { echo "Satupintu needs Python 3.11 or newer: install python3 and try again" >&2; exit 1; }
	@$(PYTHON) deploy/bootstrap.py $@

clean: ## remove what was built (state in var/ stays)
	@rm -rf .venv .tools .cache $(VENDOR) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run demo drill audit audit-dependencies rebuild test test-browser test-pages test-containers test-cluster cluster charts lint check clients simulate chaos bench bench-growth evaluate outlines schemas texts images up down setup clean help
