# Everything here works with Go and make alone; tools are fetched at the
# versions below. "go test ./..." and "go run ./cmd/coopverse try" need no make.

GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOTESTSUM     := gotest.tools/gotestsum@v1.13.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PKG      ?= ./...
RUN      ?= .
FUZZTIME ?= 10s
FUZZIN ?= .
ROUNDS   ?= 20

# No C compiler is needed; only the race detector asks for one. It is set
# plainly, since mattn's C would be compiled too where a compiler is found.
export CGO_ENABLED = 0

.DEFAULT_GOAL := help
.PHONY: help tools build try test lint fmt vulncheck race fuzz bench soak screenshots ci docker clean

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tools: ## Fetch the tools that the targets below use
	go run $(GOTESTSUM) --version
	go run $(GOLANGCI_LINT) version
	go run $(GOVULNCHECK) -version

build: ## Build the program as it is released: build/coopverse
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o build/coopverse ./cmd/coopverse

try: ## Start the directory on the bundled list, to look around
	go run ./cmd/coopverse try

# -count=1, because what was skipped depends on what is installed, and the
# test cache does not see that.
test: ## Run every test; ends with what was skipped and why
	@mkdir -p build
	@go run $(GOTESTSUM) --format standard-quiet --jsonfile build/test.json \
		--post-run-command 'sh -c "test $$TESTS_SKIPPED -gt 0 || echo no skips"' -- -count=1 -timeout 20m $(PKG)

lint: ## Check style, the arrows between packages, and go.mod
	go vet -tags soak ./...
	go mod tidy -diff
	go mod verify
	go run $(GOLANGCI_LINT) run --allow-parallel-runners

fmt: ## Put the code into its usual form
	go run $(GOLANGCI_LINT) fmt

vulncheck: ## Look for known vulnerabilities (asks an online database)
	go run $(GOVULNCHECK) ./...

# The detector makes programs several times slower: what must be ready in two
# seconds is not measured under it, nor is the program killed often.
RACE := CGO_ENABLED=1 go test -race -skip '^Test(TryIsReadyInTwoSeconds|KillsLoseNothing)$$'

race: ## Run the tests, or those that RUN matches, under the race detector (needs a C compiler)
	$(RACE) -count=1 -timeout 20m -run '$(RUN)' $(PKG)

fuzz: ## Fuzz every target below FUZZIN (all) for FUZZTIME (10s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' $(FUZZIN) | while IFS=: read -r file func; do \
		echo "$${func#func } in $$(dirname "$$file")"; \
		go test -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null || exit 1; \
	done

bench: ## Run every benchmark; what it prints is kept in build/benchmarks.txt
	@mkdir -p build
	go test -run '^$$' -bench . -benchmem -timeout 60m $(PKG) > build/benchmarks.txt; status=$$?; cat build/benchmarks.txt; exit $$status

soak: ## Kill 1,000 times, mirror 1,000,000 co-ops, fuzz ten minutes each, repeat the tests ROUNDS (20) times; takes hours
	COOPVERSE_KILL_ROUNDS=1000 go test -count=1 -timeout 12h -run '^TestKillsLoseNothing$$' ./cmd/coopverse
	COOPVERSE_MIRROR_ENTRIES=1000000 go test -count=1 -timeout 12h -run '^TestLargeMirrorIsResumed$$' ./cmd/coopverse
	$(MAKE) fuzz FUZZTIME=10m
	go test -tags soak -count=1 -timeout 1h -run '^TestMemory$$' ./cmd/coopverse
	go test -count=$(ROUNDS) -shuffle=on -timeout 12h ./...
	$(RACE) -count=$(ROUNDS) -shuffle=on -timeout 12h ./...

screenshots: ## Photograph every page into build/screenshots (needs Chromium)
	COOPVERSE_SCREENSHOTS=$(CURDIR)/build/screenshots go test -count=1 -run 'Screenshots$$' ./web
	@echo build/screenshots

ci: ## Run all that a change must pass; installs what it needs on Debian
	bash .ci/run

docker: ## Build the container image coopverse:VERSION
	docker build --build-arg VERSION=$(VERSION) -t coopverse:$(VERSION) .

clean: ## Remove what was built
	rm -rf build
