import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL

/// Makes the read models of a projection anew from the log while the service goes on, and holds them against the ones
/// in use or puts them in their place.
///
/// The bulk of the log is replayed without holding anything back. Then, in one transaction, the rest follows:
/// a check reads everything in one snapshot, in which live rows, positions and log agree; putting in place makes the
/// projection and the sweep wait for as long as the rest and the rows that differ take.
public struct ReadModelRebuild: Sendable {
    public enum Purpose: Sendable { case check, apply }

    /// How far the replay is: facts of all that were there when it began.
    public struct Progress: Sendable {
        public let projection: String
        public let facts: Int64
        public let total: Int64
    }

    public struct Report: Sendable {
        public let projection: String
        /// Facts of the log that were replayed.
        public let facts: Int64
        /// One a table; empty after ``Purpose/apply``.
        public let comparisons: [TableComparison]
        /// Rows put in place, by table; empty after ``Purpose/check``.
        public let adopted: [(table: String, rows: Int)]

        public var isEqual: Bool { comparisons.allSatisfy(\.isEqual) }
    }

    /// The names of all projections.
    public static var projections: [String] { ReadModels.projections.map(\.name) }

    private let settings: DatabaseSettings
    private let logger: Logger
    /// Facts replayed in one transaction.
    var factsPerStep = TrackingLimits.factsPerRebuildStep
    /// In which order partitions are replayed; it makes no difference to the result.
    var partitions = Array(0..<EventLog.partitionCount)

    /// - Parameter settings: Tracking's own login; connections are made anew, and closed at the end.
    public init(_ settings: DatabaseSettings, logger: Logger) {
        var settings = settings
        settings.poolSize = 1
        settings.statementTimeout = .zero
        self.settings = settings
        self.logger = logger
    }

    /// Rebuilds one projection.
    ///
    /// - Parameters:
    ///   - clock: The service's time, by which states are compared.
    ///   - report: Called after each step.
    /// - Throws: ``TrackingError/unknownProjection(_:)``; `DatabaseError`; whatever a fact does that is no dead letter
    ///   yet and cannot be applied. Nothing has changed then.
    public func run(
        _ name: String, _ purpose: Purpose, clock: @escaping @Sendable () -> Date,
        report: @escaping @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Report {
        guard let projection = ReadModels.projections.first(where: { $0.name == name }) else {
            throw TrackingError.unknownProjection(name)
        }
        let database = Database(settings, logger: logger)
        do {
            let result = try await database.run { [self] session in
                let shadow = ShadowTables(schema: settings.schema, tables: projection.tables, session: session)
                var work = Work(
                    projection: projection, shadow: shadow, session: session, partitions: partitions,
                    factsPerStep: factsPerStep, report: report)
                return try work.run(purpose, clock)
            }
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}

/// One rebuild under way, on its connection.
private struct Work {
    let projection: any Projection
    let shadow: ShadowTables
    let session: Session
    let partitions: [Int]
    let factsPerStep: Int
    let report: @Sendable (ReadModelRebuild.Progress) -> Void

    private var done: [Int: Int64] = [:]
    private var facts: Int64 = 0
    private var total: Int64 = 0

    init(
        projection: any Projection, shadow: ShadowTables, session: Session, partitions: [Int], factsPerStep: Int,
        report: @escaping @Sendable (ReadModelRebuild.Progress) -> Void
    ) {
        self.projection = projection
        self.shadow = shadow
        self.session = session
        self.partitions = partitions
        self.factsPerStep = factsPerStep
        self.report = report
    }

    mutating func run(
        _ purpose: ReadModelRebuild.Purpose, _ clock: @Sendable () -> Date
    ) throws -> ReadModelRebuild.Report {
        let session = session
        try shadow.make()
        let positions = try shadow.positions(of: projection.name, locked: false)
        total = positions.values.reduce(0, +)
        try replay(through: positions) { step in try session.transaction { _ in try step() } }
        return try session.transaction { _ in try purpose == .check ? check(clock) : apply(clock) }
    }

    private mutating func check(_ clock: @Sendable () -> Date) throws -> ReadModelRebuild.Report {
        try session.script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        try replay(through: shadow.positions(of: projection.name, locked: false)) { step in try step() }
        let now = clock()
        _ = try settle(at: now)
        for table in shadow.tables { try shadow.swapInDueRows(of: table, dueAt: now) }
        _ = try settle(at: now)
        let comparisons = try shadow.tables.map { try shadow.compare($0, at: now) }
        return ReadModelRebuild.Report(
            projection: projection.name, facts: facts, comparisons: comparisons, adopted: [])
    }

    private mutating func apply(_ clock: @Sendable () -> Date) throws -> ReadModelRebuild.Report {
        try replay(through: shadow.positions(of: projection.name, locked: true)) { step in try step() }
        try shadow.lockLive()
        try hearStates()
        let now = clock()
        let said = try settle(at: now)
        let adopted = try shadow.tables.map { (table: $0.name, rows: try shadow.adopt($0, at: now)) }
        try LogAppender(stream: StreamName.learnerEvents).append(said, on: session, recordedAt: now)
        return ReadModelRebuild.Report(
            projection: projection.name, facts: facts, comparisons: [], adopted: adopted)
    }

    /// Replays what follows in each partition, up to the given positions.
    private mutating func replay(
        through positions: [Int: Int64], _ step: (() throws -> Void) throws -> Void
    ) throws {
        let parked = try shadow.parked(by: projection.name)
        for partition in partitions {
            while let page = try page(partition, through: positions[partition] ?? 0), let last = page.last {
                try step {
                    let facts = page.filter { !parked.contains($0.position) }
                    for counted in try projection.counted(facts, on: session) {
                        try projection.replay(counted.facts, after: done, on: session)
                    }
                }
                done[partition] = last.seq
                facts += Int64(page.count)
                report(ReadModelRebuild.Progress(projection: projection.name, facts: facts, total: max(total, facts)))
            }
        }
    }

    private func page(_ partition: Int, through position: Int64) throws -> [Fact]? {
        let after = done[partition] ?? 0
        guard after < position else { return nil }
        return try LocalLogReader.read(
            partition: partition, after: after, through: position, limit: factsPerStep, on: session)
    }

    /// States that were said and that the projection has not passed over yet: they must not be said again.
    private func hearStates() throws {
        for partition in partitions {
            let facts = try LocalLogReader.read(
                partition: partition, after: done[partition] ?? 0, limit: .max, on: session)
            try projection.replay(
                facts.filter { $0.type == LearnerStateChanged.type }, after: done, on: session)
        }
    }

    /// Brings what depends on time to one instant, and returns what nobody has said about it yet.
    private func settle(at now: Date) throws -> [NewFact] {
        var said: [NewFact] = []
        while true {
            let step = try projection.settle(at: now, on: session)
            guard step.looked > 0 else { return said }
            said += step.said
        }
    }
}
