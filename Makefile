# `make help` lists what can be done. Everything is set up on demand and kept under .venv and .local.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# The newest Python that is really there: a version manager's stand-in for one that is not installed fails the check.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 /usr/bin/python3; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)
UV = .local/uv/bin/uv
# Python compiles what is installed once, not at each start: that is half of what the SAM CLI and the commands take.
unexport PYTHONDONTWRITEBYTECODE
RUN = .venv/bin/python
LOCAL = $(RUN) -m local
OPERATE = $(RUN) -m operate
# What is typed after a command is text, as it stands: make would take a `$` in it for a variable of its own.
$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),\
	$(eval override $(name) := $$(value $(name)))$(eval export $(name))))
# Variables that were given, as the options of their names. The shell reads their values, so that blanks and quotes survive.
options = $(foreach name,$(1),$${$(name):+"--$(shell echo $(name) | tr A-Z_ a-z-)=$$$(name)"})
# `make contract` has what needs an environment of its own: a second AWS, Lambda's runtime clients, Vonage's SDKs, a browser,
# a clone, a stack.
OWN_STACKS = tests/e2e/test_lifecycle.py tests/contract/test_smoke.py tests/e2e/test_first_deployment.py tests/e2e/test_guided.py \
	tests/e2e/other_stacks tests/e2e/operating/test_releases.py
CONTRACT = tests/contract $(OWN_STACKS) tests/e2e/test_simulator_alone.py tests/e2e/test_doors.py \
	tests/console/test_browser.py tests/console/test_phone.py tests/console/test_undisturbed.py \
	tests/vonage_simulator/api/test_official_clients.py \
	tests/functional/logs/test_log_levels.py tests/functional/logs/test_private_logs.py tests/unit/provisioner/test_runtime_logs.py \
	tests/unit/operate/test_logs.py
# Lambda's runtime client is built for Linux alone; elsewhere the tests that run it are left out.
RUNTIMES = $(if $(filter Linux,$(shell uname)),.local/runtime-3/.ready .local/runtime-4/.ready)
# `make test` runs all others in three groups side by side: those that share a stack and, behind these, as they wait for
# nothing but the processor, those of the provisioner, the simulator and two long commands, and the rest.
SHARING = tests/console tests/e2e tests/template
ALONE = tests/unit/provisioner tests/vonage_simulator tests/unit/operate/smoke tests/unit/operate/ask_vonage
ignoring = $(addprefix --ignore=,$(1) $(CONTRACT))
# Functions with packages of their own have them installed first.
PACKAGES = $(if $(wildcard functions/*/requirements.txt app/functions/*/requirements.txt .local/packages),packages)

## ── Try it ──
.PHONY: demo up down debug call timeline vonage dist
demo: stage ## Deploy into an embedded AWS, place a call and send an SMS through it, show what happened
	@$(LOCAL) demo $(call options,AWS_PORT VONAGE_PORT PARAMETERS)

up: stage ## The same, and keep it running; when it runs already, deploy what has changed
	@$(LOCAL) up $(call options,AWS_PORT VONAGE_PORT PARAMETERS)

down: .venv/.ready ## Stop what `make up` started
	@$(LOCAL) down

debug: .venv/.ready ## Breakpoints while `make up` runs: make debug FUNCTION=answer, then attach VS Code
	@$(LOCAL) debug "$${FUNCTION:-answer}"

call: .venv/.ready ## Run a call script against what is up: make call SCRIPT=examples/ivr/call.yaml
	@$(LOCAL) call $$SCRIPT

timeline: .venv/.ready ## Recent calls and messages of what is up, or one of them: make timeline ID=CON-…
	@$(LOCAL) timeline $${ID:+"$$ID"}

vonage: .venv/.ready ## The simulated Vonage alone, for any SDK: make vonage PORT=4010
	@$(RUN) -m vonage_simulator $(call options,PORT)

dist: .venv/.ready ## The simulated Vonage as a wheel, for projects without a clone (docs/simulator.md)
	@$(RUN) distribution/build.py dist

## ── Deploy it ──
.PHONY: packages credentials deploy promote rollback table secret setting
packages: .venv/.ready ## Install what requirements.txt of your functions ask for, for tests, types and your editor (docs/packages.md)
	@$(OPERATE) packages

credentials: .venv/.ready .local/sam/.ready ## Store the Vonage account's credentials in Secrets Manager (asks for them); LEAKED=true ends the old ones
	@$(OPERATE) credentials $(call options,ENV CREDENTIALS_SECRET LEAKED SEPARATE)

deploy: stage ## sam build && sam deploy to your AWS account: make deploy ENV=dev PARAMETERS="Numbers=447700900000"
	@$(OPERATE) deploy $(call options,ENV PARAMETERS PREVIEW CONFIRM)

