import Foundation

/// What a learner did: one of the short words below, or an IRI of the sender's own vocabulary.
public struct Verb: CheckedName {
    public static let lengthMax = 256
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }

    public static let enrolled = Verb(checked: "enrolled")
    public static let unenrolled = Verb(checked: "unenrolled")
    public static let viewed = Verb(checked: "viewed")
    public static let launched = Verb(checked: "launched")
    public static let interacted = Verb(checked: "interacted")
    public static let posted = Verb(checked: "posted")
    public static let submitted = Verb(checked: "submitted")
    /// A mark became known; `result.score` holds it.
    public static let marked = Verb(checked: "marked")
    /// A result carried over from an earlier attempt.
    public static let banked = Verb(checked: "banked")
    public static let completed = Verb(checked: "completed")
    public static let passed = Verb(checked: "passed")
    public static let failed = Verb(checked: "failed")
    public static let loggedIn = Verb(checked: "loggedIn")

    /// All short words.
    public static let known: [Verb] = [
        .enrolled, .unenrolled, .viewed, .launched, .interacted, .posted, .submitted, .marked, .banked, .completed,
        .passed, .failed, .loggedIn,
    ]

    /// What others do to a learner.
    public static let doneToLearners: [Verb] = [.enrolled, .unenrolled, .marked, .banked]

    /// Whether it shows the learner studying: what others do to a learner (marking, enrolling) does not.
    public var isLearnerActivity: Bool { !Self.doneToLearners.contains(self) }
}

/// What sort of thing an activity is.
public enum ActivityKind: String, Choice {
    case content, navigation, home, url, forum, live, quiz, video, assignment, exam, other
}
