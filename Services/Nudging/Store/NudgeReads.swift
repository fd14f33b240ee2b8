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

        init(decidedAt: Date, nudge: NudgeID) {
            self.decidedAt = decidedAt
            self.nudge = nudge
        }

        /// - Parameter question: The list's name, the tenant and every filter.
        func token(for question: [String?]) -> String {
            PageToken.text([RFC3339.string(from: decidedAt), nudge.description], question: question)
        }

        /// - Throws: ``NudgingError/invalidPageToken`` for what ``token(for:)`` did not make for `question`.
        init(token: String?, question: [String?]) throws(NudgingError) {
            let keys = try PageToken.keys(
                token, count: 2, question: question, otherwise: NudgingError.invalidPageToken)
            guard let keys else {
                self = .start
                return
            }
            guard let decidedAt = RFC3339.date(from: keys[0]), let nudge = NudgeID(keys[1]) else {
                throw .invalidPageToken
            }
            self.init(decidedAt: decidedAt, nudge: nudge)
        }
    }

    /// Nudges that were decided to be sent. Reads `decision_treated`, or `decision_by_learner` for one learner.
    func nudges(_ request: ListNudges.Request, tenant: TenantID) async throws -> ListNudges.Response {
        let size = try request.page.effectiveSize()
        let question: [String?] = [
            "nudges", tenant.rawValue, request.learner?.description, request.courseRun?.rawValue,
            request.since.map(RFC3339.string(from:)),
        ]
        let cursor = try Cursor(token: request.page.token, question: question)
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
            nudges: nudges,
            nextPageToken: Self.next(rows, size, nudges.last.map { ($0.decidedAt, $0.nudge) }, question))
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
        let question: [String?] = ["decisions", tenant.rawValue, request.learner?.description]
        let cursor = try Cursor(token: request.page.token, question: question)
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
            nextPageToken: Self.next(rows, size, decisions.last.map { ($0.decidedAt, $0.nudge) }, question))
    }

    private static func next(
        _ rows: [Row], _ size: Int, _ last: (Date, NudgeID)?, _ question: [String?]
    ) -> String {
        guard rows.count > size, let last else { return "" }
        return Cursor(decidedAt: last.0, nudge: last.1).token(for: question)
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
