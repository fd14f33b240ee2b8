"""What a local stack is made of: folders, ports, secrets, and the command line of each process."""
import base64
import fcntl
import hashlib
import json
import os
import pathlib
import pwd
import secrets as randomness
import signal
import socket
import subprocess
import time
import zlib

from .processes import Command, StackError

SERVICES = ["tracking", "prediction", "nudging", "notification", "gateway"]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GATEWAY_PORT = 7000


class Stack:
    """One stack with all its state in one folder."""

    def __init__(self, folder: str, binaries: str):
        self.folder = pathlib.Path(folder).resolve()
        self.binaries = pathlib.Path(binaries).resolve()
        self.logs = self.folder / "log"
        self.mail = self.folder / "mail"
        self.description = self.folder / "stack.json"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.mail.mkdir(exist_ok=True)
        self.secrets = self._kept("secrets.json", self._new_secrets)
        self.ports = {}
        self.database_user = "postgres" if os.geteuid() == 0 else None
        self._lock = None

    # -- one stack a folder ------------------------------------------------------------------------------------

    def claim(self) -> None:
        """Makes this process the only one that runs a stack in this folder."""
        self._lock = open(self.folder / "stack.lock", "a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"a stack is running in {self.folder} already; `make down` stops one in the background")
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        self.ports = self._choose_ports()

    def release(self) -> None:
        self._lock.truncate(0)
        self._lock.close()

    def running_supervisor(self):
        """The pid of the process that runs a stack here, or None."""
        path = self.folder / "stack.lock"
        if not path.exists():
            return None
        with open(path, "r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return None
            except BlockingIOError:
                text = lock.read().strip()
                return int(text) if text else None

    # -- addresses ---------------------------------------------------------------------------------------------

    def url(self, service: str) -> str:
        ports = self.ports or json.loads((self.folder / "ports.json").read_text())
        return f"http://127.0.0.1:{ports[service]}"

    def database_url(self, service: str) -> str:
        password = self.secrets[f"{service}_password"]
        return f"postgres://holdfast_{service}:{password}@127.0.0.1:{self.ports['postgres']}/holdfast"

    def admin_database_url(self) -> str:
        return f"postgres://holdfast_admin:{self.secrets['admin_password']}@127.0.0.1:{self.ports['postgres']}/holdfast"

    def redis_url(self) -> str:
        return f"redis://:{self.secrets['redis_password']}@127.0.0.1:{self.ports['redis']}/0"

    # -- PostgreSQL --------------------------------------------------------------------------------------------

    def prepare_database(self, supervisor) -> None:
        """Makes the cluster where there is none, starts it, and sees to schemas and roles."""
        binaries = _postgres_binaries()
        data = self._database_folder()
        if not (data / "PG_VERSION").exists():
            self._make_cluster(binaries, data)
        settings = {
            "port": self.ports["postgres"], "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "max_connections": 150, "shared_buffers": os.environ.get("HOLDFAST_POSTGRES_SHARED_BUFFERS", "256MB"), "synchronous_commit": "on", "fsync": "on",
            "autovacuum_naptime": "10s", "wal_compression": "lz4", "max_wal_size": "4GB", "checkpoint_timeout": "15min", "jit": "off",
            "logging_collector": "off", "timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        argv = [str(binaries / "postgres"), "-D", str(data)] + options
        supervisor.start(Command("postgres", argv, user=self.database_user, stop_signal=signal.SIGINT))
        self._wait_for_database(supervisor, binaries)
        passwords = {f"HOLDFAST_{service.upper()}_PASSWORD": self.secrets[f"{service}_password"] for service in SERVICES}
        self._psql(binaries, "holdfast", ["-f", str(ROOT / "docker/postgres/init.sql")], passwords)

    def _make_cluster(self, binaries, data) -> None:
        password_file = self.folder / "initdb.password"
        _write_private(password_file, self.secrets["admin_password"])
        if self.database_user:
            os.chown(password_file, pwd.getpwnam(self.database_user).pw_uid, -1)
            os.chown(data, pwd.getpwnam(self.database_user).pw_uid, pwd.getpwnam(self.database_user).pw_gid)
        argv = [str(binaries / "initdb"), "-D", str(data), "-U", "holdfast_admin", "--pwfile", str(password_file),
                "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-instructions"]
        extra = {"user": self.database_user, "group": self.database_user} if self.database_user else {}
        made = subprocess.run(argv, capture_output=True, text=True, cwd="/", **extra)
        password_file.unlink()
        if made.returncode != 0:
            raise StackError(f"initdb failed:\n{made.stdout[-1000:]}{made.stderr[-2000:]}")

    def _wait_for_database(self, supervisor, binaries) -> None:
        deadline = time.monotonic() + 60
        while True:
            if not supervisor.is_alive("postgres"):
                raise StackError(f"PostgreSQL ended at start:\n{supervisor.log_end('postgres')}")
            try:
                exists = self._psql(binaries, "postgres", ["-tAc", "SELECT 1 FROM pg_database WHERE datname = 'holdfast'"])
                break
            except StackError as error:
                if time.monotonic() > deadline:
                    raise StackError(f"PostgreSQL does not answer after 60 s: {error}") from error
                time.sleep(0.1)
        if exists.strip() != "1":
            self._psql(binaries, "postgres", ["-c", "CREATE DATABASE holdfast"])

    def _psql(self, binaries, database, arguments, variables=None) -> str:
        environment = {**os.environ, "PGPASSWORD": self.secrets["admin_password"], "PGCONNECT_TIMEOUT": "5",
                       **(variables or {})}
        argv = [str(binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                "-p", str(self.ports["postgres"]), "-U", "holdfast_admin", "-d", database] + arguments
        done = subprocess.run(argv, capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            raise StackError(f"psql failed: {done.stderr.strip()[-1500:]}")
        return done.stdout

    def _database_folder(self) -> pathlib.Path:
        """Beside the other state; elsewhere only when PostgreSQL's user cannot reach that, which is said."""
        data = self.folder / "postgres"
        if self.database_user:
            try:
                pwd.getpwnam(self.database_user)
            except KeyError:
                raise StackError("PostgreSQL refuses to run as root, and there is no user `postgres` to run it as")
            reaches = subprocess.run(["test", "-x", str(self.folder)], user=self.database_user).returncode == 0
            if not reaches:
                name = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
                data = pathlib.Path("/var/tmp") / f"holdfast-{name}"
                print(f"holdfast: user postgres cannot enter {self.folder}; the database is in {data}", flush=True)
        data.mkdir(mode=0o700, exist_ok=True)
        return data

    # -- Redis -------------------------------------------------------------------------------------------------

    def prepare_redis(self, supervisor) -> None:
        data = self.folder / "redis"
        data.mkdir(exist_ok=True)
        configuration = self.folder / "redis.conf"
        # The password is in a private file and not on the command line, where every user of the machine could read it.
        _write_private(configuration, "\n".join([
            "bind 127.0.0.1", f"port {self.ports['redis']}", f"requirepass {self.secrets['redis_password']}",
            f'dir "{data}"', "appendonly yes", "appendfsync everysec", 'save ""', "maxmemory-policy noeviction",
            "daemonize no", ""]))
        supervisor.start(Command("redis", ["redis-server", str(configuration)]))

    # -- services ----------------------------------------------------------------------------------------------

    def service_command(self, service: str, clock: str) -> Command:
        environment = {
            "HOLDFAST_HTTP_HOST": "127.0.0.1",
            "HOLDFAST_HTTP_PORT": str(self.ports[service]),
            "HOLDFAST_DATABASE_URL": self.database_url(service),
            "HOLDFAST_REDIS_URL": self.redis_url(),
            "HOLDFAST_CLOCK": clock,
            "HOLDFAST_PUBLIC_URL": self.url("gateway"),
        }
        environment.update({f"HOLDFAST_{other.upper()}_URL": self.url(other) for other in SERVICES if other != "gateway"})
        if service == "notification":
            environment["HOLDFAST_NOTIFICATION_PROVIDER"] = os.environ.get("HOLDFAST_NOTIFICATION_PROVIDER", "sink")
            environment["HOLDFAST_NOTIFICATION_SINK_FOLDER"] = str(self.mail)
            environment["HOLDFAST_NOTIFICATION_DATA_KEY"] = self.secrets["data_key"]
        if service == "gateway":
            environment["HOLDFAST_GATEWAY_DASHBOARD"] = str(ROOT / "Services/Gateway/Dashboard/dist")
            environment["HOLDFAST_GATEWAY_ADMIN_KEY"] = self.secrets["admin_key"]
            environment["HOLDFAST_GATEWAY_DEMO_KEY"] = self.secrets["demo_key"]
        return Command(service, [str(self.binaries / f"{service}-service")], environment)

    def demo_command(self) -> Command:
        argv = [str(self.binaries / "holdfast"), "simulate", "--gateway", self.url("gateway"), "--learners", "300",
                "--weeks", "12", "--until", "week6", "--live", "--state", str(self.folder / "demo.json")]
        return Command("demo", argv, {"HOLDFAST_KEY": self.secrets["admin_key"]}, revives=False)

    def write_description(self) -> None:
        """stack.json, for scripts and other programs; it holds keys, so only its owner may read it."""
        text = json.dumps({
            "url": self.url("gateway"),
            "adminKey": self.secrets["admin_key"],
            "demoKey": self.secrets["demo_key"],
            "ports": self.ports,
            "services": {service: self.url(service) for service in SERVICES},
            "databases": {service: self.database_url(service) for service in SERVICES} | {"admin": self.admin_database_url()},
            "redis": self.redis_url(),
            "mail": str(self.mail),
            "logs": str(self.logs),
            "supervisor": os.getpid(),
        }, indent=2)
        temporary = self.folder / "stack.json.new"
        _write_private(temporary, text + "\n")
        temporary.rename(self.description)

    def forget_description(self) -> None:
        self.description.unlink(missing_ok=True)

    # -- what is kept ------------------------------------------------------------------------------------------

    def _kept(self, name, make):
        path = self.folder / name
        if path.exists():
            return json.loads(path.read_text())
        made = make()
        _write_private(path, json.dumps(made, indent=2) + "\n")
        return made

    def _new_secrets(self):
        names = ["admin_password", "redis_password"] + [f"{service}_password" for service in SERVICES]
        made = {name: randomness.token_hex(24) for name in names}
        made["data_key"] = base64.b64encode(randomness.token_bytes(32)).decode()
        made["admin_key"] = new_api_key()
        made["demo_key"] = new_api_key()
        return made

    def _choose_ports(self):
        """The ports of last time where they are free, else others."""
        path = self.folder / "ports.json"
        before = json.loads(path.read_text()) if path.exists() else {"gateway": GATEWAY_PORT}
        chosen = {}
        for name in ["postgres", "redis"] + SERVICES:
            wanted = before.get(name)
            chosen[name] = wanted if wanted and _is_free(wanted) and wanted not in chosen.values() else _free_port(chosen)
        path.write_text(json.dumps(chosen) + "\n")
        return chosen


def new_api_key() -> str:
    """A key in the gateway's form: `hf_`, 256 random bits in base 62, and a checksum that catches typing errors."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "".join(alphabet[randomness.randbelow(62)] for _ in range(43))
    return f"hf_{body}{zlib.crc32(body.encode()):08x}"


def _postgres_binaries() -> pathlib.Path:
    """The newest installed PostgreSQL's programs."""
    named = os.environ.get("HOLDFAST_POSTGRES_BIN")
    if named:
        return pathlib.Path(named)
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        raise StackError("PostgreSQL's server is not installed: no /usr/lib/postgresql/*/bin/postgres")
    return found[-1].parent


def _write_private(path: pathlib.Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def _free_port(taken) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in taken.values():
            return port
