#!/usr/bin/env bash
# Runs every test: documentation, rules, service, browser, those of the client library and the demo page, and the attacks
# in small.
#
#   tests/run.sh                  install what is missing, then run everything
#   tests/run.sh --install-only   install what is missing
#   tests/run.sh --build-examples build the web apps in examples/, which the browser tests open
#   tests/run.sh ARGUMENT…        passed on to the test runner, as in: tests/run.sh a_stale_unregister
#
# Needs Rust; takes the rest from Debian's packages, as root or by sudo, and geckodriver from crates.io, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

GECKODRIVER=0.37.1

main() {
    if ! command -v cargo >/dev/null; then
        echo "cargo is missing: install Rust first, see https://rustup.rs" >&2
        exit 1
    fi
    install_missing
    install_geckodriver
    [ "${1-}" != --install-only ] || return 0

    install_node_packages
    build_the_react_app
    [ "${1-}" != --build-examples ] || return 0
    if [ $# = 0 ]; then test_the_pages; fi

    echo "== documentation tests"
    cargo test --locked --doc

    if cargo nextest --version >/dev/null 2>&1; then
        echo "== tests, by cargo nextest"
        cargo nextest run --locked --no-fail-fast "$@"
    else
        echo "== tests, by cargo test (cargo nextest is not installed)"
        cargo test --locked --no-fail-fast --lib --bins --tests "$@"
    fi
    if [ $# = 0 ]; then attack_in_small; fi
}

# Attacks on an optimised build, with an honest pair of users beside each: times of a test build say nothing. The whole
# kit is `cargo run --release --example hostile` (docs/security.md).
attack_in_small() {
    echo "== attacks in small"
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo build --quiet --release --locked --bin switchboard --example hostile
    target/release/examples/hostile --small --seconds 2 --again 2
}

# The compiler for types, and axe, by which the browser tests look for what keeps people out.
install_node_packages() {
    (cd client && npm ci --silent --no-audit --no-fund)
}

# The React app, with the library as it is packed for a registry: once as for a deployment, and once for development, where
# React mounts everything twice.
build_the_react_app() {
    echo "== React app"
    if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + Number(minor) < 2019))'; then
        echo "Vite needs Node 20.19 or newer; this is $(node --version)" >&2
        exit 1
    fi
    (cd examples/react && npm run --silent library && npm ci --silent --no-audit --no-fund &&
        npm run --silent build -- --logLevel warn && npm run --silent build:development -- --logLevel warn)
}

# The client library: its types, its size, that it is what its source makes, and its behaviour with fake sockets and a
# fake clock. The demo page: its types, and what of it needs no browser.
test_the_pages() {
    echo "== client library and demo page"
    (cd client && npm run --silent check && npm test --silent)
}

# Drives Firefox. Built from crates.io, which has it from Mozilla.
install_geckodriver() {
    ! command -v geckodriver >/dev/null || return 0
    echo "== installing geckodriver $GECKODRIVER by cargo"
    cargo install --quiet --locked --version "$GECKODRIVER" geckodriver
    if ! command -v geckodriver >/dev/null; then
        echo "please put cargo's folder of programs, ~/.cargo/bin by default, into PATH" >&2
        exit 1
    fi
}

install_missing() {
    local missing=()
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    # The allocator is built by it.
    command -v make >/dev/null || missing+=(make)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v chromedriver >/dev/null || missing+=(chromium-driver)
    # The client library is tested in Firefox, too. Its driver is in no package of Debian's: see install_geckodriver.
    command -v firefox-esr >/dev/null || missing+=(firefox-esr)
    # coturn, for calls that may only be relayed.
    command -v turnserver >/dev/null || missing+=(coturn)
    # Proxies for the snippets in the manual and for an upgrade behind one. No service of theirs is needed.
    command -v caddy >/dev/null || missing+=(caddy)
    [ -x /usr/sbin/nginx ] || missing+=(nginx)
    # systemd-analyze, for the unit in deploy/.
    command -v systemd-analyze >/dev/null || missing+=(systemd)
    # promtool, which checks metrics and alerts. The service that comes with it is not needed.
    command -v promtool >/dev/null || missing+=(prometheus)
    # Keys of RSA, for the attacks of examples/hostile.
    command -v openssl >/dev/null || missing+=(openssl)
    # For examples/resuming_client.py, which the chaos tests run.
    python3 -c 'import websockets' 2>/dev/null || /usr/bin/python3 -c 'import websockets' 2>/dev/null ||
        missing+=(python3 python3-websockets)
    [ ${#missing[@]} -gt 0 ] || return 0

    local root=()
    if [ "$(id -u)" != 0 ]; then root=(sudo); fi
    if ! command -v apt-get >/dev/null || ! command -v "${root[0]-true}" >/dev/null; then
        echo "please install these packages first (here under their Debian names): ${missing[*]}" >&2
        exit 1
    fi
    echo "== installing ${missing[*]} from Debian's packages"
    local log
    log=$(mktemp)
    if ! { "${root[@]}" apt-get -q update &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -q install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        echo "installing failed; please install: ${missing[*]}" >&2
        exit 1
    fi
    rm -f "$log"
}

main "$@"
