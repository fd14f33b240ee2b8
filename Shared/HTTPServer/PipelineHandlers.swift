import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Takes `Upgrade` from every request but a valid WebSocket handshake for our path that comes first on its
/// connection.
///
/// NIO's decoder reads nothing after a request that asked for an upgrade, so a connection on which one was
/// refused is closed after the answer.
final class UpgradeFilter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let path: String?
    private var isFirst = true

    init(path: String?) { self.path = path }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        defer { isFirst = false }
        guard head.headers.contains(name: "upgrade"), !(isFirst && isHandshake(head)) else {
            return context.fireChannelRead(data)
        }
        head.headers.remove(name: "upgrade")
        head.headers.replaceOrAdd(name: "connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    private func isHandshake(_ head: HTTPRequestHead) -> Bool {
        let key = head.headers["sec-websocket-key"]
        return head.method == .GET && head.version == .http1_1
            && head.uri.prefix { $0 != "?" } == path ?? ""
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
            && head.headers["sec-websocket-version"] == ["13"]
            && key.count == 1 && Data(base64Encoded: key[0])?.count == 16
            && !head.headers.contains(name: "content-length")
            && !head.headers.contains(name: "transfer-encoding")
    }
}

/// Answers what is about a request's head alone: `Expect: 100-continue` is granted, a head that cannot be
/// read is answered with 431 when it is too long and with 400 otherwise, after which the connection is
/// closed.
final class HeadHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Requests that came and are not answered to the end.
    private var unanswered = 0
    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What follows an unreadable head is no request any more.
        guard !hasRefused else { return }
        guard case .head(let head) = unwrapInboundIn(data) else { return context.fireChannelRead(data) }
        // While an earlier answer is under way, an interim one would stand in its middle.
        if unanswered == 0,
            head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" })
        {
            let interim = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
        }
        unanswered += 1
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered = max(0, unanswered - 1) }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        guard !hasRefused else { return }
        hasRefused = true
        // In the middle of another request there may be an answer under way; then the end is all that is
        // left.
        guard unanswered == 0 else { return context.close(promise: nil) }
        let isTooLong = error == .headerOverflow
        let status: HTTPResponseStatus = isTooLong ? .requestHeaderFieldsTooLarge : .badRequest
        let body = Self.problem(
            status, isTooLong ? "the request's head is too long" : "the request is not valid HTTP/1.1")
        let headers: HTTPHeaders = [
            "content-type": "application/problem+json", "content-length": "\(body.readableBytes)",
            "connection": "close",
        ]
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
            promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let loopBound = context.loopBound
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            loopBound.value.close(promise: nil)
        }
    }

    private static func problem(_ status: HTTPResponseStatus, _ detail: String) -> ByteBuffer {
        ByteBuffer(
            string: """
                {"code":"invalid_argument","detail":"\(detail)","status":\(status.code),\
                "title":"\(status.reasonPhrase)","type":"urn:holdfast:problem:invalid_argument"}
                """)
    }
}

/// For a connection beyond the limit.
final class RefusingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let body =
            #"{"code":"unavailable","detail":"too many connections are open","status":503,"#
            + #""title":"Not available for the moment","type":"urn:holdfast:problem:unavailable"}"#
        let text =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
            + "connection: close\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
        let loopBound = context.loopBound
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in
            loopBound.value.close(promise: nil)
        }
    }

    // The request is not read: there is nobody to answer it.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

/// Closes with 1009 when a message in fragments grows too long, with 1002 when fragments make no sense.
final class FragmentErrorHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? NIOWebSocketFrameAggregator.Error else {
            return context.fireErrorCaught(error)
        }
        let code: WebSocketErrorCode =
            switch error {
            case .tooManyFragments, .accumulatedFrameSizeIsTooLarge: .messageTooLarge
            case .nonFinalFragmentSizeIsTooSmall, .receivedNewFrameWithoutFinishingPrevious,
                .didReceiveFragmentBeforeReceivingTextOrBinaryFrame:
                .protocolError
            }
        var data = context.channel.allocator.buffer(capacity: 2)
        data.write(webSocketErrorCode: code)
        let loopBound = context.loopBound
        context.writeAndFlush(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
        )
        .whenComplete { _ in loopBound.value.close(promise: nil) }
    }
}
