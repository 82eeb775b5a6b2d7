# Every verb says in one line what it is for: `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

.PHONY: help run watch build test test-rust test-e2e test-clients test-release test-watch clients soak bench lint lint-scripts fmt clean

help: ## list the verbs
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s%s\n", $$1, $$2 }'

run: ## build the development version and start it; says where it answers and where its data is
	@scripts/setup run
	@scripts/build dev
	@exec target/debug/nameplate

watch: ## the same, rebuilt and reloaded whenever a file changes
	@scripts/setup run
	@. scripts/env; exec cargo leptos watch

build: ## one file to deploy: target/release/nameplate
	@scripts/setup build
	@scripts/build release

test: ## all of it: style, rules, the program in a browser and with the clients of others, the finished program, the development loop
	@scripts/setup test
	@$(MAKE) lint lint-scripts test-rust test-e2e test-clients test-watch test-release

test-rust: ## the tests of the crates, on SQLite and on PostgreSQL (ARGS="postgres verify_code" picks some)
	@scripts/setup test-rust
	@scripts/test-rust $(ARGS)

test-e2e: ## the program in a browser (ARGS="main-job --project=js-off" picks some)
	@scripts/setup test
	@scripts/build dev
	@. scripts/env; cd end2end && npx tsc --noEmit && NAMEPLATE_BIN=../target/debug/nameplate npx playwright test $(or $(ARGS),--project=js-on --project=js-off --project=phone --project=desktop)

test-clients: ## two of the clients that were written for Cognito, and the example app, against the program
	@scripts/setup clients
	@scripts/build dev
	@scripts/clients short

test-release: ## the finished program: alone in an empty folder, and the bytes of the first page
	@scripts/setup test
	@scripts/build release
	@. scripts/env; cd end2end && npx playwright test --project=shipped

test-watch: ## cargo leptos watch serves what was just saved
	@scripts/setup test
	@. scripts/env; cd end2end && npx playwright test --project=watch

clients: ## all of those clients at pinned versions, on SQLite and on PostgreSQL
	@scripts/setup clients
	@scripts/build dev
	@scripts/clients

soak: ## a thousand kills on both databases, also of nodes, long fuzzing and stories of strangers (KILLS=50 CASES=5000 STORIES=200 for less; SEED=1 again)
	@scripts/setup test-rust
	@NAMEPLATE_TEST_KILLS=$(or $(KILLS),1000) scripts/test-rust killed
	@NAMEPLATE_TEST_KILLS=$(or $(KILLS),1000) scripts/test-rust postgres nodes
	@PROPTEST_CASES=$(or $(CASES),30000) PROPTEST_RNG_SEED=$(or $(SEED),$(shell date +%s)) scripts/test-rust sqlite is_answered
	@PROPTEST_CASES=$(or $(STORIES),2000) PROPTEST_RNG_SEED=$(or $(SEED),$(shell date +%s)) scripts/test-rust sqlite strangers::

bench: ## how fast the finished program is, on both databases (ARGS="--users 1000 --stores sqlite" measures some)
	@scripts/setup bench
	@scripts/build release
	@. scripts/env; cargo build --quiet -p bench
	@export TMPDIR=/var/tmp NAMEPLATE_POSTGRES_DURABLE=1; \
		scripts/with-postgres target/debug/bench $(or $(ARGS),--out bench)

lint: ## formatting, clippy, documentation, scripts, and what others wrote (licences, sources, versions, advisories)
	@scripts/setup lint
	@scripts/lint

lint-scripts: ## the scripts of the pages: their types, and the rules of a linter
	@scripts/setup test
	@scripts/lint-scripts

fmt: ## format the code
	@. scripts/env; cargo fmt --all

clean: ## forget what was built (not the data, not the tools)
	@. scripts/env; cargo clean
	@rm -rf target end2end/results end2end/pictures end2end/example/dist
