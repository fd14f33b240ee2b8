import Contracts
import Foundation
import Synchronization

/// Keeps some connections busy with batches that fall due one after another.
struct LoadGenerator: Sendable {
    let plan: LoadPlan
    let client: GatewayClient
    let log: AcknowledgedLog?
    let time: ServiceTime

    private final class Counter: Sendable {
        private let next = Mutex(0)
        func take() -> Int {
            next.withLock { number in
                defer { number += 1 }; return number
            }
        }
    }

    func run() async throws -> LoadReport {
        let begin = ContinuousClock.now
        let end = begin + .seconds(plan.seconds)
        let counter = Counter()
        // Ends with this function, which cancels it.
        async let _ = time.keepUp()
        return try await withThrowingTaskGroup(of: LoadReport.self) { group in
            for _ in 0..<plan.connections {
                // On the client's own thread: a generator that goes from thread to thread measures that.
                group.addTask(executorPreference: client.http) { try await lane(counter, begin: begin, end: end) }
            }
            var report = LoadReport()
            for try await part in group { report.add(part) }
            report.seconds = begin.duration(to: .now).seconds
            report.finish()
            try log?.close()
            return report
        }
    }

    private func lane(_ counter: Counter, begin: ContinuousClock.Instant, end: ContinuousClock.Instant)
        async throws -> LoadReport
    {
        var report = LoadReport()
        while true {
            let number = counter.take()
            guard let wait = plan.due(number), ContinuousClock.now < end, !Task.isCancelled else {
                return report
            }
            let due = plan.rate > 0 ? begin + wait : .now
            if due > .now {
                do {
                    try await Task.sleep(until: due)
                } catch is CancellationError {
                    return report
                }
            }
            let now = RFC3339.string(from: time.now())
            let (ids, body) = plan.body(number, occurredAt: now)
            do {
                let answer = try await client.send(.post, "/v1/events", body)
                let latency = due.duration(to: .now)
                try report.note(answer, sums: try decode(ReceiptSums.self, answer), latency: latency)
                if let log {
                    let receipts = try decode(RecordEvents.Response.self, answer).receipts
                    try log.append(zip(ids, receipts).filter { Self.isSafe($1) }.map(\.0))
                }
            } catch let error as GatewayError {
                report.failedBatches += 1
                report.errors["\(error)", default: 0] += 1
            } catch is CancellationError {
                return report
            }
        }
    }

    private func decode<Answer: Decodable>(_ type: Answer.Type, _ body: Data) throws(GatewayError) -> Answer {
        do {
            return try JSONCoding.decoder().decode(type, from: body)
        } catch {
            throw GatewayError("the answer of /v1/events is not what was expected: \(error)")
        }
    }

    private static func isSafe(_ receipt: IngestReceipt) -> Bool {
        receipt.status == .accepted || receipt.status == .duplicate
    }
}

/// The sums of an answer to `POST /v1/events`. A generator that reads every receipt measures its own reading.
struct ReceiptSums: Decodable {
    var accepted: Int
    var duplicate: Int
    var conflict: Int
    var quarantined: Int
}

/// What came of a load.
struct LoadReport: Sendable {
    var accepted = 0
    var duplicate = 0
    var refused = 0
    var failedBatches = 0
    var errors: [String: Int] = [:]
    var seconds = 0.0
    private var latencies: [Double] = []

    mutating func note(_ answer: Data, sums: ReceiptSums, latency: Duration) throws {
        accepted += sums.accepted
        duplicate += sums.duplicate
        let bad = sums.conflict + sums.quarantined
        refused += bad
        if bad > 0 {
            let receipts = try JSONCoding.decoder().decode(RecordEvents.Response.self, from: answer).receipts
            if let reason = receipts.lazy.compactMap(\.reason).first { errors[reason, default: 0] += 1 }
        }
        latencies.append(latency.seconds * 1_000)
    }

    mutating func add(_ other: LoadReport) {
        accepted += other.accepted
        duplicate += other.duplicate
        refused += other.refused
        failedBatches += other.failedBatches
        errors.merge(other.errors, uniquingKeysWith: +)
        latencies += other.latencies
    }

    mutating func finish() {
        latencies.sort()
    }

    var eventsPerSecond: Double { seconds > 0 ? Double(accepted + duplicate) / seconds : 0 }

    /// Milliseconds; 0 when nothing was answered. Call ``finish()`` before.
    func latency(_ share: Double) -> Double {
        Percentile.of(latencies, share)
    }

    var lines: [String] {
        var lines = [
            "\((accepted + duplicate).grouped) events acknowledged in \(String(format: "%.1f", seconds)) s: "
                + "\(Int(eventsPerSecond).grouped) a second",
            String(
                format: "a batch took p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, at most %.1f ms", latency(0.5),
                latency(0.9), latency(0.99), latency(1)),
            "\(refused.grouped) events refused, \(failedBatches.grouped) batches failed, "
                + "\(duplicate.grouped) duplicates",
        ]
        lines += errors.sorted { $0.value > $1.value }.prefix(5).map {
            "  \($0.value.grouped) times: \($0.key)"
        }
        return lines
    }

    func json() throws -> String {
        let figures: [String: Double] = [
            "acknowledged": Double(accepted + duplicate), "refused": Double(refused), "seconds": seconds,
            "eventsPerSecond": eventsPerSecond, "failedBatches": Double(failedBatches),
            "p50Milliseconds": latency(0.5),
            "p90Milliseconds": latency(0.9), "p99Milliseconds": latency(0.99), "maxMilliseconds": latency(1),
        ]
        return String(decoding: try JSONCoding.encoder().encode(figures), as: UTF8.self)
    }
}

enum Percentile {
    /// The value that `share` of the sorted values do not exceed; 0 for none.
    static func of(_ sorted: [Double], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.down)))]
    }
}

/// Ids of events that were acknowledged, one a line, in a file that is whole after a kill as far as it was
/// written.
final class AcknowledgedLog: Sendable {
    private let handle: Mutex<FileHandle>

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw GatewayError("cannot write to \(path)")
        }
        handle = Mutex(try FileHandle(forWritingTo: URL(filePath: path)))
    }

    func append(_ ids: [String]) throws {
        guard !ids.isEmpty else { return }
        let data = Data((ids.joined(separator: "\n") + "\n").utf8)
        try handle.withLock { try $0.write(contentsOf: data) }
    }

    func close() throws {
        try handle.withLock { try $0.close() }
    }
}
