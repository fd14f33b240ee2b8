import Contracts
import Foundation

/// Kinds of activity as the features tell them apart: sorts of doing, never names of courses or pages.
public enum StudyKind: Int, CaseIterable, Sendable {
    case content, navigation, link, forum, live, quiz, other

    public init(_ kind: ActivityKind) {
        self =
            switch kind {
            case .content, .video: .content
            case .navigation, .home: .navigation
            case .url: .link
            case .forum: .forum
            case .live: .live
            case .quiz, .assignment, .exam: .quiz
            case .other: .other
            }
    }
}

/// What one learner did in one course run on one day: how many actions of each kind.
public struct StudyDay: Hashable, Sendable {
    public let day: EpochDay
    /// Actions by ``StudyKind``; one lane is spare. A count stops at 65,535.
    public private(set) var actions: SIMD8<UInt16>

    public init(day: EpochDay, actions: SIMD8<UInt16> = .zero) {
        self.day = day
        self.actions = actions
    }

    /// All actions of the day.
    public var total: Int { (0..<8).reduce(0) { $0 + Int(actions[$1]) } }

    public subscript(kind: StudyKind) -> Int { Int(actions[kind.rawValue]) }

    mutating func add(_ count: Int, of kind: StudyKind) {
        let sum = Int(actions[kind.rawValue]) + max(count, 0)
        actions[kind.rawValue] = UInt16(min(sum, Int(UInt16.max)))
    }
}
