import ArgumentParser
import Contracts
import Foundation
import Synchronization

/// `holdfast bench-latency`: how long it takes from an event's request to the dashboard's socket.
struct BenchLatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-latency",
        abstract: "Measures the time from sending an event to seeing it on the live WebSocket.",
        discussion:
            "The clock starts before the request is written, so ingest, commit, relay and push are all in it."
    )

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Events a second. 1 to 100000.")
    var rate = 1_000.0

    @Option(help: "How long, in seconds.")
    var seconds = 10.0

    @Option(help: "Events in one request. 1 to 1000.")
    var batch = 20

    @Option(help: "How long to wait for the last ones, in seconds.")
    var grace = 5.0

    @Flag(help: "Report as one JSON object.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(rate) else { throw ValidationError("--rate must be 1 to 100000") }
        guard (0.1...3_600).contains(seconds) else { throw ValidationError("--seconds must be 0.1 to 3600") }
        guard (1...1_000).contains(batch) else { throw ValidationError("--batch must be 1 to 1000") }
        guard (0...300).contains(grace) else { throw ValidationError("--grace must be 0 to 300") }
    }

    func run() async throws {
        let client = try gateway.client()
        let plan = LoadPlan(
            run: "latency-\(Int(Date().timeIntervalSince1970 * 1_000))", rate: rate, seconds: seconds,
            batch: batch,
            connections: 4, learners: 1_000)
        let (grace, json) = (grace, json)
        let report = try await Stoppable.run {
            try await LatencyBench(plan: plan, client: client, grace: .seconds(grace)).run()
        }
        Terminal.result(json ? try report.json() : report.lines.joined(separator: "\n"))
        if report.latencies.isEmpty { throw ExitCode(1) }
    }
}

/// One measurement.
struct LatencyBench: Sendable {
    /// What the gateway pushes, as far as it is needed here.
    private struct Push: Decodable {
        struct Item: Decodable {
            struct Body: Decodable { var eventID: EventID? }
            var type: String
            var data: Body?
        }
        var type: String
        var facts: [Item]?
        var skipped: Int?
        var code: String?
        var message: String?
    }

    /// When each batch was sent, by the number in its events' ids, and what was seen of them.
    private final class Record: Sendable {
        private let times = Mutex<[Int: ContinuousClock.Instant]>([:])
        private let report = Mutex(LatencyReport())

        func note(_ batch: Int, at time: ContinuousClock.Instant) { times.withLock { $0[batch] = time } }
        func time(of batch: Int) -> ContinuousClock.Instant? { times.withLock { $0[batch] } }
        func change<Answer: Sendable>(_ body: (inout LatencyReport) -> Answer) -> Answer {
            report.withLock { body(&$0) }
        }
    }

    let plan: LoadPlan
    let client: GatewayClient
    let grace: Duration

    func run() async throws -> LatencyReport {
        let time = try await ServiceTime(client)
        // Ends with this function, which cancels it.
        async let _ = time.keepUp()
        let record = Record()
        try await LiveSocket(base: client.base, key: client.key).connected { messages in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var iterator = messages.makeAsyncIterator()
                try await Self.waitUntilReady(&iterator)
                group.addTask {
                    for try await message in messages { try receive(message, record) }
                }
                let count = try await post(record, time)
                record.change { $0.sent = count }
                try await waitForLast(record)
                group.cancelAll()
            }
        }
        return record.change { report in
            report.latencies.sort()
            return report
        }
    }

    static func waitUntilReady(
        _ messages: inout AsyncThrowingStream<LiveSocket.Message, any Error>.Iterator
    ) async throws {
        while let message = try await messages.next() {
            let push = try JSONCoding.decoder().decode(Push.self, from: Data(message.text.utf8))
            if push.type == "ready" { return }
            if push.type == "error" {
                throw GatewayError("the live socket said: \(push.message ?? push.code ?? "an error")")
            }
        }
        throw GatewayError("the live socket was closed before it was ready")
    }

    private func receive(_ message: LiveSocket.Message, _ record: Record) throws {
        guard message.text.contains(plan.run) || message.text.contains("\"skipped\"") else { return }
        let push = try JSONCoding.decoder().decode(Push.self, from: Data(message.text.utf8))
        for fact in push.facts ?? [] {
            guard let id = fact.data?.eventID?.rawValue, id.hasPrefix(plan.run + "-"),
                let batch = Int(id.dropFirst(plan.run.count + 1).prefix { $0 != "-" }),
                let time = record.time(of: batch)
            else { continue }
            let latency = time.duration(to: message.receivedAt).seconds * 1_000
            record.change { $0.latencies.append(latency) }
        }
        if let skipped = push.skipped { record.change { $0.skipped += skipped } }
    }

    /// Returns the number of events that were acknowledged.
    private func post(_ record: Record, _ time: ServiceTime) async throws -> Int {
        let begin = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<plan.connections {
                group.addTask {
                    var acknowledged = 0
                    var number = lane
                    while let wait = plan.due(number) {
                        try await Task.sleep(until: begin + wait)
                        let now = RFC3339.string(from: time.now())
                        let (_, body) = plan.body(number, occurredAt: now)
                        record.note(number, at: .now)
                        let answer: RecordEvents.Response = try await client.post("/v1/events", body)
                        acknowledged += answer.accepted
                        number += plan.connections
                    }
                    return acknowledged
                }
            }
            var all = 0
            for try await part in group { all += part }
            return all
        }
    }

    private func waitForLast(_ record: Record) async throws {
        let end = ContinuousClock.now + grace
        while ContinuousClock.now < end {
            let isDone = record.change { $0.latencies.count + $0.skipped >= $0.sent }
            if isDone { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// What was seen, in milliseconds.
struct LatencyReport: Sendable {
    var sent = 0
    /// Facts of any kind that the gateway counted instead of pushing.
    var skipped = 0
    var latencies: [Double] = []

    var lines: [String] {
        [
            "\(sent.grouped) events acknowledged, \(latencies.count.grouped) seen on the socket, "
                + "\(skipped.grouped) facts counted instead of pushed",
            String(
                format: "event to WebSocket: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, at most %.1f ms",
                Percentile.of(latencies, 0.5), Percentile.of(latencies, 0.9), Percentile.of(latencies, 0.99),
                Percentile.of(latencies, 1)),
        ]
    }

    func json() throws -> String {
        let figures: [String: Double] = [
            "sent": Double(sent), "seen": Double(latencies.count), "skipped": Double(skipped),
            "p50Milliseconds": Percentile.of(latencies, 0.5),
            "p90Milliseconds": Percentile.of(latencies, 0.9),
            "p99Milliseconds": Percentile.of(latencies, 0.99), "maxMilliseconds": Percentile.of(latencies, 1),
        ]
        return String(decoding: try JSONCoding.encoder().encode(figures), as: UTF8.self)
    }
}
