import Contracts

extension TrackingLimits {
    // MARK: Time on task

    /// Seconds that may pass between two events while somebody is still taken to be at it, by what they do. Clicks in
    /// menus follow each other quickly; reading, watching and writing leave no trace for minutes; somebody in a live
    /// session may not click at all, and half an hour without any sign ends every session.
    static func attentionSeconds(_ kind: ActivityKind) -> Double {
        switch kind {
        case .home, .navigation: 120
        case .forum, .other: 300
        case .content, .url, .video: 600
        case .quiz, .assignment: 900
        case .exam, .live: sessionIdleSeconds
        }
    }

    /// Seconds that are credited after something was handed in or completed: a look at the result.
    static let afterFinishingSeconds: Double = 60
    /// Sessions that a run's percentiles are taken over, the newest ones: bounds the answer at some ten milliseconds.
    static let sessionsCompared = 10_000

    /// Sessions are shown this far back when nobody says otherwise, in seconds: about a term.
    static let sessionsShownSeconds: Double = 90 * 86_400

    // MARK: Plans

    /// Holidays of one tenant: ten school years of them.
    public static let holidaysMax = 200
    /// Days of the longest pause: longer ones are a withdrawal.
    public static let pauseDaysMax = 366
    /// Pauses kept of one learner, the latest ones: nobody pauses more often, and a plan stays small.
    public static let pausesMax = 100

    // MARK: Streaks

    /// Active days that earn one freeze: a week of them.
    public static let daysPerFreeze = 7
    /// Freezes that a learner can hold: a weekend away, not a term.
    public static let freezesMax = 2

    // MARK: Heatmap

    /// Minutes of a cell of the read model: every offset from UTC in use since 1972 is a multiple of it.
    public static let heatCellMinutes = 15
    /// Rows that the counts of one cell of a run are spread over, so that those who project different partitions rarely
    /// wait for each other.
    static let heatLanes = 8
    /// Weeks of a heatmap when nobody says otherwise: about a term.
    public static let heatWeeks = 12
    /// The longest stretch of a heatmap, in weeks.
    public static let heatWeeksMax = 53
}
