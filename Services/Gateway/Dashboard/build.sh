#!/bin/sh
# Builds the dashboard into dist/: index.html, app.js, app.css and favicon.svg; and holdfast.js, the snippet for pages of
# others. Takes a few seconds.
#
# React and D3 come from ./node_modules when somebody ran `npm install` here, and from the system's packages otherwise
# (Debian: node-react node-react-dom node-d3 esbuild; for the type check node-typescript node-csstype node-prop-types).
# HOLDFAST_DASHBOARD_CHECK=no leaves the type check out, e.g. in a container that has no compiler.
set -eu
cd "$(dirname "$0")"

modules=""
for folder in ./node_modules /usr/share/nodejs; do
    if [ -f "$folder/react/package.json" ] && [ -f "$folder/d3-scale/package.json" ]; then
        modules=$folder
        break
    fi
done
if [ -z "$modules" ]; then
    echo "dashboard: React and D3 are not installed; scripts/bootstrap.sh installs them, or run npm install here" >&2
    exit 1
fi
find_tool() { # find_tool NAME: the path of a tool, the project's own first; empty when there is none
    if [ -x "./node_modules/.bin/$1" ]; then echo "./node_modules/.bin/$1"; else command -v "$1" || true; fi
}
esbuild=$(find_tool esbuild)
if [ -z "$esbuild" ]; then
    echo "dashboard: esbuild is not installed; scripts/bootstrap.sh installs it, or run npm install here" >&2
    exit 1
fi

tsc=$(find_tool tsc)
if [ "${HOLDFAST_DASHBOARD_CHECK:-yes}" = no ]; then
    echo "dashboard: types not checked, as asked"
elif [ -n "$tsc" ]; then
    "$tsc" --noEmit --project tsconfig.json
else
    echo "dashboard: types not checked, there is no tsc"
fi

# Built beside and moved into place, so that a build that fails leaves the last good one.
rm -rf dist.new
mkdir dist.new
NODE_PATH=$modules "$esbuild" src/main.tsx --bundle --minify --target=es2020 --jsx=automatic \
    --define:process.env.NODE_ENV=\"production\" --legal-comments=eof --log-level=warning --outfile=dist.new/app.js
"$esbuild" snippet/holdfast.ts --bundle --minify --target=es2020 --log-level=warning --outfile=dist.new/holdfast.js
cp public/index.html public/favicon.svg dist.new/
rm -rf dist
mv dist.new dist
echo "dashboard: $(pwd)/dist, $(du -k dist/app.js | cut -f1) kB of script"
