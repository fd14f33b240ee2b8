import Foundation

/// A source that should have spoken is silent: what its learners did since then is not known. Said by Tracking, keyed
/// by the source.
///
/// A gap that concerns more course runs than one fact may name is said by several facts, each naming some of them.
public struct DataGapOpened: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "DataGapOpened"
    public static let version = 1
    /// Course runs that one fact names at most.
    public static let courseRunsMax = 1_000

    public var source: SourceID
    /// When the source was last heard: the gap begins here, and with ``source`` it names the gap.
    public var silentSince: Date
    /// When the silence became longer than the source's own rhythm allows.
    public var openedAt: Date
    /// The runs that the source feeds, alone or in good part. At most ``courseRunsMax``.
    public var courseRuns: [CourseRunID]

    public init(source: SourceID, silentSince: Date, openedAt: Date, courseRuns: [CourseRunID]) {
        self.source = source
        self.silentSince = silentSince
        self.openedAt = openedAt
        self.courseRuns = courseRuns
    }
}

extension DataGapOpened {
    public var key: String { source.rawValue }
}

/// A data gap is over: from ``closedAt`` on the silence of a learner is the learner's own again. Said by Tracking,
/// keyed by the source.
public struct DataGapClosed: StreamFact, Equatable {
    public static let stream = StreamName.learnerEvents
    public static let type = "DataGapClosed"
    public static let version = 1

    public var source: SourceID
    /// As ``DataGapOpened`` said it.
    public var silentSince: Date
    public var closedAt: Date
    public var reason: DataGapEnd
    /// The same runs that ``DataGapOpened`` named, by as many facts.
    public var courseRuns: [CourseRunID]

    public init(
        source: SourceID, silentSince: Date, closedAt: Date, reason: DataGapEnd, courseRuns: [CourseRunID]
    ) {
        self.source = source
        self.silentSince = silentSince
        self.closedAt = closedAt
        self.reason = reason
        self.courseRuns = courseRuns
    }
}

extension DataGapClosed {
    public var key: String { source.rawValue }
}

/// What ended a data gap.
public enum DataGapEnd: String, Choice {
    /// An event that had just happened came in.
    case event
    /// The source said that it is there and has nothing to say.
    case heartbeat
    /// It was silent for so long that it counts as switched off.
    case retired
}
