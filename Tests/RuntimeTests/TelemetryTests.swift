import Foundation
import Logging
import Metrics
import Synchronization
import Testing

@testable import Runtime

/// What the service says of itself: log lines, metrics, traces.
@Suite struct TelemetryTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        @Sendable func write(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func line(_ body: (Logger) -> Void) throws -> [String: Any] {
        let lines = Lines()
        var logger = Logger(label: "test") { label in
            JSONLogHandler(label: label, service: "tracking", level: .trace, write: lines.write)
        }
        logger[metadataKey: "part"] = "api"
        body(logger)
        let text = try #require(lines.all.first)
        #expect(text.hasSuffix("}\n") && text.count { $0 == "\n" } == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `a log line is one JSON object whatever is in it`() throws {
        let line = try line {
            $0.warning(
                "a \"quoted\"\nline \u{1} ü",
                metadata: ["n": .stringConvertible(7), "list": ["a", ["b": "c"]]])
        }
        #expect(line["msg"] as? String == "a \"quoted\"\nline \u{1} ü")
        #expect(line["level"] as? String == "warning")
        #expect(line["service"] as? String == "tracking")
        #expect(line["part"] as? String == "api")
        #expect(line["n"] as? Int == 7)
        #expect((line["ts"] as? String)?.hasSuffix("Z") == true)
    }

    @Test func `mail addresses and keys are masked wherever they slip in`() throws {
        let line = try line {
            $0.error(
                "mail to ada@example.org failed",
                metadata: ["key": "hf_abcdefghij", "url": "postgres://u:p@h/db"])
        }
        let text = "\(line)"
        #expect(!text.contains("ada@") && !text.contains("hf_abc") && !text.contains("u:p@"))
        #expect(line["msg"] as? String == "mail to [masked] failed")
    }

    @Test func `a log line inside a trace carries its id`() async throws {
        let lines = Lines()
        let trace = TraceContext.fresh()
        await trace.run {
            Logger(label: "test") {
                JSONLogHandler(label: $0, service: "s", level: .info, write: lines.write)
            }.info("x")
        }
        #expect(lines.all.first?.contains("\"trace.id\":\"\(trace.traceID)\"") == true)
    }

    @Test func `the metrics page has HELP and TYPE for each name and sorted series`() throws {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "requests", dimensions: [("b", "2"), ("a", "x\"y\\z\n")]).increment(by: 3)
        registry.makeTimer(label: "http_server_request_duration", dimensions: []).recordNanoseconds(
            30_000_000)
        registry.makeMeter(label: "queue.length", dimensions: []).set(4.5)
        let text = registry.text()
        #expect(
            text.contains("# TYPE requests_total counter\nrequests_total{a=\"x\\\"y\\\\z\\n\",b=\"2\"} 3\n"))
        #expect(text.contains("# TYPE http_server_request_duration_seconds histogram\n"))
        #expect(text.contains("http_server_request_duration_seconds_bucket{le=\"0.025\"} 0\n"))
        #expect(text.contains("http_server_request_duration_seconds_bucket{le=\"0.05\"} 1\n"))
        #expect(text.contains("http_server_request_duration_seconds_bucket{le=\"+Inf\"} 1\n"))
        #expect(text.contains("http_server_request_duration_seconds_count 1\n"))
        #expect(text.contains("queue_length 4.5\n"))
        try expectParses(text)
    }

    @Test func `the same metric is one series, and a clash of kinds does not spoil the page`() throws {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "x_total", dimensions: []).increment(by: 1)
        registry.makeCounter(label: "x_total", dimensions: []).increment(by: 1)
        registry.makeMeter(label: "x_total", dimensions: []).set(9.0)
        #expect(registry.text().contains("\nx_total 2\n"))
        try expectParses(registry.text())
    }

    @Test func `counters never fall`() {
        let registry = PrometheusRegistry()
        let counter = registry.makeFloatingPointCounter(label: "x", dimensions: [])
        counter.increment(by: 2)
        counter.increment(by: -5)
        counter.increment(by: .nan)
        #expect(registry.text().contains("\nx_total 2\n"))
    }

    /// Every line is a comment or `name{labels} number`, and each series has its HELP before it.
    private func expectParses(_ text: String) throws {
        var described: Set<Substring> = []
        let series = /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (\+Inf|-Inf|NaN|[-+0-9.eE]+)/
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                described.insert(line.dropFirst(7).prefix { $0 != " " })
                continue
            }
            if line.hasPrefix("# TYPE ") { continue }
            let match = try #require(line.wholeMatch(of: series), "unreadable: \(line)")
            let base = ["_bucket", "_sum", "_count"].reduce(match.output.1) { name, suffix in
                name.hasSuffix(suffix) && described.contains(name.dropLast(suffix.count))
                    ? name.dropLast(suffix.count) : name
            }
            #expect(described.contains(base), "no HELP before \(line)")
        }
    }

    @Test func `a traceparent is read and handed on as the next step of the same trace`() throws {
        let trace = try #require(
            TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        #expect(trace.isSampled)
        let child = trace.child()
        #expect(child.traceID == trace.traceID && child.spanID != trace.spanID)
        #expect(TraceContext(traceparent: child.traceparent) == child)
        #expect(TraceContext(traceparent: TraceContext.fresh().traceparent) != nil)
    }

    @Test(
        "an invalid traceparent is none",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
        ])
    func badTraceparent(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test func `waits grow, stay under the cap, and are spread`() {
        let backoff = Backoff(base: .milliseconds(100), cap: .seconds(1))
        #expect(backoff.ceiling(afterFailures: 1) == .milliseconds(100))
        #expect(backoff.ceiling(afterFailures: 3) == .milliseconds(400))
        #expect(backoff.ceiling(afterFailures: 500) == .seconds(1))
        let waits = (0..<200).map { _ in backoff.wait(afterFailures: 9) }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .seconds(1) })
        #expect(Set(waits.map { Int($0 / .milliseconds(100)) }).count > 5)
    }
}
