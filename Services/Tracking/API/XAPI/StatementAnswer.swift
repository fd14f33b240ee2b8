import Contracts
import Foundation

/// Puts together the answer to a GET of the statement resource: statements in the form asked for, the `more` link, the
/// files.
struct StatementAnswer: Sendable {
    let reads: StatementReads
    let query: XAPIQuery
    let languages: String?
    let tenant: TenantID

    func single(_ id: UUID, isVoided: Bool, through: Date) async throws -> GetStatements.Response {
        let statement = try await reads.statement(id, isVoided: isVoided, tenant: tenant)
        let body = try await texts([statement])[0]
        return GetStatements.Response(
            body: body, attachments: try await attachments(of: [statement]),
            consistentThrough: max(through, statement.stamp.storedAt), storedAt: statement.stamp.storedAt)
    }

    func list(_ filter: XAPIQuery.Filter, through: Date) async throws -> GetStatements.Response {
        let page = try await reads.page(filter, tenant: tenant)
        let shown = try await fitting(page.statements)
        let body = try await texts(shown).joined(separator: ",")
        var more = ""
        if page.hasMore || shown.count < page.statements.count, let last = shown.last {
            more = try XAPIMore(query, after: last.stamp.storedAt).link()
        }
        let newest = shown.map(\.stamp.storedAt).max()
        return GetStatements.Response(
            body: "{\"statements\":[\(body)],\"more\":\"\(more)\"}", attachments: try await attachments(of: shown),
            consistentThrough: max(through, newest ?? through))
    }

    // MARK: Texts

    private func texts(_ statements: [StatementReads.Stored]) async throws -> [String] {
        let forms = XAPIForms(
            format: query.format, languages: languages, definitions: try await definitions(of: statements))
        return try statements.map { try forms.text($0.raw, $0.stamp) }
    }

    /// What is known of the statements' activities; for the canonical form alone.
    private func definitions(of statements: [StatementReads.Stored]) async throws -> [String: String] {
        guard query.format == .canonical else { return [:] }
        let ids = try statements.flatMap { statement in
            let view = try Self.view(statement)
            return view.activities(JSONTape.root).compactMap { view.text($0, "id") }
        }
        return try await reads.definitions(Array(Set(ids)), tenant: tenant)
    }

    private static func view(_ statement: StatementReads.Stored) throws -> XAPIView {
        XAPIView(tape: try JSONTape(Data(statement.raw.utf8), depthMax: TrackingLimits.xapiDepthMax))
    }

    // MARK: Files

    /// As many of the statements as their files fit into one answer; at least one.
    private func fitting(_ statements: [StatementReads.Stored]) async throws -> [StatementReads.Stored] {
        guard query.hasAttachments else { return statements }
        let hashes = try statements.map(Self.hashes)
        let sizes = try await reads.sizes(Array(Set(hashes.joined())), tenant: tenant)
        var counted: Set<String> = []
        var bytes = 0
        for (index, hashes) in hashes.enumerated() {
            for hash in hashes where counted.insert(hash).inserted { bytes += sizes[hash] ?? 0 }
            if index > 0, bytes > TrackingLimits.xapiAnswerAttachmentBytesMax {
                return Array(statements.prefix(index))
            }
        }
        return statements
    }

    private func attachments(
        of statements: [StatementReads.Stored]
    ) async throws -> [RecordStatements.Attachment]? {
        guard query.hasAttachments else { return nil }
        let hashes = Set(try statements.flatMap(Self.hashes))
        guard !hashes.isEmpty else { return [] }
        return try await reads.attachments(Array(hashes), tenant: tenant)
    }

    private static func hashes(_ statement: StatementReads.Stored) throws -> [String] {
        let view = try view(statement)
        return view.attachments(JSONTape.root).compactMap { view.text($0, "sha2")?.lowercased() }
    }
}
