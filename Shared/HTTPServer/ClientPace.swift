import HTTPTypes
import Metrics
import NIOCore
import NIOHTTPTypes

/// Watches one connection for a client that is too slow, and cuts it off.
///
///     waiting ──first byte──▶ head ──head is whole──▶ body ──end──▶ answering ──answer is taken──▶ waiting
///     idleTimeout             headerTimeout           bodyRateMin   answerTimeout
///
/// A body counts as slow only while we read it: a client is not to blame for our own back-pressure. All of
/// it lives on the connection's event loop.
final class ClientPace {
    enum Phase: Equatable {
        case waiting, head, body, answering, webSocket
    }

    private let settings: HTTPServerSettings
    private var phase = Phase.head
    /// When the phase has lasted too long.
    private var deadline: NIODeadline?
    /// Goes off at `timerDue`, at the deadline or before it, and then is set anew: nearly every phase ends in time, and
    /// to move a deadline costs less than to cancel a timer and make another.
    private var timer: Scheduled<Void>?
    private var timerDue = NIODeadline.distantFuture
    private var windowBytes = 0
    private var hasWaitedForBytes = false
    private var requestBytes = 0
    private var requestsUnderWay = 0
    private var isQuiescing = false

    init(_ settings: HTTPServerSettings) { self.settings = settings }

    func connected(_ context: ChannelHandlerContext) { enter(.head, context) }

    func disconnected() { stop() }

    func received(_ count: Int, _ context: ChannelHandlerContext) {
        windowBytes += count
        switch phase {
        case .waiting: enter(.head, context)
        case .body, .answering:
            requestBytes += count
            if requestBytes > settings.discardedBytesMax { cutOff(context) }
        case .head, .webSocket: break
        }
    }

    func askedForBytes() { hasWaitedForBytes = true }

    func headIsWhole(_ context: ChannelHandlerContext) {
        requestsUnderWay += 1
        requestBytes = 0
        enter(.body, context)
    }

    func requestIsWhole(_ context: ChannelHandlerContext) {
        if phase == .body { enter(.answering, context) }
    }

    func answerIsWritten(_ context: ChannelHandlerContext) {
        requestsUnderWay = max(0, requestsUnderWay - 1)
        guard requestsUnderWay == 0, phase == .answering else { return }
        enter(.waiting, context)
    }

    /// The answer waits for the client to take it.
    func answerIsOffered(_ context: ChannelHandlerContext) {
        guard phase == .answering else { return }
        schedule(settings.answerTimeout, context)
    }

    func becomeWebSocket() {
        phase = .webSocket
        stop()
    }

    /// The service stops: a connection without a request has nothing to wait for.
    func quiesce(_ context: ChannelHandlerContext) {
        isQuiescing = true
        if phase == .waiting || (phase == .head && requestsUnderWay == 0 && windowBytes == 0) {
            context.close(promise: nil)
        }
    }

    private func enter(_ next: Phase, _ context: ChannelHandlerContext) {
        phase = next
        windowBytes = 0
        hasWaitedForBytes = false
        switch next {
        case .waiting:
            if isQuiescing { return context.close(promise: nil) }
            schedule(settings.idleTimeout, context)
        case .head: schedule(settings.headerTimeout, context)
        case .body: schedule(settings.bodyRateWindow, context)
        case .answering, .webSocket:
            // Our own work has no client to blame; deadlines are the service's.
            deadline = nil
        }
    }

    private func schedule(_ delay: Duration, _ context: ChannelHandlerContext) {
        let due = context.eventLoop.now + TimeAmount(delay)
        deadline = due
        guard timer == nil || due < timerDue else { return }
        timer?.cancel()
        setTimer(due, context)
    }

    private func setTimer(_ due: NIODeadline, _ context: ChannelHandlerContext) {
        timerDue = due
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.timerWentOff(context) }
    }

    private func timerWentOff(_ context: ChannelHandlerContext) {
        timer = nil
        guard let deadline else { return }
        guard deadline <= context.eventLoop.now else { return setTimer(deadline, context) }
        self.deadline = nil
        timeIsUp(context)
    }

    private func stop() {
        deadline = nil
        timer?.cancel()
        timer = nil
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        switch phase {
        case .waiting: context.close(promise: nil)
        case .head, .answering: cutOff(context)
        case .body:
            let expected = Double(settings.bodyRateMin) * (settings.bodyRateWindow / .seconds(1))
            if hasWaitedForBytes && Double(windowBytes) < expected { return cutOff(context) }
            windowBytes = 0
            hasWaitedForBytes = false
            schedule(settings.bodyRateWindow, context)
        case .webSocket: break
        }
    }

    private func cutOff(_ context: ChannelHandlerContext) {
        // A connection that never said a word is a spare one of a browser, not an attack.
        if phase != .head || windowBytes > 0 { Counter(label: "http_server_slow_clients_total").increment() }
        context.close(promise: nil)
    }
}

/// The pace's place before the decoder, where bytes are seen.
final class BytePace: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let pace: ClientPace

    init(_ pace: ClientPace) { self.pace = pace }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { pace.connected(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        pace.connected(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        pace.disconnected()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { pace.disconnected() }

    func read(context: ChannelHandlerContext) {
        pace.askedForBytes()
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        pace.received(unwrapInboundIn(data).readableBytes, context)
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { pace.quiesce(context) }
        context.fireUserInboundEventTriggered(event)
    }
}

/// The pace's place after the decoder, where requests and answers are seen.
final class PartPace: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let pace: ClientPace

    init(_ pace: ClientPace) { self.pace = pace }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: pace.headIsWhole(context)
        case .body: break
        case .end: pace.requestIsWhole(context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        pace.answerIsOffered(context)
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let loopBound = context.loopBound
        let pace = NIOLoopBound(self.pace, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in pace.value.answerIsWritten(loopBound.value) }
        context.write(data, promise: written)
    }
}
