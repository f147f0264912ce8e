#!/bin/sh
# Checks licences, banned crates, sources and advisories by deny.toml, as far as that is possible here.
set -eu

if ! cargo deny --version >/dev/null 2>&1; then
    echo "deny: skipped, cargo-deny is not installed (cargo install --locked cargo-deny)"
    exit 0
fi
cargo deny --locked check licenses bans sources
if cargo deny --locked fetch db >/dev/null 2>&1; then
    cargo deny --offline --locked check advisories
else
    echo "deny: advisories skipped, their database cannot be fetched from here"
fi
