import Foundation
import PostgreSQL
import Synchronization

/// Makes the identities of new events this transaction's, and says what stands under those that were taken before.
///
/// Those of the last while stand in `event_identity_recent`, all others in `event_identity_settled`
/// (``IdentitySettling``). A transaction that claims looks into both and writes to the first, and holds the
/// ``IdentityLock`` meanwhile, so that none moves from the one to the other between its look and its write.
final class IdentityClaims: Sendable {
    /// From how many on those that are settled are looked up and the others copied, which knows no `ON CONFLICT`. It
    /// takes more statements, and each row is cheaper: `ON CONFLICT` looks into the index twice and writes a mark for
    /// the attempt.
    private static let copiedFrom = 64
    /// For how many claims after one that met something recent the recent ones are looked up, too. Else the index says
    /// it while they are copied, and nothing is looked up for nothing.
    private static let cautiousClaims = 100

    /// How many claims are still to be cautious.
    private let cautious = Atomic<Int>(0)

    /// The contents of the identities that somebody had claimed; the others are claimed now. Waits for a transaction
    /// that is claiming one of them right now.
    ///
    /// - Parameter candidates: One an identity, sorted, so that two transactions with the same ones wait for each other
    ///   instead of dying.
    func claim(_ candidates: [IngestWork.Candidate], on session: Session) throws -> [UUID: EventContent] {
        guard !candidates.isEmpty else { return [:] }
        _ = try session.rows(IdentityLock.shared)
        guard candidates.count >= Self.copiedFrom else { return try Self.insert(candidates, on: session) }
        let isCautious = cautious.load(ordering: .relaxed) > 0
        let taken = try Self.contents(of: candidates, in: isCautious ? .all : .settled, on: session)
        if isCautious, taken.isEmpty { cautious.subtract(1, ordering: .relaxed) }
        let fresh = candidates.filter { taken[$0.identity] == nil }
        do {
            try session.transaction { try Self.copy(fresh, on: $0) }
            return taken
        } catch let error as DatabaseError where error.isUniqueViolation {
            // Somebody sends again what came just now, or another transaction claimed one of them meanwhile.
            cautious.store(Self.cautiousClaims, ordering: .relaxed)
            return try taken.merging(Self.insert(fresh, on: session)) { $1 }
        }
    }

    private static func copy(_ fresh: [IngestWork.Candidate], on session: Session) throws {
        guard !fresh.isEmpty else { return }
        try session.copyIn("event_identity_recent", columns: ["identity", "content", "context"], rows: fresh) {
            row, candidate in
            row.append(candidate.identity)
            row.append(candidate.content.bytes)
            row.append(candidate.context)
        }
    }

    private static func insert(
        _ candidates: [IngestWork.Candidate], on session: Session
    ) throws -> [UUID: EventContent] {
        let rows = try session.rows(
            """
            INSERT INTO event_identity_recent (identity, content, context)
            SELECT identity, content, context::json
            FROM unnest(\(candidates.map(\.identity)), \(candidates.map(\.content.bytes)),
                \(candidates.map(\.context))) AS candidate (identity, content, context)
            WHERE NOT EXISTS (
                SELECT FROM event_identity_settled AS settled WHERE settled.identity = candidate.identity)
            ON CONFLICT DO NOTHING
            RETURNING identity
            """
        )
        let fresh = Set(try rows.map { try $0.decode("identity", as: UUID.self) })
        return try contents(of: candidates.filter { !fresh.contains($0.identity) }, in: .all, on: session)
    }

    private enum Table: String {
        case all = "event_identity"
        case settled = "event_identity_settled"
    }

    private static func contents(
        of candidates: [IngestWork.Candidate], in table: Table, on session: Session
    ) throws -> [UUID: EventContent] {
        guard !candidates.isEmpty else { return [:] }
        let rows = try session.rows(
            """
            SELECT identity, content FROM \(identifier: table.rawValue)
            WHERE identity = ANY(\(candidates.map(\.identity)))
            """
        )
        var contents: [UUID: EventContent] = [:]
        for row in rows {
            contents[try row.decode("identity")] = EventContent(stored: try row.decode("content"))
        }
        return contents
    }
}
