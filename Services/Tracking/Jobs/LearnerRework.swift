import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Works the read models of a few learners out anew, when what is said of them changes; for every projection, by its
/// own code, in the transaction of the change.
///
///     their facts, as they counted before ─▶ projection ─▶ temporary tables ─▶ taken out of the live ones
///                  (the change)
///     their facts, as they count now      ─▶ projection ─▶ temporary tables ─▶ put into the live ones
///
/// Rows of a learner are replaced. Rows of a run, which learners share, are sums: what the facts came to is subtracted,
/// and what they come to now is added. So the outcome is what a rebuild of everything would give, and taking
/// a change back gives what was there before it.
///
/// Needs a fresh connection, inside a transaction: temporary tables hide the live ones, and a statement prepared before
/// would still mean those.
struct LearnerRework {
    let tenant: TenantID
    let learners: [LearnerID]
    let now: Date
    private let schema: String
    private let session: Session
    private var facts: [String: [Fact]] = [:]
    private let enrolled: [EnrollmentRecord]

    /// Locks what the learners' projections write, and takes out what their facts came to.
    ///
    /// - Throws: ``TrackingError/tooManyEvents(_:)``.
    init(tenant: TenantID, learners: [LearnerID], now: Date, schema: String, session: Session) throws {
        self.tenant = tenant
        self.learners = learners
        self.now = now
        self.schema = schema
        self.session = session
        let partitions = Set(learners.map { EventLog.partition(tenant: tenant, key: $0.description) }).sorted()
        for projection in Self.projections.sorted(by: { $0.name < $1.name }) {
            try ProjectionStore.own(partitions, of: projection.name, on: session)
        }
        enrolled = try LearnerReworkRows.enrollments(
            of: learners, tenant: tenant, from: "\(identifier: schema).enrollment", on: session)
        for projection in Self.projections {
            let facts = try LearnerReworkRows.projected(
                learners, tenant: tenant, by: projection.name, on: session)
            self.facts[projection.name] = facts
            let shadow = ShadowTables(schema: schema, tables: Self.tables(of: projection), session: session)
            try shadow.make()
            try replay(facts, projection)
            for table in Self.tables(of: projection) {
                let columns = try TableColumns(of: table.name, schema: schema, on: session)
                if columns.learner == nil { try columns.subtract(on: session) }
                try columns.empty(on: session)
            }
        }
    }

    /// Puts in what the facts come to now.
    ///
    /// - Returns: What others must hear of the learners' enrollments.
    mutating func finish() throws -> [NewFact] {
        var after: [EnrollmentRecord] = []
        for projection in Self.projections {
            try replay(facts[projection.name] ?? [], projection)
            // What follows from the time of day is worked out too; others hear of it from the difference below.
            while try projection.settle(at: now, on: session).looked > 0 {}
            if projection.tables.contains(where: { $0.name == "enrollment" }) {
                after = try LearnerReworkRows.enrollments(
                    of: learners, tenant: tenant, from: "pg_temp.enrollment", on: session)
            }
            for table in Self.tables(of: projection) {
                let columns = try TableColumns(of: table.name, schema: schema, on: session)
                if columns.learner == nil {
                    try columns.add(kept: table.kept?(now), on: session)
                } else {
                    try columns.replace(learners, tenant: tenant, on: session)
                }
            }
        }
        return try EnrollmentDifference(before: enrolled, after: after, now: now).facts()
    }

    /// Those whose rows say who did what.
    private static var projections: [any Projection] { ReadModels.projections.filter(\.readsExceptions) }

    /// What was declared, or said of somebody, stays as it is, and is read where it stands.
    private static func tables(of projection: any Projection) -> [ReadModelTable] {
        projection.tables.filter(\.isOfEvents)
    }

    /// As the log is read at this moment. All that counts for somebody comes at once, so nothing was replayed before.
    private func replay(_ facts: [Fact], _ projection: any Projection) throws {
        for counted in try LearnerExceptions(of: facts, on: session).counted(facts) {
            try projection.replay(counted.facts, after: [:], on: session)
        }
    }
}

/// What others must hear after somebody's enrollments were worked out anew.
struct EnrollmentDifference {
    let before: [EnrollmentRecord]
    let after: [EnrollmentRecord]
    let now: Date

    /// Statuses are said as of now, for a hearer keeps the newest; nothing of it is a reason to nudge anybody.
    func facts() throws -> [NewFact] {
        let old = Dictionary(uniqueKeysWithValues: before.map { ($0.key, $0) })
        let new = Dictionary(uniqueKeysWithValues: after.map { ($0.key, $0) })
        var facts: [NewFact] = []
        for key in Set(old.keys).union(new.keys).sorted() {
            switch (old[key], new[key]) {
            case (let record?, nil): facts += try said(record, .withdrawn, at: now)
            case (nil, let record?):
                facts += try said(record, .enrolled, at: record.enrolledAt)
                facts += try said(record, record.status, at: now)
            case (let was?, let record?) where was.status != record.status:
                facts += try said(record, record.status, at: now)
            default: break
            }
            if let record = new[key], old[key]?.state != record.state || old[key]?.stateSince != record.stateSince {
                facts.append(try state(of: record, was: old[key]?.state))
            }
        }
        return facts
    }

    private func said(_ record: EnrollmentRecord, _ status: EnrollmentStatus, at instant: Date) throws -> [NewFact] {
        let fact = EnrollmentChanged(
            learner: record.learner, courseRun: record.courseRun, status: status, changedAt: instant, isBackfill: true)
        return [try NewFact(fact, tenant: record.tenant, occurredAt: instant)]
    }

    private func state(of record: EnrollmentRecord, was: LearnerState?) throws -> NewFact {
        let fact = LearnerStateChanged(
            learner: record.learner, courseRun: record.courseRun, from: was, to: record.state,
            changedAt: record.stateSince, isBackfill: true)
        return try NewFact(fact, tenant: record.tenant, occurredAt: record.stateSince)
    }
}
