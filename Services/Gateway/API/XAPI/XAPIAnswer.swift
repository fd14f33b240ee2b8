import Contracts
import Crypto
import Foundation
import HTTPServer
import Logging

/// Answers as xAPI wants them: the edition on each, readable from pages of other origins.
enum XAPIAnswer {
    static let consistentThrough = "x-experience-api-consistent-through"

    /// What every answer carries.
    static func headers(_ version: XAPIVersion?) -> [(name: String, value: String)] {
        [
            (XAPIVersion.header, (version ?? .latest).rawValue),
            ("access-control-allow-origin", "*"),
            (
                "access-control-expose-headers",
                "X-Experience-API-Version, X-Experience-API-Consistent-Through, ETag, Last-Modified, Date, Allow, "
                    + "WWW-Authenticate, Retry-After"
            ),
        ]
    }

    static func json(_ body: String) -> HTTPServerResponse { .data(Data(body.utf8), type: "application/json") }

    /// What a browser asks before it lets a page of another origin send a request.
    static func preflight(_ methods: [HTTPVerb]) -> HTTPServerResponse {
        HTTPServerResponse(
            status: 204,
            headers: headers(nil) + [
                ("access-control-allow-methods", list(methods)),
                (
                    "access-control-allow-headers",
                    "Authorization, X-Experience-API-Version, Content-Type, If-Match, If-None-Match, Accept-Language, "
                        + "X-Experience-API-Hash"
                ),
                ("access-control-max-age", "\(GatewayLimits.preflightSeconds)"), ("allow", list(methods)),
            ])
    }

    static func methodNotAllowed(_ methods: [HTTPVerb]) -> HTTPProblem {
        HTTPProblem(
            405, .unimplemented, "this resource answers \(list(methods)) only",
            headers: [("allow", list(methods))])
    }

    private static func list(_ methods: [HTTPVerb]) -> String {
        (methods.map(\.rawValue) + ["OPTIONS"]).sorted().joined(separator: ", ")
    }

    /// A refusal or failure, in the form of all of Holdfast's.
    static func failure(_ error: any Error, _ request: HTTPServerRequest, _ logger: Logger) -> HTTPServerResponse {
        let (problem, detail) = HTTPProblem.from(error)
        if problem.status >= 500 {
            logger.warning(
                "xapi failed",
                metadata: ["http.status": "\(problem.status)", "detail": "\(detail ?? problem.detail)"])
        }
        do {
            var response = try problem.response(requestID: request.requestID)
            if problem.status == 401 { response.headers.append(("www-authenticate", "Basic realm=\"xAPI\"")) }
            return response
        } catch {
            // Our own document always encodes; should it not, the status alone still tells.
            return HTTPServerResponse(status: problem.status)
        }
    }

    // MARK: Statements

    /// The answer to a GET: JSON, or JSON and files where files were asked for.
    static func statements(_ answer: GetStatements.Response, ifNoneMatch: String?) -> HTTPServerResponse {
        var response = json(answer.body)
        if let attachments = answer.attachments { response = mixed(answer.body, attachments) }
        response.headers.append((consistentThrough, RFC3339.string(from: answer.consistentThrough)))
        guard let storedAt = answer.storedAt else { return response }
        response.headers.append(("last-modified", httpDate(storedAt)))
        // A statement never changes, but what is known of its activities does, and the form is the reader's choice.
        let tag = "\"\(hex(Insecure.SHA1.hash(data: response.body)))\""
        response.headers.append(("etag", tag))
        guard let ifNoneMatch, matches(ifNoneMatch, tag) else { return response }
        response.status = 304
        response.body = Data()
        return response
    }

    private static func mixed(_ body: String, _ attachments: [RecordStatements.Attachment]) -> HTTPServerResponse {
        var parts = [
            MultipartMixed.Part(headers: ["Content-Type": "application/json"], body: Data(body.utf8))
        ]
        for attachment in attachments {
            parts.append(
                MultipartMixed.Part(
                    headers: [
                        "Content-Type": attachment.contentType, "Content-Transfer-Encoding": "binary",
                        "X-Experience-API-Hash": attachment.sha2,
                    ],
                    body: attachment.content))
        }
        // Out of the content, so that the same answer has the same bytes; and no part can hold it by chance.
        var hash = SHA256()
        for part in parts { hash.update(data: part.body) }
        let boundary = "xapi-" + hex(hash.finalize()).prefix(48)
        return .data(
            MultipartMixed.body(parts, boundary: boundary), type: "multipart/mixed; boundary=\(boundary)")
    }

    static func matches(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.contains { given in
            given == "*" || given == tag || given == "W/" + tag
        }
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func httpDate(_ date: Date) -> String {
        let seconds = Int64(date.timeIntervalSince1970.rounded(.down))
        let text = RFC3339.string(from: Date(timeIntervalSince1970: Double(seconds)))
        let parts = text.split { "-T:.Z".contains($0) }.map(String.init)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = days[Int((seconds / 86_400) % 7 + 7) % 7]
        let month = months[max(0, min(11, (Int(parts[1]) ?? 1) - 1))]
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
