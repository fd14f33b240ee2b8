import Contracts

extension LearningEventRecorded {
    /// How deep the learner went with the activity in this event; `nil` for what says nothing of it.
    ///
    /// A mark shows that something was handed in before. A verb that is none of the short words, an IRI of the sender's
    /// own, counts as dealing with the activity: it is more than opening it.
    public var depth: StudyDepth? {
        switch verb {
        case .enrolled, .unenrolled: return nil
        case .completed, .passed: return .completed
        default: break
        }
        if result?.completion == true { return .completed }
        switch verb {
        case .submitted, .posted, .failed, .marked, .banked: return .submitted
        default: break
        }
        if result?.score != nil { return .submitted }
        switch verb {
        case .viewed, .launched, .loggedIn: return .viewed
        default: return .interacted
        }
    }

    /// The activity that progress is about; `nil` when the event names none, or the run itself.
    public var progressActivity: ActivityReference? {
        guard let activity, activity.id.rawValue != courseRun?.rawValue else { return nil }
        return activity
    }

    /// Whether the learner handed something in or answered: an attempt.
    var isAttempt: Bool { verb.isLearnerActivity && (verb == .submitted || result?.score != nil) }

    /// Whether it opens the activity and says nothing more.
    var isOpening: Bool { (verb == .viewed || verb == .launched) && result?.score == nil }

    /// Whether it is a right answer of the learner's: full marks, or success said outright.
    var isRightAnswer: Bool {
        guard verb.isLearnerActivity, let result else { return false }
        return result.success ?? result.score.map { $0 >= TrackingLimits.rightAnswerScore } ?? false
    }
}

extension ActivityKind {
    /// The deepest that a learner can be expected to go when the platform never says that anything was completed:
    /// a page is done when it was opened, a forum when something was posted, all else when it was handed in.
    var depthWanted: StudyDepth {
        switch self {
        case .content, .navigation, .home, .url, .live, .video, .other: .viewed
        case .forum, .quiz, .assignment, .exam: .submitted
        }
    }

    /// A place that everybody passes through, not something to be done.
    var isPlace: Bool { self == .home || self == .navigation }

    /// Of two kinds that events give one activity: the one that says something, then the first by name. So the
    /// order of events does not matter.
    static func agreed(_ one: ActivityKind, _ other: ActivityKind) -> ActivityKind {
        if one == .other { return other }
        if other == .other { return one }
        return one.rawValue <= other.rawValue ? one : other
    }
}
