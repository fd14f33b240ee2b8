import Contracts
import Foundation
import RPC

/// The answer of a route.
public struct HTTPServerResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: Data
    /// The protocol's code when this is a failure; for the log alone.
    public var code: RPCError.Code?

    public init(status: Int = 200, headers: [(name: String, value: String)] = [], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document, written as all of Holdfast's.
    public static func json(
        _ value: some Encodable, status: Int = 200, headers: [(name: String, value: String)] = []
    ) throws -> HTTPServerResponse {
        .data(
            try JSONCoding.encoder().encode(value), type: "application/json", status: status, headers: headers
        )
    }

    /// JSON that is text already.
    public static func data(
        _ body: Data, type: String, status: Int = 200, headers: [(name: String, value: String)] = []
    ) -> HTTPServerResponse {
        HTTPServerResponse(status: status, headers: [("content-type", type)] + headers, body: body)
    }

    public static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: Int = 200
    ) -> HTTPServerResponse {
        .data(Data(text.utf8), type: type, status: status)
    }
}

/// A failure with a status of its own, beyond what the protocol's code says: 404 for a path, 405, 413, 415,
/// 422, 431.
public struct HTTPProblem: Error, Sendable {
    public let status: Int
    public let code: RPCError.Code
    /// A sentence for the caller.
    public let detail: String
    public let headers: [(name: String, value: String)]

    public init(
        _ status: Int, _ code: RPCError.Code, _ detail: String, headers: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers
    }

    /// The problem that a thrown error is, for callers who may not see its inside.
    public static func from(_ error: any Error) -> (problem: HTTPProblem, detail: String?) {
        if let problem = error as? HTTPProblem { return (problem, nil) }
        let known = RPCError.from(error)
        var headers: [(name: String, value: String)] = []
        if let seconds = known.retryAfterSeconds { headers.append(("retry-after", "\(seconds)")) }
        if known.code == .unauthenticated { headers.append(("www-authenticate", "Bearer")) }
        let status = error is BodyTooLarge ? 413 : known.code.httpStatus
        return (HTTPProblem(status, known.code, known.message, headers: headers), known.detail)
    }

    /// RFC 9457, with the protocol's code word and the request's id.
    public func response(requestID: String) throws -> HTTPServerResponse {
        let document = ProblemDocument(
            type: "urn:holdfast:problem:\(code.rawValue)", title: Self.title(for: status), status: status,
            detail: detail, code: code.rawValue, requestId: requestID)
        var response = HTTPServerResponse.data(
            try JSONCoding.encoder().encode(document), type: "application/problem+json", status: status,
            headers: headers)
        response.code = code
        return response
    }

    private static func title(for status: Int) -> String {
        switch status {
        case 400: "The request is not valid"
        case 401: "No valid key was given"
        case 403: "The key does not allow this"
        case 404: "There is nothing here"
        case 405: "This method is not allowed here"
        case 409: "The request conflicts with what is there"
        case 412: "It was changed meanwhile"
        case 413: "The body is too large"
        case 415: "The body is of an unknown type"
        case 422: "The request contradicts an earlier one"
        case 429: "Too many requests"
        case 431: "The request's head is too large"
        case 499: "The request was canceled"
        case 500: "Something went wrong inside"
        case 501: "This is not offered"
        case 503: "Not available for the moment"
        case 504: "It took too long"
        default: "The request failed"
        }
    }
}

struct ProblemDocument: Codable, Equatable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    var code: String
    var requestId: String
}
