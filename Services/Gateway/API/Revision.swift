import Contracts
import Foundation
import HTTPServer

/// Revisions of declarations as entity tags (RFC 9110, 8.8.3): what was read is changed only while nobody else did.
enum Revision {
    static func header(_ revision: Int) -> (name: String, value: String) { ("etag", "\"\(revision)\"") }

    /// The revision that `If-Match` names; 0, for none, where `If-None-Match: *` asks that there be none; `nil` where
    /// the request asks nothing.
    ///
    /// - Throws: ``GatewayError/invalid(_:)`` for anything else in these headers.
    static func expected(by request: HTTPServerRequest) throws(GatewayError) -> Int? {
        if let tag = request.header("if-match") {
            let digits = tag.dropFirst().dropLast()
            guard tag.count > 2, tag.hasPrefix("\""), tag.hasSuffix("\""), let revision = Int(digits), revision >= 0
            else { throw .invalid("If-Match must be the ETag of an answer, like \"3\", got \(tag.prefix(40))") }
            return revision
        }
        guard let tag = request.header("if-none-match") else { return nil }
        guard tag == "*" else {
            throw .invalid("If-None-Match can only be * here: there must be no declaration; got \(tag.prefix(40))")
        }
        return 0
    }

    /// Turns the refusal of a stale change into 412.
    static func checked<Answer>(_ change: () async throws -> Answer) async throws -> Answer {
        do {
            return try await change()
        } catch let error as RPCError where error.code == .failedPrecondition {
            throw HTTPProblem(412, .failedPrecondition, error.message)
        }
    }
}
