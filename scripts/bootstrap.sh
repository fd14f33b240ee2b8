#!/bin/sh
# Installs what Holdfast needs and is not there, on Debian or Ubuntu. Says what and why before it does anything.
#
#   bootstrap.sh          what building and running needs
#   bootstrap.sh --tests  the same, and what the tests need besides
#
# Does nothing, in well under a second, when all is there.
set -eu

missing=""
why=""
need() { # need PACKAGE "what it is for"
    if ! dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; then
        missing="$missing $1"
        why="$why  $1: $2
"
    fi
}

if ! command -v swift >/dev/null 2>&1; then
    echo "holdfast: Swift is not on PATH. Install Swift 6.2 or newer (swift.org, 'Install'), then run this again." >&2
    exit 1
fi
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "holdfast: this script knows Debian and Ubuntu only. On other systems install the development files of" >&2
    echo "libpq, hiredis, libcurl, zlib and xgboost, PostgreSQL 15 or newer, Redis 7, Python 3, esbuild, React and D3." >&2
    exit 1
fi

need pkg-config "finds the C libraries"
need libpq-dev "PostgreSQL's client library"
need libhiredis-dev "the client library of Redis"
need libcurl4-openssl-dev "HTTP and SMTP"
need libxgboost-dev "the risk model"
need zlib1g-dev "compressed requests"
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then need postgresql "the database"; fi
if ! command -v redis-server >/dev/null 2>&1; then need redis-server "carries facts between the services"; fi
if ! command -v python3 >/dev/null 2>&1; then need python3 "runs the local stack"; fi
if [ ! -d Services/Gateway/Dashboard/node_modules ]; then
    command -v esbuild >/dev/null 2>&1 || need esbuild "bundles the dashboard"
    need node-react "the dashboard"
    need node-react-dom "the dashboard"
    need node-d3 "the dashboard's charts"
    need node-csstype "types that the dashboard is checked with"
    need node-prop-types "types that the dashboard is checked with"
    command -v tsc >/dev/null 2>&1 || need node-typescript "checks the dashboard's types"
fi
if [ "${1:-}" = "--tests" ]; then
    command -v chromium >/dev/null 2>&1 || need chromium "the browser that the dashboard is tested in"
    command -v openssl >/dev/null 2>&1 || need openssl "certificates for the mail tests"
    need python3-aiosmtpd "a mail server to test against"
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv "a place of their own for the Python tests"
    command -v psql >/dev/null 2>&1 || need postgresql-client "lets a test take the database from a service"
fi

[ -n "$missing" ] || exit 0

printf 'holdfast: to be installed from your distribution:\n%s' "$why"
run=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "holdfast: neither root nor sudo here. As root: apt-get install$missing" >&2
        exit 1
    fi
    run="sudo"
    echo "holdfast: sudo may ask for your password."
fi
log=$(mktemp)
# A package list that is a little old is no reason to stop; the install itself must succeed.
$run apt-get -qq update >"$log" 2>&1 || cat "$log" >&2
# shellcheck disable=SC2086  # the names are meant to be split
if ! DEBIAN_FRONTEND=noninteractive $run apt-get -qq -y install --no-install-recommends $missing >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "holdfast: installing$missing failed; the last lines are above, all of them in $log" >&2
    exit 1
fi
rm -f "$log"
echo "holdfast: installed$missing"
