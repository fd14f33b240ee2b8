import Foundation
import Logging
import Metrics
import NIOCore
import NIOWebSocket
import ServiceLifecycle
import Synchronization

/// Runs one WebSocket: reads frames, writes what is queued, keeps the connection alive, and ends it in order.
struct WebSocketSession: Sendable {
    typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    let endpoint: WebSocketEndpoint
    let connection: WebSocketConnection
    let logger: Logger

    /// How long a peer may take to take in our close before the connection is cut.
    private static let closeTimeout = Duration.seconds(2)

    func run(_ channel: Frames) async {
        OpenSockets.change(by: 1)
        defer { OpenSockets.change(by: -1) }
        let heard = LastHeard()
        do {
            try await channel.executeThenClose { inbound, outbound in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await runHandler() }
                    group.addTask { await keepAlive(outbound, heard) }
                    group.addTask { await limitClose(channel.channel) }
                    group.addTask { await read(inbound, outbound, heard) }
                    // The writer ends the socket: when it is done, so is everything else.
                    await write(outbound)
                    connection.finishMessages()
                    channel.channel.close(promise: nil)
                    group.cancelAll()
                }
            }
        } catch {
            logger.trace("socket ended", metadata: ["error": "\(error)"])
        }
        if connection.closeCode == .tryAgainLater {
            Counter(label: "http_server_websockets_dropped_total").increment()
        }
    }

    private func runHandler() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Without this, an open socket would hold the service back from stopping.
                do {
                    try await gracefulShutdown()
                    connection.close(.goingAway, reason: "the service is stopping")
                } catch {
                    // Cancelled: the socket has ended already.
                }
            }
            do {
                try await endpoint.handler(connection)
                connection.close(.normal)
            } catch is CancellationError {
                connection.close(.goingAway)
            } catch is WebSocketClosed {
                connection.close(.normal)
            } catch {
                logger.error("a socket's handler failed", metadata: ["error": "\(error)"])
                connection.close(.internalError, reason: "something went wrong inside the service")
            }
            group.cancelAll()
        }
    }

    private func read(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ heard: LastHeard
    ) async {
        do {
            for try await frame in inbound {
                heard.note()
                switch frame.opcode {
                case .text: receive(frame)
                case .binary: connection.close(.unsupportedData, reason: "messages are text")
                case .ping:
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
                case .connectionClose: connection.close(Self.reply(to: frame))
                default: break
                }
            }
        } catch {
            logger.trace("socket cannot be read", metadata: ["error": "\(error)"])
        }
        connection.finishMessages()
        // The peer is gone: nothing more can be sent, but the writer must hear of it.
        connection.close(.goingAway)
    }

    private func receive(_ frame: WebSocketFrame) {
        guard let text = String(validating: frame.unmaskedData.readableBytesView, as: UTF8.self) else {
            return connection.close(.invalidText, reason: "a text message must be UTF-8")
        }
        if !connection.receive(text) {
            connection.close(.policyViolation, reason: "more messages than are read here")
        }
    }

    private func write(_ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>) async {
        for await _ in connection.signal {
            let (messages, closing) = connection.takeQueue()
            do {
                for text in messages {
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
                }
                guard let closing else { continue }
                try await writeClose(closing, outbound)
            } catch {
                logger.trace("socket cannot be written", metadata: ["error": "\(error)"])
            }
            return
        }
    }

    /// A peer that does not read would hold a write for ever; once the socket shall close, only so long.
    private func limitClose(_ channel: any Channel) async {
        do {
            while connection.closeCode == nil { try await Task.sleep(for: .milliseconds(250)) }
            try await Task.sleep(for: Self.closeTimeout)
            channel.close(promise: nil)
        } catch {
            // Cancelled: the socket has ended in time.
        }
    }

    private func writeClose(
        _ closing: (code: WebSocketCloseCode, reason: String),
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: Int(closing.code.rawValue)))
        // 125 bytes fit a control frame, two of them are the code.
        var reason = closing.reason
        while reason.utf8.count > 123 { reason.removeLast() }
        data.writeString(reason)
        try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    }

    private func keepAlive(
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ heard: LastHeard
    ) async {
        do {
            while true {
                try await Task.sleep(for: endpoint.pingInterval)
                guard heard.age < endpoint.pingInterval * 3 else {
                    return connection.close(.goingAway, reason: "nothing was heard from the client")
                }
                try await outbound.write(WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
            }
        } catch {
            // The socket has ended, or is being ended.
        }
    }

    private static func reply(to frame: WebSocketFrame) -> WebSocketCloseCode {
        var data = frame.unmaskedData
        guard let code = data.readInteger(as: UInt16.self), (1_000...4_999).contains(code) else {
            return .normal
        }
        return WebSocketCloseCode(rawValue: code)
    }
}

/// When the peer was last heard.
private final class LastHeard: Sendable {
    private let instant = Mutex(ContinuousClock.now)
    func note() { instant.withLock { $0 = .now } }
    var age: Duration { instant.withLock { $0.duration(to: .now) } }
}

/// How many sockets are open in this process.
private enum OpenSockets {
    private static let count = Atomic<Int>(0)
    private static let gauge = Gauge(label: "http_server_websockets")
    static func change(by amount: Int) {
        gauge.record(count.add(amount, ordering: .relaxed).newValue)
    }
}
