#!/bin/sh
# Says where `promtool`, Prometheus' own checker, is. Where it is not installed it is taken out of the distribution's package
# `prometheus` into a cache: installing that package would start a server on this machine.
#
#   promtool.sh CACHE
set -eu
if command -v promtool; then exit 0; fi
folder=$1/promtool
if [ ! -x "$folder/usr/bin/promtool" ]; then
    echo "holdfast: fetching the package prometheus for its promtool, which checks the metrics; nothing is installed" >&2
    rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$folder" && apt-get -qq download prometheus >&2 && dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb)
fi
echo "$folder/usr/bin/promtool"
