import Foundation

/// One HTTP request.
public struct HTTPClientRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    public typealias Header = (name: String, value: String)

    public var method: Method
    /// Absolute, http or https.
    public var url: String
    /// Sent in this order. Content-Length and Host are the client's own business.
    public var headers: [Header]
    public var body: Data?
    /// From ``HTTPClient/send(_:)`` to the last byte of the answer, waiting in the queue included.
    public var timeout: Duration
    /// For the connection alone, inside `timeout`.
    public var connectTimeout: Duration
    /// A longer body ends the request with ``HTTPClientError/Kind/responseTooLarge``.
    public var maxResponseBytes: Int

    public init(
        method: Method = .get, url: String, headers: [Header] = [], body: Data? = nil,
        timeout: Duration = .seconds(10), connectTimeout: Duration = .seconds(3),
        maxResponseBytes: Int = 8 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
    }

    /// libcurl passes CR and LF on, which would let a value add headers of its own. So nothing with a control
    /// character, and no address of another scheme, ever reaches it.
    func check() throws {
        guard !Self.hasControlCharacter(url), !url.utf8.contains(UInt8(ascii: " ")) else {
            throw HTTPClientError(.invalidRequest, "the address contains a space or a control character")
        }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme), url.dropFirst(scheme.count).hasPrefix("://") else {
            throw HTTPClientError(.invalidRequest, "the address must begin with http:// or https://")
        }
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw HTTPClientError(.invalidRequest, "a header's name must be an HTTP token")
            }
            guard !Self.hasControlCharacter(header.value) else {
                throw HTTPClientError(
                    .invalidRequest, "the value of the header \(header.name) contains a control character")
            }
        }
        guard timeout > .zero else {
            throw HTTPClientError(.timedOut, "no time was left to begin the request")
        }
    }

    static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// The answer to a request, whatever its status.
public struct HTTPClientResponse: Sendable {
    public let status: Int
    public let headers: [HTTPClientRequest.Header]
    public let body: Data

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }
}

/// Why there is no answer.
public struct HTTPClientError: Error, CustomStringConvertible, Equatable {
    public enum Kind: String, Sendable {
        /// The request was never sent, because it is not one that this client sends.
        case invalidRequest
        /// As many requests as allowed wait already.
        case queueFull
        /// No connection came about (name, port, TLS): the server has not seen the request.
        case notConnected
        /// The time was up; the server may have acted.
        case timedOut
        case responseTooLarge
        /// The connection broke; the server may have acted.
        case connectionLost
        /// The client was shut down.
        case shutDown
    }

    public let kind: Kind
    /// A sentence without the request's content.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// False when the server cannot have seen the request, so that sending it again can never double it.
    public var mayHaveReachedServer: Bool {
        switch kind {
        case .invalidRequest, .queueFull, .notConnected: false
        case .timedOut, .responseTooLarge, .connectionLost, .shutDown: true
        }
    }

    public var description: String { message }
}
