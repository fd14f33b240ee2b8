import Contracts
import Foundation

/// The list of learners, each with what four services know of them.
struct LearnerList: Sendable {
    let upstream: Upstream
    let request: APIRequest

    struct Answer: Encodable, Sendable {
        var learners: [Summary]
        var nextPageToken: String
        /// How many match; with a state, how many match but for the state.
        var total: Int
        var unavailable: [String]
    }

    struct Summary: Encodable, Sendable {
        var learner: LearnerID
        var name: String?
        var courseRun: CourseRunID
        /// Absent for a learner whom Prediction has not looked at yet.
        var risk: RiskPrediction?
        var enrollment: Enrollment?
        var lastNudge: NudgeRecord?
    }

    func read() async throws -> Answer {
        let courseRun = try request.courseRun()
        let (band, bandAtLeast) = (
            try request.choice("band", of: RiskBand.allCases), try request.choice("bandAtLeast", of: RiskBand.allCases)
        )
        let state = try request.choice("state", of: LearnerState.allCases)
        let query = ListAtRisk.Request(
            courseRun: courseRun, band: band, bandAtLeast: bandAtLeast, page: try request.page())
        let context = upstream.context(request)
        if let state, band == nil, bandAtLeast == nil {
            return try await byState(state, courseRun: courseRun)
        }
        let found = try await upstream.prediction.call(PredictionRPC.listAtRisk, query, context)
        let missing = Missing()
        var summaries = try await enrich(found.risks.map { ($0.learner, $0.courseRun, $0) }, missing)
        if let state { summaries.removeAll { $0.enrollment?.state != state } }
        return Answer(
            learners: summaries, nextPageToken: found.nextPageToken, total: found.total,
            unavailable: missing.sorted)
    }

    /// With a state alone, Tracking has the list; it holds learners without a score, too.
    private func byState(_ state: LearnerState, courseRun: CourseRunID?) async throws -> Answer {
        let context = upstream.context(request)
        let found = try await upstream.tracking.call(
            TrackingRPC.listEnrollments, .init(courseRun: courseRun, state: state, page: try request.page()), context)
        let missing = Missing()
        let risks = try await risks(of: found.enrollments, missing)
        var summaries = try await enrich(
            found.enrollments.map { ($0.learner, $0.courseRun, risks[Key($0.learner, $0.courseRun)]) }, missing)
        summaries.sort { ($0.risk?.score?.rawValue ?? -1) > ($1.risk?.score?.rawValue ?? -1) }
        let overview = try await upstream.tracking.call(
            TrackingRPC.getTrackingOverview, .init(courseRun: courseRun), context)
        return Answer(
            learners: summaries, nextPageToken: found.nextPageToken, total: overview.states[state.rawValue] ?? 0,
            unavailable: missing.sorted)
    }

    private struct Key: Hashable, Sendable {
        let learner: LearnerID
        let courseRun: CourseRunID
        init(_ learner: LearnerID, _ courseRun: CourseRunID) {
            self.learner = learner
            self.courseRun = courseRun
        }
    }

    private func risks(of enrollments: [Enrollment], _ missing: Missing) async throws -> [Key: RiskPrediction] {
        let context = upstream.context(request)
        return try await withThrowingTaskGroup(of: RiskPrediction?.self) { group in
            for one in enrollments {
                group.addTask {
                    let answer = try await upstream.part("prediction", missing) {
                        try await upstream.prediction.call(
                            PredictionRPC.getRisk, .init(learner: one.learner, courseRun: one.courseRun), context)
                    }
                    return answer?.risks.first
                }
            }
            var found: [Key: RiskPrediction] = [:]
            for try await risk in group.compactMap({ $0 }) { found[Key(risk.learner, risk.courseRun)] = risk }
            return found
        }
    }

    /// Adds names, enrollments and latest nudges, three calls at once.
    private func enrich(
        _ rows: [(learner: LearnerID, courseRun: CourseRunID, risk: RiskPrediction?)], _ missing: Missing
    ) async throws -> [Summary] {
        guard !rows.isEmpty else { return [] }
        let learners = Array(Set(rows.map(\.learner))).sorted()
        let context = upstream.context(request)
        async let contacts = upstream.part("notification", missing) {
            try await upstream.notification.call(
                NotificationRPC.getContacts, .init(learners: learners), context
            ).contacts
        }
        async let enrollments = upstream.part("tracking", missing) {
            try await upstream.tracking.call(
                TrackingRPC.listEnrollments,
                .init(learners: learners, page: PageRequest(size: PageRequest.sizeMax)), context
            ).enrollments
        }
        async let nudges = upstream.part("nudging", missing) {
            try await upstream.nudging.call(
                NudgingRPC.getLatestNudges, .init(learners: learners), context
            ).nudges
        }
        let names = Self.byKey(try await contacts ?? [], \.learner)
        let enrolled = Self.byKey(try await enrollments ?? []) { Key($0.learner, $0.courseRun) }
        let nudged = Self.byKey(try await nudges ?? []) { Key($0.learner, $0.courseRun) }
        return rows.map { row in
            let key = Key(row.learner, row.courseRun)
            return Summary(
                learner: row.learner, name: names[row.learner]?.name, courseRun: row.courseRun, risk: row.risk,
                enrollment: enrolled[key], lastNudge: nudged[key])
        }
    }

    private static func byKey<Value, Key: Hashable>(_ values: [Value], _ key: (Value) -> Key) -> [Key: Value] {
        Dictionary(values.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
