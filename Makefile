# Two commands are all a newcomer needs: `make demo` and `make test`. Both set up what they miss.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SYNC := $(UV) pip install --quiet --python $(BIN)/python --require-hashes
PROJECTS := pyproject.toml github-sandbox/pyproject.toml
WORKFLOWS := $(wildcard .github/workflows/*.yml)
SELF := $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
  --editable . --editable github-sandbox

# Where this is set every start compiles every module anew: half a second for each of many processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo setup server test test-clock lint format types workflows lock platforms recordings messages docs demo-picture owner release-check audit bench bench-server attack kills soak chaos laws mutants upgrades dist templates publish clean

help:
	@echo "make demo    try Milepost against a local stand-in for GitHub"
	@echo "make setup   only make the environment; the command is $(BIN)/milepost"
	@echo "make server  the same, with what the server needs"
	@echo "make test    lint, strict types and the whole test suite"
	@echo "make test-clock  some whole processes on another day; MOMENT=sunday: all that touches time"
	@echo "make format  put the code in shape"
	@echo "make bench   print each figure beside its aim (the server: make bench-server)"
	@echo "make chaos   try the promises of docs/reference/guarantees.md under faults and races"
	@echo "make laws    try all examples of the laws, and whole years, of which the suite tries a part"
	@echo "make attack  attack a server of its own on this machine, and print what others notice"
	@echo "make kills   kill servers, workers and the database at each place, and under load"
	@echo "make soak    keep a server with 300 repositories busy for 15 minutes, and print its memory"
	@echo "make mutants  change the code wrongly in 150 places, and print what no test notices"
	@echo "make upgrades  sync the paths that earlier versions began, and print what that changes"
	@echo "make recordings  read which fields GitHub answers from recordings that others keep"
	@echo "make docs    build the documentation site (build/site/site), strictly and offline"
	@echo "make demo-picture  play the demo and draw the pictures of README and docs from it"
	@echo "make templates  write a template repository for each built-in curriculum"
	@echo "make messages  extract the sentences, check and compile the catalogues (locale/)"
	@echo "make lock    resolve the dependencies again (requirements/)"
	@echo "make platforms  check that what the Action installs has wheels for every runner"
	@echo "make audit   ask whether a locked dependency has a known weakness"
	@echo "make release-check  try what a release does, without publishing"
	@echo "make dist    build both packages and the lists of their parts"

demo: setup
	@$(BIN)/milepost demo

setup: $(VENV)/.setup

server: $(VENV)/.setup requirements/server.txt
	@$(SYNC) -r requirements/server.txt

test: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml --no-cache
	@$(MAKE) --no-print-directory workflows
	@$(BIN)/pytest -n auto

# What starts whole processes, and what reckons with days and weeks by a clock that it is given. Left
# out is what takes minutes and has its own clock (a simulated year, the laws about faults), or what no
# day changes: containers and an installation. A MOMENT (and its ZONE) of tests/moved_clock.py tries
# all of it; without one a share is tried at the moment of today, but for one test that waits for
# over a minute under libfaketime.
WORKER := tests/server/test_server_next_run.py tests/server/test_server_worker.py
PROCESSES := tests/e2e tests/action $(WORKER) \
  $(addprefix --ignore=tests/e2e/,test_year.py test_act.py test_stranger.py test_template.py) \
  --ignore=tests/action/test_daily_workflow.py
RECKONING := tests/sync tests/reports $(addprefix --ignore=tests/,sync/test_apply.py \
  sync/test_sync_laws.py sync/test_refusals.py sync/test_branch_rules.py \
  sync/test_learners_repository.py sync/test_viewers.py reports/test_checkpoint_laws.py)
SHARE := tests/e2e/test_path.py tests/action/test_action_run.py $(WORKER)
WAITING := tests/e2e/test_path.py::test_a_guide_becomes_a_plan_that_respects_its_learner
ZONE ?= America/Los_Angeles

test-clock: $(VENV)/.dev
	@$(BIN)/python tests/moved_clock.py $(or $(MOMENT),today) $(ZONE) $(BIN)/pytest -q -p crash_rerun -n auto $(if $(MOMENT),$(PROCESSES) $(RECKONING),$(SHARE) --deselect $(WAITING))

lint types: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# Their schemas come with the checker and zizmor stays offline: nothing here asks the network.
workflows: $(VENV)/.dev
	@$(BIN)/actionlint -shellcheck= -pyflakes= $(WORKFLOWS)
	@$(BIN)/zizmor --quiet --no-progress --offline --pedantic --strict-collection .github action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms \
	  $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config \
	  .github/ISSUE_TEMPLATE/config.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# Each figure beside its aim. BASELINE=/folder: a checkout of e415165 with its own .venv, set up by
# its own `make setup`, to compare with.
bench: $(VENV)/.dev
	@BASELINE=$(BASELINE) $(BIN)/python -m bench

# Minutes long: both databases, up to a million rows, and Probot beside where Node.js is.
bench-server: $(VENV)/.dev
	@missed=0; for one in sync_cost cohort webhooks scale worst_repository; do \
		$(BIN)/python -m bench.$$one || missed=1; echo; done; exit $$missed

# Histories of faults, races and edits; `make chaos SEED=7 HISTORIES=50` repeats and varies it.
chaos: $(VENV)/.dev
	@PYTHONPATH=.:tests $(BIN)/python -m chaos.table $(or $(SEED),0) $(or $(HISTORIES),500) $(or $(STEPS),40)

laws: $(VENV)/.dev
	@MILEPOST_WHOLE=1 $(BIN)/pytest -n auto $(shell grep -rl "from share import" tests)

# Minutes long: fresh servers on loopback, on both databases. `make attack WHAT="sqlite flood"` for some.
attack: $(VENV)/.dev
	@PYTHONPATH=.:tests $(BIN)/python -m attack.table $(WHAT)

# A server under a steady load; MINUTES=1 for a short one.
soak: $(VENV)/.dev
	@PYTHONPATH=.:tests $(BIN)/python -m attack.soak $(or $(MINUTES),15) $(or $(REPOSITORIES),300)

# Servers, workers and databases die by SIGKILL, at each place and under load.
kills: $(VENV)/.dev
	@MILEPOST_EVERY_PLACE=1 $(BIN)/pytest -q -n auto tests/server/test_server_kill*.py

# Hours long: each change is made alone. `make mutants ROOM=planning COUNT=20 SEED=7` for some.
mutants: $(VENV)/.dev
	@$(BIN)/python bench/mutants.py --seed $(or $(SEED),0) --count $(or $(COUNT),150) $(if $(ROOM),--room $(ROOM))

# What the first sync of this version does to repositories as earlier versions left them.
upgrades: $(VENV)/.dev
	@PYTHONPATH=.:tests $(BIN)/python -m upgrade.table

# The table that the stand-in and the reader are held against. FROM=/folder/{owner}/{name}: copies.
recordings: $(VENV)/.dev
	@$(BIN)/python github-sandbox/tests/recordings.py $(if $(FROM),'$(FROM)')

messages: $(VENV)/.dev
	@$(BIN)/python locale/messages.py

# With TO and VERSION, as a release does it: adds that version to the published sites in a folder.
docs: $(VENV)/.dev
	@$(BIN)/python publishing/$(if $(TO),versions.py $(TO) $(VERSION),site.py)

# Plays the demo, and draws docs/images/demo.svg from what it prints; calendar.svg is of a file.
demo-picture: $(VENV)/.dev
	@$(BIN)/python publishing/demo_picture.py
	@$(BIN)/python publishing/calendar_picture.py

# Whose copy this is: names the account in every address of the project.
owner:
	@$(PYTHON) publishing/owner.py $(OWNER)

# What a tag starts, without publishing; VERSION=1.2.3 checks what that release needs, too.
release-check: $(VENV)/.dev
	@$(BIN)/python publishing/check.py $(VERSION)

lock: $(UV)
	UPGRADE="$(UPGRADE)" sh requirements/lock.sh $(UV)

# For each platform and Python that the Action supports: needs the network, installs nothing.
platforms: $(UV)
	@$(BIN)/python requirements/platforms.py $(UV)

# What a release consists of: both packages and a list of all that a run of the Action is made of.
dist: setup
	@test -z "$(VERSION)" || { \
	  test "milepost $(VERSION)" = "$$($(BIN)/milepost --version)" && \
	  test "github-sandbox $(VERSION)" = "$$($(BIN)/github-sandbox --version)"; } \
	  || { echo "The tag says $(VERSION), pyproject.toml says otherwise."; exit 1; }
	@rm -rf dist
	@$(BIN)/python -m hatchling build -d dist
	@cd github-sandbox && ../$(BIN)/python -m hatchling build -d ../dist
	@$(BIN)/python requirements/parts.py action > dist/milepost.cdx.json
	@$(BIN)/python requirements/parts.py server > dist/milepost-server.cdx.json

# A template repository for each built-in curriculum: in build/templates, and zipped in dist.
templates: setup
	@rm -rf build/templates && mkdir -p dist
	@for file in bot/curriculum/catalog/*.yml; do \
	  name=$$(basename $$file .yml) && folder=build/templates/$$name && \
	  $(BIN)/milepost template $$folder --curriculum $$name --action "$(ACTION)" > /dev/null && \
	  $(BIN)/python -m zipfile -c dist/milepost-template-$$name.zip $$folder/ || exit 1; done

# Asks the database of known vulnerabilities (osv.dev) about every locked package: needs the network.
audit: $(UV)
	@for set in action server dev; do \
	  $(BIN)/python requirements/audit.py $$set > $(VENV)/audit.py && \
	  $(UV) audit --quiet --script $(VENV)/audit.py || exit 1; done

publish: $(UV)
	@$(UV) publish --trusted-publishing always dist/*.whl dist/*.tar.gz

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Milepost needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $(UV)

$(VENV)/.setup: $(UV) requirements/sandbox.txt $(PROJECTS)
	@echo "Setting up $(VENV) ..."
	@$(SYNC) -r requirements/sandbox.txt
	@$(SELF)
	@touch $@

$(VENV)/.dev: $(UV) requirements/dev.txt $(PROJECTS)
	@echo "Setting up $(VENV) for development ..."
	@$(SYNC) -r requirements/dev.txt
	@$(SELF)
	@touch $@ $(VENV)/.setup
