// Who somebody is.
extension TrackingLimits {
    /// Events of the learners concerned by one merge, unmerge or change of role: they are worked through in one
    /// transaction, which takes some seconds for so many.
    public static let eventsPerReworkMax = 100_000
    /// Characters of a pattern of names.
    public static let rolePatternLengthMax = 256
}
