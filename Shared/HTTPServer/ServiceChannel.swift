import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import ServiceLifecycle
import Synchronization

/// How many connections are open.
final class ConnectionCount: Sendable {
    private let open = Atomic<Int>(0)
    private let max: Int
    private let gauge = Gauge(label: "http_server_connections")
    private let refused = Counter(label: "http_server_connections_refused_total")

    init(max: Int) { self.max = max }

    /// False when as many as allowed are open already.
    func take() -> Bool {
        let count = open.add(1, ordering: .relaxed).newValue
        guard count <= max else {
            open.subtract(1, ordering: .relaxed)
            refused.increment()
            return false
        }
        gauge.record(count)
        return true
    }

    func giveBack() { gauge.record(open.subtract(1, ordering: .relaxed).newValue) }
}

/// One connection's pipeline: HTTP/1.1, and the way from it to a WebSocket.
///
///     bytes ─▶ ClientPace ─▶ encoder/decoder ─▶ UpgradeFilter ─▶ NIO's upgrade handler ─▶ HTTP parts ─▶ Front
///                                                                        └─────────────▶ frames ─▶ WebSocketSession
///
/// NIO's upgrade handler loses any request that carries `Upgrade` and is not upgraded
/// (apple/swift-nio#2632); so the filter before it takes that header from all but a valid handshake, and
/// the upgrader always says yes. For the same reason whoever opens a socket is asked for a key only after
/// the upgrade, by its first message.
struct ServiceChannel: HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let protocolInUse: EventLoopFuture<ProtocolInUse>
    }

    enum ProtocolInUse: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        case webSocket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, WebSocketConnection)
    }

    typealias Responder = HTTPChannelHandler.Responder

    let responder: Responder
    let settings: HTTPServerSettings
    let webSocket: WebSocketEndpoint?
    let connections: ConnectionCount
    let isDraining: @Sendable () -> Bool

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        guard connections.take() else { return refuse(channel) }
        channel.closeFuture.whenComplete { [connections] _ in connections.giveBack() }
        return channel.eventLoop.makeCompletedFuture {
            let pace = NIOLoopBound(ClientPace(settings), eventLoop: channel.eventLoop)
            let pipeline = channel.pipeline.syncOperations
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = settings.headerBytesMax
            limits.maxHeaderListSize = settings.headerBytesMax
            limits.maxHeaderFieldCount = 100
            let encoder = HTTPResponseEncoder()
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
            let filter = UpgradeFilter(path: webSocket?.path)
            let heads = HeadHandler()
            let upgrade = NIOTypedHTTPServerUpgradeHandler<ProtocolInUse>(
                httpEncoder: encoder, extraHTTPHandlers: [decoder, filter, heads],
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: webSocket.map { [upgrader($0, pace)] } ?? [],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture { try httpProtocol(channel, pace, logger) }
                    }))
            try pipeline.addHandlers(
                BytePace(pace.value), encoder, decoder, filter, heads, upgrade)
            return Value(channel: channel, protocolInUse: upgrade.upgradeResultFuture)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.protocolInUse.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .webSocket(let channel, let connection):
                guard let webSocket else { return }
                await WebSocketSession(endpoint: webSocket, connection: connection, logger: logger).run(
                    channel)
            }
        } catch {
            // The connection ended before its first request was whole.
            logger.trace("connection ended early", metadata: ["error": "\(error)"])
            value.channel.close(promise: nil)
        }
    }

    /// Too many connections: one sentence in HTTP, and the end.
    private func refuse(_ channel: any Channel) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(RefusingHandler())
            let promise = channel.eventLoop.makePromise(of: ProtocolInUse.self)
            channel.closeFuture.whenComplete { _ in promise.fail(ChannelError.alreadyClosed) }
            return Value(channel: channel, protocolInUse: promise.futureResult)
        }
    }

    private func httpProtocol(_ channel: any Channel, _ pace: NIOLoopBound<ClientPace>, _ logger: Logger)
        throws -> ProtocolInUse
    {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(PartPace(pace.value))
        try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)))
    }

    private func upgrader(
        _ endpoint: WebSocketEndpoint, _ pace: NIOLoopBound<ClientPace>
    ) -> NIOTypedWebSocketServerUpgrader<ProtocolInUse> {
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: endpoint.messageBytesMax,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    pace.value.becomeWebSocket()
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024,
                            maxAccumulatedFrameSize: endpoint.messageBytesMax))
                    try pipeline.addHandler(FragmentErrorHandler())
                    let headers = Dictionary(
                        head.headers.map { ($0.name.lowercased(), $0.value) },
                        uniquingKeysWith: { "\($0), \($1)" })
                    let connection = WebSocketConnection(endpoint: endpoint, uri: head.uri, headers: headers)
                    let frames = try NIOAsyncChannel<WebSocketFrame, WebSocketFrame>(
                        wrappingChannelSynchronously: channel)
                    return .webSocket(frames, connection)
                }
            })
    }
}
