#!/usr/bin/env bash
# Fuzzes what strangers' bytes reach first, guided by coverage: https://rust-fuzz.github.io/book
#
#   fuzz/run.sh                   every target, 2 000 000 executions of each
#   fuzz/run.sh EXECUTIONS        so many of each
#   fuzz/run.sh EXECUTIONS NAME…  of these targets only
#
# Stops at the first input that breaks a promise, and says where it has put it. Needs a C++ compiler
# and cargo-fuzz (`cargo install cargo-fuzz --locked`).
set -euo pipefail
cd "$(dirname "$0")/.."

executions=${1:-2000000}
shift || true
if [ $# -gt 0 ]; then targets=("$@"); else
    targets=()
    for file in fuzz/targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi

# Instrumentation is an unstable flag of the compiler. There is no `unsafe` here that a sanitizer
# could watch, and without one it is several times as fast.
export RUSTC_BOOTSTRAP=1
for target in "${targets[@]}"; do
    echo "== $target"
    mkdir -p "fuzz/corpus/$target"
    seeds=()
    [ ! -d "fuzz/seeds/$target" ] || seeds=("fuzz/seeds/$target")
    cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "${seeds[@]}" -- \
        -runs="$executions" -max_len=2048 -print_final_stats=1 2>&1 |
        grep -E "panicked|assert|Test unit|stat::number_of_executed_units|error|ERROR|SUMMARY|Done" || true
    [ "${PIPESTATUS[0]}" = 0 ] || { echo "$target failed" >&2; exit 1; }
done