promote: .venv/.ready .local/sam/.ready ## Deploy to a stage the very release that runs on another: make promote FROM=dev TO=prod (docs/pipelines.md)
	@$(OPERATE) promote $(call options,FROM TO COMMIT CONFIRM)

rollback: .venv/.ready .local/sam/.ready ## Deploy the release that a stage ran before: make rollback ENV=prod
	@$(OPERATE) rollback $(call options,ENV CONFIRM)

table: .venv/.ready ## A table of your own, for the flows named: make table NAME=callers FLOWS=answer (docs/your-stack.md)
	@$(OPERATE) table $(call options,NAME FLOWS KEY)

secret: .venv/.ready .local/sam/.ready ## A secret of your own, asked for: make secret NAME=crm FLOWS=answer ENV=dev
	@$(OPERATE) secret $(call options,ENV NAME FLOWS)

setting: .venv/.ready .local/sam/.ready ## A setting of a stage, for flows to read: make setting NAME=greeting VALUE="Hello" ENV=dev
	@$(OPERATE) setting $(call options,ENV NAME VALUE)

## ── Operate it (docs/operations.md; ENV=dev or prod for another stage) ──
.PHONY: doctor plan drift rotate logs history redrive replay erase consent campaign orphans smoke ask-vonage upgrade
doctor: .venv/.ready .local/sam/.ready ## Examine credentials, keys, numbers and webhooks of the deployed stack
	@$(OPERATE) doctor $(call options,ENV RESOURCE JSON)

plan: .venv/.ready .local/sam/.ready ## Say what the next deployment would change at Vonage
	@$(OPERATE) plan $(call options,ENV RESOURCE JSON)

drift: .venv/.ready .local/sam/.ready ## Find what was changed by hand at Vonage: make drift REPAIR=true
	@$(OPERATE) drift $(call options,ENV RESOURCE REPAIR JSON)

rotate: .venv/.ready .local/sam/.ready ## Give the application a new key pair, without a gap
	@$(OPERATE) rotate $(call options,ENV RESOURCE JSON)

logs: .venv/.ready .local/sam/.ready ## Log lines that aren't a success, or of a call: make logs CALL=CON-… FOLLOW=true
	@$(OPERATE) logs $(call options,ENV CALL FUNCTION MINUTES PLATFORM FOLLOW JSON)

history: .venv/.ready .local/sam/.ready ## All events of a call, a message or a number as JSON: make history CALL=CON-…
	@$(OPERATE) history $(call options,ENV CALL NUMBER)

redrive: .venv/.ready .local/sam/.ready ## Put back what a dead-letter queue holds: make redrive QUEUE=events
	@$(OPERATE) redrive $(call options,ENV QUEUE JSON)

replay: .venv/.ready .local/sam/.ready ## Put events on the bus again: make replay CALL=CON-…, or FROM=… TO=…
	@$(OPERATE) replay $(call options,ENV CALL FROM TO JSON)

erase: .venv/.ready .local/sam/.ready ## Delete what is kept of a number: make erase NUMBER=447700900111
	@$(OPERATE) erase $(call options,ENV NUMBER CONFIRM JSON)

consent: .venv/.ready .local/sam/.ready ## Who has opted out: make consent NUMBER=447700900111 SET=stop, or EXPORT=… or IMPORT=… (docs/consent.md)
	@$(OPERATE) consent $(call options,ENV NUMBER SET SENDER EXPORT IMPORT JSON)

campaign: .venv/.ready .local/sam/.ready ## One message to many people: make campaign FILE=people.csv MESSAGE=message.json (docs/campaigns.md)
	@$(OPERATE) campaign $(call options,ENV FILE MESSAGE ID PRICE PACE CONFIRM PAUSE RESUME CANCEL FOLLOW RESULT JSON)

orphans: .venv/.ready .local/sam/.ready ## Find applications whose stack is gone: make orphans DELETE=<id>
	@$(OPERATE) orphans $(call options,ENV DELETE JSON)

smoke: stage ## Try on a stack of its own what only a real account can show; one page of expected and seen: make smoke ENV=dev
	@$(OPERATE) smoke $(call options,ENV ONLY PARAMETERS NUMBERS KMS_KEY_ARN REPORT CONFIRM JSON)

ask-vonage: .venv/.ready .local/sam/.ready ## Ask your Vonage account, and a telephone, what its documentation leaves open: make ask-vonage NUMBER=… (docs/ask-vonage.md)
	@$(OPERATE) ask-vonage $(call options,NUMBER PHONE URL PORT ENV ONLY REPORT CONFIRM JSON)

upgrade: .venv/.ready ## Merge a newer release on a branch of its own, and try it: make upgrade VERSION=0.2.0 (docs/upgrading.md)
	@$(OPERATE) upgrade $(call options,VERSION FROM ENV)

