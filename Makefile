# Entrepot. "make" lists what there is to do; Go and make are all it needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Where Go's own installer puts it, for shells that do not know yet.
export PATH := $(PATH):/usr/local/go/bin

VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -X entrepot/internal/app.Version=$(VERSION)
WITHSERVERS := go run ./internal/testdb/withservers
TESTFLAGS   ?= -timeout 20m

LINT_VERSION := v2.8.0
LINT         := bin/tools-$(LINT_VERSION)/golangci-lint

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: go
go:
	@command -v go >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/doc/install" >&2; exit 1; }

.PHONY: run
run: go ## Start Entrepot with demo data on http://localhost:8080, on SQLite in ./data
	go run -ldflags '$(LDFLAGS)' ./cmd/entrepot serve --demo

.PHONY: build
build: go ## Build bin/entrepot
	go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/entrepot ./cmd/entrepot

.PHONY: test
test: go ## Run all tests on private PostgreSQL and Redis servers, installed if need be
	@$(WITHSERVERS) -- go test $(TESTFLAGS) ./...

.PHONY: test-race
test-race: go ## The same with the race detector: a C compiler and three times the time
	@$(WITHSERVERS) -- env CGO_ENABLED=1 go test -race -timeout 60m ./...

.PHONY: check
check: fmt-check vet lint generate-check test ## All that a change must pass

.PHONY: fmt
fmt: $(LINT) ## Format the Go sources
	$(LINT) fmt ./...

.PHONY: fmt-check
fmt-check: $(LINT)
	@diff=$$($(LINT) fmt --diff ./...) && [ -z "$$diff" ] || { echo "$$diff"; echo "not formatted: run make fmt" >&2; exit 1; }

.PHONY: vet
vet: go
	go vet ./...

.PHONY: lint
lint: $(LINT) ## Run the linters
	$(LINT) run ./...

# The linters come through the Go module proxy and are built once per version.
$(LINT): | go
	GOBIN='$(abspath $(@D))' go install -trimpath github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

.PHONY: generate
generate: go ## Generate ent/ from schema/ and graph/generated/ from graph/sdl/
	go generate ./...

# What is generated must not depend on when: a change here was forgotten.
.PHONY: generate-check
generate-check: go
	@sums() { find ent graph -type f -exec sha256sum {} + | sort -k 2; }; \
	before=$$(sums); go generate ./...; after=$$(sums); \
	[ "$$before" = "$$after" ] || { \
		diff <(echo "$$before") <(echo "$$after") | awk '/^[<>]/ { print "  " $$3 }' | sort -u; \
		echo "make generate changed these files: commit them" >&2; exit 1; }

.PHONY: migrate-new
migrate-new: go ## Write the next migration from the change of schema/: make migrate-new NAME=add_x
	@[ -n '$(NAME)' ] || { echo "give it a name: make migrate-new NAME=add_x" >&2; exit 1; }
	$(WITHSERVERS) -- go run ./internal/store/migratenew '$(NAME)'

.PHONY: bench
bench: go ## Run the benchmarks on a PostgreSQL that flushes its commits
	$(WITHSERVERS) -durable -- go run ./bench $(BENCHFLAGS)

.PHONY: bench-rivals
bench-rivals: go bench/rivals/node_modules ## Measure lists beside other GraphQL servers; needs npm
	$(WITHSERVERS) -durable -- go run ./bench -only rivals $(BENCHFLAGS)

bench/rivals/node_modules: bench/rivals/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed: https://nodejs.org" >&2; exit 1; }
	npm ci --prefix $(@D) --no-audit --no-fund
	@touch $@

.PHONY: clean
clean: ## Remove what was built; ./data stays
	rm -rf bin
