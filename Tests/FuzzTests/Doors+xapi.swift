import Contracts
import Foundation
import Fuzzing

@testable import Gateway
@testable import HTTPServer
@testable import Tracking

/// The Experience API: statements alone and with files, and the questions of its resources.
extension Doors {
    static func xapi() throws -> [Door] {
        [try statements(), try statementParts(), statementQueries, documentQueries, forms, documentMerges]
    }

    /// Each input is POSTed and PUT, in both editions.
    private static func statements() throws -> Door {
        let mapping = try XAPIMapping(contentsOf: Tracking.Wiring.xapiMapping)
        return Door("xapi-statements", .json, corpus: Statements.all) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var isTaken = false
            for version in XAPIVersion.allCases {
                for id in [nil, Statements.id] {
                    let request = RecordStatements.Request(
                        version: version, authority: authority, statementID: id, statements: text)
                    if try take(request, mapping) { isTaken = true }
                }
            }
            return isTaken ? .accepted : .refused
        }
    }

    private static let authority = #"{"account":{"homePage":"https://holdfast.example","name":"key"}}"#

    /// What is taken can be answered in every form, is itself when it comes again, and maps or is left alone.
    private static func take(_ request: RecordStatements.Request, _ mapping: XAPIMapping) throws -> Bool {
        let taken = try read { () throws(EventProblem) in try XAPIBatch(request, makeID: { UUID() }) }
        guard let batch = taken else { return false }
        for statement in batch.statements {
            _ = mapping.event(statement, now: now)
            for format in [XAPIFormat.exact, .ids, .canonical] { try answer(statement, format) }
            for (_, definition) in statement.definitions { _ = try XAPIDefinition.merged(definition, definition) }
        }
        return true
    }

    private static func answer(_ statement: XAPIStatement, _ format: XAPIFormat) throws {
        let known = Dictionary(statement.definitions, uniquingKeysWith: { first, _ in first })
        let stamp = XAPIStamp(id: statement.id, storedAt: now, authority: authority, version: statement.version)
        let answer = Data(
            try XAPIForms(format: format, languages: "de, en;q=0.5", definitions: known).text(statement.raw, stamp).utf8)
        // It refuses some statements: a number like 1e400 is JSON, and none that it can hold.
        guard isRead(answer) || !isRead(Data(statement.raw.utf8)) else {
            throw Finding("the \(format) form is no JSON to a reader to whom the statement was")
        }
        let again = XAPIView(tape: try JSONTape(answer, depthMax: TrackingLimits.xapiDepthMax))
        if format == .exact, XAPIComparison(again).digest(JSONTape.root) != statement.digest {
            throw Finding("a statement that is answered is not equal to itself")
        }
    }

    /// Whether a second reader takes it.
    private static func isRead(_ json: Data) -> Bool {
        do {
            _ = try JSONSerialization.jsonObject(with: json)
            return true
        } catch {
            return false
        }
    }

    /// Parts of a body: statements, then files; a signature among them.
    private static func statementParts() throws -> Door {
        let mapping = try XAPIMapping(contentsOf: Tracking.Wiring.xapiMapping)
        let bodies = [
            multipart(Statements.full, Statements.paper, hash: Statements.paperHash, type: "text/plain"),
            multipart(
                signed, signature, hash: String(repeating: "a", count: 64), type: "application/octet-stream"),
        ]
        return Door("xapi-multipart", .bytes, bytes: bodies) { bytes in
            let http = HTTPServerRequest(
                method: .post, path: GetStatements.path,
                headers: ["content-type": "multipart/mixed; boundary=b", XAPIVersion.header: "1.0.3"], body: Data(bytes))
            let upload: StatementUpload
            do throws(GatewayError) {
                upload = try StatementUpload(XAPICall(http))
            } catch {
                return .refused
            }
            let kept = upload.attachments?.reduce(0) { $0 + $1.content.count } ?? 0
            guard kept <= bytes.count else { throw Finding("files of \(kept) bytes out of \(bytes.count)") }
            let request = RecordStatements.Request(
                version: .v1, authority: authority, statements: upload.statements, attachments: upload.attachments)
            return try take(request, mapping) ? .accepted : .refused
        }
    }

    private static func multipart(_ statements: String, _ file: String, hash: String, type: String) -> [UInt8] {
        Array(
            MultipartMixed.body(
                [
                    .init(headers: ["content-type": "application/json"], body: Data(statements.utf8)),
                    .init(
                        headers: [
                            "content-type": type, "content-transfer-encoding": "binary", "x-experience-api-hash": hash,
                        ], body: Data(file.utf8)),
                ], boundary: "b"))
    }

    private static let bare = #"{"actor":{"mbox":"mailto:ada@class.example"},"verb":{"id":"x:y"},"object":{"id":"x:z"}"#

    private static let signed =
        bare
        + #","attachments":[{"usageType":"http://adlnet.gov/expapi/attachments/signature","display":{"en":"S"},"#
        + #""contentType":"application/octet-stream","length":1,"sha2":"\#(String(repeating: "a", count: 64))"}]}"#

    private static let signature = [#"{"alg":"RS256"}"#, bare + "}", "signed"]
        .map { Data($0.utf8).base64EncodedString().replacing("=", with: "") }.joined(separator: ".")

    // MARK: - Questions

    /// Nil for what is refused, in a sentence.
    private static func read<Value>(_ read: () throws(EventProblem) -> Value) throws -> Value? {
        do throws(EventProblem) {
            return try read()
        } catch {
            try checkRefusal(error)
            return nil
        }
    }

    private static func parameters(_ bytes: [UInt8]) -> [String: String]? {
        let http = HTTPServerRequest(
            method: .get, path: GetStatements.path, queryItems: Call.queryItems(String(decoding: bytes, as: UTF8.self)))
        do throws(GatewayError) {
            return try XAPICall(http).uniqueParameters()
        } catch {
            return nil
        }
    }

    /// Each input is a query string and the token of a `more` link, in both editions.
    private static let statementQueries = Door("xapi-queries", .text, corpus: Statements.queries + moreTokens) { bytes in
        var isTaken = false
        for version in XAPIVersion.allCases {
            let text = String(decoding: bytes, as: UTF8.self)
            if try read({ () throws(EventProblem) in try XAPIMore.query(text, version: version) }) != nil { isTaken = true }
            guard let parameters = parameters(bytes),
                let query = try read({ () throws(EventProblem) in try XAPIQuery(parameters, version: version) })
            else { continue }
            isTaken = true
            guard case .matching(var filter) = query.selection else { continue }
            let link = try XAPIMore(query, after: now).link()
            let token = String(link.dropFirst("\(GetStatements.path)/more/".utf8.count))
            // A question that is too long for a link is none that a request's head can hold.
            guard token.utf8.count <= TrackingLimits.xapiMoreLengthMax else { continue }
            filter.after = now
            guard try XAPIMore.query(token, version: version).selection == .matching(filter) else {
                throw Finding("a more link goes on with another question")
            }
        }
        return isTaken ? .accepted : .refused
    }

    private static let moreTokens = [
        #"{"parameters":{"verb":"x:y"},"after":1790000000000000}"#,
        #"{"parameters":{"limit":"1"},"after":9223372036854775807}"#,
    ].map { Data($0.utf8).base64EncodedString().replacing("=", with: "") }

    /// State, activity profile and agent profile.
    private static let documentQueries = Door("xapi-documents", .text, corpus: Statements.documentQueries) { bytes in
        guard let parameters = parameters(bytes) else { return .refused }
        var isTaken = false
        for kind in XAPIDocumentKind.allCases {
            for naming in [XAPIDocumentKey.Naming.required, .optional] {
                let key = try read { () throws(EventProblem) in
                    try XAPIDocumentKey(kind, parameters, version: .v1, naming: naming, allowsSince: true)
                }
                guard let key else { continue }
                guard !key.subject.utf8.contains(0), key.id?.utf8.contains(0) != true else {
                    throw Finding("a document is named with a NUL")
                }
                isTaken = true
            }
        }
        return isTaken ? .accepted : .refused
    }

    /// The alternate syntax of 1.0.3: everything in a form.
    private static let forms = Door(
        "xapi-forms", .text,
        corpus: [
            "statementId=\(Statements.id)&content=%7B%22actor%22%3A%7B%22mbox%22%3A%22mailto%3Aada%40class.example%22%7D%7D"
                + "&Authorization=Basic%20x&X-Experience-API-Version=1.0.3&Content-Type=application%2Fjson"
        ]
    ) { bytes in
        var isTaken = false
        for method in HTTPVerb.allCases {
            let http = HTTPServerRequest(
                method: .post, path: GetStatements.path, queryItems: [("method", method.rawValue)], body: Data(bytes))
            let call: XAPICall
            do throws(GatewayError) {
                call = try XAPICall(http)
                _ = try StatementUpload(call)
            } catch {
                continue
            }
            // A byte that is no UTF-8 becomes a character of three.
            guard call.http.body.count <= bytes.count * 3 else { throw Finding("a body larger than its form") }
            isTaken = true
        }
        return isTaken ? .accepted : .refused
    }

    /// A POST to a document resource, on top of a document that is there.
    private static let documentMerges = Door(
        "xapi-document-merges", .json, corpus: [#"{"bookmark":"page-3","scores":[1,2],"é":{"a":null}}"#, "{}"]
    ) { bytes in
        let merged: Data
        do throws(EventProblem) {
            merged = try XAPIDocumentMerge.merged(Data(#"{"bookmark":"page-2","kept":1.50}"#.utf8), Data(bytes))
        } catch {
            return .refused
        }
        let tape = try JSONTape(merged, depthMax: TrackingLimits.xapiDepthMax)
        guard tape.members(JSONTape.root).contains(where: { $0.0 == "kept" }) else {
            throw Finding("a merge lost a member")
        }
        return .accepted
    }
}
