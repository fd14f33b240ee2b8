import Contracts
import Metrics
import Synchronization

/// The request histogram's series; looked up by what they are labelled with.
final class RequestTimers: Sendable {
    private struct Key: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private let timers = Mutex<[Key: Metrics.Timer]>([:])

    func record(_ duration: Duration, method: String, route: String, _ status: Int) {
        let key = Key(method: method, route: route, status: status)
        let timer = timers.withLock { timers in
            if let known = timers[key] { return known }
            let timer = Metrics.Timer(
                label: "http_server_request_duration_seconds",
                dimensions: [("method", method), ("route", route), ("status", "\(status)")])
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }
}

/// How many requests are being answered, and who is still let in.
final class RequestLoad: Sendable {
    static let refusal = RPCError(
        .unavailable, "more requests are under way than this service answers at a time",
        retryAfter: .seconds(1))

    private let underWay = Atomic<Int>(0)
    private let max: Int
    private let shed = Counter(label: "http_server_requests_shed_total")

    init(max: Int) { self.max = max }

    /// False when a request of this importance is to be refused. Each true needs its ``leave()``.
    func enter(_ importance: RouteImportance) -> Bool {
        let count = underWay.add(1, ordering: .relaxed).newValue
        let limit: Int =
            switch importance {
            case .read: Swift.max(1, max / 2)
            case .write: max
            case .essential: Int.max
            }
        guard count > limit else { return true }
        leave()
        shed.increment()
        return false
    }

    func leave() { underWay.subtract(1, ordering: .relaxed) }
}
