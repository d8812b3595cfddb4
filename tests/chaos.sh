#!/usr/bin/env bash
# The chaos test on a large scale: 200 clients, 200 000 messages, 10 000 cuts. Takes some minutes.
#
#   tests/chaos.sh           with the seed 1
#   tests/chaos.sh SEED      with another one; the same seed repeats the same plan
#
# CHAOS_CLIENTS, CHAOS_MESSAGES and CHAOS_CUTS change the size.
set -euo pipefail
cd "$(dirname "$0")/.."

export CHAOS_SEED=${1:-1}
export CHAOS_CLIENTS=${CHAOS_CLIENTS:-200}
export CHAOS_MESSAGES=${CHAOS_MESSAGES:-200000}
export CHAOS_CUTS=${CHAOS_CUTS:-10000}
ulimit -n "$(ulimit -Hn)"
cargo test --locked --release --test chaos -- --nocapture \
    nothing_is_lost_nothing_comes_twice_and_nothing_out_of_order
