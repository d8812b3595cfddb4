#!/usr/bin/env bash
# Measures this server against the PeerJS server and a bare epoll relay, in turn, on loopback.
#
#   benches/compare.sh [ROUNDS] [SCENARIO…]    5 rounds of every scenario of the table
#   benches/compare.sh 3 growth                3 rounds of what shows how cost grows
#   OLD=PROGRAM benches/compare.sh 5 SCENARIO… this build against an older one of the same server, in
#                                              turn; exits with 1 if a figure has grown by over 3 %
#
# The server has one core, the load generator another. Each round runs each server once, so that
# whatever else the machine does hits all of them; the table has medians and their ratios. A run in
# which anything is lost, misdelivered or refused ends it all. Needs Linux, node with npm, taskset.
#
# Each scenario keeps its results, a JSON line a run, in target/compare/results/ until it is measured
# again. `benches/compare.sh 0` measures nothing and makes table and plots of what is there. With BUILT=1
# it takes the programs as they are.
set -euo pipefail
cd "$(dirname "$0")/.."

table=(relay-100 relay-2000 relay-deep relay-together idle idle-tls connect churn
    presence-{250,500,900,1000,2000,5000,10000} saturated)
growth=(pairs-{10,50,200,500,1000} bystanders-{2000,5000,10000,15000}
    members-{2,4,8,16,32,64} rooms-{1,10,100,1000})

rounds=${1:-5}
shift || true
scenarios=("${@:-all}")
case ${scenarios[*]} in
    all) scenarios=("${table[@]}") ;;
    growth) scenarios=("${growth[@]}") ;;
esac

scratch=target/compare
mkdir -p "$scratch/results"
load_program=target/release/examples/load
if [ "$rounds" != 0 ]; then
    [ -n "${BUILT-}" ] || cargo build --release --locked --bin switchboard --example load --example relay
    if [ ! -d "$scratch/node_modules/peer" ]; then
        npm install --prefix "$scratch" --no-audit --no-fund peer@1.0.2 >"$scratch/npm.log" 2>&1
    fi
    "$load_program" certificate "$scratch/tls" >/dev/null
fi
ulimit -n "$(ulimit -Hn)"

# None takes more than two minutes.
load() { timeout 300 taskset -c 1 "$load_program" "$@"; }

# Without the limits of a rate or an address; an older build may not know all of them.
unlimited() {
    local program=$1 limit
    for limit in rate address-rate call-rate max-sockets-per-address new-sockets-per-address \
        new-connections-per-address requests-per-address; do
        if "$program" --help | grep -q -- "--$limit\b"; then echo "--$limit" 0; fi
    done
}

# start SERVER [ARGUMENT…]: sets pid and at, which is where the load goes.
start() {
    local server=$1 port=9101 program=target/release/switchboard
    shift
    case $server in
        switchboard | old)
            if [ "$server" = old ]; then program=$OLD; fi
            # shellcheck disable=SC2046 # each limit is a word
            taskset -c 0 "$program" --listen 127.0.0.1:$port $(unlimited "$program") --log error "$@" &
            at=(--url "ws://127.0.0.1:$port/ws") ;;
        peerjs)
            taskset -c 0 node "$scratch/node_modules/peer/dist/bin/peerjs.js" --port $port \
                --host 127.0.0.1 --path / --concurrent_limit 100000 >/dev/null &
            at=(--url "ws://127.0.0.1:$port/peerjs" --dialect peerjs) ;;
        relay)
            taskset -c 0 target/release/examples/relay --listen 127.0.0.1:$port &
            at=(--url "ws://127.0.0.1:$port/ws") ;;
    esac
    pid=$!
    at+=(--pid "$pid")
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$pid"; sleep 0.05; done
}

stop() {
    kill "$pid"
    wait "$pid" 2>/dev/null || true
}

# plan SCENARIO: sets servers, what ours is started with, and the load.
plan() {
    local number=${1##*-}
    servers=(switchboard) settings=()
    case $1 in
        relay-100) servers+=(peerjs relay) work=(relay --pairs 100 --messages 200000) ;;
        relay-2000) servers+=(peerjs relay) work=(relay --pairs 2000 --messages 176000) ;;
        relay-deep)
            servers+=(peerjs relay) work=(relay --pairs 100 --in-flight 8 --messages 200000) ;;
        relay-together)
            servers+=(peerjs relay)
            work=(relay --pairs 100 --in-flight 8 --together --messages 200000) ;;
        # As long as the interval of our heartbeat: each user is asked once.
        idle) servers+=(peerjs) work=(idle --users 10000 --seconds 25) ;;
        idle-tls)
            settings=(--tls-cert "$scratch/tls/cert.pem" --tls-key "$scratch/tls/key.pem")
            work=(idle --users 10000 --seconds 1 --trust "$scratch/tls/cert.pem") ;;
        connect) servers+=(peerjs) work=(connect --users 5000) ;;
        churn) servers+=(peerjs) work=(churn --users 1000 --times 5) ;;
        presence-*) work=(presence --users "$number" --times 20) ;;
        saturated) work=(saturate --pairs 16 --messages 1000000) ;;
        pairs-*) servers+=(peerjs relay) work=(relay --pairs "$number" --messages 110000) ;;
        bystanders-*)
            servers+=(peerjs) work=(relay --pairs 100 --messages 110000 --bystanders "$number") ;;
        members-*)
            settings=(--max-members 64)
            work=(rooms --rooms 10 --members "$number" --messages $((200000 / number))) ;;
        rooms-*) work=(rooms --rooms "$number" --members 8 --messages 40000) ;;
        *) echo "no such scenario: $1" >&2; exit 2 ;;
    esac
    if [ -n "${OLD-}" ]; then servers=(switchboard old); fi
}

# measure SCENARIO SERVER: one line of JSON.
measure() {
    local line arguments=()
    case $2 in switchboard | old) arguments=("${settings[@]}") ;; esac
    start "$2" "${arguments[@]}"
    line=$(load "${work[@]}" "${at[@]}" | tail -n 1)
    stop
    printf '{"case":"%s","server":"%s","result":%s}\n' "$1" "$2" "$line" |
        tee -a "$scratch/results/$1.jsonl" >&2
}

trap 'kill "${pid-}" 2>/dev/null || true' EXIT
for scenario in "${scenarios[@]}"; do
    [ "$rounds" != 0 ] || break
    plan "$scenario"
    : >"$scratch/results/$scenario.jsonl"
    for ((round = 1; round <= rounds; round++)); do
        for server in "${servers[@]}"; do measure "$scenario" "$server"; done
    done
done
trap - EXIT
if [ -n "${OLD-}" ]; then
    exec python3 benches/grown.py "${scenarios[@]/#/$scratch/results/}"
fi
for scenario in "${table[@]}" "${growth[@]}"; do
    cat "$scratch/results/$scenario.jsonl" 2>/dev/null || true
done >"$scratch/results.jsonl"
python3 benches/table.py "$scratch/results.jsonl"
python3 benches/plots.py "$scratch/results.jsonl" "$scratch"
