#!/usr/bin/env python3
"""The local stack: a private PostgreSQL and Redis, the five services, and the demo.

  stack.py run   [--bin DIR] [--state DIR]     in the foreground, with the demo cohort; Ctrl-C stops all of it
  stack.py up    [--bin DIR] [--state DIR] [--clock system|simulated]     in the background, without the demo
  stack.py down  [--state DIR]                 stops what `up` started
  stack.py serve [--bin DIR] [--state DIR] [--clock system|simulated]     what `up` runs, in the foreground

All state is in one folder (.local by default): data, logs, generated passwords and keys, and stack.json, which says the
URL, every port, the database addresses and an admin key. A process that dies is started again. Python 3.9, no packages.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from stack import layout, processes  # noqa: E402


def say(sentence):
    print(f"holdfast: {sentence}", flush=True)


def start_all(stack, supervisor, clock):
    """Starts the database, Redis and the services, and returns when every service is ready."""
    stack.prepare_database(supervisor)
    stack.prepare_redis(supervisor)
    for service in layout.SERVICES:
        supervisor.start(stack.service_command(service, clock))
    for service in layout.SERVICES:
        supervisor.wait_until_ready(service, stack.url(service) + "/readyz", seconds=60)
    stack.write_description()


def serve(stack, demo, clock):
    supervisor = processes.Supervisor(stack.logs, say)
    stop_signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop_signals)
    try:
        start_all(stack, supervisor, clock)
        if demo:
            supervisor.start(stack.demo_command(), visible=True)
            say(f"dashboard   {stack.url('gateway')}/#key={stack.secrets['demo_key']}")
            say(f"demo key    {stack.secrets['demo_key']}")
            say("Ctrl-C stops everything; the data stays.")
        while signal.sigtimedwait(stop_signals, 0.2) is None:
            supervisor.revive()
        return 0
    except processes.StackError as error:
        say(str(error))
        return 1
    finally:
        say("stopping")
        supervisor.stop_all()
        stack.forget_description()
        stack.release()


def up(arguments, stack):
    if stack.running_supervisor() is not None:
        say(f"already up: {stack.url('gateway')} (state in {stack.folder})")
        return 0
    log = open(stack.logs / "stack.log", "ab")
    command = [sys.executable, __file__, "serve", "--bin", arguments.bin, "--state", arguments.state,
               "--clock", arguments.clock]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if stack.description.exists():
            say(f"up: {json.loads(stack.description.read_text())['url']} (described in {stack.description})")
            return 0
        if child.poll() is not None:
            say(f"did not come up; the last lines of {stack.logs / 'stack.log'}:")
            print("\n".join((stack.logs / "stack.log").read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
            return 1
        time.sleep(0.1)
    os.kill(child.pid, signal.SIGTERM)
    say("did not come up within 120 s; stopped again")
    return 1


def down(stack):
    pid = stack.running_supervisor()
    if pid is None:
        say("nothing is up")
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if stack.running_supervisor() is None:
            say("down; the data stays in " + str(stack.folder))
            return 0
        time.sleep(0.1)
    say(f"process {pid} has not ended within 60 s")
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["run", "up", "down", "serve"])
    parser.add_argument("--bin", default=".build/release", help="folder of the built executables")
    parser.add_argument("--state", default=".local", help="folder of data, logs, keys and stack.json")
    parser.add_argument("--clock", choices=["system", "simulated"], default="system",
                        help="simulated: `holdfast simulate` may set the time of all services; `run` always may")
    arguments = parser.parse_args()
    try:
        stack = layout.Stack(arguments.state, arguments.bin)
        if arguments.command == "up":
            return up(arguments, stack)
        if arguments.command == "down":
            return down(stack)
        stack.claim()
        demo = arguments.command == "run"
        return serve(stack, demo, clock="simulated" if demo else arguments.clock)
    except processes.StackError as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
