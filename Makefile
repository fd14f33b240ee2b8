# Everything that a person or a machine does with Holdfast, by name. `make` says what there is.
.DEFAULT_GOAL := help
.PHONY: help run up down test fuzz bench bench-stored kill-check build dashboard format format-check clean-state always

SWIFT_BUILD_FLAGS ?=
RELEASE := swift build -c release $(SWIFT_BUILD_FLAGS)

help: ## Says what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: build ## The whole stack with a demo course, in the foreground; Ctrl-C stops it
	@python3 scripts/stack.py run

up: build ## The same stack in the background, without the demo; described in .local/stack.json
	@python3 scripts/stack.py up

down: ## Stops what `make up` started; the data stays
	@python3 scripts/stack.py down

test: ## Installs what the tests need and runs all of them
	@scripts/test.sh

fuzz: ## A million hostile inputs over every door; DOOR=name SEED=n INPUTS=1 shows one again
	@scripts/fuzz.sh "$(DOOR)" "$(SEED)" "$(INPUTS)"

bench: build ## Measures ingest against COPY, latency to the dashboard, memory and start time
	@python3 scripts/bench.py

bench-stored: build ## Measures ingest with fifty million events stored (60 GB of disk, half an hour)
	@python3 scripts/bench_stored.py

kill-check: build ## kill -9 of each service under load; every acknowledged event must be there once
	@python3 scripts/kill_check.py

build: ## Builds the executables in release, and the dashboard; only what changed
	@scripts/bootstrap.sh
	@$(MAKE) --no-print-directory $(BUILT) $(DASHBOARD)

# The stamps let a second start skip the builds, which take seconds to find out that nothing changed. Folders are named,
# too: a file that goes changes its folder.
BUILT := .build/release/holdfast.stamp
DASHBOARD := Services/Gateway/Dashboard/dist/index.html

$(BUILT): $(if $(SWIFT_BUILD_FLAGS),always) $(shell find Package.swift Shared Services -path Services/Gateway/Dashboard -prune -o -print)
	@$(RELEASE)
	@touch $@

$(DASHBOARD): $(shell find Services/Gateway/Dashboard -mindepth 1 \( -path '*/dist*' -o -path '*/node_modules*' \) -prune -o -print)
	@Services/Gateway/Dashboard/build.sh
	@touch $@

always:

dashboard: ## Builds the dashboard into Services/Gateway/Dashboard/dist
	@Services/Gateway/Dashboard/build.sh

format: ## Formats the Swift sources in place
	@swift format --in-place --recursive --parallel Package.swift Shared Services Tests

format-check: ## Fails when a Swift source is not formatted
	@swift format lint --strict --recursive --parallel Package.swift Shared Services Tests

clean-state: ## Forgets the local stack: data, mails, keys (it must not be running)
	@python3 scripts/stack.py down
	@rm -rf .local
