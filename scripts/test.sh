#!/bin/sh
# Every test: Swift's module by module, then the browser's against a real stack. One debug build serves both. All run
# even when some fail; what was not green is said at the end.
#
# HOLDFAST_SAMPLES and HOLDFAST_DATA may name folders of sample and course data; tests that read them are left out,
# and say so, where these are not set. HOLDFAST_BUILD names a folder for the build, e.g. a cache outside the clone.
set -eu
cd "$(dirname "$0")/.."

build=${HOLDFAST_BUILD:-.build}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast

scripts/bootstrap.sh --tests
echo "holdfast: building (debug)"
swift build --build-tests --scratch-path "$build"
Services/Gateway/Dashboard/build.sh
binaries=$(swift build --scratch-path "$build" --show-bin-path)
# One module after the other: some of them kill and freeze processes by the clock, and would disturb each other.
failed=""
for folder in Tests/*Tests; do
    module=$(basename "$folder")
    echo "holdfast: $module"
    HOLDFAST_BIN="$binaries" swift test --skip-build --scratch-path "$build" --filter "^$module\\." || failed="$failed $module"
done

# A virtual environment for each list of requirements, made anew when the list changes.
environment() { # environment NAME REQUIREMENTS: says where it is
    venv=$cache/$1
    want=$(cksum <"$2")
    if [ "$(cat "$venv/.requirements" 2>/dev/null)" != "$want" ]; then
        rm -rf "$venv"
        python3 -m venv "$venv" && "$venv/bin/pip" install -q -r "$2" >&2 && echo "$want" >"$venv/.requirements"
    fi
    echo "$venv"
}
state=$(mktemp -d)
chmod 755 "$state"
stop() { python3 scripts/stack.py down --state "$state" && rm -rf "$state"; }
trap stop EXIT
python3 scripts/stack.py up --bin "$binaries" --state "$state" --clock simulated
export HOLDFAST_STACK="$state/stack.json"

echo "holdfast: browser tests"
venv=$(environment tests-venv Tests/Browser/requirements.txt)
"$venv/bin/python" -m pytest -q Tests/Browser || failed="$failed Browser"

echo "holdfast: clients and checkers that others made"
HOLDFAST_PROMTOOL=$(scripts/promtool.sh "$cache")
export HOLDFAST_PROMTOOL
for client in connect-python connectrpc; do
    venv=$(environment "interop-$client" "Tests/Interop/requirements-$client.txt")
    "$venv/bin/python" -m pytest -q Tests/Interop || failed="$failed Interop($client)"
done

if [ -n "$failed" ]; then
    echo "holdfast: not green:$failed" >&2
    exit 1
fi
echo "holdfast: all green"
