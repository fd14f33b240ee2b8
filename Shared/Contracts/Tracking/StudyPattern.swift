import Foundation

/// How one learner studies in one course run: what, when, how regularly, how deep; against before and the others.
public struct StudyPattern: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var courseRun: CourseRunID
    /// Events by kind of activity, the most frequent first.
    public var mix: [MixShare]
    public var depth: DepthPattern
    public var socialBreadth: SocialBreadth
    /// `nil` with fewer than 8 sittings: nobody has habits after a week.
    public var rhythm: StudyRhythm?
    public var week: WeekComparison
    /// Of all of this, what a person would want to hear first.
    public var words: String

    public init(
        learner: LearnerID, courseRun: CourseRunID, mix: [MixShare], depth: DepthPattern,
        socialBreadth: SocialBreadth, rhythm: StudyRhythm?, week: WeekComparison, words: String
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.mix = mix
        self.depth = depth
        self.socialBreadth = socialBreadth
        self.rhythm = rhythm
        self.week = week
        self.words = words
    }
}

/// One kind of activity in the mix.
public struct MixShare: Codable, Sendable, Equatable {
    public var kind: ActivityKind
    public var events: Int
    /// 0...1; all shares add up to 1.
    public var share: Double

    public init(kind: ActivityKind, events: Int, share: Double) {
        self.kind = kind
        self.events = events
        self.share = share
    }
}

/// Activities by the deepest that the learner went with each.
public struct DepthPattern: Codable, Sendable, Equatable {
    public var viewed: Int
    public var interacted: Int
    public var submitted: Int
    public var completed: Int
    /// Mean of the steps, 1 for only looking to 4 for completing everything; 0 for no activity.
    public var index: Double
    /// Share of the run's active learners who gave something of their own in fewer activities, 0...1; `nil` with fewer
    /// than 10 of them.
    public var peerPercentile: Double?

    public init(
        viewed: Int, interacted: Int, submitted: Int, completed: Int, index: Double, peerPercentile: Double?
    ) {
        self.viewed = viewed
        self.interacted = interacted
        self.submitted = submitted
        self.completed = completed
        self.index = index
        self.peerPercentile = peerPercentile
    }
}

/// How far a learner deals with others: after the "social breadth" of the Community of Inquiry.
public enum SocialBreadth: String, Choice {
    /// With the material alone.
    case alone
    /// Reads what others write, or is there when they meet.
    case present
    /// Writes too.
    case takesPart
}

/// When, and how regularly.
public struct StudyRhythm: Codable, Sendable, Equatable {
    /// IANA name of the zone of hours and days: the run's.
    public var timeZone: String
    /// Sittings looked at, the newest ones.
    public var sittings: Int
    /// Sittings by the hour of the week in which they began: 168 numbers, Monday midnight first.
    public var hoursOfWeek: [Int]
    public var peak: PeakTime
    /// How evenly sittings are spread over days and parts of the day, 0 for always the same one to 1 for evenly.
    public var entropy: Double
    /// Median days from one active day to the next.
    public var intervalDays: Double
    /// Quartile coefficient of dispersion of these intervals, (Q3 - Q1) / (Q3 + Q1); 0 for clockwork, below 1.
    public var intervalVariation: Double
    public var regularity: Regularity

    public init(
        timeZone: String, sittings: Int, hoursOfWeek: [Int], peak: PeakTime, entropy: Double,
        intervalDays: Double, intervalVariation: Double, regularity: Regularity
    ) {
        self.timeZone = timeZone
        self.sittings = sittings
        self.hoursOfWeek = hoursOfWeek
        self.peak = peak
        self.entropy = entropy
        self.intervalDays = intervalDays
        self.intervalVariation = intervalVariation
        self.regularity = regularity
    }

    public enum Regularity: String, Choice {
        case regular, mixed, irregular
    }

    /// The part of the week with the most sittings.
    public struct PeakTime: Codable, Sendable, Equatable {
        /// 1 for Monday to 7 for Sunday.
        public var weekday: Int
        public var partOfDay: PartOfDay
        /// Of all sittings, 0...1.
        public var share: Double

        public init(weekday: Int, partOfDay: PartOfDay, share: Double) {
            self.weekday = weekday
            self.partOfDay = partOfDay
            self.share = share
        }
    }

    /// Six hours each, from midnight on.
    public enum PartOfDay: String, Choice {
        case night, morning, afternoon, evening
    }
}

/// The last seven days against the learner's own weeks before, and this week's others.
public struct WeekComparison: Codable, Sendable, Equatable {
    /// Of the last seven UTC days, today among them.
    public var activeDays: Int
    public var actions: Int
    /// Medians of the stretches of seven days before, at most 8; `nil` with fewer than 3.
    public var usualActiveDays: Double?
    public var usualActions: Double?
    /// Robust standard deviations of the actions from those before, on the logarithm.
    public var robustZ: Double?
    /// Share of the run's active learners with fewer active days in the present calendar week, 0...1; `nil` with fewer
    /// than 10 of them.
    public var peerPercentile: Double?

    public init(
        activeDays: Int, actions: Int, usualActiveDays: Double?, usualActions: Double?, robustZ: Double?,
        peerPercentile: Double?
    ) {
        self.activeDays = activeDays
        self.actions = actions
        self.usualActiveDays = usualActiveDays
        self.usualActions = usualActions
        self.robustZ = robustZ
        self.peerPercentile = peerPercentile
    }
}
