import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL

/// Merging learners, parting them again, and saying what somebody is. Each is one transaction: what is said of the
/// learners, their read models worked out anew, the facts that follow, and the audit.
///
/// Locks: one for all changes of the tenant, then the partitions of the projections, then the log's counters.
struct LearnerChanges: Sendable {
    /// Who asks, when, and why.
    struct Order: Sendable {
        let tenant: TenantID
        let actor: String
        /// Empty for no words.
        let note: String
        let now: Date
        let traceparent: String?

        fileprivate var words: String { note.isEmpty ? "" : ": \(note)" }
    }

    private let settings: DatabaseSettings
    private let logger: Logger
    private let log = LogAppender(stream: StreamName.learnerEvents)

    /// - Parameter settings: The service's own login. A change works on a connection of its own, because
    ///   ``LearnerRework`` hides tables behind temporary ones.
    init(_ settings: DatabaseSettings, logger: Logger) {
        var settings = settings
        settings.poolSize = 1
        self.settings = settings
        self.logger = logger
    }

    /// - Throws: ``TrackingError/unknownLearner(_:)``, ``TrackingError/cannotMerge(_:)``,
    ///   ``TrackingError/tooManyEvents(_:)``.
    func merge(_ merged: LearnerID, into survivor: LearnerID, _ order: Order) async throws {
        try await change([merged, survivor], order) { session in
            try Self.checkMerge(merged, into: survivor, order.tenant, session)
            try PeopleRows.saveMerge(merged, into: survivor, at: order.now, tenant: order.tenant, on: session)
            return Step(
                fact: try NewFact(
                    LearnersMerged(survivor: survivor, merged: merged, mergedAt: order.now), tenant: order.tenant,
                    occurredAt: order.now, traceparent: order.traceparent),
                leaving: [merged],
                audit: [
                    .init(subject: Self.subject(merged), action: "merged", note: "into \(survivor)" + order.words),
                    .init(subject: Self.subject(survivor), action: "absorbed", note: "\(merged)" + order.words),
                ])
        }
    }

    /// - Throws: ``TrackingError/cannotMerge(_:)``, ``TrackingError/tooManyEvents(_:)``.
    func unmerge(_ merged: LearnerID, _ order: Order) async throws {
        try await change([merged], order) { session in
            let known = try PeopleRows.known([merged], tenant: order.tenant, on: session)
            guard let survivor = known[merged]?.mergedInto else {
                throw TrackingError.cannotMerge("learner \(merged) is not merged into anybody")
            }
            try PeopleRows.saveMerge(merged, into: nil, at: nil, tenant: order.tenant, on: session)
            return Step(
                fact: try NewFact(
                    LearnersUnmerged(survivor: survivor, merged: merged, unmergedAt: order.now), tenant: order.tenant,
                    occurredAt: order.now, traceparent: order.traceparent),
                leaving: [],
                audit: [
                    .init(subject: Self.subject(merged), action: "unmerged", note: "from \(survivor)" + order.words),
                    .init(subject: Self.subject(survivor), action: "released", note: "\(merged)" + order.words),
                ])
        }
    }

    /// - Throws: ``TrackingError/unknownLearner(_:)``, ``TrackingError/tooManyEvents(_:)``.
    func setRole(_ role: LearnerRole, of learner: LearnerID, _ order: Order) async throws {
        try await change([learner], order) { session in
            for unknown in try PeopleRows.unknown([learner], tenant: order.tenant, on: session) {
                throw TrackingError.unknownLearner(unknown)
            }
            let before = try PeopleRows.known([learner], tenant: order.tenant, on: session)[learner]?.role ?? .learner
            guard before != role else { return nil }
            try PeopleRows.saveRole(role, of: learner, tenant: order.tenant, on: session)
            return Step(
                fact: try NewFact(
                    LearnerRoleChanged(learner: learner, role: role, changedAt: order.now), tenant: order.tenant,
                    occurredAt: order.now, traceparent: order.traceparent),
                leaving: role == .learner ? [] : [learner],
                audit: [
                    .init(
                        subject: Self.subject(learner), action: "role", note: "\(before) to \(role)" + order.words)
                ])
        }
    }

    /// Under which the steps taken on a learner are written down.
    static func subject(_ learner: LearnerID) -> String { "learner/\(learner)" }

    /// What a change says first, and how it is written down.
    private struct Step {
        let fact: NewFact
        /// Who counts as somebody else from now on, or not at all.
        let leaving: [LearnerID]
        let audit: [AuditRows.Step]
    }

    /// - Parameter body: Changes what is said of the learners; `nil` when there is nothing to change.
    private func change(
        _ learners: [LearnerID], _ order: Order, _ body: @escaping @Sendable (Session) throws -> Step?
    ) async throws {
        let database = Database(settings, logger: logger)
        do {
            try await database.transaction { [settings, log] session in
                try PeopleRows.lock(order.tenant, on: session)
                let concerned = try Self.concerned(learners, order.tenant, session)
                var rework = try LearnerRework(
                    tenant: order.tenant, learners: concerned, now: order.now, schema: settings.schema,
                    session: session)
                guard let step = try body(session) else { return }
                let ended = try AnomalyWatch.endAll(
                    of: step.leaving, tenant: order.tenant, at: order.now, on: session)
                let said = try rework.finish() + ended
                try AuditRows.add(step.audit, by: order.actor, tenant: order.tenant, at: order.now, on: session)
                try log.append([step.fact] + said, on: session, recordedAt: order.now)
            }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Everybody whose facts may count for one of these learners, before the change or after it.
    private static func concerned(
        _ learners: [LearnerID], _ tenant: TenantID, _ session: Session
    ) throws -> [LearnerID] {
        let survivors = try PeopleRows.counted(learners, tenant: tenant, on: session).values
        let roots = Set(learners).union(survivors)
        let merged = try PeopleRows.merged(into: Array(roots), tenant: tenant, on: session).map(\.learner)
        return roots.union(merged).sorted()
    }

    private static func checkMerge(
        _ merged: LearnerID, into survivor: LearnerID, _ tenant: TenantID, _ session: Session
    ) throws {
        guard merged != survivor else { throw TrackingError.cannotMerge("a learner cannot be merged into themselves") }
        for unknown in try PeopleRows.unknown([merged, survivor], tenant: tenant, on: session) {
            throw TrackingError.unknownLearner(unknown)
        }
        let known = try PeopleRows.known([merged, survivor], tenant: tenant, on: session)
        if let other = known[merged]?.mergedInto {
            throw TrackingError.cannotMerge("learner \(merged) is merged into \(other) already")
        }
        if let other = known[survivor]?.mergedInto {
            throw TrackingError.cannotMerge("learner \(survivor) is merged into \(other): merge into that one")
        }
        guard try PeopleRows.merged(into: [merged], tenant: tenant, on: session).isEmpty else {
            throw TrackingError.cannotMerge(
                "others are merged into learner \(merged): part them, and merge each into \(survivor)")
        }
    }
}
