import Contracts
import Foundation

/// Signed statements (Data 2.6): the JSON Web Signature that comes as an attachment must be one, by an allowed
/// algorithm, over this very statement.
enum XAPISignature {
    private static let usageType = "http://adlnet.gov/expapi/attachments/signature"
    private static let algorithms: Set<String> = ["RS256", "RS384", "RS512"]

    /// - Throws: What is wrong with the first bad signature of the statement.
    static func check(
        _ statement: XAPIStatement, _ attachments: [RecordStatements.Attachment]
    ) throws(EventProblem) {
        for (index, node) in statement.view.elements(statement.view.member(statement.node, "attachments"))
            .enumerated()
        where statement.view.text(node, "usageType") == usageType {
            let place = "attachments[\(index)]"
            guard statement.view.text(node, "contentType") == "application/octet-stream" else {
                throw EventProblem(
                    place + ".contentType", expected: "application/octet-stream for a signature",
                    got: "another type")
            }
            let sha2 = statement.view.text(node, "sha2")?.lowercased()
            // A signature that lies at an address is not here to be looked at.
            guard let part = attachments.first(where: { $0.sha2 == sha2 }) else { continue }
            try check(part.content, statement, place)
        }
    }

    private struct Header: Decodable {
        var alg: String
    }

    private static func check(_ content: Data, _ statement: XAPIStatement, _ place: String) throws(EventProblem) {
        let parts = String(decoding: content, as: UTF8.self).split(
            separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = decoded(parts[0]), let payload = decoded(parts[1]),
            let signature = decoded(parts[2]), !signature.isEmpty
        else {
            throw EventProblem(
                place, expected: "a JSON Web Signature of three parts in base64url", got: "another content")
        }
        let algorithm: String
        do {
            algorithm = try JSONCoding.decoder().decode(Header.self, from: header).alg
        } catch {
            throw EventProblem(place, expected: "a signature with a header in JSON", got: "another header")
        }
        guard algorithms.contains(algorithm) else {
            throw EventProblem(
                place, expected: "a signature by RS256, RS384 or RS512",
                got: "one by \(JSONTape.clipped(algorithm))")
        }
        try checkPayload(payload, statement, place)
    }

    /// The signed statement is this one, but for the signature itself and what the endpoint assigns.
    private static func checkPayload(
        _ payload: Data, _ statement: XAPIStatement, _ place: String
    ) throws(EventProblem) {
        let tape: JSONTape
        do {
            tape = try JSONTape(payload, depthMax: TrackingLimits.xapiDepthMax)
        } catch {
            throw EventProblem(place, expected: "a signature over a statement in JSON", got: "\(error)")
        }
        do throws(EventProblem) {
            // By the later edition, which allows whatever the earlier one does.
            try XAPIReader(tape: tape, version: .v2).statement(JSONTape.root, .root(""))
        } catch {
            throw EventProblem(place, expected: "a signature over a statement", got: "one where \(error)")
        }
        let signed = XAPIComparison(XAPIView(tape: tape))
        let received = XAPIComparison(statement.view)
        guard
            signed.text(JSONTape.root, leavingOut: usageType)
                == received.text(statement.node, leavingOut: usageType)
        else {
            throw EventProblem(place, expected: "a signature over this statement", got: "one over another")
        }
    }

    private static func decoded(_ part: Substring) -> Data? {
        let padding = String(repeating: "=", count: (4 - part.utf8.count % 4) % 4)
        return Data(base64Encoded: part.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }
}
