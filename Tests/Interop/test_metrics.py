"""Prometheus' own checker, `promtool check metrics`, reads what every service exposes and finds nothing to say about it:
HELP and TYPE on each, base units, `_total` on counters alone."""
import os
import subprocess
import urllib.request

import pytest


@pytest.mark.parametrize("service", ["tracking", "prediction", "nudging", "notification", "gateway"])
def test_promtool_finds_nothing(stack, service):
    with urllib.request.urlopen(stack["services"][service] + "/metrics", timeout=10) as answer:
        text = answer.read()
    assert text.count(b"# HELP") > 10
    done = subprocess.run([os.environ["HOLDFAST_PROMTOOL"], "check", "metrics"], input=text, capture_output=True)
    assert (done.returncode, done.stdout.decode() + done.stderr.decode()) == (0, "")
