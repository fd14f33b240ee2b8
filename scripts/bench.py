#!/usr/bin/env python3
"""Measures a stack of its own, in a temporary folder, and prints one table.

  ingest    events a second through gateway and Tracking, each batch committed before it is acknowledged, beside plain
            COPY of the same rows into tables with the same columns and indexes, on the same PostgreSQL, in the same run
  freshness how far the read models are behind the log, at a steady rate: the age of the oldest event that one lacks
  latency   from sending an event to seeing it on the WebSocket, at a steady rate
  memory    proportional and resident size of each service, idle, all five running
  start     from exec to the first 200 of /readyz, each service by itself

Client, services, PostgreSQL and Redis share this machine's cores: read the ratios, and the figures as lower bounds.

  bench.py [--bin DIR] [--seconds S] [--rounds N] [--rates R ...]
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

#: The tables that an event is written to when it is taken in.
COPIED = ["event_log", "event_identity_recent"]

STALENESS = """
SELECT consumer, extract(epoch FROM max(coalesce(clock_timestamp() - next.recorded_at, interval '0')))
FROM tracking.consumer_position AS position
LEFT JOIN tracking.event_log AS next ON next.partition = position.partition AND next.seq = position.position + 1
WHERE position.stream = 'learner-events' AND consumer <> 'relay' GROUP BY consumer
"""


def load(stack, binaries, seconds, batch, connections, learners=1_000):
    done = subprocess.run(
        [f"{binaries}/holdfast", "load", "--gateway", stack.url, "--rate", "0", "--seconds", str(seconds),
         "--batch", str(batch), "--connections", str(connections), "--learners", str(learners), "--json"],
        env={**os.environ, "HOLDFAST_KEY": stack.admin_key}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"holdfast load failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def copy_rate(stack, rows):
    """Events a second of COPY into both tables, one connection, all rows of a table in one transaction: `rows` of
    each, or as many as both have."""
    rows = min([rows] + [int(stack.psql(f"SELECT count(*) FROM tracking.{table}")[0][0]) for table in COPIED])
    os.chmod(stack.folder, 0o755)
    admin = stack.description["databases"]["admin"]
    psql = str(layout._postgres_binaries() / "psql")
    elapsed = 0
    for table in COPIED:
        file = pathlib.Path(stack.folder) / "copy.txt"
        with open(file, "wb") as out:
            some = f"COPY (SELECT * FROM tracking.{table} LIMIT {rows}) TO STDOUT"
            subprocess.run([psql, "-X", "-q", "-c", some, admin], stdout=out, check=True)
        stack.psql(f"CREATE TABLE tracking.bench_copy (LIKE tracking.{table} INCLUDING ALL)")
        if table == "event_log":  # Of a table in parts the key stands at each part.
            stack.psql("ALTER TABLE tracking.bench_copy ADD PRIMARY KEY (partition, seq)")
        with open(file, "rb") as source:
            started = time.monotonic()
            subprocess.run(
                [psql, "-X", "-q", "-c", "COPY tracking.bench_copy FROM STDIN", admin], stdin=source, check=True)
            elapsed += time.monotonic() - started
        stack.psql("DROP TABLE tracking.bench_copy")
    return rows / elapsed


def freshness(stack, binaries, rate, seconds):
    """Seconds that each read model is behind, sampled while events come at a steady rate."""
    command = [f"{binaries}/holdfast", "load", "--gateway", stack.url, "--rate", str(rate), "--seconds", str(seconds),
               "--batch", "50", "--connections", "16", "--json"]
    samples = {}
    with subprocess.Popen(command, env={**os.environ, "HOLDFAST_KEY": stack.admin_key}, stdout=subprocess.PIPE) as load:
        settled = time.monotonic() + min(3, seconds / 3)
        while load.poll() is None:
            rows = stack.psql(STALENESS)
            if time.monotonic() > settled:
                for consumer, behind in rows:
                    samples.setdefault(consumer, []).append(float(behind))
            time.sleep(0.2)
        answer = json.loads(load.stdout.read())
    return answer, {consumer: sorted(values) for consumer, values in samples.items()}


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
    parser.add_argument(
        "--rates", type=int, nargs="*", default=[2_000, 5_000], help="events/s of the freshness runs")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="holdfast-bench-")
    os.chmod(folder, 0o755)
    with client.LocalStack(folder, arguments.bin) as stack:
        time.sleep(2)
        sizes = {name: memory(stack.pid_of(name)) for name in layout.SERVICES}
        print("service        idle PSS   idle RSS   start")
        for name in layout.SERVICES:
            shared, resident = sizes[name]
            print(f"{name:14} {shared:6.1f} MB  {resident:6.1f} MB  {start_time(stack, name) * 1000:5.0f} ms")
        print(f"all five       {sum(size[0] for size in sizes.values()):6.1f} MB")
        load(stack, arguments.bin, 2, 100, 4)
        ingest, copied = [], []
        for _ in range(arguments.rounds):
            answer = load(stack, arguments.bin, arguments.seconds, 100, 32)
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
        for rate in arguments.rates:
            answer, behind = freshness(stack, arguments.bin, rate, arguments.seconds)
            print(f"read models at {rate} events/s ({answer['eventsPerSecond']:.0f} came through, "
                  f"a batch p99 {answer['p99Milliseconds']:.0f} ms), seconds behind:")
            for consumer, values in sorted(behind.items()):
                print(f"  {consumer:24} p50 {values[len(values) // 2]:.2f}  p95 {values[len(values) * 95 // 100]:.2f}")
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
