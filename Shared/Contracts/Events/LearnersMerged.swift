import Foundation

/// Two learners are one person: what ``merged`` did and will do counts for ``survivor``. Said by Tracking, keyed by the
/// merged learner, under whose id facts go on being recorded.
public struct LearnersMerged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearnersMerged"
    public static let version = 1

    public var survivor: LearnerID
    public var merged: LearnerID
    public var mergedAt: Date

    public init(survivor: LearnerID, merged: LearnerID, mergedAt: Date) {
        self.survivor = survivor
        self.merged = merged
        self.mergedAt = mergedAt
    }
}

extension LearnersMerged {
    public var key: String { merged.description }
}

/// Two learners who were merged are two again, each with all that was ever recorded under their own id. Said by
/// Tracking, keyed by the learner who had been merged.
public struct LearnersUnmerged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearnersUnmerged"
    public static let version = 1

    public var survivor: LearnerID
    public var merged: LearnerID
    public var unmergedAt: Date

    public init(survivor: LearnerID, merged: LearnerID, unmergedAt: Date) {
        self.survivor = survivor
        self.merged = merged
        self.unmergedAt = unmergedAt
    }
}

extension LearnersUnmerged {
    public var key: String { merged.description }
}

/// What somebody is changed: only learners are enrolled, scored, nudged and counted. Said by Tracking, keyed by
/// learner.
public struct LearnerRoleChanged: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "LearnerRoleChanged"
    public static let version = 1

    public var learner: LearnerID
    public var role: LearnerRole
    public var changedAt: Date

    public init(learner: LearnerID, role: LearnerRole, changedAt: Date) {
        self.learner = learner
        self.role = role
        self.changedAt = changedAt
    }
}

extension LearnerRoleChanged {
    public var key: String { learner.description }
}

/// What somebody is whom a platform names.
public enum LearnerRole: String, Choice {
    /// Somebody who learns, as everybody is until something else is said.
    case learner
    /// Teaches or administers.
    case staff
    /// An account for trying things out.
    case test
    /// A program.
    case bot
}
