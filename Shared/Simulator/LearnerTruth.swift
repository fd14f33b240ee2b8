import Contracts
import Foundation

/// What really was with one learner: no service can know it, every estimate can be held against it.
public struct LearnerTruth: Sendable, Equatable, Codable {
    public var learner: ExternalLearnerID
    public var traits: LearnerTraits
    /// Where the learner stands now.
    public var standing: Standing
    /// In order of time.
    public var exits: [Exit]
    public var withdrawnAt: Date?
    public var firstActivityAt: Date?
    public var lastActivityAt: Date?
    /// In order of arrival.
    public var nudges: [ReceivedNudge]

    public enum Standing: String, Sendable, Codable, CaseIterable {
        case waiting, studying, drifting, silent, withdrawn

        init(_ state: LearnerLife.State) {
            self =
                switch state {
                case .waiting: .waiting
                case .studying: .studying
                case .drifting: .drifting
                case .silent: .silent
                case .withdrawn: .withdrawn
                }
        }
    }

    public enum Cause: String, Sendable, Codable {
        /// The learner's own hazard of giving up.
        case hazard
        /// The learner's own comeback.
        case itself
        case nudge
    }

    /// The will to go on was lost; activity ends at once or over the following weeks, by `style`.
    public struct Exit: Sendable, Equatable, Codable {
        public var at: Date
        public var style: LearnerTraits.ExitStyle
        public var cause: Cause
        public var returnedAt: Date?
        public var returnCause: Cause?
    }

    public enum Effect: String, Sendable, Codable, CaseIterable {
        /// It was not read.
        case unread
        /// It was read and changed nothing.
        case none
        /// It brings the learner back.
        case returned
        /// The learner studied anyway, and does more now.
        case encouraged
        case pushedAway
    }

    /// A nudge that arrived, and both worlds after it.
    public struct ReceivedNudge: Sendable, Equatable, Codable {
        /// Whatever the caller knows the nudge by.
        public var reference: String
        public var kind: NudgeKind
        public var receivedAt: Date
        public var standing: Standing
        public var effect: Effect
        /// First activity within 14 days after it, if no more nudges came.
        public var withIt: Date?
        /// First activity in the same 14 days, had this one not come and no more either.
        public var withoutIt: Date?

        /// It made the difference between silence and a return.
        public var causedReturn: Bool { withIt != nil && withoutIt == nil }
    }
}

/// Who a simulated learner is to the outside: what a platform would know.
public struct SimulatedLearner: Sendable, Equatable, Codable {
    public let externalID: ExternalLearnerID
    public let name: String
    /// At a subdomain of example.org, where no mail is ever delivered.
    public let email: String
    public let timeZone: String
}
