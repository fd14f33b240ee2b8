import Contracts
import Foundation

/// One or several events of a learner at one instant, as far as time on task depends on them.
public struct StudyMoment: Sendable, Equatable {
    /// Microseconds since 1970.
    public let at: Int64
    /// What was done from then on.
    public let kind: ActivityKind
    /// The longest time that may be credited after it, in microseconds; 0 when the learner left.
    public let capMicroseconds: Int64
    /// Whether the learner left, or let it go to the background.
    public let leaves: Bool

    public init(at: Int64, kind: ActivityKind, capMicroseconds: Int64, leaves: Bool) {
        self.at = at
        self.kind = kind
        self.capMicroseconds = leaves ? 0 : capMicroseconds
        self.leaves = leaves
    }

    public init(_ event: LearningEventRecorded) {
        self.init(
            at: event.occurredAt, verb: event.verb, kind: event.activity?.kind ?? .other,
            durationSeconds: event.result?.durationSeconds)
    }

    public init(at instant: Date, verb: Verb, kind: ActivityKind, durationSeconds: Double?) {
        self.init(
            at: instant.microseconds, kind: kind,
            capMicroseconds: TimeOnTask.cap(verb, kind, durationSeconds: durationSeconds),
            leaves: TimeOnTask.leaving.contains(TimeOnTask.word(verb)))
    }

    /// Two events at one instant: whoever left is gone; otherwise the longer one is what the learner stays with.
    func joined(_ other: StudyMoment) -> StudyMoment {
        if leaves != other.leaves { return leaves ? self : other }
        return (capMicroseconds, kind.rawValue) >= (other.capMicroseconds, other.kind.rawValue) ? self : other
    }
}

/// How long a learner was at it: the time from each event of a session to the next, but never longer than what was done
/// may plausibly take without a sign of life, and nothing after the learner left.
///
///     10:00 viewed a video of 4 minutes   → 4 min, the next event is 9 minutes away
///     10:09 posted in the forum           → 3 min
///     10:12 suspended                     → nothing, whatever follows
///     10:20 viewed a page                 → nothing, the session ends with it
///
/// Time is counted in whole microseconds, so that sums do not depend on their order; and between neighbours alone, so
/// that a late event changes what lies around it and nothing else.
public enum TimeOnTask {
    /// Words for leaving, or for letting it go to the background; also as the last part of an IRI.
    static let leaving: Set<String> = [
        "left", "suspended", "exited", "terminated", "abandoned", "loggedOut", "logged-out", "hidden", "paused",
    ]
    /// Words for being through with something: a duration said with them lies before the event.
    private static let finishing: Set<String> = ["completed", "submitted", "passed", "failed", "scored", "answered"]

    /// The pause that ends a session, in microseconds.
    static let idleMicroseconds = Int64(TrackingLimits.sessionIdleSeconds * 1_000_000)

    /// `suspended` of `http://adlnet.gov/expapi/verbs/suspended`.
    static func word(_ verb: Verb) -> String {
        verb.rawValue.split { "/#".contains($0) }.last.map(String.init) ?? verb.rawValue
    }

    /// The longest time to credit after an event, in microseconds.
    static func cap(_ verb: Verb, _ kind: ActivityKind, durationSeconds: Double?) -> Int64 {
        let seconds =
            finishing.contains(word(verb))
            ? TrackingLimits.afterFinishingSeconds
            : durationSeconds ?? TrackingLimits.attentionSeconds(kind)
        return Int64((seconds * 1_000_000).rounded())
    }

    /// Moments in order, those of one instant as one.
    static func joined(_ moments: some Sequence<StudyMoment>) -> [StudyMoment] {
        var joined: [StudyMoment] = []
        for moment in moments.sorted(by: { $0.at < $1.at }) {
            if let last = joined.last, last.at == moment.at {
                joined[joined.count - 1] = last.joined(moment)
            } else {
                joined.append(moment)
            }
        }
        return joined
    }

    /// What is credited after one moment.
    struct Credit: Hashable {
        let at: Int64
        let kind: ActivityKind
        let microseconds: Int64
    }

    /// - Parameter moments: Joined.
    static func credits(_ moments: [StudyMoment]) -> [Credit] {
        zip(moments, moments.dropFirst()).compactMap { moment, next in
            let gap = next.at - moment.at
            let credited = min(gap, moment.capMicroseconds)
            guard gap <= idleMicroseconds, credited > 0 else { return nil }
            return Credit(at: moment.at, kind: moment.kind, microseconds: credited)
        }
    }

    /// What more events change: credits to add, and those to take back as negative ones.
    ///
    /// - Parameters:
    ///   - known: All that was known from the last instant before the new ones to the first after them.
    static func change(adding new: [StudyMoment], to known: [StudyMoment]) -> [Credit] {
        let before = credits(joined(known))
        let after = credits(joined(known + new))
        let (was, holds) = (Set(before), Set(after))
        return after.filter { !was.contains($0) }
            + before.filter { !holds.contains($0) }
            .map { Credit(at: $0.at, kind: $0.kind, microseconds: -$0.microseconds) }
    }
}
