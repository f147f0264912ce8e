#!/bin/sh
# Runs the tests: by nextest where it is installed, else by cargo itself. Documentation tests come first, so that the last lines
# printed are the count of the real tests.
set -eu

cargo test --locked --quiet --doc
if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --locked --lib --bins --tests --no-fail-fast --status-level fail --final-status-level fail "$@"
fi
exec cargo test --locked --lib --bins --tests --no-fail-fast "$@"
