import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A client of `WS /v1/live`: connects, authenticates and hands on each text message with the time it came
/// in.
///
/// It speaks to http addresses alone: it is for measuring an installation on the same machine, or behind a
/// proxy's back.
struct LiveSocket {
    /// The gateway's messages are far smaller.
    static let messageMax = 8 << 20

    struct Message: Sendable {
        let text: String
        let receivedAt: ContinuousClock.Instant
    }

    private enum Upgrade {
        case done(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>)
        case refused
    }

    let base: String
    let key: String

    /// Runs `body` with the messages that come in after the server said it is ready, and closes the socket
    /// after it.
    ///
    /// - Throws: ``GatewayError`` when the server cannot be reached, does not upgrade or does not accept the
    ///   key.
    func connected<Answer: Sendable>(
        _ body: @escaping @Sendable (AsyncThrowingStream<Message, any Error>) async throws -> Answer
    ) async throws -> Answer {
        let channel = try await open()
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                Self.text(try JSONEncoder().encode(["type": "authenticate", "key": key])))
            let (stream, continuation) = AsyncThrowingStream.makeStream(of: Message.self)
            return try await withThrowingTaskGroup(of: Answer?.self) { group in
                group.addTask {
                    do {
                        try await Self.read(inbound, outbound, into: continuation)
                        continuation.finish()
                    } catch {
                        continuation.finish(throwing: error)
                    }
                    return nil
                }
                group.addTask { try await body(stream) }
                defer { group.cancelAll() }
                while let answer = try await group.next() {
                    if let answer { return answer }
                }
                throw CancellationError()
            }
        }
    }

    private func open() async throws -> NIOAsyncChannel<WebSocketFrame, WebSocketFrame> {
        guard let parts = URLComponents(string: base), parts.scheme == "http", let host = parts.host else {
            throw GatewayError("the live socket needs an address that begins with http://, got \(base)")
        }
        let port = parts.port ?? 80
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: "\(host):\(port)")
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/v1/live", headers: headers)
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let upgrade: EventLoopFuture<Upgrade> = try await bootstrap.connect(host: host, port: port) {
            channel in
            channel.eventLoop.makeCompletedFuture { try Self.configure(channel, head: head) }
        }
        switch try await upgrade.get() {
        case .done(let channel): return channel
        case .refused: throw GatewayError("\(base)/v1/live did not upgrade to a WebSocket")
        }
    }

    private static func configure(
        _ channel: any Channel, head: HTTPRequestHead
    ) throws -> EventLoopFuture<Upgrade> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(
            maxFrameSize: messageMax,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 4_096,
                            maxAccumulatedFrameSize: messageMax))
                    return .done(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                }
            })
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head, upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in channel.eventLoop.makeSucceededFuture(.refused) })
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: configuration))
    }

    private static func read(
        _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>,
        into continuation: AsyncThrowingStream<Message, any Error>.Continuation
    ) async throws {
        for try await frame in inbound {
            let now = ContinuousClock.now
            switch frame.opcode {
            case .text:
                continuation.yield(Message(text: String(buffer: frame.unmaskedData), receivedAt: now))
            case .ping:
                try await outbound.write(
                    WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData))
            case .connectionClose:
                var data = frame.unmaskedData
                let code = data.readInteger(as: UInt16.self) ?? 1_005
                throw GatewayError("the gateway closed the live socket with \(code) \(String(buffer: data))")
            default:
                break
            }
        }
    }

    private static func text(_ data: Data) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(bytes: data))
    }
}
