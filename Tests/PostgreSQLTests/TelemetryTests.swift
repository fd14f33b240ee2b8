import Foundation
import Logging
import Metrics
import PostgreSQL
import Synchronization
import TestSupport
import Testing

/// What a pool tells operators: figures for dashboards, and the server's own words in the log.
@Suite struct TelemetryTests {
    @Test func `statements, waits, errors, retries and connections are counted`() async throws {
        let figures = Figures()
        let made = try await TestDatabase.make()
        let database = Database(
            made.settings(poolSize: 1), logger: Logger(label: "test"), metricsFactory: figures)
        for _ in 0..<10 { _ = try await database.rows("SELECT 1") }
        await #expect(throws: DatabaseError.self) { try await database.rows("SELECT 1 / 0") }
        await #expect(throws: DatabaseError.self) {
            try await database.transaction { session in
                try session.script("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
            }
        }
        await database.close()
        #expect(figures["database_statement_duration_seconds"].count == 11)
        #expect(figures["database_queue_wait_seconds"].count == 17)
        #expect(figures["database_errors_total"].reduce(0, +) == 7)
        #expect(figures["database_transaction_retries_total"].reduce(0, +) == 5)
        #expect(figures["database_connects_total"].reduce(0, +) == 1)
        #expect(figures["database_connections_in_use"].max() == 1)
        #expect(figures["database_connections_in_use"].last == 0)
        #expect(figures["database_queue_depth"].last == 0)
    }

    @Test func `warnings of the server reach the log without the values they quote`() async throws {
        let lines = LogLines()
        let logger = Logger(label: "test") { _ in lines }
        let database = try await TestDatabase.make().database(poolSize: 1, logger: logger)
        try await database.run { session in
            try session.script("DO $$ BEGIN RAISE WARNING 'odd mail \"ada@school.example\" seen'; END $$")
        }
        await database.close()
        let line = try #require(lines.all.first { $0.contains("the database says") })
        #expect(line.hasPrefix("warning"))
        #expect(line.contains(#"odd mail "…" seen"#) && line.contains("01000") && !line.contains("school"))
    }
}

/// Keeps what is recorded, by the name of the metric.
private final class Figures: MetricsFactory {
    private let recorded = Mutex<[String: [Double]]>([:])

    subscript(name: String) -> [Double] { recorded.withLock { $0[name] ?? [] } }

    private func handler(_ label: String) -> Figure {
        Figure { [self] value in recorded.withLock { $0[label, default: []].append(value) } }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler(label) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { handler(label) }
    func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { handler(label) }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler(label) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

private final class Figure: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let keep: @Sendable (Double) -> Void

    init(_ keep: @escaping @Sendable (Double) -> Void) { self.keep = keep }

    func increment(by amount: Int64) { keep(Double(amount)) }
    func reset() {}
    func set(_ value: Int64) { keep(Double(value)) }
    func set(_ value: Double) { keep(value) }
    func increment(by amount: Double) { keep(amount) }
    func decrement(by amount: Double) { keep(-amount) }
    func record(_ value: Int64) { keep(Double(value)) }
    func record(_ value: Double) { keep(value) }
    func recordNanoseconds(_ duration: Int64) { keep(Double(duration)) }
}

/// Keeps log lines as text.
private final class LogLines: LogHandler {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set { Issue.record("unexpected metadata \(newValue)") }
    }
    var logLevel: Logger.Level {
        get { .trace }
        set { Issue.record("unexpected level \(newValue)") }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { Issue.record("unexpected metadata \(key) \(String(describing: newValue))") }
    }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.withLock { $0.append("\(event.level) \(event.message) \(metadata.joined(separator: " "))") }
    }
}
