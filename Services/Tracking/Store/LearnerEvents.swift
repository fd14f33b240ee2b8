import PostgreSQL

/// How a learner's events are found in the log.
enum LearnerEvents {
    /// Whether a row of the log is an event of a learner; served by `event_log_timeline`. Its first column is a hash of
    /// the key, a quarter of the key's size: an index that every event goes to should be small.
    ///
    /// - Parameters:
    ///   - log: What the statement calls the row of `event_log`.
    ///   - key: The learner's id, as the log writes it.
    static func condition(_ log: SQL, of key: SQL) -> SQL {
        """
        hashtextextended(\(log).key, 0) = hashtextextended(\(key), 0) AND \(log).key = \(key)
            AND \(log).type = 'LearningEventRecorded'
        """
    }
}
