import Foundation

/// The sources that ever sent an event or a heartbeat, and whether each still speaks.
public enum ListSources {
    public struct Request: Codable, Sendable, Equatable {
        /// Only this one.
        public var source: SourceID?
        public var page: PageRequest

        public init(source: SourceID? = nil, page: PageRequest = PageRequest()) {
            self.source = source
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// By name.
        public var sources: [SourceReport]
        public var nextPageToken: String

        public init(sources: [SourceReport], nextPageToken: String) {
            self.sources = sources
            self.nextPageToken = nextPageToken
        }
    }
}

/// How one source is doing.
public struct SourceReport: Codable, Sendable, Equatable {
    public var source: SourceID
    public var state: SourceState
    public var firstHeardAt: Date
    /// When an event that had just happened last came in; `nil` for a source that only sent heartbeats or history.
    public var lastEventAt: Date?
    public var lastHeartbeatAt: Date?
    /// Seconds between two heartbeats, as the source promised; `nil` when it sends none.
    public var heartbeatSeconds: Double?
    /// Live events ever taken in; history brought in later is not counted.
    public var events: Int
    /// Live events of the last 24 hours.
    public var eventsLastDay: Int
    /// Whole weeks of its own history that the rhythm is learned from, at most 6.
    public var weeksKnown: Int
    /// Hours of the week in which it usually speaks: 0 for Monday 0:00 to 1:00 UTC, 167 for Sunday 23:00 to 24:00.
    public var usualHours: [Int]
    /// When a data gap opens if it stays silent; `nil` when nothing can be expected of it yet.
    public var gapExpectedAt: Date?
    public var openGap: DataGap?
    /// The median of received minus occurred, in seconds, over fresh events of the last two weeks; `nil` for too few.
    /// A clock that is ahead shows as a negative number.
    public var medianLagSeconds: Double?
    /// The source's clock is ahead of ours for good: the median is below -5 seconds.
    public var isClockAhead: Bool

    public init(
        source: SourceID, state: SourceState, firstHeardAt: Date, lastEventAt: Date? = nil,
        lastHeartbeatAt: Date? = nil, heartbeatSeconds: Double? = nil, events: Int, eventsLastDay: Int,
        weeksKnown: Int, usualHours: [Int], gapExpectedAt: Date? = nil, openGap: DataGap? = nil,
        medianLagSeconds: Double? = nil, isClockAhead: Bool = false
    ) {
        self.source = source
        self.state = state
        self.firstHeardAt = firstHeardAt
        self.lastEventAt = lastEventAt
        self.lastHeartbeatAt = lastHeartbeatAt
        self.heartbeatSeconds = heartbeatSeconds
        self.events = events
        self.eventsLastDay = eventsLastDay
        self.weeksKnown = weeksKnown
        self.usualHours = usualHours
        self.gapExpectedAt = gapExpectedAt
        self.openGap = openGap
        self.medianLagSeconds = medianLagSeconds
        self.isClockAhead = isClockAhead
    }
}

/// Whether a source speaks.
public enum SourceState: String, Choice {
    /// Too little is known of it to expect anything.
    case learning
    /// Heard as usual, or silent for no longer than usual.
    case speaking
    /// Silent for longer than its rhythm allows.
    case gap
    /// Was silent for so long that nothing is expected of it any more.
    case retired
}

/// Data gaps, newest first.
public enum ListDataGaps {
    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID?
        public var courseRun: CourseRunID?
        /// Only those that are open (`true`) or closed (`false`).
        public var isOpen: Bool?
        public var page: PageRequest

        public init(
            source: SourceID? = nil, courseRun: CourseRunID? = nil, isOpen: Bool? = nil,
            page: PageRequest = PageRequest()
        ) {
            self.source = source
            self.courseRun = courseRun
            self.isOpen = isOpen
            self.page = page
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        public var gaps: [DataGap]
        public var nextPageToken: String

        public init(gaps: [DataGap], nextPageToken: String) {
            self.gaps = gaps
            self.nextPageToken = nextPageToken
        }
    }
}

/// A time in which a source that should have spoken was silent.
public struct DataGap: Codable, Sendable, Equatable {
    public var source: SourceID
    /// When the source was last heard.
    public var silentSince: Date
    /// When the silence became too long.
    public var openedAt: Date
    /// `nil` while it is open.
    public var closedAt: Date?
    public var reason: DataGapEnd?
    /// Runs that the source feeds, at most the first 100 by name.
    public var courseRuns: [CourseRunID]
    /// How many runs that are in all.
    public var courseRunCount: Int

    public init(
        source: SourceID, silentSince: Date, openedAt: Date, closedAt: Date? = nil, reason: DataGapEnd? = nil,
        courseRuns: [CourseRunID], courseRunCount: Int
    ) {
        self.source = source
        self.silentSince = silentSince
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.reason = reason
        self.courseRuns = courseRuns
        self.courseRunCount = courseRunCount
    }
}

/// A source says that it is there, whether or not it has events to send.
public enum RecordHeartbeat {
    public struct Request: Codable, Sendable, Equatable {
        public var source: SourceID
        /// Seconds until the next one at the latest: 10 to 86,400; 300 when absent. Three missed in a row, with no
        /// event either, are a data gap.
        public var everySeconds: Double?

        public init(source: SourceID, everySeconds: Double? = nil) {
            self.source = source
            self.everySeconds = everySeconds
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// When a data gap opens if nothing more is heard.
        public var gapExpectedAt: Date

        public init(gapExpectedAt: Date) {
            self.gapExpectedAt = gapExpectedAt
        }
    }
}
