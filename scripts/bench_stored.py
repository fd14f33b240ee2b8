#!/usr/bin/env python3
"""Shows whether taking in events costs the same when many are stored: two stacks of its own, in temporary folders, one
of them almost empty, one with a year of events.

  1. both take in events for a while, then the services of one stand still, and a year of events is put into its log,
     one statement a partition of the log and month, and their identities
  2. round by round, first the one and then the other is measured, so that a machine whose speed changes is no matter
  3. how large tables and services have become

A stored event takes about 0.8 KB, so fifty million want 45 GB of disk with all that is beside them, and half an hour.
Both PostgreSQLs keep pages in 3 GB, so that the index of all identities stays in memory; the environment's
HOLDFAST_POSTGRES_SHARED_BUFFERS says otherwise.

  bench_stored.py [--bin DIR] [--events N] [--learners N] [--seconds S] [--rounds N]
"""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from bench import load, memory  # noqa: E402
from stack import client, layout  # noqa: E402

PARTITIONS = 64
MONTHS = 12
#: Services with a log or hearing one, whose positions must follow.
SCHEMAS = ["tracking", "prediction", "nudging", "notification"]

#: An old month, as LogMonths would have made it. It gets its indexes when it is full: so each is made by one sort.
MONTH = """
CREATE TABLE tracking.event_log_{name} (LIKE tracking.event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
ALTER TABLE tracking.event_log_{name} OWNER TO {owner};
-- A month is vacuumed once, while it is new.
ALTER TABLE tracking.event_log_{name} SET (autovacuum_enabled = off);
"""
ATTACH = """
SET maintenance_work_mem = '256MB';
ALTER TABLE tracking.event_log_{name} ADD PRIMARY KEY (partition, seq);
ALTER TABLE tracking.event_log ATTACH PARTITION tracking.event_log_{name} FOR VALUES FROM ('{start}') TO ('{end}');
"""

#: One month of one partition. Each event is one that came in, of another time and with another id.
FILL = """
SET synchronous_commit = off;
INSERT INTO tracking.event_log_{name} (partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at, body)
SELECT {partition}, {base} + n, 'learner-events', model.tenant, model.key, model.type, model.version, at, at,
    replace(model.body::text, model.body ->> 'eventID', md5('{partition}/' || {base} + n))::json
FROM generate_series(1, {rows}) AS n
CROSS JOIN LATERAL (SELECT '{start}'::timestamptz + n * ('{end}'::timestamptz - '{start}'::timestamptz) / ({rows} + 1))
    AS time (at)
JOIN LATERAL (
    SELECT * FROM tracking.bench_model AS model
    WHERE model.partition = {partition} AND model.place = n % {models}
) AS model ON true;
INSERT INTO tracking.event_identity_settled (identity, content)
SELECT md5('{partition}/' || {base} + n)::uuid, decode(repeat(md5(n::text), 2), 'hex')
FROM generate_series(1, {rows}) AS n;
"""

def loaded(stack, arguments):
    return load(stack, arguments.bin, arguments.seconds, 100, 32, arguments.learners)


def measure(stack, arguments):
    """The rate and p99 of one round."""
    answer = loaded(stack, arguments)
    stack.wait_until_quiet(seconds=900)
    return answer["eventsPerSecond"], answer["p99Milliseconds"]


