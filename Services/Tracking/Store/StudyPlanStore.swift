import Contracts
import EventLog
import Foundation
import PostgreSQL

/// What learners and tenants say about when they study: facts of the log, from which the read models follow.
struct StudyPlanStore: Sendable {
    let database: Database
    private let log = LogAppender(stream: StreamName.learnerEvents)

    init(database: Database) {
        self.database = database
    }

    /// Says something into the log, once it is committed.
    func say<Body: StreamFact>(_ body: Body, tenant: TenantID, now: Date, traceparent: String?) async throws {
        let fact = try NewFact(body, tenant: tenant, occurredAt: now, traceparent: traceparent)
        _ = try await database.transaction { session in
            try log.append([fact], on: session, recordedAt: now)
        }
    }

    /// What a learner said; nothing for one who never did.
    func plan(of learner: LearnerID, tenant: TenantID) async throws -> LearnerPlan {
        try await database.run { session in
            try StudyCalendars.plans(of: [(tenant, learner)], on: session).values.first ?? LearnerPlan()
        }
    }

    func holidays(of tenant: TenantID) async throws -> [Holiday] {
        try await database.run { try StudyCalendars.holidays(of: tenant, on: $0) }
    }
}
