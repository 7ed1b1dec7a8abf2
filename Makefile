# Needs Go 1.26 and make. `make help` lists what can be done.

.DEFAULT_GOAL := help
.PHONY: help run seed build test check lint race e2e bench mutants generate

TOOL := go tool -modfile=tools.mod
E2E := internal/e2e
AXE := $(E2E)/node_modules/axe-core/axe.min.js
ZEN := bench/rules/zen/node_modules/.package-lock.json

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Serve the questionnaire from this folder; answers are kept in data/
	@bin/ekbom serve

seed: build ## Fill a demo clinic with 2,000 made-up patients, to look at what staff see; then make run
	@bin/ekbom seed

build: ## Build the program, one static file: bin/ekbom
	@echo "Building bin/ekbom. The first time takes some minutes, later a second."
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -o bin/ekbom ./cmd/ekbom

test: $(AXE) ## Run all tests, in a browser and on both databases where they are installed
	@echo "Running the tests. The first time takes some minutes: everything is compiled."
	@go run ./internal/tally -timeout 20m ./...

check: lint race test ## Everything that must hold before a change is handed in

lint: ## gofmt, vet and staticcheck
	@unformatted=$$(gofmt -l cmd internal web questionnaires migrations bench); \
		if [ -n "$$unformatted" ]; then echo "Not formatted, mend with gofmt -w:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	$(TOOL) staticcheck ./...
	cd bench && go vet ./...

race: ## Tests that share data between goroutines, with the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -timeout 20m ./internal/account ./internal/assess ./internal/config ./internal/questionnaire ./internal/server/... ./internal/store/...

e2e: $(AXE) ## Only the browser tests; leaves pictures and sheets in internal/e2e/out
	@EKBOM_TEST_PICTURES=$(CURDIR)/$(E2E)/out go run ./internal/tally -count=1 -timeout 20m ./$(E2E)/...

bench: $(ZEN) ## Measure the rules beside other engines and the server beside a bare one (needs PostgreSQL, takes minutes)
	cd bench && go test ./... && go run .

mutants: ## Seed faults in the shipped rules, one at a time, and print who notices each (all of them: go run ./internal/mutants -all)
	@go run ./internal/mutants

generate: ## Make *_templ.go anew from *.templ
	$(TOOL) templ generate -path web

# The accessibility checker of the browser tests comes from npm. Without it those tests say so; with CI set they fail.
$(AXE): $(E2E)/package-lock.json
	@if npm ci --prefix $(E2E) --no-audit --no-fund && touch $@; then :; \
		else echo "The accessibility checker could not be installed (Node 20 with npm is needed): its tests will be left out."; fi

# The engine of decision tables comes from npm. Without it its rows are left out, and the bench says so.
$(ZEN): bench/rules/zen/package-lock.json
	@if npm ci --prefix bench/rules/zen && touch $@; then :; \
		else echo "zen-engine could not be installed (Node 20 with npm is needed): its rows will be left out."; fi
