"""Starting, watching, reviving and stopping the processes of a local stack."""
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Dict, List, Optional

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class StackError(Exception):
    """Something that the person at the keyboard must know; its text is the whole message."""


@dataclass
class Command:
    """One process to keep alive."""

    name: str
    argv: List[str]
    environment: Dict[str, str] = field(default_factory=dict)
    user: Optional[str] = None
    stop_signal: int = signal.SIGTERM
    revives: bool = True


class Supervisor:
    """Owns the processes it started, and ends only those."""

    def __init__(self, logs: pathlib.Path, say):
        self.logs = logs
        self.say = say
        self.children = {}
        self.started_at = {}
        self.failures = {}

    def start(self, command: Command, visible: bool = False) -> None:
        """Starts a process; its output goes to a log file, or to this terminal when `visible`."""
        log = None if visible else open(self.logs / f"{command.name}.log", "ab")

        def before_exec():
            # A group of its own, so that the terminal's Ctrl-C reaches this process alone, which stops the others in
            # order; and word to the child when this process dies by whatever means.
            os.setpgid(0, 0)
            _libc.prctl(PR_SET_PDEATHSIG, command.stop_signal)
            signal.pthread_sigmask(signal.SIG_SETMASK, set())

        extra = {}
        if command.user is not None:
            extra = {"user": command.user, "group": command.user, "extra_groups": [command.user]}
        try:
            child = subprocess.Popen(
                command.argv,
                env={**os.environ, **command.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=before_exec,
                **extra,
            )
        except FileNotFoundError as error:
            raise StackError(f"{command.name} cannot start: {command.argv[0]} is not there ({error.strerror})") from error
        self.children[command.name] = (command, child, visible)
        self._write_pids()
        self.started_at[command.name] = time.monotonic()

    def revive(self) -> None:
        """Starts again whatever has ended and should live."""
        for name, (command, child, visible) in list(self.children.items()):
            if child.poll() is None or not command.revives:
                continue
            lived = time.monotonic() - self.started_at[name]
            failures = 0 if lived > 30 else self.failures.get(name, 0) + 1
            if lived < min(0.2 * 2 ** min(failures, 5), 5.0) and failures > 1:
                continue
            self.failures[name] = failures
            self.say(f"{name} ended ({_ending(child.returncode)}); started again")
            self.start(command, visible)

    def _write_pids(self) -> None:
        """pids.json beside the logs' folder, for checks that kill a process."""
        path = self.logs.parent / "pids.json"
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({name: child.pid for name, (_, child, _) in self.children.items()}) + "\n")
        temporary.rename(path)

    def is_alive(self, name: str) -> bool:
        return self.children[name][1].poll() is None

    def pid(self, name: str) -> int:
        return self.children[name][1].pid

    def wait_until_ready(self, name: str, url: str, seconds: float) -> None:
        """Waits for a 200 from `url`; a process that ends before is the error, with the end of its log."""
        deadline = time.monotonic() + seconds
        reason = "no answer"
        while time.monotonic() < deadline:
            if not self.is_alive(name):
                raise StackError(f"{name} ended at start ({_ending(self.children[name][1].returncode)}):\n{self.log_end(name)}")
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as error:
                reason = f"{error.code} {error.read(2000).decode(errors='replace')}"
            except OSError as error:
                reason = str(error)
            time.sleep(0.05)
        raise StackError(f"{name} is not ready after {seconds:.0f} s: {reason}\n{self.log_end(name)}")

    def log_end(self, name: str, lines: int = 12) -> str:
        path = self.logs / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"

    def stop_all(self, seconds: float = 20.0) -> None:
        """Stops in the reverse order of starting; a process that does not end in time is killed, and that is said."""
        for name, (command, child, _) in reversed(list(self.children.items())):
            if child.poll() is not None:
                continue
            child.send_signal(command.stop_signal)
            try:
                child.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.say(f"{name} did not end within {seconds:.0f} s; killed")
                child.kill()
                child.wait()


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
