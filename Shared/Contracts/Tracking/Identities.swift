import Foundation

/// Says that two learners are one person. All that either did counts for the survivor from now on, and nothing is lost:
/// the log keeps both ids, and ``UnmergeLearners`` makes them two again.
public enum MergeLearners {
    public struct Request: Codable, Sendable, Equatable {
        public var survivor: LearnerID
        /// Whose name for the person is given up.
        public var merged: LearnerID
        /// Why; at most ``AuditEntry/noteLengthMax`` characters.
        public var note: String?
        /// The id of the key that asks.
        public var actor: String

        public init(survivor: LearnerID, merged: LearnerID, note: String? = nil, actor: String) {
            self.survivor = survivor
            self.merged = merged
            self.note = note
            self.actor = actor
        }
    }
}

/// Makes two learners of one again. What came in meanwhile is with the one whom its platform named.
public enum UnmergeLearners {
    public struct Request: Codable, Sendable, Equatable {
        public var merged: LearnerID
        public var note: String?
        public var actor: String

        public init(merged: LearnerID, note: String? = nil, actor: String) {
            self.merged = merged
            self.note = note
            self.actor = actor
        }
    }
}

/// Says what somebody is. The events of anybody but learners are kept, and count nowhere; when somebody turns out to be
/// a learner after all, they count as if they always had.
public enum SetLearnerRole {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID
        public var role: LearnerRole
        public var note: String?
        public var actor: String

        public init(learner: LearnerID, role: LearnerRole, note: String? = nil, actor: String) {
            self.learner = learner
            self.role = role
            self.note = note
            self.actor = actor
        }
    }
}

/// Who a learner is to whom: names, whom they are one with, what they are, and who decided that.
public enum GetIdentity {
    public struct Request: Codable, Sendable, Equatable {
        public var learner: LearnerID

        public init(learner: LearnerID) {
            self.learner = learner
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var learner: LearnerID
        public var role: LearnerRole
        /// As whom this learner counts, when they were merged.
        public var mergedInto: LearnerID?
        /// Who was merged into this learner.
        public var merged: [MergedLearner]
        /// The learner's own names; those of merged learners are with them.
        public var identities: [LearnerIdentity]
        /// Oldest first.
        public var audit: [AuditEntry]

        public init(
            learner: LearnerID, role: LearnerRole, mergedInto: LearnerID? = nil, merged: [MergedLearner] = [],
            identities: [LearnerIdentity] = [], audit: [AuditEntry] = []
        ) {
            self.learner = learner
            self.role = role
            self.mergedInto = mergedInto
            self.merged = merged
            self.identities = identities
            self.audit = audit
        }
    }
}

public struct MergedLearner: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var mergedAt: Date
    public var identities: [LearnerIdentity]

    public init(learner: LearnerID, mergedAt: Date, identities: [LearnerIdentity]) {
        self.learner = learner
        self.mergedAt = mergedAt
        self.identities = identities
    }
}

/// By which names a source calls people who are no learners. A rule holds for names that are seen from now on.
public enum SetRoleRules {
    public static let rulesMax = 100

    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID
        /// In place of all rules of the source; the first that fits holds.
        public var rules: [RoleRule]
        public var actor: String

        public init(source: SourceID, rules: [RoleRule], actor: String) {
            self.source = source
            self.rules = rules
            self.actor = actor
        }
    }
}

/// Names that fit ``pattern`` belong to people of ``role``.
public struct RoleRule: Codable, Sendable, Equatable {
    /// The platform's name of a person, `*` for any number of any characters: `test-*`, `*@staff.example`.
    public var pattern: String
    public var role: LearnerRole

    public init(pattern: String, role: LearnerRole) {
        self.pattern = pattern
        self.role = role
    }
}

public enum ListRoleRules {
    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID

        public init(source: SourceID) {
            self.source = source
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var rules: [RoleRule]

        public init(rules: [RoleRule]) {
            self.rules = rules
        }
    }
}