## ── Check it ──
.PHONY: test-app test check contract radar security audit bench scale docs picture format
test-app: .venv/.ready $(PACKAGES) ## Your own tests, in app/tests: seconds (docs/testing.md)
	@$(RUN) -m pytest app/tests

test: stage .venv/.checks ## Lint, types, template checks and tests, end to end included; make contract has the rest
	@mkdir -p .local/logs
	@$(RUN) -m pytest --quiet $(SHARING) $(call ignoring) >.local/logs/test-sharing.log 2>&1 & sharing=$$!; \
	trap 'kill $$sharing $$alone' INT TERM; \
	$(MAKE) --no-print-directory check || { kill $$sharing; wait; exit 1; }; \
	nice $(RUN) -m pytest --quiet $(ALONE) $(call ignoring) >.local/logs/test-alone.log 2>&1 & alone=$$!; \
	nice $(RUN) -m pytest $(call ignoring,$(SHARING) $(ALONE)); failed=$$?; \
	echo "Waiting for the other tests, which run beside these…"; \
	wait $$alone || failed=1; cat .local/logs/test-alone.log; \
	wait $$sharing || failed=1; cat .local/logs/test-sharing.log; exit $$failed

check: .venv/.checks .local/sam/.ready ## Format, lint, types and template checks
	@$(MAKE) --no-print-directory --jobs=2 types lint

.PHONY: types lint
types: .venv/.checks $(PACKAGES)
	@$(RUN) -m mypy

lint: .venv/.checks .local/sam/.ready
	@$(RUN) -m ruff format --check --quiet .
	@$(RUN) -m ruff check --quiet .
	@PYTHONPATH=layers/switchboard $(RUN) -m operate.handlers.dialogs
	@.venv/bin/cfn-lint --config-file .ci/cfnlint.yaml
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 .local/sam/bin/sam validate --lint >/dev/null

contract: stage .venv/.checks $(RUNTIMES) .local/contract/.ready .local/simulator/.ready .local/zizmor/.ready .local/docs/.ready ## Judges that we did not write, and stacks of their own (ten minutes; docs/contract.md)
	@mkdir -p .local/logs
	@$(RUN) -m pytest --quiet $(OWN_STACKS) >.local/logs/test-own-stacks.log 2>&1 & stacks=$$!; trap 'kill $$stacks' INT TERM; \
	$(RUN) -m pytest $(filter-out $(OWN_STACKS),$(CONTRACT)) $(addprefix --ignore=,$(OWN_STACKS)); failed=$$?; \
	echo "Waiting for the stacks, which live beside these…"; \
	wait $$stacks || failed=1; cat .local/logs/test-own-stacks.log; exit $$failed

radar: .venv/.checks ## Install Vonage's newest SDKs and tell how their types differ from ours (docs/contract.md)
	@PYTHONPATH=layers/switchboard $(RUN) -m tests.contract.radar

security: .local/checkov/.ready ## checkov on the template; what it skips, and why, is in .ci/checkov.yaml
	@.local/checkov/bin/checkov --config-file .ci/checkov.yaml

