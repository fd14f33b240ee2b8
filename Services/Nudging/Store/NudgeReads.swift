import Contracts
import Foundation
import PostgreSQL

/// What the API answers from: lists by keyset, counts by index.
struct NudgeReads: Sendable {
    let database: Database

    /// Where a page ended: rows strictly after it, in the order newest first, come next.
    struct Cursor: Sendable, Equatable {
        var decidedAt: Date
        var nudge: NudgeID

        /// After every row.
        static let start = Cursor(
            decidedAt: Date(timeIntervalSince1970: 253_402_300_799),
            nudge: NudgeID(rawValue: NamedUUID.make("after every row")))

        var token: String { Data("\(RFC3339.string(from: decidedAt)) \(nudge)".utf8).base64EncodedString() }

        init(decidedAt: Date, nudge: NudgeID) {
            self.decidedAt = decidedAt
            self.nudge = nudge
        }

        init(token: String?) throws {
            guard let token, !token.isEmpty else {
                self = .start
                return
            }
            let parts = Data(base64Encoded: token).map { String(decoding: $0, as: UTF8.self).split(separator: " ") }
            guard let parts, parts.count == 2, let date = RFC3339.date(from: String(parts[0])),
                let nudge = NudgeID(String(parts[1]))
            else { throw NudgingError.invalidPageToken }
            self.init(decidedAt: date, nudge: nudge)
        }
    }

    /// Nudges that were decided to be sent. Reads `decision_treated`, or `decision_by_learner` for one learner.
    func nudges(_ request: ListNudges.Request, tenant: TenantID) async throws -> ListNudges.Response {
        let size = try request.page.effectiveSize()
        let cursor = try Cursor(token: request.page.token)
        let rows = try await database.rows(
            """
            SELECT nudge, learner, course_run, kind, policy, decided_at, delivery, delivered_at, returned_at
            FROM decision
            WHERE tenant = \(tenant) AND outcome = 'send'
              AND (\(request.learner)::uuid IS NULL OR learner = \(request.learner))
              AND (\(request.courseRun)::text IS NULL OR course_run = \(request.courseRun))
              AND (\(request.since)::timestamptz IS NULL OR decided_at >= \(request.since))
              AND (decided_at, nudge) < (\(cursor.decidedAt), \(cursor.nudge))
            ORDER BY decided_at DESC, nudge DESC LIMIT \(size + 1)
            """
        )
        let nudges = try rows.prefix(size).map(Self.nudge)
        return ListNudges.Response(
            nudges: nudges, nextPageToken: Self.next(rows, size, nudges.last.map { ($0.decidedAt, $0.nudge) }))
    }

    /// The newest nudge of each learner and run. Reads `decision_by_learner`, one range a learner.
    func latest(_ request: GetLatestNudges.Request, tenant: TenantID) async throws -> GetLatestNudges.Response {
        guard (1...GetLatestNudges.learnersMax).contains(request.learners.count) else {
            throw RPCError(
                .invalidArgument,
                "learners must have 1 to \(GetLatestNudges.learnersMax) entries, got \(request.learners.count)")
        }
        let rows = try await database.rows(
            """
            SELECT DISTINCT ON (learner, course_run)
                   nudge, learner, course_run, kind, policy, decided_at, delivery, delivered_at, returned_at
            FROM decision
            WHERE tenant = \(tenant) AND outcome = 'send' AND learner = ANY(\(request.learners))
            ORDER BY learner, course_run, decided_at DESC, nudge
            """
        )
        return GetLatestNudges.Response(nudges: try rows.map(Self.nudge))
    }

    /// The decision log. Reads `decision_by_learner`, or `decision_by_time` for all learners.
    func decisions(_ request: ListDecisions.Request, tenant: TenantID) async throws -> ListDecisions.Response {
        let size = try request.page.effectiveSize()
        let cursor = try Cursor(token: request.page.token)
        let rows = try await database.rows(
            """
            SELECT nudge, learner, course_run, policy, kind, outcome, decided_by, verdicts::text AS verdicts, decided_at
            FROM decision
            WHERE tenant = \(tenant)
              AND (\(request.learner)::uuid IS NULL OR learner = \(request.learner))
              AND (decided_at, nudge) < (\(cursor.decidedAt), \(cursor.nudge))
            ORDER BY decided_at DESC, nudge DESC LIMIT \(size + 1)
            """
        )
        let decisions = try rows.prefix(size).map(Self.decision)
        return ListDecisions.Response(
            decisions: decisions,
            nextPageToken: Self.next(rows, size, decisions.last.map { ($0.decidedAt, $0.nudge) }))
    }

    private static func next(_ rows: [Row], _ size: Int, _ last: (Date, NudgeID)?) -> String {
        guard rows.count > size, let last else { return "" }
        return Cursor(decidedAt: last.0, nudge: last.1).token
    }

    private static func nudge(_ row: Row) throws -> NudgeRecord {
        NudgeRecord(
            nudge: try row.decode("nudge"), learner: try row.decode("learner"),
            courseRun: try row.decode("course_run"), kind: try row.decode("kind"), policy: try row.decode("policy"),
            decidedAt: try row.decode("decided_at"), delivery: try row.decode("delivery", as: DeliveryState?.self),
            deliveredAt: try row.decode("delivered_at"), returnedAt: try row.decode("returned_at"))
    }

    private static func decision(_ row: Row) throws -> NudgeDecision {
        let verdicts = try row.decode("verdicts", as: String.self)
        return NudgeDecision(
            nudge: try row.decode("nudge"), learner: try row.decode("learner"),
            courseRun: try row.decode("course_run"), policy: try row.decode("policy"), kind: try row.decode("kind"),
            outcome: try row.decode("outcome"), decidedBy: try row.decode("decided_by", as: NudgeRule?.self),
            verdicts: try JSONCoding.decoder().decode([RuleVerdict].self, from: Data(verdicts.utf8)),
            decidedAt: try row.decode("decided_at"))
    }
}
