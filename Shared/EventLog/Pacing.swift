import Logging
import Synchronization

/// Pauses that double up to a ceiling, each drawn evenly below it (full jitter), so that many do not come at once.
struct Backoff: Sendable {
    let base: Duration
    let ceiling: Duration
    private(set) var failures = 0

    init(base: Duration, ceiling: Duration) {
        self.base = base
        self.ceiling = ceiling
    }

    mutating func reset() { failures = 0 }

    mutating func next() -> Duration {
        failures += 1
        return Self.pause(after: failures, base: base, ceiling: ceiling)
    }

    static func pause(after failures: Int, base: Duration, ceiling: Duration) -> Duration {
        let most = min(ceiling, base * (1 << min(max(failures - 1, 0), 20)))
        return most * Double.random(in: 0.1...1)
    }
}

/// Waits; false when the task was cancelled meanwhile.
func rest(_ duration: Duration) async -> Bool {
    do {
        try await Task.sleep(for: duration)
        return true
    } catch {
        return false
    }
}

/// What is wrong in each part of a relay or consumer, said once when it begins and once when it ends.
final class Troubles: Sendable {
    private let logger: Logger
    private let now = Mutex<[String: (text: String, isContradiction: Bool)]>([:])

    init(_ logger: Logger) { self.logger = logger }

    var sentences: [String] {
        now.withLock { $0.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" } }
    }

    /// In how many parts log, stream and position contradict each other.
    var contradictions: Int { now.withLock { $0.values.count { $0.isContradiction } } }

    /// Notes what went wrong in `part`; a line is logged only when it was well before, or is wrong in another way.
    func note(_ part: String, _ error: any Error) {
        let text = String(describing: error)
        let isNews = now.withLock { now in
            defer { now[part] = (text, error is EventLogError) }
            return now[part]?.text != text
        }
        guard isNews else { return }
        if error is EventLogError {
            logger.error("log trouble", metadata: ["log.part": "\(part)", "error": "\(text)"])
        } else {
            logger.warning("log trouble", metadata: ["log.part": "\(part)", "error": "\(text)"])
        }
    }

    /// Forgets the parts that another process has to worry about now.
    func forget(where isGone: (String) -> Bool) {
        now.withLock { now in now = now.filter { !isGone($0.key) } }
    }

    func clear(_ part: String) {
        guard now.withLock({ $0.removeValue(forKey: part) }) != nil else { return }
        logger.info("log trouble over", metadata: ["log.part": "\(part)"])
    }
}
