// Mending what could not be taken in.
extension TrackingLimits {
    /// Quarantined events that one call may change: the same batch that goes the ordinary way in.
    public static let quarantineChangesMax = 500
    /// Steps that an answer shows of one thing's audit.
    public static let auditEntriesShown = 200
    /// Characters of the id of a key that asks.
    public static let actorLengthMax = 128
}
