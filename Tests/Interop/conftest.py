"""Where the running services are: HOLDFAST_STACK names the stack.json of a local stack.

These tests judge the services with programs that have nothing to do with Holdfast: a client of the Connect protocol, made by
others, and Prometheus' own checker of metrics. Each client library has a virtual environment of its own (scripts/test.sh),
because both are imported under one name.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import urllib.parse

import pytest


@pytest.fixture(scope="session")
def stack():
    return json.loads(pathlib.Path(os.environ["HOLDFAST_STACK"]).read_text())


@pytest.fixture
def without_database(stack):
    """Calling it takes the database from a service, until the test ends: its login is closed and its sessions are ended."""
    with contextlib.ExitStack() as undo:

        def take(service):
            login = urllib.parse.urlsplit(stack["databases"][service]).username

            def sql(text):
                subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", stack["databases"]["admin"], "-c", text],
                               check=True, capture_output=True, text=True)

            undo.callback(sql, f"ALTER ROLE {login} LOGIN")
            sql(f"ALTER ROLE {login} NOLOGIN")
            sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{login}'")

        yield take
