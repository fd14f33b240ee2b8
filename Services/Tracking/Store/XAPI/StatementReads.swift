import Contracts
import Foundation
import PostgreSQL

/// Finds statements. Every question is a range of an index: one by id, all by the order they were stored in, filtered
/// ones by the index of terms.
struct StatementReads: Sendable {
    let database: Database

    /// A statement as it is kept.
    struct Stored: Sendable {
        let raw: String
        let stamp: XAPIStamp

        init(_ row: Row) throws {
            raw = try row.decode("raw")
            stamp = XAPIStamp(
                id: try row.decode("id"), storedAt: try row.decode("stored_at"),
                authority: try row.decode("authority"), version: try row.decode("version"))
        }
    }

    /// A part of a list, and whether there is more.
    struct Page: Sendable {
        let statements: [Stored]
        let hasMore: Bool
    }

    func consistentThrough(now: Date, tenant: TenantID) async throws -> Date {
        try await database.run { session in
            try StatementOrder.consistentThrough(now: now, tenant: tenant, on: session)
        }
    }

    /// - Throws: ``TrackingError/unknownStatement(_:)``.
    func statement(_ id: UUID, isVoided: Bool, tenant: TenantID) async throws -> Stored {
        let rows = try await database.rows(
            """
            SELECT raw, id, stored_at, authority, version FROM xapi_statement
            WHERE tenant = \(tenant) AND id = \(id) AND is_voided = \(isVoided)
            """
        )
        guard let row = rows.first else { throw TrackingError.unknownStatement(id) }
        return try Stored(row)
    }

    /// What a filter finds, no more of it than an answer may hold.
    func page(_ filter: XAPIQuery.Filter, tenant: TenantID) async throws -> Page {
        let rows = try await database.rows(Self.pageSQL(filter, tenant: tenant))
        let found = try rows.first?.decode("found", as: Int.self) ?? 0
        let shown = rows.prefix(filter.limit)
        return Page(statements: try shown.map(Stored.init), hasMore: found > shown.count)
    }

    static func pageSQL(_ filter: XAPIQuery.Filter, tenant: TenantID) -> SQL {
        let terms = filter.terms.map { StatementTerms.hash($0, tenant: tenant) }
        let order: SQL = filter.ascending ? "ASC" : "DESC"
        return """
            SELECT raw, id, stored_at, authority, version, found
            FROM (
                SELECT page.*, count(*) OVER () AS found,
                    sum(octet_length(raw)) OVER (ORDER BY stored_at \(order)) - octet_length(raw) AS bytes_before
                FROM (
                    SELECT statement.raw, statement.id, statement.stored_at, statement.authority, statement.version
                    FROM \(source(terms))
                    WHERE \(range(filter, terms.isEmpty ? "statement" : "first"))
                      AND statement.tenant = \(tenant) AND NOT statement.is_voided
                    ORDER BY \(raw: terms.isEmpty ? "statement" : "first").stored_at \(order)
                    LIMIT \(filter.limit + 1)
                ) AS page
            ) AS weighed
            WHERE bytes_before < \(TrackingLimits.xapiAnswerBytesMax)
            ORDER BY stored_at \(order)
            """
    }

    /// The statements that have all the terms: the first one leads, in its order, and the others are looked up.
    private static func source(_ terms: [UUID]) -> SQL {
        guard let first = terms.first else { return "xapi_statement AS statement" }
        var sql: SQL = "(SELECT stored_at FROM xapi_term WHERE term = \(first)) AS first"
        for (index, term) in terms.dropFirst().enumerated() {
            sql += " JOIN (SELECT stored_at FROM xapi_term WHERE term = \(term)) AS "
            sql += "\(identifier: "other_\(index)") USING (stored_at)"
        }
        return sql + " JOIN xapi_statement AS statement USING (stored_at)"
    }

    private static func range(_ filter: XAPIQuery.Filter, _ table: String) -> SQL {
        var sql: SQL = "true"
        if let since = filter.since { sql += " AND \(raw: table).stored_at > \(since)" }
        if let until = filter.until { sql += " AND \(raw: table).stored_at <= \(until)" }
        if let after = filter.after {
            sql +=
                filter.ascending
                ? " AND \(raw: table).stored_at > \(after)" : " AND \(raw: table).stored_at < \(after)"
        }
        return sql
    }

    // MARK: What belongs to statements

    func definitions(_ activities: [String], tenant: TenantID) async throws -> [String: String] {
        try await database.run { session in
            try ActivityStore.definitions(activities, tenant: tenant, on: session)
        }
    }

    /// How many bytes each file has.
    func sizes(_ hashes: [String], tenant: TenantID) async throws -> [String: Int] {
        let rows = try await database.rows(
            """
            SELECT sha2, octet_length(content)::bigint AS bytes FROM xapi_attachment
            WHERE tenant = \(tenant) AND sha2 = ANY(\(hashes))
            """
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.decode("sha2"), try $0.decode("bytes", as: Int.self)) })
    }

    /// The files, sorted by hash.
    func attachments(_ hashes: [String], tenant: TenantID) async throws -> [RecordStatements.Attachment] {
        try await database.rows(
            """
            SELECT sha2, content_type, content FROM xapi_attachment
            WHERE tenant = \(tenant) AND sha2 = ANY(\(hashes)) ORDER BY sha2
            """
        ).map { row in
            RecordStatements.Attachment(
                sha2: try row.decode("sha2"), contentType: try row.decode("content_type"),
                content: try row.decode("content"))
        }
    }
}
