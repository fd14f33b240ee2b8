import PostgreSQL

/// Keeps an identity from moving between its two tables while somebody looks into them and writes. Of a transaction,
/// until its end; a statement by itself, since a statement sees what was there when it began, not when it got the lock.
enum IdentityLock {
    /// For those who claim identities, together.
    static let shared: SQL =
        "SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '.event_identity', 0))"
    /// For who moves them.
    static let alone: SQL =
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.event_identity', 0))"
}
