#!/bin/sh
# Opens every door with mutated inputs, and says how many a second: a million over all doors where nothing else is said.
#
#   fuzz.sh [DOOR] [SEED] [INPUTS]     INPUTS: for each door; each may be empty
set -eu
cd "$(dirname "$0")/.."
build=${HOLDFAST_BUILD:-.build}
export HOLDFAST_FUZZ_DOOR="${1:-}" HOLDFAST_FUZZ_SEED="${2:-}" HOLDFAST_FUZZ_INPUTS="${3:-80000}"
swift build --build-tests --scratch-path "$build" >/dev/null
exec swift test --skip-build --scratch-path "$build" --filter 'FuzzTests/no input'
