import Metrics
import Synchronization

/// Counters by method and code; each series is made once, for a look-up is cheaper than making it again.
final class RPCMetrics: Sendable {
    static let retriesDenied = Counter(label: "rpc_client_retries_denied_total")

    private let counter: String
    private let counters = Mutex<[String: Counter]>([:])

    init(counter: String) { self.counter = counter }

    func count(method: String, code: String) {
        let name = counter
        counters.withLock { counters in
            if let known = counters[method + " " + code] { return known }
            let fresh = Counter(label: name, dimensions: [("method", method), ("code", code)])
            counters[method + " " + code] = fresh
            return fresh
        }.increment()
    }

    func countRetry(method: String) {
        counters.withLock { counters in
            if let known = counters[method] { return known }
            let fresh = Counter(label: "rpc_client_retries_total", dimensions: [("method", method)])
            counters[method] = fresh
            return fresh
        }.increment()
    }
}
