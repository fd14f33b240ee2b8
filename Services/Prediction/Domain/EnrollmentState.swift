import Contracts
import Foundation

/// Everything that the features of one enrollment need, kept fact by fact.
///
/// Each fact is folded in by an operation that does not mind the order (sums by day, least and greatest
/// days), so facts that arrive late, or in another order, leave the same state as facts that arrived in time:
///
///     facts in any order ──▶ state ──▶ features as of a day ──▶ score
///
/// A state holds counts and days. It knows no name, no address and no protected attribute.
public struct EnrollmentState: Hashable, Sendable {
    /// When the learner joined, the earliest time heard; `nil` when only activity was heard so far.
    public internal(set) var enrolledAt: Date?
    /// The status that was said last, by the time at which it changed.
    public internal(set) var status: EnrollmentStatus?
    public internal(set) var statusChangedAt: Date?
    /// Days with activity, oldest first, one entry a day.
    public internal(set) var days: [StudyDay] = []
    /// What is known of each assessment, ordered by key.
    public internal(set) var results: [AssessmentResult] = []

    public init() {}

    /// Whether the learner is in the course now.
    public var isEnrolled: Bool { status == .enrolled }

    /// The last day with activity on or before `day`.
    public func lastActiveDay(asOf day: EpochDay) -> EpochDay? {
        days.last { $0.day <= day }?.day
    }
}

/// What is known of one assessment of one learner.
public struct AssessmentResult: Hashable, Sendable {
    /// Stands for the activity's id; see ``AssessmentKey``.
    public let key: AssessmentKey
    /// The first submission.
    public internal(set) var submittedOn: EpochDay?
    /// When a result was carried over from an earlier attempt.
    public internal(set) var bankedOn: EpochDay?
    /// When the newest mark became known; a mark counts from that day, never before.
    public internal(set) var markedOn: EpochDay?
    /// The newest mark, 0...1.
    public internal(set) var mark: Float?

    public init(key: AssessmentKey) { self.key = key }
}

/// A 64-bit stand-in for an activity's id, so that a state stays small: FNV-1a of its UTF-8.
public struct AssessmentKey: Hashable, Comparable, Sendable {
    public let number: UInt64

    public init(number: UInt64) { self.number = number }

    public init(_ activity: ActivityID) {
        number = FNV1a.hash(activity.rawValue.utf8)
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

// MARK: - Folding facts in

extension EnrollmentState {
    /// Folds in something the learner did, or that happened to their work.
    ///
    /// - Returns: Whether the fact can change a feature; enrolling words come as ``EnrollmentChanged`` and
    ///   do nothing here.
    @discardableResult
    public mutating func apply(_ event: LearningEventRecorded) -> Bool {
        let day = EpochDay(of: event.occurredAt)
        switch event.verb {
        case .enrolled, .unenrolled:
            return false
        case .marked:
            guard let activity = event.activity, let score = event.result?.score, score.isFinite else {
                return false
            }
            applyMark(Float(min(max(score, 0), 1)), to: AssessmentKey(activity.id), on: day)
            return true
        case .banked:
            guard let activity = event.activity else { return false }
            update(AssessmentKey(activity.id)) { $0.bankedOn = min($0.bankedOn ?? day, day) }
            return true
        default:
            guard event.verb.isLearnerActivity else { return false }
            add(event.result?.count ?? 1, of: StudyKind(event.activity?.kind ?? .other), on: day)
            if event.verb == .submitted, let activity = event.activity {
                update(AssessmentKey(activity.id)) { $0.submittedOn = min($0.submittedOn ?? day, day) }
            }
            return true
        }
    }

    /// Folds in that the learner joined or left. An older change never wins over a newer one.
    public mutating func apply(_ change: EnrollmentChanged) {
        if change.status == .enrolled {
            enrolledAt = min(enrolledAt ?? change.changedAt, change.changedAt)
        }
        let newest = statusChangedAt ?? .distantPast
        let isNewer = change.changedAt > newest
        // Two changes of one moment: the one that ends the enrollment holds, in whichever order they came.
        let endsAtOnce = change.changedAt == newest && change.status != .enrolled
        guard isNewer || endsAtOnce else { return }
        status = change.status
        statusChangedAt = change.changedAt
    }

    mutating func add(_ count: Int, of kind: StudyKind, on day: EpochDay) {
        // Nearly every fact is of the last day or a newer one.
        if let last = days.last, last.day == day {
            days[days.count - 1].add(count, of: kind)
            return
        }
        var index = days.count
        while index > 0, days[index - 1].day > day { index -= 1 }
        if index > 0, days[index - 1].day == day {
            days[index - 1].add(count, of: kind)
            return
        }
        var entry = StudyDay(day: day)
        entry.add(count, of: kind)
        days.insert(entry, at: index)
    }

    private mutating func applyMark(_ mark: Float, to key: AssessmentKey, on day: EpochDay) {
        update(key) { result in
            if let markedOn = result.markedOn, let known = result.mark {
                guard (day, mark) > (markedOn, known) else { return }
            }
            result.markedOn = day
            result.mark = mark
        }
    }

    private mutating func update(_ key: AssessmentKey, _ change: (inout AssessmentResult) -> Void) {
        let index = results.firstIndex { $0.key >= key } ?? results.count
        if index == results.count || results[index].key != key {
            results.insert(AssessmentResult(key: key), at: index)
        }
        change(&results[index])
    }
}
