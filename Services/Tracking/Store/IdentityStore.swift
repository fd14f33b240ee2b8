import Foundation
import PostgreSQL

/// Moves identities from the small table, to which new ones go, to the large one.
struct IdentityStore: Sendable {
    let database: Database

    /// What one step did.
    struct Step: Sendable, Equatable {
        /// Identities moved.
        let moved: Int
        /// The last of them, after which the next step begins; `nil` when the end of the order is reached.
        let last: UUID?
    }

    /// How long a step waits for those who claim identities: they wait behind it, too.
    private static let lockTimeout = "200ms"

    /// How many identities are not settled yet, by PostgreSQL's own count, which may be a little behind.
    func recent() async throws -> Int {
        try await database.rows(
            "SELECT pg_stat_get_live_tuples('event_identity_recent'::regclass) AS recent"
        ).first.map { Int(try $0.decode("recent", as: Int64.self)) } ?? 0
    }

    /// Settles the next identities in their order, in one transaction, in which nobody claims any.
    ///
    /// - Parameters:
    ///   - after: Where the step before ended; `nil` to begin with the first.
    ///   - limit: How many at most.
    /// - Throws: `DatabaseError`; its `isLockTimeout` when too much is being taken in. Nothing has moved then.
    func settle(after: UUID?, limit: Int) async throws -> Step {
        try await database.transaction { session in
            try session.script("SET LOCAL lock_timeout = '\(Self.lockTimeout)'")
            _ = try session.rows(IdentityLock.alone)
            // Written in the order of the index: neighbours go to the same page of it.
            let row = try session.rows(
                """
                WITH moved AS MATERIALIZED (
                    DELETE FROM event_identity_recent WHERE identity IN (
                        SELECT identity FROM event_identity_recent
                        WHERE identity > \(after) OR \(after)::uuid IS NULL
                        ORDER BY identity LIMIT \(limit))
                    RETURNING identity, content, context
                ), settled AS (
                    INSERT INTO event_identity_settled (identity, content, context)
                    SELECT identity, content, context FROM moved ORDER BY identity
                )
                SELECT count(*) AS moved, (SELECT identity FROM moved ORDER BY identity DESC LIMIT 1) AS last FROM moved
                """
            ).first
            let moved = Int(try row?.decode("moved", as: Int64.self) ?? 0)
            return Step(moved: moved, last: moved < limit ? nil : try row?.decode("last", as: UUID?.self))
        }
    }
}
