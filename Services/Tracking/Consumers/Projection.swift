import Contracts
import EventLog
import Foundation
import PostgreSQL

/// A part of the read models: kept by hearing Tracking's own log, and made anew from it whenever somebody asks.
///
/// It must not matter in which order learners' events come or how many come at once: late events land where they
/// belong, and a rebuild reads the log in other pieces than the service did. ``ReadModels`` lists all projections.
protocol Projection: Sendable {
    /// Under which its positions are kept.
    static var name: String { get }
    /// The tables that it fills, and nobody else but the sweep of states.
    static var tables: [ReadModelTable] { get }
    /// Whether events of merged learners count as the survivor's, and those of staff, tests and bots not at all. It is
    /// so for all that is known of learners.
    static var readsExceptions: Bool { get }

    /// The effects of some facts, in the order of each partition.
    ///
    /// - Returns: What it has to say about them, for the log.
    /// - Throws: `DecodingError` for a fact that is not what its type says; a poison fact.
    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact]

    /// The same for facts whose consequences are in the log already; says nothing.
    ///
    /// - Parameter done: How far each partition was replayed before these; those that are missing not at all.
    func replay(_ facts: [Fact], after done: [Int: Int64], on session: Session) throws

    /// Works out what depends on time, for some of the rows that are due.
    ///
    /// - Returns: How many rows were looked at, 0 when nothing is due any more, and what is to be said.
    func settle(at now: Date, on session: Session) throws -> (looked: Int, said: [NewFact])
}

extension Projection {
    var name: String { Self.name }
    var tables: [ReadModelTable] { Self.tables }
    var readsExceptions: Bool { Self.readsExceptions }
    static var readsExceptions: Bool { true }

    func replay(_ facts: [Fact], after done: [Int: Int64], on session: Session) throws {
        _ = try apply(facts, on: session)
    }

    func settle(at now: Date, on session: Session) throws -> (looked: Int, said: [NewFact]) { (0, []) }

    /// The facts as they count: as they came, or sorted out when some of them count for somebody else, or for nobody.
    func counted(_ facts: [Fact], on session: Session) throws -> [LearnerExceptions.Counted] {
        let asTheyCame = LearnerExceptions.Counted(partitions: Set(facts.map(\.partition)), facts: facts)
        guard Self.readsExceptions else { return [asTheyCame] }
        let exceptions = try LearnerExceptions(of: facts, on: session)
        return exceptions.isEmpty ? [asTheyCame] : try exceptions.counted(facts)
    }

    /// What the consumer does with a run of facts: effects, and what follows from them, in its transaction.
    func hear(_ facts: [Fact], on session: Session) throws {
        // The log's own time: what lies further ahead in the log cannot have been seen yet.
        guard let now = facts.map(\.recordedAt).max() else { return }
        let own = Set(facts.map(\.partition))
        try ProjectionStore.own(own.sorted(), of: Self.name, on: session)
        let groups = try counted(facts, on: session)
        // A merged learner's events change rows of the survivor, which belong to another partition. Two who want each
        // other's meet in a deadlock, and the log's consumer tries again.
        let others = groups.reduce(into: Set()) { $0.formUnion($1.partitions) }.subtracting(own)
        if !others.isEmpty { try ProjectionStore.own(others.sorted(), of: Self.name, on: session) }
        let said = try groups.flatMap { try apply($0.facts, on: session) }
        try LogAppender(stream: StreamName.learnerEvents).append(said, on: session, recordedAt: now)
    }
}

/// A table that can be made anew from the log.
struct ReadModelTable: Sendable {
    let name: String
    /// The column that says when mere time may change a row; such rows are compared as of one instant.
    var dueColumn: String?
    /// Which rows are kept at an instant, as a condition; `nil` for all. Others may be there or not.
    var kept: (@Sendable (Date) -> SQL)?
    /// Whether its rows change when learners turn out to be one person, or none: not what was declared or said.
    var isOfEvents = true

    init(
        _ name: String, dueColumn: String? = nil, isOfEvents: Bool = true,
        kept: (@Sendable (Date) -> SQL)? = nil
    ) {
        self.name = name
        self.isOfEvents = isOfEvents
        self.dueColumn = dueColumn
        self.kept = kept
    }
}

/// All read models that are kept from the log.
enum ReadModels {
    static let projections: [any Projection] = [
        StudyProjection(), SessionProjection(), InsightProjection(), CatalogProjection(),
    ]

    /// All that hear the log: beside the read models ``SourceProjection``, which knows when things came and ends data
    /// gaps. Its rows are no read models: a replay could not tell what it said at the time.
    static let heard: [any Projection] = projections + [SourceProjection()]
}
