import Contracts
import Crypto
import Foundation
import PostgreSQL

/// The documents of xAPI. A change looks at what is there and replaces it under one lock, so that a condition that held
/// still holds when the change is made.
struct DocumentStore: Sendable {
    let database: Database

    /// What a PUT or POST brings.
    struct Change: Sendable {
        let contentType: String
        let content: Data
        let isMerge: Bool
        let condition: XAPIPrecondition
    }

    /// - Throws: ``TrackingError/conditionFailed(_:)``, ``TrackingError/conditionMissing``, and
    ///   ``TrackingError/unreadable(_:)`` for what cannot be merged.
    func save(_ change: Change, _ key: XAPIDocumentKey, tenant: TenantID, now: Date) async throws {
        guard let id = key.id else { return }
        try await database.transaction { session in
            try Self.lock(key, tenant, on: session)
            let there = try Self.document(id, key, tenant, on: session)
            try change.condition.check(there?.tag)
            let (type, content) = try Self.result(of: change, there)
            try session.execute(
                """
                INSERT INTO xapi_document (tenant, subject, registration, id, content_type, content, tag, stored_at)
                VALUES (\(tenant), \(Self.subject(key, tenant)), \(key.registration ?? Self.noRegistration), \(id),
                    \(type), \(content), \(Self.tag(content)), \(now))
                ON CONFLICT (tenant, subject, registration, id) DO UPDATE
                SET content_type = excluded.content_type, content = excluded.content, tag = excluded.tag,
                    stored_at = excluded.stored_at
                """
            )
        }
    }

    private static func result(
        of change: Change, _ there: GetDocument.Document?
    ) throws -> (type: String, content: Data) {
        guard change.isMerge, XAPIDocumentMerge.isJSON(change.contentType) || there != nil else {
            return (change.contentType, change.content)
        }
        if let there {
            guard XAPIDocumentMerge.isJSON(change.contentType), XAPIDocumentMerge.isJSON(there.contentType) else {
                throw TrackingError.unreadable(
                    "content-type: expected application/json of both documents that are merged, "
                        + "got \(there.contentType.prefix(64)) and \(change.contentType.prefix(64))")
            }
        }
        do throws(EventProblem) {
            let merged = try XAPIDocumentMerge.merged(there?.content ?? Data("{}".utf8), change.content)
            return (change.contentType, there == nil ? change.content : merged)
        } catch {
            throw TrackingError.unreadable(error.description)
        }
    }

    /// The named document; nil when there is none.
    func document(_ id: String, _ key: XAPIDocumentKey, tenant: TenantID) async throws -> GetDocument.Document? {
        try await database.run { session in try Self.document(id, key, tenant, on: session) }
    }

    /// Ids of the documents about the subject, of every registration unless the key names one.
    func ids(_ key: XAPIDocumentKey, tenant: TenantID) async throws -> [String] {
        try await database.rows(
            """
            SELECT DISTINCT id FROM xapi_document
            WHERE tenant = \(tenant) AND subject = \(Self.subject(key, tenant))
              AND (\(key.registration)::uuid IS NULL OR registration = \(key.registration))
              AND (\(key.since)::timestamptz IS NULL OR stored_at > \(key.since))
            ORDER BY id
            """
        ).map { try $0.decode("id") }
    }

    /// Deletes the named document, or all about the subject.
    func delete(_ key: XAPIDocumentKey, _ condition: XAPIPrecondition, tenant: TenantID) async throws {
        try await database.transaction { session in
            try Self.lock(key, tenant, on: session)
            if let id = key.id {
                try condition.check(try Self.document(id, key, tenant, on: session)?.tag)
                try session.execute(
                    """
                    DELETE FROM xapi_document
                    WHERE tenant = \(tenant) AND subject = \(Self.subject(key, tenant)) AND id = \(id)
                      AND registration = \(key.registration ?? Self.noRegistration)
                    """
                )
            } else {
                try session.execute(
                    """
                    DELETE FROM xapi_document
                    WHERE tenant = \(tenant) AND subject = \(Self.subject(key, tenant))
                      AND (\(key.registration)::uuid IS NULL OR registration = \(key.registration))
                    """
                )
            }
        }
    }

    // MARK: One document

    /// Stands for a document without a registration, because a key has no NULL.
    private static let noRegistration = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    /// "xdoc", for the first half of the lock's name; the subject is the second.
    private static let lockClass: Int32 = 0x7864_6F63

    private static func lock(_ key: XAPIDocumentKey, _ tenant: TenantID, on session: Session) throws {
        let name = subject(key, tenant).uuidString
        _ = try session.rows("SELECT pg_advisory_xact_lock(\(lockClass), hashtext(\(name)))")
    }

    private static func document(
        _ id: String, _ key: XAPIDocumentKey, _ tenant: TenantID, on session: Session
    ) throws -> GetDocument.Document? {
        try session.rows(
            """
            SELECT content_type, content, tag, stored_at FROM xapi_document
            WHERE tenant = \(tenant) AND subject = \(subject(key, tenant)) AND id = \(id)
              AND registration = \(key.registration ?? noRegistration)
            """
        ).first.map { row in
            GetDocument.Document(
                contentType: try row.decode("content_type"), content: try row.decode("content"),
                tag: try row.decode("tag"), storedAt: try row.decode("stored_at"))
        }
    }

    private static func subject(_ key: XAPIDocumentKey, _ tenant: TenantID) -> UUID {
        EventHashes.uuid(["xapi document", tenant.rawValue, key.kind.rawValue, key.subject])
    }

    private static func tag(_ content: Data) -> String { XAPIHash.hex(Insecure.SHA1.hash(data: content)) }
}
