import Contracts
import Foundation

/// One learner's study in one run while events are added to it, and what changes by that: the one way in which both
/// the projection and the measurements of docs/anomalies.md come to know a learner.
public struct StudyTrail: Sendable {
    public private(set) var profile: StudyProfile
    /// Those that the events name; others need not be loaded.
    public private(set) var activities: [ActivityID: ActivityRecord]
    private let before: StudyProfile
    private let activitiesBefore: [ActivityID: ActivityRecord]
    private var touched: Set<ActivityID> = []
    private var touchedWeeks: Set<Int> = []
    /// UTC days of the new events.
    private(set) var touchedDays: Set<Int> = []
    /// The events just taken in and the newest known before them, sorted: what speed is seen in.
    private(set) var newest: [RecentEvent] = []
    /// Whether the events brought an answer quicker than anybody reads.
    private(set) var hasQuickAnswer = false

    /// - Parameters:
    ///   - profile: What is known so far.
    ///   - activities: Of the activities that the coming events name, those that are known.
    public init(profile: StudyProfile, activities: [ActivityID: ActivityRecord] = [:]) {
        self.profile = profile
        self.activities = activities
        before = profile
        activitiesBefore = activities
        newest = profile.recent
    }

    /// Takes in events of this learner in this run, in any order.
    public mutating func take(_ events: [LearningEventRecorded]) {
        for event in events {
            addToActivity(event)
            guard event.verb.isLearnerActivity else { continue }
            touchedWeeks.insert(UTCWeek.number(of: event.occurredAt))
            touchedDays.insert(UTCDay.number(of: event.occurredAt))
            profile.addActivity(at: event.occurredAt, actions: event.actions)
        }
        newest = (newest + events.compactMap(RecentEvent.init)).sorted()
        profile.recent = newest.suffix(TrackingLimits.recentEventsMax)
    }

    private mutating func addToActivity(_ event: LearningEventRecorded) {
        guard event.depth != nil, let reference = event.progressActivity else { return }
        let known = activities[reference.id]
        var record = known ?? ActivityRecord(reference, at: event.occurredAt)
        record.add(event)
        activities[reference.id] = record
        touched.insert(reference.id)
        if known == nil { profile.begun += 1 }
        let wasQuick = known?.isQuickAnswer ?? false
        if record.isQuickAnswer != wasQuick {
            profile.quickAnswers += wasQuick ? -1 : 1
            hasQuickAnswer = hasQuickAnswer || !wasQuick
        }
        if record.depth >= .submitted, known.map({ $0.depth < .submitted }) ?? true { profile.deep += 1 }
    }

    // MARK: What changed

    /// Whether any event was about the learner's study at all.
    public var isChanged: Bool { profile != before || !touched.isEmpty }

    /// In the order of their ids.
    public var changedActivities: [ActivityRecord] { touched.sorted().compactMap { activities[$0] } }

    /// By how much the run's counts of learners change, by activity.
    public var activityShifts: [ActivityShift] {
        changedActivities.compactMap { record in
            let shift = ActivityShift(from: activitiesBefore[record.activity], to: record)
            return shift.isNothing ? nil : shift
        }
    }

    /// Learners that join or leave a bucket, by measure and period.
    public var distributionShifts: [StudyMeasure.Place: [(bucket: Int, by: Int)]] {
        let old = before.buckets(ofWeeks: touchedWeeks)
        var shifts: [StudyMeasure.Place: [(bucket: Int, by: Int)]] = [:]
        for (place, bucket) in profile.buckets(ofWeeks: touchedWeeks) where old[place] != bucket {
            shifts[place, default: []].append((bucket, 1))
            if let left = old[place] { shifts[place, default: []].append((left, -1)) }
        }
        return shifts
    }
}

/// What one learner's step changes in what a run knows of an activity.
public struct ActivityShift: Sendable, Equatable {
    public let activity: ActivityID
    public private(set) var kind: ActivityKind
    /// Learners more that went at least so deep, from ``StudyDepth/viewed`` on.
    public var reached: [Int]
    /// Hours since 1970 of the first event, summed over learners.
    public var begunHours: Int

    init(from old: ActivityRecord?, to new: ActivityRecord) {
        activity = new.activity
        kind = new.kind
        reached = StudyDepth.allCases.map { depth in
            (new.reached(depth) == nil ? 0 : 1) - (old?.reached(depth) == nil ? 0 : 1)
        }
        begunHours = Self.hours(new.firstAt) - (old.map { Self.hours($0.firstAt) } ?? 0)
        isKindNew = old.map { $0.kind != new.kind } ?? true
    }

    private let isKindNew: Bool

    var isNothing: Bool { reached.allSatisfy { $0 == 0 } && begunHours == 0 && !isKindNew }

    /// Takes in another learner's step.
    mutating func add(_ other: ActivityShift) {
        kind = .agreed(kind, other.kind)
        for level in reached.indices { reached[level] += other.reached[level] }
        begunHours += other.begunHours
    }

    static func hours(_ date: Date) -> Int { Int((date.timeIntervalSince1970 / 3_600).rounded(.down)) }
}
