#!/bin/sh
# Every test: Swift's module by module, then the browser's against a real stack. One debug build serves both. All run
# even when some fail; what was not green is said at the end, with each failure's own lines.
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
state=$(mktemp -d)
chmod 755 "$state"
trap 'rm -rf "$state"' EXIT
failed=""
try() { # try NAME COMMAND...: runs it, keeps what it printed, and remembers whether it was green
    name=$1
    shift
    { "$@" 2>&1 && rc=0 || rc=$?; echo "$rc" >"$state/rc"; } | tee "$state/$name.log"
    [ "$(cat "$state/rc")" = 0 ] || failed="$failed $name"
}
# What the services say of their settings is what the document says.
try Settings python3 scripts/settings_tables.py --check --bin "$binaries"

# One module after the other: some of them kill and freeze processes by the clock, and would disturb each other. Within a
# module a few tests at once: with hundreds each step of each waits for seconds, and what has a limit of time meets it.
width=$(($(getconf _NPROCESSORS_ONLN) * 3))
for folder in Tests/*Tests; do
    module=$(basename "$folder")
    echo "holdfast: $module"
    try "$module" env HOLDFAST_BIN="$binaries" \
        swift test --skip-build --scratch-path "$build" --filter "^$module\\." \
        --experimental-maximum-parallelization-width "$width"
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
stop() { python3 scripts/stack.py down --state "$state" && rm -rf "$state"; }
trap stop EXIT
python3 scripts/stack.py up --bin "$binaries" --state "$state" --clock simulated
export HOLDFAST_STACK="$state/stack.json"

echo "holdfast: browser tests"
venv=$(environment tests-venv Tests/Browser/requirements.txt)
try Browser "$venv/bin/python" -m pytest -q Tests/Browser

echo "holdfast: clients and checkers that others made"
HOLDFAST_PROMTOOL=$(scripts/promtool.sh "$cache")
export HOLDFAST_PROMTOOL
for client in connect-python connectrpc; do
    venv=$(environment "interop-$client" "Tests/Interop/requirements-$client.txt")
    try "Interop-$client" "$venv/bin/python" -m pytest -q Tests/Interop
done

if [ -n "$failed" ]; then
    for name in $failed; do
        echo "holdfast: what failed in $name:" >&2
        # A recorded issue's comment follows on lines of its own; a crash says so in other words.
        lines=$(grep -aE -A3 '^✘|^FAILED|^ERROR|[Ff]atal error|unexpected signal|^error:' "$state/$name.log" | tail -n 60)
        echo "${lines:-$(tail -n 40 "$state/$name.log")}" >&2
    done
    echo "holdfast: not green:$failed" >&2
    exit 1
fi
echo "holdfast: all green"
