import Foundation

/// How deep somebody dealt with an activity, shallow first: Moodle's "cognitive depth", after the Community of
/// Inquiry (Garrison, Anderson and Archer, 2000), in four steps that events of any platform can tell apart.
public enum StudyDepth: String, Choice, Comparable {
    /// Opened, looked at.
    case viewed
    /// Did something with it.
    case interacted
    /// Gave something of their own: handed in, answered, posted.
    case submitted
    /// Brought it to its end, by the platform's word.
    case completed

    /// 1 for ``viewed`` to 4 for ``completed``.
    public var level: Int {
        switch self {
        case .viewed: 1
        case .interacted: 2
        case .submitted: 3
        case .completed: 4
        }
    }

    public static func < (left: StudyDepth, right: StudyDepth) -> Bool { left.level < right.level }
}
