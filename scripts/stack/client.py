"""A stack of its own for a check or a benchmark: started, asked, and stopped again."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from .layout import ROOT, _postgres_binaries

STACK = str(ROOT / "scripts" / "stack.py")


class LocalStack:
    """`with LocalStack(folder, binaries) as stack:` has a running stack; leaving stops it and removes the folder."""

    def __init__(self, folder: str, binaries: str, clock: str = "system"):
        self.folder = folder
        self.binaries = binaries
        self.clock = clock

    def __enter__(self):
        command = [sys.executable, STACK, "up", "--bin", self.binaries, "--state", self.folder, "--clock", self.clock]
        subprocess.run(command, check=True)
        self.description = json.loads(pathlib.Path(self.folder, "stack.json").read_text())
        self.url = self.description["url"]
        self.admin_key = self.description["adminKey"]
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            for log in sorted(pathlib.Path(self.folder, "log").glob("*.log")):
                end = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                print(f"--- {log.name}\n{end}", file=sys.stderr)
        subprocess.run([sys.executable, STACK, "down", "--state", self.folder], check=True)
        shutil.rmtree(self.folder)

    def get(self, path: str):
        """The JSON answer of the public API."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.admin_key}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def pids(self):
        """Pids of the services by name, as the supervisor started them."""
        return json.loads(pathlib.Path(self.folder, "pids.json").read_text())

    def pid_of(self, name: str) -> int:
        return self.pids()[name]

    def wait_for_successor(self, name: str, pid: int, seconds: float) -> None:
        """Waits until another process stands in for `pid`, and is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.pid_of(name) != pid:
                try:
                    with urllib.request.urlopen(self.description["services"][name] + "/readyz", timeout=2) as answer:
                        if answer.status == 200:
                            return
                except OSError:
                    pass  # Not listening yet, or not ready: asked again until the deadline.
            time.sleep(0.05)
        raise TimeoutError(f"{name} was not ready again within {seconds} s of being killed")

    def wait_until_quiet(self, seconds: float) -> float:
        """Waits until no fact is on its way; returns how long that took, in seconds."""
        started = time.monotonic()
        quiet = 0
        last = None
        while time.monotonic() < started + seconds:
            last = self.get("/v1/status")["services"]
            busy = any(service["reasons"] or service["pending"] or any(service["lag"].values()) for service in last)
            quiet = 0 if busy else quiet + 1
            if quiet == 2:
                return time.monotonic() - started
            time.sleep(0.1)
        raise TimeoutError(f"not quiet after {seconds} s: {json.dumps(last)}")

    def psql(self, sql: str):
        """Rows of text, asked as the administrator: this looks past the services' own code."""
        done = subprocess.run(
            [str(_postgres_binaries() / "psql"), "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql,
             self.description["databases"]["admin"]],
            capture_output=True, text=True, check=False, env={**os.environ})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def redis(self, *command: str) -> str:
        """What Redis answers."""
        address = urllib.parse.urlsplit(self.description["redis"])
        done = subprocess.run(
            ["redis-cli", "-e", "-h", address.hostname, "-p", str(address.port), *command], capture_output=True,
            text=True, check=False, env={**os.environ, "REDISCLI_AUTH": address.password})
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout
