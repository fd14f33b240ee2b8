import Contracts
import Foundation
import PostgreSQL

/// The one order of a tenant's statements: `stored_at`, rising in the order of commits.
///
/// Whoever stores statements holds the tenant's lock from before `stored_at` is chosen until the commit. So nobody ever
/// sees a later one without the earlier ones, and a reader who finds the lock free knows that nothing is under way. The
/// lock is one of a transaction, which a transaction pooler may stand in front of.
enum StatementOrder {
    /// "xapi", for the first half of the lock's name; the tenant is the second.
    private static let lockClass: Int32 = 0x7861_7069
    /// A statement at least apart from the next: what `timestamptz` tells apart.
    private static let step = 0.000_001

    /// Waits until nobody else stores statements of the tenant; holds to the end of the transaction.
    static func lock(_ tenant: TenantID, on session: Session) throws {
        _ = try session.rows("SELECT pg_advisory_xact_lock(\(lockClass), hashtext(\(tenant.rawValue)))")
    }

    /// `stored_at` of so many new statements, under the lock.
    static func next(_ count: Int, now: Date, tenant: TenantID, on session: Session) throws -> [Date] {
        var first = now
        if let last = try last(tenant, on: session) { first = max(first, last.addingTimeInterval(step)) }
        return (0..<count).map { first.addingTimeInterval(Double($0) * step) }
    }

    /// Until when reads that begin after this one see everything.
    ///
    /// - Parameter now: The service's time before the call. What is stored later gets a later time.
    static func consistentThrough(now: Date, tenant: TenantID, on session: Session) throws -> Date {
        let row = try session.rows(
            """
            SELECT pg_try_advisory_xact_lock_shared(\(lockClass), hashtext(\(tenant.rawValue))) AS is_quiet,
                (SELECT max(stored_at) FROM xapi_statement WHERE tenant = \(tenant)) AS last
            """
        ).first
        let last: Date? = try row?.decode("last")
        guard try row?.decode("is_quiet") ?? false else { return last ?? TrackingLimits.earliestOccurredAt }
        return max(now, last ?? now)
    }

    private static func last(_ tenant: TenantID, on session: Session) throws -> Date? {
        try session.rows("SELECT max(stored_at) AS last FROM xapi_statement WHERE tenant = \(tenant)").first?
            .decode("last")
    }
}
