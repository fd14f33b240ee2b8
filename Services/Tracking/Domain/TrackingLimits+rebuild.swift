extension TrackingLimits {
    /// Facts that a rebuild replays in one transaction: some megabytes of bodies, tens of milliseconds of work.
    public static let factsPerRebuildStep = 2_000
    /// Rows that a comparison shows of those that differ, of each side.
    public static let differencesShown = 5
    /// Events of one learner that an as-of read takes in: years of busy study, some 100 MB while it lasts.
    public static let eventsOfHistoryMax = 50_000
}
