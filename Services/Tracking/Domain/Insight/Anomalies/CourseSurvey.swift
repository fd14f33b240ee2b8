import Contracts
import Foundation

/// A look over a whole run: where learners stop, and who hands in together.
public struct CourseSurvey: Sendable {
    /// One learner, as far as a survey needs to know.
    public struct Learner: Sendable {
        /// The activities begun, and when.
        public let begun: [ActivityID: Date]
        /// UTC days with activity, since 1970-01-01, oldest first; not empty.
        public let activeDays: [Int]
        public let lastActivityAt: Date
        public let status: EnrollmentStatus

        public init(
            begun: [ActivityID: Date], activeDays: [Int], lastActivityAt: Date, status: EnrollmentStatus
        ) {
            self.begun = begun
            self.activeDays = activeDays
            self.lastActivityAt = lastActivityAt
            self.status = status
        }
    }

    /// Something handed in for the first time.
    public struct HandIn: Sendable, Equatable {
        public let learner: LearnerID
        public let activity: ActivityID
        public let at: Date

        public init(learner: LearnerID, activity: ActivityID, at: Date) {
            self.learner = learner
            self.activity = activity
            self.at = at
        }
    }

    private let definition: CourseRunDefinition?
    private let peers: CoursePeers
    private let learners: [Learner]
    private let handIns: [HandIn]
    private let now: Date

    /// - Parameters:
    ///   - definition: `nil` for a run that nobody declared.
    ///   - learners: Those with any activity; a fair sample of them will do.
    ///   - handIns: Of all learners, quizzes, assignments and exams.
    ///   - now: Never later than what is known.
    public init(
        definition: CourseRunDefinition?, peers: CoursePeers, learners: [Learner], handIns: [HandIn], now: Date
    ) {
        self.definition = definition
        self.peers = peers
        self.learners = learners
        self.handIns = handIns
        self.now = now
    }

    public func findings() -> [AnomalyFinding] { structural() + CopyingRule.findings(handIns) }

    private func structural() -> [AnomalyFinding] {
        let days = StudyDays(definition)
        // At the end everybody stops.
        if let definition, days.number(of: now) > days.number(of: definition.endsAt) { return [] }
        let travellers = learners.map { learner in
            StructuralRule.Traveller(
                begun: learner.begun.mapValues(UTCDay.number), activeDays: judged(learner, days))
        }
        let steps = CourseStep.all(definition, peers).steps
        return StructuralRule(
            steps: steps, modules: definition?.modules ?? [],
            dueDays: Set(steps.compactMap(\.dueAt).map(UTCDay.number)), travellers: travellers, now: now
        ).findings()
    }

    /// The learner's days that are so long ago that what followed them is known, with whether a stop did. Who completed
    /// the run did not stop.
    private func judged(_ learner: Learner, _ days: StudyDays) -> [(day: Int, isLast: Bool)] {
        let today = UTCDay.number(of: now)
        let following = Array(learner.activeDays.dropFirst()).map(Optional.some) + [nil]
        return zip(learner.activeDays, following).compactMap { day, next in
            guard days.count(in: day + 1..<max(day + 1, today)) >= TrackingLimits.stoppedAfterDays else { return nil }
            let silent = days.count(in: day + 1..<(next ?? today))
            let isEnd = next == nil && learner.status == .completed
            return (day, silent >= TrackingLimits.stoppedAfterDays && !isEnd)
        }
    }
}