audit: .local/audit/.ready ## Ask PyPI which of the locked packages have known vulnerabilities (docs/adr/0017)
	@.local/audit/bin/pip-audit --strict --disable-pip --progress-spinner off \
		$(patsubst %,--requirement %,layers/dependencies/requirements.txt $(wildcard requirements/*.txt))

bench: .local/sam/.ready .local/aws/.ready .local/bench/.ready ## Measure cold starts, warm calls and load beside other frameworks (minutes)
	@PATH="$(CURDIR)/.local/uv/bin:$$PATH" .local/bench/bin/python -m benchmarks

scale: .local/bench/.ready ## Simulate one to 20,000 calls a second: what callers wait for, and which quota is met first (a minute)
	@.local/bench/bin/python -m benchmarks.scale

docs: .local/docs/.ready ## Build these pages as a site with a search, to be read offline: .local/site/index.html
	@.local/docs/bin/python -m sphinx --quiet --fresh-env --fail-on-warning --keep-going --conf-dir docs . .local/site
	@echo "file://$(CURDIR)/.local/site/index.html"

picture: .venv/.checks ## Draw the pictures in docs/images again, in a browser: after a change of the console or of a diagram
	@$(RUN) -m tests.console.picture
	@$(RUN) -m tests.pages.diagrams

format: .venv/.checks ## Format the code
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

## ── Set it up ──
.PHONY: setup stage lock clean help
setup: stage .venv/.checks $(RUNTIMES) .local/contract/.ready .local/simulator/.ready .local/zizmor/.ready .local/docs/.ready ## Install everything the other commands need

stage: .venv/.ready .local/sam/.ready .local/aws/.ready $(PACKAGES)

# Environments of their own, so that the pins of the SAM CLI and of the emulator never touch ours.
# What only checks and our own tests take, 350 MB, comes when they are first run, and stays.
.venv/.ready: requirements/run.txt requirements/dev.txt pyproject.toml $(UV)
	$(call install,.venv,requirements/$(if $(wildcard .venv/bin/mypy),dev,run).txt,what the commands run with)
	$(project)

.venv/.checks: .venv/.ready
	$(call install,.venv,requirements/dev.txt,checks and tests)
	$(project)

.local/sam/.ready: requirements/sam.txt $(UV)
	$(call install,.local/sam,requirements/sam.txt,the SAM CLI)
	@rm -f .local/sam/lib/python*/site-packages/samcli/local/rapid/* # 17 MB that only `sam local` runs, in Docker

.local/aws/.ready: requirements/aws.txt $(UV)
	$(call install,.local/aws,requirements/aws.txt,the embedded AWS)

.local/bench/.ready: requirements/bench.txt $(UV)
	$(call install,.local/bench,requirements/bench.txt,what the benchmark needs)

.local/runtime-%/.ready: requirements/runtime-%.txt $(UV)
	$(call install,.local/runtime-$*,requirements/runtime-$*.txt,Lambda's runtime client $*)

.local/simulator/.ready: requirements/simulator.txt $(UV)
	$(call install,.local/simulator,requirements/simulator.txt,the simulated Vonage by itself)

.local/contract/.ready: requirements/contract.txt $(UV)
	$(call install,.local/contract,requirements/contract.txt,the second AWS)

.local/docs/.ready: requirements/docs.txt $(UV)
	$(call install,.local/docs,requirements/docs.txt,what makes a site of the documentation)

.local/checkov/.ready: requirements/checkov.txt $(UV)
	$(call install,.local/checkov,requirements/checkov.txt,checkov)

.local/zizmor/.ready: requirements/zizmor.txt $(UV)
	$(call install,.local/zizmor,requirements/zizmor.txt,what reads workflows)

.local/audit/.ready: requirements/audit.txt $(UV)
	$(call install,.local/audit,requirements/audit.txt,what asks for vulnerabilities)

define project
@$(UV) pip install --quiet --offline --no-deps --no-build-isolation --python .venv/bin/python --editable . || { rm $@; exit 1; }
endef

define install
@echo "Installing $(3)…"
@$(UV) venv --quiet --no-project --allow-existing --python "$$(command -v $(PYTHON))" $(1)
@$(UV) pip sync --quiet --require-hashes --python $(1)/bin/python $(2) || \
	{ echo "Could not install $(3). Is the package index reachable? Then run the same command again."; exit 1; }
@touch $@
endef

$(UV): requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found. Install one (Debian: apt install python3-venv), or say where: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .local/uv
	@.local/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt || \
	{ echo "Could not install uv. Is the package index reachable? Then run the same command again."; exit 1; }
	@touch $@

# A release that was tampered with is mostly found out within days. For a fix that can't wait: make lock COOL_DOWN=0
COOL_DOWN ?= 7
SEASONED = $(shell $(PYTHON) -c 'import datetime as d; print(f"{d.datetime.now(d.timezone.utc) - d.timedelta($(COOL_DOWN)):%Y-%m-%dT%H:%M:%SZ}")')
LOCK = $(UV) pip compile --quiet --exclude-newer $(SEASONED) --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
LOCK_NODE = --package-lock-only --save-exact --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund --loglevel=error --before=$(SEASONED)
lock: $(UV) ## Pin the newest versions of a week ago that requirements/*.in allow
	@$(LOCK) --upgrade layers/dependencies/requirements.in -o layers/dependencies/requirements.txt
	@for name in uv dev run simulator sam aws bench checkov audit contract zizmor docs awscli runtime-3 runtime-4 sdks; do $(LOCK) --upgrade requirements/$$name.in -o requirements/$$name.txt; done
	@for folder in benchmarks/runtime benchmarks/peers/*/; do test ! -f $$folder/requirements.in || \
		$(LOCK) --upgrade $$folder/requirements.in -o $$folder/requirements.txt; done
	@if command -v npm >/dev/null; then npm --prefix requirements/node install $(LOCK_NODE) @vonage/server-sdk@latest && \
		npm --prefix requirements/node-aws install $(LOCK_NODE) @aws-sdk/client-eventbridge@latest; \
		else echo "There is no npm here, so the Node SDKs stay as they are pinned."; fi
	@$(MAKE) --no-print-directory radar

clean: ## Remove everything that was installed or built here
	rm -rf .venv .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis

help: ## Show this list
	@awk -F ':.*## ' '/^## ──/ {print "\n" substr($$0, 4)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
