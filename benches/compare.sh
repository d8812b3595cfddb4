#!/usr/bin/env bash
# Measures this server against the PeerJS server and a bare epoll relay, in turn, on loopback.
#
#   benches/compare.sh [ROUNDS] [SCENARIO…]    5 rounds of every scenario; the names are below
#
# The server has one core, the load generator another. Each round runs each server once, so that
# whatever else the machine does hits all of them; the table has medians and their ratios. Needs
# Linux, node with npm, taskset. Results are also in target/compare/, a JSON line a run.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
shift || true
scenarios=("$@")
[ ${#scenarios[@]} -gt 0 ] || scenarios=(relay-100 relay-2000 relay-deep idle connect churn)

scratch=target/compare
mkdir -p "$scratch"
cargo build --release --locked --bin switchboard --example load --example relay
if [ ! -d "$scratch/node_modules/peer" ]; then
    npm install --prefix "$scratch" --no-audit --no-fund peer@1.0.2 >"$scratch/npm.log" 2>&1
fi
ulimit -n "$(ulimit -Hn)"

load() { taskset -c 1 target/release/examples/load "$@"; }

# start SERVER: sets pid and url.
start() {
    case $1 in
        switchboard)
            taskset -c 0 target/release/switchboard --listen 127.0.0.1:9101 --rate 0 --call-rate 0 \
                --max-sockets-per-address 0 --new-sockets-per-address 0 --log error &
            url=ws://127.0.0.1:9101/ws dialect=switchboard ;;
        peerjs)
            taskset -c 0 node "$scratch/node_modules/peer/dist/bin/peerjs.js" --port 9102 \
                --host 127.0.0.1 --path / --concurrent_limit 100000 >/dev/null &
            url=ws://127.0.0.1:9102/peerjs dialect=peerjs ;;
        relay)
            taskset -c 0 target/release/examples/relay --listen 127.0.0.1:9103 &
            url=ws://127.0.0.1:9103/ws dialect=switchboard ;;
    esac
    pid=$!
    local port=${url#*127.0.0.1:}
    port=${port%%/*}
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$pid"; sleep 0.05; done
}

# run SCENARIO: one line of JSON.
run() {
    local at=(--pid "$pid" --url "$url" --dialect "$dialect")
    case $1 in
        relay-100) load relay --pairs 100 --messages 200000 "${at[@]}" ;;
        relay-2000) load relay --pairs 2000 --messages 176000 "${at[@]}" ;;
        relay-deep) load relay --pairs 100 --in-flight 8 --messages 200000 "${at[@]}" ;;
        idle) load idle --users 10000 --seconds 30 "${at[@]}" ;;
        connect) load connect --users 5000 "${at[@]}" ;;
        churn) load churn --users 1000 --times 5 "${at[@]}" ;;
        *) echo "no such scenario: $1" >&2; exit 2 ;;
    esac
}

results="$scratch/results.jsonl"
: >"$results"
trap 'kill "$pid" 2>/dev/null || true' EXIT
for scenario in "${scenarios[@]}"; do
    servers=(switchboard peerjs)
    case $scenario in relay-*) servers+=(relay) ;; esac
    for ((round = 1; round <= rounds; round++)); do
        for server in "${servers[@]}"; do
            start "$server"
            line=$(run "$scenario" | tail -n 1)
            printf '{"case":"%s","server":"%s","result":%s}\n' "$scenario" "$server" "$line" |
                tee -a "$results" >&2
            kill "$pid"
            wait "$pid" 2>/dev/null || true
        done
    done
done
python3 benches/table.py "$results"
