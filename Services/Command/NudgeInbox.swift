import Contracts
import Foundation

/// What reaches the learners: reads from the public API which nudges were sent since the last look.
struct NudgeInbox {
    struct Message: Equatable {
        let nudge: NudgeID
        let kind: NudgeKind
        let learner: ExternalLearnerID
        let sentAt: Date
    }

    private let client: GatewayClient
    private let courseRun: CourseRunID
    private let source: SourceID
    private let learners: Set<ExternalLearnerID>
    private var kinds: [NudgeID: NudgeKind] = [:]
    private var seen: Set<NudgeID>
    private var names: [LearnerID: ExternalLearnerID] = [:]
    private var nudgesSince: Date
    private var deliveriesSince: Date

    /// - Parameters:
    ///   - learners: Those of this cohort; another one may study the same course run.
    ///   - seen: Nudges that were handed on already.
    ///   - since: Nothing earlier is looked at.
    init(
        client: GatewayClient, courseRun: CourseRunID, source: SourceID, learners: Set<ExternalLearnerID>,
        seen: Set<NudgeID>, since: Date
    ) {
        self.client = client
        self.courseRun = courseRun
        self.source = source
        self.learners = learners
        self.seen = seen
        nudgesSince = since
        deliveriesSince = since
    }

    /// Messages that were sent since the last look, each once, in order of time.
    ///
    /// - Parameter now: The services' time; nothing can change before it any more.
    mutating func newMessages(now: Date) async throws -> [Message] {
        let nudges = try await client.all(
            "/v1/nudges",
            query: [("courseRun", courseRun.rawValue), ("since", RFC3339.string(from: nudgesSince))],
            rows: { (page: ListNudges.Response) in page.nudges }, next: { $0.nextPageToken })
        for nudge in nudges { kinds[nudge.nudge] = nudge.kind }
        let deliveries = try await client.all(
            "/v1/deliveries", query: [("state", "sent"), ("since", RFC3339.string(from: deliveriesSince))],
            rows: { (page: ListDeliveries.Response) in page.deliveries }, next: { $0.nextPageToken })
        var messages: [Message] = []
        for delivery in deliveries {
            // A nudge of another course, or a message that no nudge caused, is nothing to this cohort.
            guard let nudge = delivery.nudge, let kind = kinds[nudge], !seen.contains(nudge) else { continue }
            seen.insert(nudge)
            guard let learner = try await name(of: delivery.learner), learners.contains(learner) else {
                continue
            }
            messages.append(Message(nudge: nudge, kind: kind, learner: learner, sentAt: delivery.changedAt))
        }
        // A nudge may wait some days for its hour; both lists are read anew from two days back, and `seen`
        // keeps each message from counting twice.
        nudgesSince = max(nudgesSince, now.addingTimeInterval(-2 * 86_400))
        deliveriesSince = nudgesSince
        return messages.sorted { ($0.sentAt, $0.nudge) < ($1.sentAt, $1.nudge) }
    }

    private mutating func name(of learner: LearnerID) async throws -> ExternalLearnerID? {
        if let known = names[learner] { return known }
        let answer: LearnerAnswer = try await client.get("/v1/learners/\(learner)")
        let name = answer.identities.first { $0.source == source }?.externalID
        names[learner] = name
        return name
    }
}
