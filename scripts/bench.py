#!/usr/bin/env python3
"""Measures a stack of its own, in a temporary folder, and prints one table.

  ingest    events a second through gateway and Tracking, each batch committed before it is acknowledged, beside plain
            COPY of the same rows into a table with the same columns and indexes, on the same PostgreSQL, in the same run
  latency   from sending an event to seeing it on the WebSocket, at a steady rate
  memory    proportional and resident size of each service, idle, all five running
  start     from exec to the first 200 of /readyz, each service by itself

Client, services, PostgreSQL and Redis share this machine's cores: read the ratios, and the figures as lower bounds.

  bench.py [--bin DIR] [--seconds S] [--rounds N]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stack import client, layout  # noqa: E402

COPY_TABLE = """
DROP TABLE IF EXISTS tracking.bench_copy;
CREATE TABLE tracking.bench_copy (LIKE tracking.event_log INCLUDING ALL);
"""


def load(stack, binaries, seconds, batch, connections):
    done = subprocess.run(
        [f"{binaries}/holdfast", "load", "--gateway", stack.url, "--rate", "0", "--seconds", str(seconds),
         "--batch", str(batch), "--connections", str(connections), "--json"],
        env={**os.environ, "HOLDFAST_KEY": stack.admin_key}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"holdfast load failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def copy_rate(stack, rows):
    """Rows a second of COPY, one connection, batches in one transaction each as psql sends them."""
    file = pathlib.Path(stack.folder) / "copy.txt"
    os.chmod(stack.folder, 0o755)
    admin = stack.description["databases"]["admin"]
    psql = str(layout._postgres_binaries() / "psql")
    with open(file, "wb") as out:
        subprocess.run([psql, "-X", "-q", "-c", f"COPY (SELECT * FROM tracking.event_log LIMIT {rows}) TO STDOUT", admin],
                       stdout=out, check=True)
    count = sum(1 for _ in open(file, "rb"))
    stack.psql(COPY_TABLE)
    with open(file, "rb") as source:
        started = time.monotonic()
        subprocess.run([psql, "-X", "-q", "-c", "COPY tracking.bench_copy FROM STDIN", admin], stdin=source, check=True)
        elapsed = time.monotonic() - started
    stack.psql("DROP TABLE tracking.bench_copy")
    return count / elapsed


def memory(pid):
    values = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split(":")
        values[name] = int(size.split()[0])
    return values["Pss"] / 1024, values["Rss"] / 1024


def start_time(stack, name):
    """Kills the service and waits for its successor, without the supervisor's pause."""
    pid = stack.pid_of(name)
    os.kill(pid, 9)
    stack.wait_for_successor(name, pid, seconds=20)
    successor = stack.pid_of(name)
    ticks = int(pathlib.Path(f"/proc/{successor}/stat").read_text().rsplit(")", 1)[1].split()[19])
    uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
    return uptime - ticks / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="holdfast-bench-")
    os.chmod(folder, 0o755)
    with client.LocalStack(folder, arguments.bin) as stack:
        time.sleep(2)
        sizes = {name: memory(stack.pid_of(name)) for name in layout.SERVICES}
        print("service        idle PSS   idle RSS   start")
        for name in layout.SERVICES:
            print(f"{name:14} {sizes[name][0]:6.1f} MB  {sizes[name][1]:6.1f} MB  {start_time(stack, name) * 1000:5.0f} ms")
        print(f"all five       {sum(size[0] for size in sizes.values()):6.1f} MB")
        load(stack, arguments.bin, 2, 100, 4)
        ingest, copied = [], []
        for _ in range(arguments.rounds):
            answer = load(stack, arguments.bin, arguments.seconds, 100, 8)
            ingest.append(answer["eventsPerSecond"])
            lag = stack.wait_until_quiet(seconds=300)
            copied.append(copy_rate(stack, 200_000))
            print(f"ingest, batches of 100: {ingest[-1]:8.0f} events/s   p50 {answer['p50Milliseconds']:.1f} ms  "
                  f"p99 {answer['p99Milliseconds']:.1f} ms   quiet again after {lag:.1f} s   "
                  f"plain COPY {copied[-1]:8.0f} rows/s   ratio {ingest[-1] / copied[-1]:.2f}")
        single = load(stack, arguments.bin, arguments.seconds, 1, 64)
        print(f"ingest, single events, 64 at a time: {single['eventsPerSecond']:.0f} events/s   "
              f"p50 {single['p50Milliseconds']:.1f} ms  p99 {single['p99Milliseconds']:.1f} ms")
        stack.wait_until_quiet(seconds=300)
        done = subprocess.run(
            [f"{arguments.bin}/holdfast", "bench-latency", "--gateway", stack.url, "--rate", "1000", "--seconds",
             str(arguments.seconds), "--batch", "10"],
            env={**os.environ, "HOLDFAST_KEY": stack.admin_key}, capture_output=True, text=True, check=False)
        print("event to WebSocket at 1,000 events/s:")
        print("  " + (done.stdout or done.stderr).strip().replace("\n", "\n  "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
