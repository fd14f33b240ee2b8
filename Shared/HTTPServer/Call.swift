import Contracts
import Foundation
import Hummingbird
import NIOCore
import RPC
import Runtime

/// One request as it arrives, before its body was read.
struct Call: Sendable {
    let request: Request
    let verb: HTTPVerb?
    let path: String
    let headers: [String: String]
    let requestID: String
    let trace: TraceContext

    init(_ request: Request) {
        self.request = request
        verb = HTTPVerb(rawValue: request.method.rawValue)
        path = request.uri.path
        var headers: [String: String] = [:]
        if let authority = request.head.authority { headers["host"] = authority }
        for field in request.headers {
            let name = field.name.canonicalName
            headers[name] = headers[name].map { "\($0), \(field.value)" } ?? field.value
        }
        self.headers = headers
        trace = headers["traceparent"].flatMap(TraceContext.init(traceparent:))?.child() ?? .fresh()
        requestID = Self.accepted(headers["x-request-id"]) ?? trace.spanID
    }

    /// The whole body as it came, or ``BodyTooLarge``; that much is known from the head alone when it says
    /// a length.
    func collectBody(upTo limit: Int) async -> Result<Data, any Error> {
        if let length = headers["content-length"].flatMap(Int.init), length > limit {
            return .failure(BodyTooLarge(limit: limit))
        }
        var data = Data()
        do {
            for try await buffer in request.body {
                guard data.count + buffer.readableBytes <= limit else {
                    return .failure(BodyTooLarge(limit: limit))
                }
                data.append(contentsOf: buffer.readableBytesView)
            }
            return .success(data)
        } catch {
            // The connection broke, or was cut for being slow: nobody is left to read an answer.
            return .failure(
                RPCError(.canceled, "the body of the request did not arrive whole", detail: "\(error)"))
        }
    }

    /// The whole body, unpacked. Both forms are held to `limit`.
    func body(upTo limit: Int) async throws -> Data {
        let body = try await collectBody(upTo: limit).get()
        switch (headers["content-encoding"] ?? "identity").lowercased() {
        case "identity", "": return body
        case "gzip": return try Gzip.decompress(body, limit: limit)
        default:
            throw HTTPProblem(
                415, .unimplemented, "the content encoding is not supported; gzip and identity are",
                headers: [("accept-encoding", "gzip, identity")])
        }
    }

    func serverRequest(_ verb: HTTPVerb, _ parameters: [String: String], _ body: Data) -> HTTPServerRequest {
        HTTPServerRequest(
            method: verb, path: path, parameters: parameters,
            queryItems: Self.queryItems(request.uri.query ?? ""),
            headers: headers, body: body, requestID: requestID, trace: trace)
    }

    static func queryItems(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacingOccurrences(of: "+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }

    /// Somebody else's id is kept only when it cannot be anything but an id.
    private static func accepted(_ id: String?) -> String? {
        guard let id, (8...64).contains(id.utf8.count),
            id.utf8.allSatisfy({ byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == 45
                    || byte == 95
            })
        else { return nil }
        return id
    }
}
