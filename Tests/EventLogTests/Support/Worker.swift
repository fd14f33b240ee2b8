import Foundation
import Synchronization
import TestSupport

@testable import EventLog

/// The process `eventlog-worker`, as a relay or a consumer of a world.
final class Worker: Sendable {
    enum Role: String, Sendable { case relay, consumer }

    /// What the process does to itself when it reaches a step for the `count`-th time.
    struct ExactFault: Sendable, Hashable, CustomStringConvertible {
        enum Signal: String, Sendable, CaseIterable { case kill, stop }

        let step: LogStep
        let signal: Signal
        let count: Int
        var description: String { "\(signal) at \(step)" }
    }

    let role: Role
    let fault: ExactFault?
    private let process: Process
    private let frozenSince = Mutex<ContinuousClock.Instant?>(nil)
    /// The process makes this file right before it does its fault.
    private let firedFile: URL
    private let isFiringTold = Mutex(false)
    private let wokenAt = Mutex<ContinuousClock.Instant?>(nil)

    /// Starts the process.
    init(
        _ role: Role, in world: LogWorld, name: String, lease: Duration, streamEntriesMax: Int64,
        isFenced: Bool, fault: ExactFault?
    ) throws {
        self.role = role
        self.fault = fault
        let schema = role == .relay ? "said" : "heard"
        firedFile = FileManager.default.temporaryDirectory.appending(
            path: "eventlog-fired-\(UUID().uuidString)")
        process = Process()
        process.executableURL = try Self.executable()
        process.environment = [
            "EVENTLOG_ROLE": role.rawValue, "EVENTLOG_DATABASE_URL": world.database.url(for: schema),
            "EVENTLOG_SCHEMA": schema, "EVENTLOG_SOURCE_URL": world.database.url(for: "said"),
            "EVENTLOG_SOURCE_SCHEMA": "said", "EVENTLOG_REDIS_URL": world.redis.url,
            "EVENTLOG_STREAM": world.stream, "EVENTLOG_OWNER": name,
            "EVENTLOG_LEASE_MS": "\(lease.milliseconds)", "EVENTLOG_STREAM_ENTRIES": "\(streamEntriesMax)",
            "EVENTLOG_UNFENCED": isFenced ? "0" : "1",
            "EVENTLOG_FAULT": fault.map { "\($0.step.rawValue):\($0.signal.rawValue):\($0.count)" } ?? "",
            "EVENTLOG_FIRED": firedFile.path,
            "EVENTLOG_VERBOSE": ProcessInfo.processInfo.environment["EVENTLOG_TEST_LOG"] == nil ? "0" : "1",
        ]
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        unlink(firedFile.path)
    }

    /// Did to itself what it was told to.
    var hasFired: Bool { fault != nil && FileManager.default.fileExists(atPath: firedFile.path) }

    /// The fault, the first time it is found done.
    func newlyFired() -> ExactFault? {
        guard hasFired else { return nil }
        return isFiringTold.withLock { isTold in
            defer { isTold = true }
            return isTold ? nil : fault
        }
    }

    var isRunning: Bool { process.isRunning }

    /// The signal that ended the process; nil while it runs or when it ended by itself.
    var endedBy: Int32? {
        guard !process.isRunning, process.terminationReason == .uncaughtSignal else { return nil }
        return process.terminationStatus
    }

    /// How the process ended, for a message.
    var ending: String {
        process.isRunning
            ? "runs" : "ended by \(endedBy.map { "signal \($0)" } ?? "exit status \(process.terminationStatus)")"
    }

    /// Ended by itself after a request to end.
    var endedWell: Bool {
        !process.isRunning && process.terminationReason == .exit && process.terminationStatus == 0
    }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    func end() async throws {
        signal(SIGKILL)
        signal(SIGCONT)
        try await until(within: .seconds(5), "a killed worker is gone") { !self.process.isRunning }
    }

    /// Wakes the process when it has been frozen for `limit`.
    func thaw(after limit: Duration) {
        guard isFrozen else { return frozenSince.withLock { $0 = nil } }
        let since = frozenSince.withLock { since in
            since = since ?? .now
            return since
        }
        guard let since, since.duration(to: .now) >= limit else { return }
        signal(SIGCONT)
        wokenAt.withLock { $0 = .now }
    }

    /// Froze by its own fault, was woken, and has had time to do harm since.
    var isSpent: Bool {
        fault?.signal == .stop && hasFired
            && wokenAt.withLock { $0.map { $0.duration(to: .now) > .milliseconds(400) } ?? false }
    }

    private var isFrozen: Bool {
        guard process.isRunning,
            let data = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/stat")
        else { return false }
        // pid (name) state ...: the name may hold anything, so look behind its closing bracket.
        let state = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
            .first
        return state == "T"
    }

    /// Built beside the tests.
    private static func executable() throws -> URL {
        let ownFolder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let folders = [ownFolder, Repository.root.appending(path: ".build/debug")]
        for folder in folders {
            let candidate = folder.appending(path: "eventlog-worker")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        throw TestSupportError("eventlog-worker is not built: looked in \(folders.map(\.path))")
    }
}
