# The tasks of this repository. `make` lists them; `make demo` and `make test` are all the set-up there is.
#
# Rust is needed; whatever else is missing `scripts/prepare.sh` installs and says so.

.DEFAULT_GOAL := help
# The steps of `test` come in this order, the real tests last, even with -j.
.NOTPARALLEL:
.PHONY: help demo test format-check lint docs deny pack unit contract bench peers law flood fuzz fmt

EVENTS := tests/data/demo/okta-events.ndjson
PACK := rules/okta/recommended
CLARION := cargo run --locked --release --quiet --

help: ## list these tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

demo: ## run the embedded rules over a morning of sample events and show the alerts
	@scripts/prepare.sh
	@cargo build --locked --release
	@echo
	@echo '$$ clarion run --format table $(EVENTS)'
	@# From a folder without rules, so that those inside the binary are used.
	@cd $(dir $(EVENTS)) && $(CLARION) run --format table $(notdir $(EVENTS))

test: ## everything that must pass before a change is handed over
	@scripts/prepare.sh tests
	@$(MAKE) --no-print-directory format-check lint docs deny pack unit

format-check: ## is the code laid out by rustfmt?
	cargo fmt --check

lint: ## clippy, warnings are errors
	cargo clippy --locked --all-targets -- -D warnings

docs: ## the documentation of the code builds without warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --quiet

deny: ## licences, banned crates, sources, advisories (needs cargo-deny)
	@scripts/deny.sh

pack: ## check the recommended pack and run its cases
	$(CLARION) check --fail-level warning $(PACK)
	$(CLARION) test $(PACK)

unit: ## the tests of the code
	@scripts/unit-tests.sh

contract: ## the fake Okta org against Okta's SDKs, recorded exchanges and Prism
	@scripts/contract.sh

bench: ## measure; say the machine and the date when you quote a figure
	cargo bench --locked

peers: ## what histories cost rsigma, and then ours (needs the registry)
	@# It asks for a newer compiler than it needs.
	cargo build --release --locked --ignore-rust-version --manifest-path benches/peers/Cargo.toml --target-dir target/peers
	MIMALLOC_PURGE_DELAY=-1 target/peers/release/peers
	cargo bench --locked -- history_update

law: ## the law of histories at length: make law CASES=1000000
	CLARION_LAW_CASES=$${CASES:-1000000} cargo test --locked --release --test it histories::law -- --nocapture

flood: ## ten million keys while somebody is attacked
	CLARION_FLOOD_KEYS=10000000 cargo test --locked --release --test it remember::flood -- --nocapture

fuzz: ## property tests with many more cases: make fuzz PROPTEST_CASES=1000000
	PROPTEST_CASES=$${PROPTEST_CASES:-100000} scripts/unit-tests.sh --release

fmt: ## lay out the code and the rules
	cargo fmt
	$(CLARION) fmt $(PACK)
