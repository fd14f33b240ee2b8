#!/usr/bin/env python3
"""kill -9 of each of the five services under load, one after another; then counts.

Every event that the gateway acknowledged must be in PostgreSQL exactly once, every nudge must have gone out exactly
once, and every lag must come back to 0. Runs a stack of its own in a temporary folder; prints what it saw; exit 1 when
anything is lost or doubled.

  kill_check.py [--bin DIR] [--rounds N] [--rate EVENTS_A_SECOND]
"""
import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stack import client, layout  # noqa: E402


def kill_in_turn(stack, rounds, pause):
    """Kills each service `rounds` times while the load runs. Returns how often each was killed."""
    killed = {name: 0 for name in layout.SERVICES}
    for _ in range(rounds):
        for name in layout.SERVICES:
            pid = stack.pid_of(name)
            os.kill(pid, signal.SIGKILL)
            killed[name] += 1
            stack.wait_for_successor(name, pid, seconds=20)
            time.sleep(pause)
    return killed


def wait_for_simulated_clock(stack, seconds=60):
    """The cohort begins weeks ago. Events that came before its clock was set would lie in its future."""
    deadline = time.monotonic() + seconds
    while True:
        shown = datetime.datetime.fromisoformat(stack.get("/v1/clock")["now"].replace("Z", "+00:00"))
        if datetime.datetime.now(datetime.timezone.utc) - shown > datetime.timedelta(days=1):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"kill-check: after {seconds} s the clock still shows {shown}: the simulation did not begin")
        time.sleep(0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=".build/release")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rate", type=int, default=1000)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="holdfast-kill-")
    os.chmod(folder, 0o755)
    with client.LocalStack(folder, arguments.bin, clock="simulated") as stack:
        acknowledged = pathlib.Path(folder) / "acknowledged.txt"
        seconds = 8 + arguments.rounds * 5 * 4
        cohort = subprocess.Popen(
            [f"{arguments.bin}/holdfast", "simulate", "--gateway", stack.url, "--learners", "120", "--weeks", "6",
             "--seed", "11"], env={**os.environ, "HOLDFAST_KEY": stack.admin_key}, stdout=subprocess.DEVNULL)
        wait_for_simulated_clock(stack)
        load = subprocess.Popen(
            [f"{arguments.bin}/holdfast", "load", "--gateway", stack.url, "--rate", str(arguments.rate),
             "--seconds", str(seconds), "--batch", "50", "--connections", "8", "--acknowledged", str(acknowledged)],
            env={**os.environ, "HOLDFAST_KEY": stack.admin_key})
        time.sleep(4)
        killed = kill_in_turn(stack, arguments.rounds, pause=2)
        load.wait()
        cohort.wait()
        stack.wait_until_quiet(seconds=120)
        return report(stack, acknowledged, killed, load.returncode, cohort.returncode)


def report(stack, acknowledged, killed, load_code, cohort_code):
    sent = set(acknowledged.read_text().split())
    rows = stack.psql("SELECT body->>'eventID', count(*) FROM tracking.event_log "
                      "WHERE type = 'LearningEventRecorded' AND body->>'source' = 'load' GROUP BY 1")
    stored = {event: int(count) for event, count in rows}
    lost = sent - stored.keys()
    doubled = [event for event, count in stored.items() if count != 1]
    nudges = int(stack.psql("SELECT count(*) FROM nudging.decision WHERE outcome = 'send'")[0][0])
    deliveries = stack.psql("SELECT state, count(*) FROM notification.delivery GROUP BY 1 ORDER BY 1")
    sent_twice = int(stack.psql("SELECT count(*) FROM (SELECT nudge FROM notification.delivery WHERE nudge IS NOT NULL "
                                "GROUP BY nudge HAVING count(*) > 1) AS doubled")[0][0])
    mails = len(list(pathlib.Path(stack.folder, "mail").glob("*.eml")))
    sent_state = sum(int(count) for state, count in deliveries if state == "sent")
    handled = sum(int(count) for state, count in deliveries)
    dead = sum(int(stack.psql(f"SELECT count(*) FROM {name}.dead_letter")[0][0])
               for name in ["tracking", "prediction", "nudging", "notification"])
    print(f"killed with -9: {json.dumps(killed)}")
    print(f"events acknowledged {len(sent)}, stored once {len(stored) - len(doubled)}, lost {len(lost)}, doubled {len(doubled)}")
    print(f"nudges decided {nudges}, deliveries {dict(deliveries)}, nudges delivered twice {sent_twice}, mails written {mails}")
    print(f"dead letters {dead}; load ended with {load_code}, simulation with {cohort_code}")
    good = (not lost and not doubled and sent_twice == 0 and nudges == handled and mails == sent_state
            and dead == 0 and len(sent) >= 1000 and nudges > 0 and load_code == 0 and cohort_code == 0)
    print("nothing lost, nothing doubled" if good else "NOT GOOD: see the figures above")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
