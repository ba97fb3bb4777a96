# What can be done here. Each target is one line of what it does; the scripts
# beside .ci/run do the work.

GO ?= go
export GOFLAGS ?= -trimpath -buildvcs=false

.PHONY: help build run demo test check interop browser bench notices clean

help: ## say what can be done here
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

build: ## build the program into ./atelier
	$(GO) build -o atelier ./cmd/atelier

run: build ## build the program and serve a chapter at http://localhost:8080
	./atelier serve

demo: build ## two filled chapters that talk to each other, gone at the end
	./atelier demo

test: ## everything that proves that it works, on a machine with nothing prepared
	@.ci/test

check: ## format, vet, staticcheck, the order of imports, generated files
	@.ci/check

interop: ## only what drives clients and a peer that are not ours
	@.ci/test interop

browser: ## only what walks through the pages in a real browser
	@.ci/test browser

bench: ## benchmarks of the hot paths, then the load generator on both engines
	@.ci/bench

notices: ## write NOTICES anew: the licences of what the program is built from
	$(GO) run ./cmd/house notices > NOTICES

clean: ## remove what was built and installed here
	rm -rf atelier .cache cmd/atelier/interop/testdata/drivers/node_modules
