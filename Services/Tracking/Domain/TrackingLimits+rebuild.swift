extension TrackingLimits {
    /// Facts that a rebuild replays in one transaction: some megabytes of bodies, tens of milliseconds of work.
    public static let factsPerRebuildStep = 2_000
    /// Rows that a comparison shows of those that differ, of each side.
    public static let differencesShown = 5
}
