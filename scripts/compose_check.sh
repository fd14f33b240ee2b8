#!/usr/bin/env bash
# Shows that compose.yaml works: builds, starts, asks, scales, kills, stops, starts again, and takes all of it away.
#
#   compose_check.sh [--no-build]      --no-build: the images are there already
#
# Runs as a Compose project of its own, on a free port, with passwords and volumes of its own. Prints what it saw; ends
# with 1 at the first thing that is not as it must be. Where no Docker daemon answers it says so and ends with 0.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'compose-check: %s\n' "$*"; }
fail() {
    say "NOT GOOD: $*" >&2
    exit 1
}

if ! docker info >/dev/null 2>&1 || ! docker compose version >/dev/null 2>&1; then
    say "SKIPPED, nothing was checked: no Docker daemon answers here, or docker has no compose plugin"
    exit 0
fi

services="tracking prediction nudging notification gateway"
folder=$(mktemp -d)
python3 scripts/compose_env.py "$folder/env" >/dev/null
HOLDFAST_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export HOLDFAST_PORT
key=$(sed -n 's/^HOLDFAST_GATEWAY_ADMIN_KEY=//p' "$folder/env")
url=http://127.0.0.1:$HOLDFAST_PORT

compose() { docker compose --ansi never --progress quiet --project-name holdfast-check --env-file "$folder/env" "$@"; }
finish() {
    local code=$?
    if [ $code -ne 0 ]; then compose logs --tail 5 2>&1 | cut -c1-300 >&2 || true; fi
    compose down --volumes --timeout 15 >/dev/null 2>&1 || true
    rm -rf "$folder"
    exit $code
}
trap finish EXIT

# call METHOD PATH [BODY or @FILE]: the body of a 2xx answer.
call() {
    printf 'header = "Authorization: Bearer %s"\n' "$key" | curl --config - --silent --show-error --fail-with-body \
        --max-time 20 --request "$1" --header 'Content-Type: application/json' ${3:+--data "$3"} "$url$2"
}
# field EXPRESSION: a Python expression of the JSON document `a` on standard input.
field() { python3 -c "import json, sys; a = json.load(sys.stdin); print($1)"; }
seconds() { python3 -c "import time; print(f'{time.monotonic() - $1:.1f}')"; }
now() { python3 -c 'import time; print(time.monotonic())'; }
containers() { compose ps --quiet --all "$1"; }

batch() { # batch FIRST FILE: 500 events whose numbers begin at FIRST
    python3 - "$1" >"$2" <<'P'
import datetime, json, sys
first = int(sys.argv[1])
at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
print(json.dumps({"source": "check", "events": [
    {"id": f"check-{n}", "learner": f"learner-{n % 20}", "courseRun": "check-2026", "verb": "viewed",
     "activity": {"id": "page-1", "kind": "page"}, "occurredAt": at} for n in range(first, first + 500)]}))
P
}

# Waits until every service is ready, hears nothing late and has nothing to do; says how long that took.
wait_until_quiet() {
    local began busy
    began=$(now)
    for _ in $(seq 1 300); do
        busy=$(call GET /v1/status 2>/dev/null | field \
            "[s['name'] for s in a['services'] if s['reasons'] or s['pending'] or any(s['lag'].values())]" 2>/dev/null) \
            || busy="no answer"
        if [ "$busy" = "[]" ]; then
            say "$1: quiet, every lag 0, after $(seconds "$began") s"
            return
        fi
        sleep 0.2
    done
    fail "$1: not quiet after 60 s: $busy"
}

start() {
    local began
    began=$(now)
    compose up --detach --wait --wait-timeout 180 "$@" || fail "not every container became healthy: $(compose ps --all)"
    say "up: $(compose ps --quiet | wc -l) containers healthy after $(seconds "$began") s"
}

check_hardening() {
    local id limits
    for service in $services; do
        id=$(containers "$service")
        limits=$(docker inspect --format \
            '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' "$id")
        [ "$limits" = "10001 true [ALL] [no-new-privileges:true]" ] || fail "$service runs with: $limits"
        if compose exec -T "$service" touch /opt/holdfast/x 2>/dev/null; then fail "$service could write its own folder"; fi
        if compose exec -T "$service" touch /x 2>/dev/null; then fail "$service could write into its root"; fi
        compose exec -T "$service" sh -c 'grep -q "^CapEff:.0*$" /proc/1/status && grep -q "^Uid:.10001" /proc/1/status' \
            || fail "$service has rights that it does not need"
        [ "$service" = gateway ] || [ -z "$(docker port "$id")" ] || fail "$service publishes a port"
    done
    say "hardening: user 10001, no capabilities, root read-only, one published port: in force in all five"
}

check_restart() { # kill -9 of the process itself; what `docker kill` ends counts as stopped on purpose
    local id before began
    for service in $services; do
        id=$(containers "$service" | head -n 1)
        before=$(docker inspect --format '{{.RestartCount}}' "$id")
        began=$(now)
        compose exec -T "$service" sh -c 'kill -9 $(cat /proc/1/task/1/children)' 2>/dev/null || true
        for _ in $(seq 1 300); do
            if [ "$(docker inspect --format '{{.RestartCount}} {{.State.Health.Status}}' "$id")" \
                = "$((before + 1)) healthy" ]; then break; fi
            sleep 0.1
        done
        [ "$(docker inspect --format '{{.RestartCount}}' "$id")" = $((before + 1)) ] || fail "$service was not restarted"
        say "kill -9 of $service: healthy again after $(seconds "$began") s"
    done
}

check_stop() {
    local began code
    for service in $services; do
        began=$(now)
        compose stop "$service" || fail "could not stop $service"
        code=$(docker inspect --format '{{.State.ExitCode}}' "$(containers "$service" | head -n 1)")
        [ "$code" = 0 ] || fail "$service ended with $code"
        say "stop of $service: exit 0 after $(seconds "$began") s"
    done
}

compose config --quiet
[ "${1:-}" = --no-build ] || compose build
start
check_hardening

batch 0 "$folder/first"
batch 500 "$folder/second"
[ "$(call POST /v1/events "@$folder/first" | field "a['accepted']")" = 500 ] || fail "500 events were not accepted"
call GET / | grep -qi '<!doctype html>' || fail "the dashboard is not served"
wait_until_quiet "after 500 events"
[ "$(call GET /v1/overview | field "a['unavailable']")" = "[]" ] || fail "a part of the overview is missing"

start --scale tracking=2 --scale prediction=2
[ "$(call POST /v1/events "@$folder/second" | field "a['accepted']")" = 500 ] || fail "500 events were not accepted"
wait_until_quiet "two of prediction and of tracking"
check_restart
wait_until_quiet "after five kills"
docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' $(compose ps --quiet) | sort | sed 's/^/compose-check:   /'

check_stop
compose down
start
for events in first second; do
    known=$(call POST /v1/events "@$folder/$events" | field "a['duplicate']")
    [ "$known" = 500 ] || fail "of 500 events only $known are known after down and up"
done
say "down and up: all 1000 events are still known"
wait_until_quiet "after down and up"
say "all good"
