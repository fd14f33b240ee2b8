import Contracts
import Foundation
import Synchronization

/// Where WebSockets are opened, and what is done with each.
public struct WebSocketEndpoint: Sendable {
    /// Exact, without query.
    public let path: String
    /// Of one incoming message, fragments together; a longer one closes with 1009.
    public let messageBytesMax: Int
    /// Outgoing messages and bytes that may wait for a slow client; beyond either it is closed with 1013.
    public let queueMessagesMax: Int
    public let queueBytesMax: Int
    /// A ping is sent this often; a client that says nothing for three times as long is gone.
    public let pingInterval: Duration
    let handler: @Sendable (WebSocketConnection) async throws -> Void

    /// - Parameter handler: Runs for as long as the socket shall be open. It is cancelled when the client
    ///   leaves and when the service stops. When it returns the socket is closed with 1000, when it throws
    ///   with 1011.
    public init(
        path: String, messageBytesMax: Int = 64 << 10, queueMessagesMax: Int = 256,
        queueBytesMax: Int = 4 << 20,
        pingInterval: Duration = .seconds(20),
        handler: @escaping @Sendable (WebSocketConnection) async throws -> Void
    ) {
        self.path = path
        self.messageBytesMax = messageBytesMax
        self.queueMessagesMax = queueMessagesMax
        self.queueBytesMax = queueBytesMax
        self.pingInterval = pingInterval
        self.handler = handler
    }
}

/// Why a WebSocket ends, as RFC 6455 numbers it.
public struct WebSocketCloseCode: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let normal = WebSocketCloseCode(rawValue: 1_000)
    public static let goingAway = WebSocketCloseCode(rawValue: 1_001)
    public static let protocolError = WebSocketCloseCode(rawValue: 1_002)
    public static let unsupportedData = WebSocketCloseCode(rawValue: 1_003)
    public static let invalidText = WebSocketCloseCode(rawValue: 1_007)
    public static let policyViolation = WebSocketCloseCode(rawValue: 1_008)
    public static let messageTooBig = WebSocketCloseCode(rawValue: 1_009)
    public static let internalError = WebSocketCloseCode(rawValue: 1_011)
    public static let tryAgainLater = WebSocketCloseCode(rawValue: 1_013)
}

/// The socket is closed, or being closed, and takes no more messages.
public struct WebSocketClosed: Error, Sendable, Equatable {
    public let code: WebSocketCloseCode
}

/// One open WebSocket.
public final class WebSocketConnection: Sendable {
    /// With the query, as the client asked for it.
    public let uri: String
    /// Names in lower case.
    public let headers: [String: String]
    /// The client's text messages. Ends when the client closes or is gone. For one reader.
    public let messages: AsyncStream<String>

    private struct State {
        var queue: [String] = []
        var queuedBytes = 0
        var closing: (code: WebSocketCloseCode, reason: String)?
    }

    private let endpoint: WebSocketEndpoint
    private let state = Mutex(State())
    private let incoming: AsyncStream<String>.Continuation
    /// Wakes the writer; one pending call is as good as many.
    let signal: AsyncStream<Void>
    private let signalling: AsyncStream<Void>.Continuation

    init(endpoint: WebSocketEndpoint, uri: String, headers: [String: String]) {
        self.endpoint = endpoint
        self.uri = uri
        self.headers = headers
        (messages, incoming) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(64))
        (signal, signalling) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// The header of that name, in any case.
    public func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// Queues a text message; never waits.
    ///
    /// - Throws: ``WebSocketClosed`` when the socket is closing, and with code 1013 when this message made
    ///   the queue longer than allowed: the client reads too slowly and is sent away.
    public func send(text: String) throws {
        let closing: WebSocketCloseCode? = state.withLock { state in
            if let closing = state.closing { return closing.code }
            let bytes = text.utf8.count
            guard state.queue.count < endpoint.queueMessagesMax,
                state.queuedBytes + bytes <= endpoint.queueBytesMax
            else {
                state.closing = (.tryAgainLater, "the client reads too slowly")
                state.queue = []
                return .tryAgainLater
            }
            state.queue.append(text)
            state.queuedBytes += bytes
            return nil
        }
        signalling.yield()
        if let closing { throw WebSocketClosed(code: closing) }
    }

    /// Messages that wait to be sent.
    public var queuedMessages: Int { state.withLock { $0.queue.count } }

    /// Closes the socket after what is queued was sent; only the first call counts.
    ///
    /// - Parameter reason: At most 123 bytes of it reach the client.
    public func close(_ code: WebSocketCloseCode = .normal, reason: String = "") {
        state.withLock { state in
            if state.closing == nil { state.closing = (code, reason) }
        }
        signalling.yield()
    }

    /// The code it is being closed with; nil while it is open.
    public var closeCode: WebSocketCloseCode? { state.withLock { $0.closing?.code } }

    // MARK: - The channel's side

    /// False when the handler does not read what the client sends.
    func receive(_ text: String) -> Bool {
        if case .dropped = incoming.yield(text) { return false }
        return true
    }

    func finishMessages() { incoming.finish() }

    /// What to write next: messages, and the close that follows them.
    func takeQueue() -> (messages: [String], closing: (code: WebSocketCloseCode, reason: String)?) {
        state.withLock { state in
            defer {
                state.queue = []
                state.queuedBytes = 0
            }
            return (state.queue, state.closing)
        }
    }
}
