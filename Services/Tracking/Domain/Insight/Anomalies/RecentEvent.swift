import Contracts
import Foundation

/// One of a learner's newest events, as small as speed needs it.
public struct RecentEvent: Sendable, Equatable, Comparable {
    /// Microseconds since 1970.
    public let at: Int64
    /// 31 bits of the activity's id, and in the lowest bit whether something was handed in.
    public let mark: Int32

    public init(at: Int64, mark: Int32) {
        self.at = at
        self.mark = mark
    }

    /// `nil` for an event that names no activity, or that others did.
    init?(_ event: LearningEventRecorded) {
        guard event.verb.isLearnerActivity, let activity = event.progressActivity else { return nil }
        at = Int64((event.occurredAt.timeIntervalSince1970 * 1_000_000).rounded())
        // FNV-1a, folded.
        var hash: UInt32 = 0x811C_9DC5
        for byte in activity.id.rawValue.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        mark = Int32(bitPattern: hash << 1 | (event.verb == .submitted ? 1 : 0))
    }

    var activity: Int32 { mark >> 1 }
    var isHandIn: Bool { mark & 1 == 1 }

    public static func < (left: RecentEvent, right: RecentEvent) -> Bool {
        (left.at, left.mark) < (right.at, right.mark)
    }
}
