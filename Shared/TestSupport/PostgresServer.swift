import Foundation
import Logging
import PostgreSQL
import Synchronization

/// A private PostgreSQL on a free loopback port, in a directory of its own, gone when the tests are.
///
/// `PostgresServer.shared` is started once for each test process. Where `HOLDFAST_TEST_DATABASE_URL` holds a
/// superuser's address, that server is used instead and nothing is started.
public final class PostgresServer: Sendable {
    /// The superuser's address of the database `postgres`.
    public let url: String
    private let process: WatchedServer?
    private let binaries: String

    private static let sharedTask = Mutex<Task<PostgresServer, any Error>?>(nil)

    /// The server that all tests of this process share. It does not sync to disk: it is quick and may lose
    /// everything when it is killed. Tests that kill a server start one of their own.
    public static var shared: PostgresServer {
        get async throws {
            let task = sharedTask.withLock { task in
                if let task { return task }
                let fresh = Task {
                    if let url = ProcessInfo.processInfo.environment["HOLDFAST_TEST_DATABASE_URL"],
                        !url.isEmpty
                    {
                        return try await external(url)
                    }
                    return try await start(isDurable: false)
                }
                task = fresh
                return fresh
            }
            return try await task.value
        }
    }

    private init(url: String, process: WatchedServer?, binaries: String) {
        self.url = url
        self.process = process
        self.binaries = binaries
    }

    deinit {
        process?.remove()
    }

