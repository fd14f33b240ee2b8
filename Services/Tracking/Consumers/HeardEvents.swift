import Contracts
import EventLog
import Foundation

/// The learning events among some facts, sorted out by learner and course run.
struct HeardEvents {
    /// Sorted, so that rows are locked in one order.
    let keys: [StudyKey]
    private let byKey: [StudyKey: [LearningEventRecorded]]
    private let partitionByKey: [StudyKey: Int]

    /// - Throws: `DecodingError` for a fact that is not what its type says; a poison fact.
    init(_ facts: [Fact]) throws {
        var byKey: [StudyKey: [LearningEventRecorded]] = [:]
        var partitionByKey: [StudyKey: Int] = [:]
        for fact in facts where fact.type == LearningEventRecorded.type {
            let event = try fact.learningEvent()
            let key = StudyKey(tenant: fact.tenant, learner: event.learner, courseRun: event.courseRun)
            byKey[key, default: []].append(event)
            guard partitionByKey[key] == nil else { continue }
            // What a merged learner did stands in the log under their own key, and counts for the survivor.
            let name = event.learner.description
            partitionByKey[key] =
                fact.key == name ? fact.partition : EventLog.partition(tenant: fact.tenant, key: name)
        }
        self.byKey = byKey
        self.partitionByKey = partitionByKey
        keys = byKey.keys.sorted()
    }

    var isEmpty: Bool { keys.isEmpty }

    func events(of key: StudyKey) -> [LearningEventRecorded] { byKey[key] ?? [] }

    /// The partition of the log that is this learner's.
    func partition(of key: StudyKey) -> Int { partitionByKey[key] ?? 0 }

    /// From which day on a study must be known to work out what its events change: the window of engagement
    /// before the newest day, and every day that has a new event. `nil` when nothing depends on days.
    func firstDayWanted(_ key: StudyKey, lastActivityAt: Date?) -> Int? {
        let instants = events(of: key).filter(\.verb.isLearnerActivity).map(\.occurredAt)
        guard let earliest = instants.min(), let latest = instants.max() else {
            return lastActivityAt.map { UTCDay.number(of: $0) - EngagementScore.windowDays }
        }
        guard key.courseRun != nil else { return UTCDay.number(of: earliest) }
        let newest = UTCDay.number(of: max(latest, lastActivityAt ?? latest))
        return min(UTCDay.number(of: earliest), newest - EngagementScore.windowDays)
    }

    var learners: [ProjectionStore.LearnerEvents] {
        var learners: [ProjectionStore.LearnerEvents] = []
        for key in keys {
            for event in events(of: key) {
                let activity = event.verb.isLearnerActivity ? event.occurredAt : nil
                guard let last = learners.indices.last, learners[last].learner == key.learner,
                    learners[last].tenant == key.tenant
                else {
                    learners.append(
                        ProjectionStore.LearnerEvents(
                            tenant: key.tenant, learner: key.learner, firstEventAt: event.occurredAt,
                            lastActivityAt: activity, count: 1))
                    continue
                }
                learners[last].firstEventAt = min(learners[last].firstEventAt, event.occurredAt)
                learners[last].lastActivityAt = [learners[last].lastActivityAt, activity].compactMap(\.self)
                    .max()
                learners[last].count += 1
            }
        }
        return learners
    }

    /// Events by run and UTC day.
    var runDays: [ProjectionStore.ChartKey: Int] {
        counts { UTCDay.number(of: $0.occurredAt) }
    }

    /// Events by run and minute, but for those that no chart showed any more when they came in.
    var minutes: [ProjectionStore.ChartKey: Int] {
        counts { event in
            let minute = Minute.number(of: event.occurredAt)
            return minute < Minute.oldestKept(at: event.receivedAt) ? nil : minute
        }
    }

    /// Events by run, quarter of an hour and lane.
    var runQuarters: [HeatRows.RunKey: Int] {
        var counts: [HeatRows.RunKey: Int] = [:]
        for key in keys {
            let lane = partition(of: key) % TrackingLimits.heatLanes
            for event in events(of: key) {
                let row = HeatRows.RunKey(
                    tenant: key.tenant, courseRun: key.runColumn, quarter: HeatCell.number(of: event.occurredAt),
                    lane: lane)
                counts[row, default: 0] += 1
            }
        }
        return counts
    }

    /// Events that show learners studying, by learner, run and quarter of an hour.
    var learnerQuarters: [HeatRows.LearnerKey: Int] {
        var counts: [HeatRows.LearnerKey: Int] = [:]
        for key in keys {
            for event in events(of: key) where event.verb.isLearnerActivity {
                counts[.init(key: key, quarter: HeatCell.number(of: event.occurredAt)), default: 0] += 1
            }
        }
        return counts
    }

    private func counts(_ number: (LearningEventRecorded) -> Int?) -> [ProjectionStore.ChartKey: Int] {
        var counts: [ProjectionStore.ChartKey: Int] = [:]
        for key in keys {
            for event in events(of: key) {
                guard let number = number(event) else { continue }
                counts[
                    ProjectionStore.ChartKey(
                        tenant: key.tenant, courseRun: key.runColumn, number: number,
                        partition: partition(of: key)),
                    default: 0] += 1
            }
        }
        return counts
    }
}

/// Minutes of UTC, counted from 1970-01-01.
enum Minute {
    static func number(of date: Date) -> Int { Int((date.timeIntervalSince1970 / 60).rounded(.down)) }

    /// The oldest minute that a chart may still show.
    static func oldestKept(at now: Date) -> Int {
        number(of: now.addingTimeInterval(-TrackingLimits.minutesKeptSeconds))
    }
}