def months():
    """Names, first instants and ends of the twelve months before this one, oldest first."""
    year, month = time.gmtime().tm_year, time.gmtime().tm_mon
    firsts = []
    for back in range(MONTHS, -1, -1):
        number = year * 12 + month - 1 - back
        firsts.append((number // 12, number % 12 + 1))
    return [
        (f"{first[0]}_{first[1]:02}", f"{first[0]}-{first[1]:02}-01 00:00+00", f"{after[0]}-{after[1]:02}-01 00:00+00")
        for first, after in zip(firsts, firsts[1:])]


def fill(stack, events):
    """Puts events into months gone by, behind everybody's back: the services stand still, and start anew after it."""
    pids = [stack.pid_of(name) for name in layout.SERVICES]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        stored = store(stack, events)
        stack.redis("FLUSHALL")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    for name, pid in zip(layout.SERVICES, pids):
        stack.wait_for_successor(name, pid, seconds=60)
    stack.psql("ANALYZE tracking.event_log")
    stack.psql("VACUUM (FREEZE, ANALYZE) tracking.event_identity_settled")
    stack.psql("CHECKPOINT")
    stack.wait_until_quiet(seconds=900)
    return stored


def store(stack, events):
    """Rows of the log and of identities, numbered on from what is there; heads and positions follow."""
    owner = stack.psql("SELECT tableowner FROM pg_tables WHERE schemaname = 'tracking' AND tablename = 'log_head'")[0][0]
    stack.psql("ALTER TABLE tracking.event_identity_settled DROP CONSTRAINT event_identity_settled_pkey")
    stack.psql("""
        CREATE TABLE tracking.bench_model AS
        SELECT *, row_number() OVER (PARTITION BY partition) - 1 AS place FROM (
            SELECT DISTINCT ON (partition, key) partition, key, tenant, type, version, body
            FROM tracking.event_log WHERE type = 'LearningEventRecorded') AS model;
        CREATE INDEX ON tracking.bench_model (partition, place);
        ANALYZE tracking.bench_model""")
    models = {int(partition): int(count) for partition, count in stack.psql(
        "SELECT partition, count(*) FROM tracking.bench_model GROUP BY 1")}
    heads = {int(partition): int(seq) for partition, seq in stack.psql("SELECT partition, seq FROM tracking.log_head")}
    rows = -(-events // (PARTITIONS * MONTHS))
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (name, start, end) in enumerate(months()):
            stack.psql(MONTH.format(name=name, owner=owner))
            jobs = [
                pool.submit(stack.psql, FILL.format(
                    name=name, partition=partition, base=heads[partition] + number * rows, rows=rows, start=start, end=end,
                    models=models[partition]))
                for partition in range(PARTITIONS)]
            for job in jobs:
                job.result()
            stack.psql(ATTACH.format(name=name, start=start, end=end))
            print(f"  {(number + 1) * rows * PARTITIONS:11,} stored after {time.monotonic() - started:5.0f} s", flush=True)
    stack.psql("""
        SET maintenance_work_mem = '1GB';
        ALTER TABLE tracking.event_identity_settled ADD CONSTRAINT event_identity_settled_pkey PRIMARY KEY (identity)""")
    stack.psql(f"UPDATE tracking.log_head SET seq = seq + {rows * MONTHS}; DROP TABLE tracking.bench_model")
    for schema in SCHEMAS:
        stack.psql(f"""
            UPDATE {schema}.consumer_position SET mark = NULL, position = head.seq FROM tracking.log_head AS head
            WHERE head.partition = consumer_position.partition AND stream = 'learner-events'""")
    return rows * MONTHS * PARTITIONS


def sizes(stack):
    return stack.psql("""
        SELECT name, pg_size_pretty(sum(pg_table_size(oid))), pg_size_pretty(sum(pg_indexes_size(oid))) FROM (
            SELECT CASE WHEN relname LIKE 'event_log_20%' THEN 'event_log, all months' ELSE relname::text END AS name, oid
            FROM pg_class WHERE relnamespace = 'tracking'::regnamespace AND relkind = 'r'
                AND (relname LIKE 'event_log_20%' OR relname LIKE 'event_identity%')) AS part
        GROUP BY name ORDER BY name""")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--learners", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ.setdefault("HOLDFAST_POSTGRES_SHARED_BUFFERS", "3GB")
    with contextlib.ExitStack() as both:
        small, large = (both.enter_context(client.LocalStack(folder(), arguments.bin)) for _ in range(2))
        for stack in (small, large):
            time.sleep(2)
            loaded(stack, arguments)
            stack.wait_until_quiet(seconds=900)
        stored = fill(large, arguments.events)
        for stack in (small, large):  # Both are warm, and have had a checkpoint.
            stack.psql("CHECKPOINT")
            load(stack, arguments.bin, 3, 100, 32, arguments.learners)
            stack.wait_until_quiet(seconds=900)
        rates, waits = [], []
        for _ in range(arguments.rounds):
            (rate, wait), (full_rate, full_wait) = measure(small, arguments), measure(large, arguments)
            rates.append(full_rate / rate)
            waits.append(full_wait / wait)
            print(f"almost empty {rate:8.0f} events/s, p99 {wait:.0f} ms   {stored:,} stored {full_rate:8.0f} events/s, "
                  f"p99 {full_wait:.0f} ms   ratios {rates[-1]:.2f}, {waits[-1]:.2f}", flush=True)
        print(f"full to empty, the middle round: rate {statistics.median(rates):.2f}, p99 {statistics.median(waits):.2f}")
        for stack, what in ((small, "almost empty"), (large, "full")):
            print(what)
            for name, table, indexes in sizes(stack):
                print(f"  {name:24} {table:>9}, indexes {indexes:>9}")
            for name in layout.SERVICES:
                shared, resident = memory(stack.pid_of(name))
                print(f"  {name:24} {shared:6.1f} MB PSS, {resident:6.1f} MB RSS")
    return 0


def folder():
    path = tempfile.mkdtemp(prefix="holdfast-bench-")
    os.chmod(path, 0o755)
    return path


if __name__ == "__main__":
    sys.exit(main())