    /// Makes a cluster and starts a server on it.
    ///
    /// - Parameters:
    ///   - isDurable: Whether a commit is on disk before it is acknowledged, as in production.
    ///   - options: Further settings, for example `["max_connections=600"]`.
    public static func start(isDurable: Bool, options: [String] = []) async throws -> PostgresServer {
        try await blocking {
            let binaries = try binaryDirectory()
            let directory = try TemporaryDirectory.make("postgres")
            let prefix = try userPrefix(owning: directory)
            let port = try FreePort.next()
            var settings = [
                "listen_addresses=127.0.0.1", "unix_socket_directories=", "port=\(port)",
                "max_connections=600", "shared_buffers=64MB", "deadlock_timeout=100ms", "timezone=UTC",
                "log_timezone=UTC", "jit=off",
            ]
            if !isDurable { settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"] }
            let command =
                prefix + ["/bin/sh", "-c", script, "postgres", binaries]
                + (settings + options).flatMap { ["-c", $0] }
            let process = WatchedServer(command, directory: directory, stopSignal: "QUIT")
            let server = PostgresServer(
                url: "postgres://postgres@127.0.0.1:\(port)/postgres", process: process, binaries: binaries)
            try server.begin()
            return server
        }
    }

    /// Makes the cluster on the first start, under the watchman's eyes too, so that a test process that is killed
    /// meanwhile leaves nothing behind. `exec` keeps the process id.
    private static let script = """
        binaries=$1
        shift
        # Told to end while the cluster is being made, finish that and end; the watchman then removes it whole.
        trap 'exit 1' TERM
        if ! [ -e initialized ]; then
            "$binaries/initdb" --pgdata=data --username=postgres --auth=trust --no-sync --encoding=UTF8 --locale=C \\
                --no-instructions || exit 1
            touch initialized
        fi
        exec "$binaries/postgres" -D data "$@"
        """

    /// Starts the server again, on the same port and files, after ``stop()`` or ``kill9()``.
    public func restart() async throws {
        guard let process else { throw TestSupportError("a server that was given is not restarted") }
        try await blocking { [self] in
            process.stop()
            try begin()
        }
    }

    /// Stops the server at once, without a checkpoint. Its files stay.
    public func stop() async throws {
        guard let process else { throw TestSupportError("a server that was given is not stopped") }
        try await blocking { process.stop() }
    }

    /// Kills the server's first process; its children end when they notice.
    public func kill9() throws {
        try ownProcess().signal(SIGKILL)
    }

    /// Stops the first process and all connections' processes in their tracks, as a frozen machine would.
    public func freeze() async throws {
        try await signalAll(SIGSTOP)
    }

    /// Lets a frozen server go on.
    public func thaw() async throws {
        try await signalAll(SIGCONT)
    }

    /// A superuser's pool on any database of this server, with a schema of `public`.
    public func settings(database: String = "postgres", poolSize: Int = 1) -> DatabaseSettings {
        DatabaseSettings(
            url: Self.address(url, user: nil, database: database), schema: "public", poolSize: poolSize,
            applicationName: "test superuser")
    }

    /// Runs one statement as superuser.
    @discardableResult
    public func administer(_ sql: SQL, database: String = "postgres") async throws -> [Row] {
        let pool = Database(settings(database: database), logger: Logger(label: "test"))
        do {
            let rows = try await pool.rows(sql)
            await pool.close()
            return rows
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Runs a file through `psql` as superuser, with variables as `psql -v` takes them.
    public func runFile(_ file: URL, database: String, variables: [String: String] = [:]) async throws {
        let address = Self.address(url, user: nil, database: database)
        let command =
            [try Program.find("psql", in: [binaries]), "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1"]
            + variables.sorted { $0.key < $1.key }.flatMap { ["-v", "\($0.key)=\($0.value)"] }
            + ["-f", file.path, address]
        try await blocking { _ = try Program.succeed(command) }
    }

    /// The same server with another user (password as given, where the server asks for one) and database.
    public static func address(_ url: String, user: (name: String, password: String)?, database: String)
        -> String
    {
        guard var parts = URLComponents(string: url) else { return url }
        if let user {
            parts.user = user.name
            parts.password = user.password
        }
        parts.path = "/" + database
        return parts.string ?? url
    }
}

extension PostgresServer {
    private static func external(_ url: String) async throws -> PostgresServer {
        let server = PostgresServer(url: url, process: nil, binaries: "/usr/bin")
        try await TestDatabase.dropLeftovers(on: server)
        return server
    }

    private func ownProcess() throws -> WatchedServer {
        guard let process else { throw TestSupportError("a server that was given is not touched") }
        return process
    }

    private func signalAll(_ number: Int32) async throws {
        let first = try ownProcess().pid
        try await blocking {
            let children = try Program.run([try Program.find("pgrep"), "-P", "\(first)"]).output
                .split(separator: "\n").compactMap { pid_t($0) }
            for process in [first] + children where kill(process, number) != 0 && errno != ESRCH {
                throw TestSupportError("process \(process) takes no signal \(number): error \(errno)")
            }
        }
    }

    /// Starts the process. After a kill the last connections' processes may still hold its shared memory;
    /// then it ends at once, and is started again until they are gone.
    private func begin() throws {
        let process = try ownProcess()
        for _ in 0..<100 {
            if try beginOnce(process) { return }
            guard process.log.suffix(500).contains("still in use") else { break }
            process.stop()
            usleep(100_000)
        }
        throw TestSupportError("PostgreSQL did not start: \(process.log.suffix(2_000))")
    }

    /// Waits until the server says that it is ready, as `pg_ctl` does: by the last line of its pid file.
    /// False when it ended instead.
    private func beginOnce(_ process: WatchedServer) throws -> Bool {
        let status = process.directory.appendingPathComponent("data/postmaster.pid")
        unlink(status.path)
        try process.start()
        for _ in 0..<3_000 {
            if let data = FileManager.default.contents(atPath: status.path) {
                let lines = String(decoding: data, as: UTF8.self).split(
                    separator: "\n", omittingEmptySubsequences: false)
                if lines.count > 7, lines[7].hasPrefix("ready") { return true }
            }
            guard process.isAlive else { return false }
            usleep(10_000)
        }
        return false
    }

    /// PostgreSQL refuses to run as root; then the user `postgres` runs it and owns the directory.
    private static func userPrefix(owning directory: URL) throws -> [String] {
        guard geteuid() == 0 else { return [] }
        guard let user = getpwnam("postgres") else {
            throw TestSupportError("run as root, PostgreSQL needs the user postgres, and there is none")
        }
        guard chown(directory.path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
            throw TestSupportError("cannot give \(directory.path) to the user postgres: error \(errno)")
        }
        return [
            try Program.find("setpriv"), "--reuid=\(user.pointee.pw_uid)", "--regid=\(user.pointee.pw_gid)",
            "--clear-groups", "--",
        ]
    }

    /// `HOLDFAST_POSTGRES_BIN`, else what `pg_config` says, else Debian's newest, else `PATH`.
    private static func binaryDirectory() throws -> String {
        var candidates: [String] = []
        if let given = ProcessInfo.processInfo.environment["HOLDFAST_POSTGRES_BIN"] {
            candidates.append(given)
        }
        let debian = "/usr/lib/postgresql"
        if FileManager.default.fileExists(atPath: debian) {
            candidates += try FileManager.default.contentsOfDirectory(atPath: debian)
                .sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(debian)/\($0)/bin" }
        }
        for directory in candidates where access("\(directory)/initdb", X_OK) == 0 { return directory }
        if let config = whereInstalled("pg_config") {
            let directory = try Program.succeed([config, "--bindir"]).trimmingCharacters(
                in: .whitespacesAndNewlines)
            if access("\(directory)/initdb", X_OK) == 0 { return directory }
        }
        return URL(fileURLWithPath: try Program.find("initdb")).deletingLastPathComponent().path
    }

    private static func whereInstalled(_ name: String) -> String? {
        do {
            return try Program.find(name)
        } catch {
            return nil
        }
    }
}
