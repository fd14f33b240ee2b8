import Contracts
import Foundation

/// Statements and files out of the body of a PUT or POST (Communication 1.5).
struct StatementUpload: Sendable {
    let statements: String
    /// Nil for a body of statements alone.
    let attachments: [RecordStatements.Attachment]?

    /// - Throws: ``GatewayError/invalid(_:)`` with what is wrong with content type or parts.
    init(_ call: XAPICall) throws(GatewayError) {
        let type = call.http.header("content-type") ?? ""
        switch Self.essence(type) {
        case "application/json":
            statements = try Self.text(call.http.body)
            attachments = nil
        case "multipart/mixed":
            guard let boundary = MultipartMixed.boundary(type) else {
                throw .invalid("content-type: expected multipart/mixed with a boundary, got none")
            }
            let parts = try MultipartMixed.parts(call.http.body, boundary: boundary)
            guard let first = parts.first, Self.essence(first.headers["content-type"] ?? "") == "application/json"
            else {
                throw .invalid("body: expected the statements in a first part of application/json")
            }
            statements = try Self.text(first.body)
            attachments = try parts.dropFirst().map(Self.attachment)
        default:
            throw .invalid(
                "content-type: expected application/json or multipart/mixed, got \"\(type.prefix(64))\"")
        }
    }

    private static func attachment(_ part: MultipartMixed.Part) throws(GatewayError) -> RecordStatements.Attachment {
        guard let hash = part.headers["x-experience-api-hash"], !hash.isEmpty else {
            throw .invalid("x-experience-api-hash: expected the SHA-2 of an attachment's part, got nothing")
        }
        guard part.headers["content-transfer-encoding"]?.lowercased() == "binary" else {
            throw .invalid("content-transfer-encoding: expected binary in an attachment's part")
        }
        return RecordStatements.Attachment(
            sha2: hash.lowercased(), contentType: part.headers["content-type"] ?? "application/octet-stream",
            content: part.body)
    }

    private static func essence(_ type: String) -> String {
        type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    private static func text(_ body: Data) throws(GatewayError) -> String {
        guard let text = String(validating: body, as: UTF8.self) else {
            throw .invalid("body: expected text in UTF-8, got bytes that are not")
        }
        return text
    }
}
