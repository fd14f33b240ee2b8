import Foundation
import Synchronization

/// A server process that cannot outlive the tests.
///
///     test process ══ pipe ══▶ watchman (sh) ──▶ server
///
/// The watchman reads the pipe. When the test process ends, however it ends, `kill -9` included, the pipe
/// closes; the watchman then stops the server and removes its directory. Both are in a process group of their
/// own, so that Ctrl-C reaches the tests first.
package final class WatchedServer: Sendable {
    private struct State {
        var watchman: pid_t = 0
        var pipe: Int32 = -1
        var server: pid_t = 0
    }

    package let directory: URL
    private let command: [String]
    private let stopSignal: String
    private let state = Mutex(State())

    /// What the server printed, for error messages.
    package var log: String {
        do {
            return try String(contentsOf: directory.appendingPathComponent("server.log"), encoding: .utf8)
        } catch {
            return "(no log: \(error))"
        }
    }

    /// The server's own process id.
    package var pid: pid_t { state.withLock { $0.server } }

    /// Whether the server runs. One that has ended, and whose end the watchman has not looked at yet, does
    /// not.
    package var isAlive: Bool {
        let server = pid
        guard server > 0, kill(server, 0) == 0 else { return false }
        guard let data = FileManager.default.contents(atPath: "/proc/\(server)/stat") else { return true }
        // The state stands behind the name, which is in parentheses and may itself hold some.
        let rest = String(decoding: data, as: UTF8.self).split(separator: ")").last ?? ""
        return !rest.hasPrefix(" Z")
    }

    package init(_ command: [String], directory: URL, stopSignal: String) {
        self.command = command
        self.directory = directory
        self.stopSignal = stopSignal
    }

    private static let script = """
        cd "$1" || exit 1
        directory=$1 signal=$2
        shift 2
        "$@" </dev/null >>server.log 2>&1 &
        server=$!
        trap '' INT TERM HUP
        echo "$server" >server.pid.new && mv server.pid.new server.pid
        read -r order || order=remove
        kill -CONT "$server" 2>/dev/null
        kill -"$signal" "$server" 2>/dev/null
        # A server that is just starting may not hear the first signal; none is deaf to this one.
        [ "$signal" = TERM ] || kill -TERM "$server" 2>/dev/null
        (
            waited=0
            while [ "$waited" -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
            kill -KILL "$server" 2>/dev/null
        ) &
        last_resort=$!
        wait "$server"
        kill -KILL "$last_resort" 2>/dev/null
        [ "$order" = keep ] || { cd / && rm -rf "$directory"; }
        """

    /// Starts the server. Blocks until the process exists, not until it answers.
    package func start() throws {
        let pidFile = directory.appendingPathComponent("server.pid")
        unlink(pidFile.path)
        var ends: [Int32] = [-1, -1]
        // Close-on-exec: no other child may hold the writing end, or the watchman would not see this process
        // end.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw TestSupportError("no pipe: error \(errno)")
        }
        defer { close(ends[0]) }
        let watchman: pid_t
        do {
            watchman = try spawn(
                ["/bin/sh", "-c", Self.script, "watchman", directory.path, stopSignal] + command,
                input: ends[0])
        } catch {
            close(ends[1])
            throw error
        }
        let writingEnd = ends[1]
        state.withLock { $0 = State(watchman: watchman, pipe: writingEnd) }
        for _ in 0..<1_000 {
            if let server = Int32(Self.firstLine(of: pidFile)) {
                return state.withLock { $0.server = server }
            }
            usleep(5_000)
        }
        throw TestSupportError("the watchman did not start \(command.first ?? "")")
    }

    private static func firstLine(of file: URL) -> String {
        guard let data = FileManager.default.contents(atPath: file.path) else { return "" }
        return String(decoding: data.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Stops the server in good order and keeps its files for another start. Blocks.
    package func stop() {
        end(order: "keep\n")
    }

    /// Stops the server and removes its files. Blocks.
    package func remove() {
        end(order: "remove\n")
    }

    /// Lets go of the pipe without a word, as the end of the test process does. For tests of the watchman.
    package func abandon() {
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        close(old.pipe)
    }

    private func end(order: String) {
        let old = state.withLock { state in
            defer { state = State() }
            return state
        }
        guard old.watchman > 0 else { return }
        // A watchman that is gone already makes this fail, and then there is nothing left to order.
        _ = order.withCString { send(old.pipe, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
        close(old.pipe)
        var status: Int32 = 0
        while waitpid(old.watchman, &status, 0) < 0, errno == EINTR {}
    }

    /// Sends the server a signal.
    package func signal(_ number: Int32) throws {
        let server = pid
        guard server > 0, kill(server, number) == 0 else {
            throw TestSupportError("process \(server) takes no signal \(number)")
        }
    }

    private func spawn(_ arguments: [String], input: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Nothing else of the test process is handed on: a socket kept open here would look alive to its peer.
        // Closing a number that is not open does no harm.
        for descriptor in 3..<Int32(min(sysconf(Int32(_SC_OPEN_MAX)), 1_024)) {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of a pool block most signals, and a child inherits that: it would never see SIGTERM.
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        posix_spawnattr_setpgroup(&attributes, 0)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        var child: pid_t = 0
        let problem = posix_spawn(&child, "/bin/sh", &actions, &attributes, pointers, environ)
        guard problem == 0 else { throw TestSupportError("cannot start /bin/sh: error \(problem)") }
        return child
    }
}
