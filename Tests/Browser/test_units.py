"""Runs the dashboard's own unit tests, which need no browser, in Node, which comes with the TypeScript compiler."""
import os
import pathlib
import subprocess

import pytest

DASHBOARD = pathlib.Path(__file__).resolve().parents[2] / "Services/Gateway/Dashboard"
TESTS = sorted((DASHBOARD / "test").glob("*.test.ts"))


@pytest.mark.parametrize("test", TESTS, ids=lambda path: path.name)
def test_the_units_of_the_dashboard_hold(test, tmp_path):
    bundle = tmp_path / f"{test.stem}.mjs"
    own = DASHBOARD / "node_modules/.bin/esbuild"
    modules = DASHBOARD / "node_modules" if own.exists() else pathlib.Path("/usr/share/nodejs")
    subprocess.run(
        [str(own) if own.exists() else "esbuild", str(test), "--bundle", "--platform=node", "--format=esm", f"--outfile={bundle}",
         "--log-level=warning"],
        check=True, env={**os.environ, "NODE_PATH": str(modules)})
    done = subprocess.run(["node", "--test", str(bundle)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
