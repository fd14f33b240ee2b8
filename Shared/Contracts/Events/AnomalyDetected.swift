import Foundation

/// Something unusual was found. Said once by Tracking, keyed by the learner, or by the run for one of the run.
public struct AnomalyDetected: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "AnomalyDetected"
    public static let version = 1

    public var anomaly: Anomaly
    /// It lies so far back, or comes from events so old, that nobody is to be nudged for it.
    public var isBackfill: Bool

    public init(anomaly: Anomaly, isBackfill: Bool) {
        self.anomaly = anomaly
        self.isBackfill = isBackfill
    }
}

extension AnomalyDetected {
    public var key: String { anomaly.learner?.description ?? anomaly.courseRun.rawValue }
}

/// An anomaly that was said before is over. Said by Tracking, with the key of the one that it closes.
public struct AnomalyClosed: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "AnomalyClosed"
    public static let version = 1

    public var id: AnomalyID
    public var kind: AnomalyKind
    public var courseRun: CourseRunID
    public var learner: LearnerID?
    /// The last time at which it still held.
    public var lastAt: Date
    public var closedAt: Date

    public init(
        id: AnomalyID, kind: AnomalyKind, courseRun: CourseRunID, learner: LearnerID?, lastAt: Date, closedAt: Date
    ) {
        self.id = id
        self.kind = kind
        self.courseRun = courseRun
        self.learner = learner
        self.lastAt = lastAt
        self.closedAt = closedAt
    }
}

extension AnomalyClosed {
    public var key: String { learner?.description ?? courseRun.rawValue }
}
