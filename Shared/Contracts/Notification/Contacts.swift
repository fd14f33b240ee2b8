import Foundation

/// Sets how learners can be reached. The only way in for names and addresses.
public enum SetContacts {
    public static let contactsMax = 1_000

    public struct Request: Codable, Sendable, Equatable {
        /// 1...``contactsMax``.
        public var contacts: [Contact]

        public init(contacts: [Contact]) {
            self.contacts = contacts
        }
    }
}

public struct Contact: Codable, Sendable, Equatable {
    public var learner: LearnerID
    /// What to call the learner. At most 100 characters, no control characters.
    public var name: String?
    /// An address of RFC 5321 without comments or quoting; refused with a reason otherwise.
    public var email: String?
    /// E.164, e.g. `+441632960123`.
    public var phone: String?
    /// BCP 47, e.g. `en`.
    public var locale: String?
    /// IANA name, e.g. `Europe/London`.
    public var timeZone: String?

    public init(
        learner: LearnerID, name: String? = nil, email: String? = nil, phone: String? = nil,
        locale: String? = nil, timeZone: String? = nil
    ) {
        self.learner = learner
        self.name = name
        self.email = email
        self.phone = phone
        self.locale = locale
        self.timeZone = timeZone
    }
}

public enum GetContacts {
    public struct Request: Codable, Sendable, Equatable {
        /// 1...1,000.
        public var learners: [LearnerID]

        public init(learners: [LearnerID]) {
            self.learners = learners
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// Those that are known, in the order asked.
        public var contacts: [Contact]

        public init(contacts: [Contact]) {
            self.contacts = contacts
        }
    }
}
