#!/bin/sh
# Opens every door with mutated inputs, and says how many a second: a million over all doors where nothing else is said.
#
#   fuzz.sh [DOOR] [SEED] [INPUTS]     INPUTS: for each door; each may be empty
#
# The door `suite` is the running services behind their public API; all others are readers in process. They are compiled
# as they run, in release, in a folder of their own: it takes a quarter of an hour once, and saves hours of a million.
set -eu
cd "$(dirname "$0")/.."
build=${HOLDFAST_FUZZ_BUILD:-.build/fuzz}
export HOLDFAST_FUZZ_DOOR="${1:-}" HOLDFAST_FUZZ_SEED="${2:-}" HOLDFAST_FUZZ_INPUTS="${3:-22000}"
swift build -c release --build-tests -Xswiftc -enable-testing --scratch-path "$build" >/dev/null
HOLDFAST_BIN=$(swift build -c release --scratch-path "$build" --show-bin-path)
export HOLDFAST_BIN
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A filter that matches nothing passes; so the number of tests that ran is looked at, too.
run() {
    swift test -c release --skip-build --scratch-path "$build" --filter "$1" >"$log" 2>&1 || { cat "$log"; exit 1; }
    cat "$log"
    grep -q 'Test run with 1 test ' "$log" || { echo "fuzz: the fuzzer did not run" >&2; exit 1; }
}

[ "${1:-}" = suite ] || run 'no input breaks a door'
case ${1:-suite} in suite) run 'no hostile request gets a failure of ours' ;; esac
