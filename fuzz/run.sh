#!/usr/bin/env bash
# Fuzzes one target on the stable toolchain: fuzz/run.sh expression|rule|events [SECONDS]
# The coverage that libFuzzer needs is asked of LLVM directly, so that no nightly toolchain is wanted.
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?"which target: expression, rule or events"}
seconds=${2:-60}
export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --target "$(rustc -vV | sed -n 's/^host: //p')" --bin "$target"
mkdir -p "corpus/$target"
case "$target" in
    rule) seeds=(../tests/data/language/accepted ../tests/data/language/rejected) ;;
    events) seeds=(../tests/data/samples ../rules/okta/recommended/fixtures) ;;
    *) seeds=(seeds/expression) ;;
esac
"target/$(rustc -vV | sed -n 's/^host: //p')/release/$target" "corpus/$target" "${seeds[@]}" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
