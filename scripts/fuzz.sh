#!/bin/sh
# Opens every door with mutated inputs, and says how many a second: a million over all doors where nothing else is said.
#
#   fuzz.sh [DOOR] [SEED] [INPUTS]     INPUTS: for each door; each may be empty
#
# The door `suite` is the running services behind their public API; all others are readers in process.
set -eu
cd "$(dirname "$0")/.."
build=${HOLDFAST_BUILD:-.build}
export HOLDFAST_FUZZ_DOOR="${1:-}" HOLDFAST_FUZZ_SEED="${2:-}" HOLDFAST_FUZZ_INPUTS="${3:-22000}"
swift build --build-tests --scratch-path "$build" >/dev/null
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A filter that matches nothing passes; so the number of tests that ran is looked at, too.
run() {
    swift test --skip-build --scratch-path "$build" --filter "$1" >"$log" 2>&1 || { cat "$log"; exit 1; }
    cat "$log"
    grep -q 'Test run with 1 test ' "$log" || { echo "fuzz: the fuzzer did not run" >&2; exit 1; }
}

[ "${1:-}" = suite ] || run 'no input breaks a door'
case ${1:-suite} in suite) run 'no hostile request gets a failure of ours' ;; esac
