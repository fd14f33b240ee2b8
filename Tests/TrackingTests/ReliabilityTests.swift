import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import RedisStreams
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Tracking

/// Promises R1 and R2 on a durable PostgreSQL of its own, and the whole way from a call to the read models.
@Suite(.serialized) struct ReliabilityTests {
    @Test func `what was acknowledged survives a kill of PostgreSQL, and sending again doubles nothing`() async throws {
        let server = try await PostgresServer.start(isDurable: true)
        let testDatabase = try await TestDatabase.make(schema: "tracking", on: server)
        let settings = testDatabase.settings(poolSize: 3)
        try await Migrator(schema: "tracking", directory: Wiring.migrations, extra: EventLog.migrations)
            .migrate(settings, logger: Logger(label: "test"))
        let store = IngestStore(database: Database(settings, logger: Logger(label: "test")))
        let acknowledged = try await Self.sendUntilKilled(store, server)
        try await server.restart()
        #expect(acknowledged.count > 0)
        let again = IngestStore(database: Database(settings, logger: Logger(label: "test")))
        let all = (0..<Self.batches).map(Self.batch)
        for batch in all { _ = try await again.record([try IngestRequest.test(batch)]) }
        let rows = try await testDatabase.database().rows(
            "SELECT body ->> 'eventID' AS id, count(*) AS n FROM event_log GROUP BY 1")
        var counts: [String: Int] = [:]
        for row in rows { counts[try row.decode("id")] = try row.decode("n", as: Int.self) }
        #expect(counts.values.allSatisfy { $0 == 1 })
        #expect(acknowledged.allSatisfy { counts[$0] == 1 })
        #expect(counts.count == Self.batches * 20)
        try await server.stop()
    }

    private static let batches = 200

    private static func batch(_ number: Int) -> [EventDraft] {
        (0..<20).map { EventDraft.test("b\(number)-\($0)", "learner\($0)") }
    }

    /// Ids that were acknowledged before the server died in the middle.
    private static func sendUntilKilled(_ store: IngestStore, _ server: PostgresServer) async throws -> Set<String> {
        let answered = Counter()
        return try await withThrowingTaskGroup(of: Set<String>.self) { group in
            for sender in 0..<4 {
                group.addTask {
                    var acknowledged: Set<String> = []
                    for number in stride(from: sender, to: batches, by: 4) {
                        do {
                            let receipts = try await store.record([try IngestRequest.test(batch(number))])
                            acknowledged.formUnion(receipts.flatMap { $0.compactMap(\.id) })
                            answered.add()
                        } catch is DatabaseError {
                            return acknowledged
                        }
                    }
                    return acknowledged
                }
            }
            let deadline = ContinuousClock.now + .seconds(30)
            while answered.value < 10, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(1))
            }
            try server.kill9()
            return try await group.reduce(into: []) { $0.formUnion($1) }
        }
    }

    @Test func `through relay, Redis and consumer the read models follow within a second, also after FLUSHALL`() async throws {
        let stack = try await TrackingStack.make(poolSize: 8)
        let redis = try await RedisServer.start()
        let settings = try RedisSettings(url: redis.url)
        let writer = RedisWriter(settings, logger: Logger(label: "test"))
        let relay = LogRelay(
            stream: StreamName.learnerEvents, database: stack.database, redis: writer, owner: "test",
            logger: Logger(label: "test"))
        let consumer = LogConsumer(
            consumer: StudyProjection.name, database: stack.database,
            feed: StreamFeed(stream: StreamName.learnerEvents, redis: settings, logger: Logger(label: "test")),
            source: LocalLogReader(stack.database), owner: "test",
            logger: Logger(label: "test"), handle: StudyProjection().hear,
            afterCommit: { _ in relay.wake() })
        let running = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await Self.run(relay) }
                group.addTask { await Self.run(consumer) }
            }
        }
        try await stack.record((0..<200).map { .test("a\($0)", "learner\($0 % 20)") })
        relay.wake()
        try await eventually("200 events counted") { try await Self.total(stack) == 200 }
        try await redis.flush()
        try await stack.record((0..<200).map { .test("b\($0)", "learner\($0 % 20)") })
        relay.wake()
        try await eventually("400 events counted") { try await Self.total(stack) == 400 }
        #expect(try await stack.said(EnrollmentChanged.self).count == 20)
        #expect(try await stack.count("dead_letter") == 0)
        running.cancel()
        await running.value
        writer.close()
        try await redis.stop()
    }

    private static func run(_ service: some Service) async {
        do {
            try await service.run()
        } catch {
            if !(error is CancellationError) { Issue.record(error) }
        }
    }

    private static func total(_ stack: TrackingStack) async throws -> Int {
        try await stack.call(TrackingRPC.getTrackingOverview, GetTrackingOverview.Request()).eventsTotal
    }
}

/// Counts across tasks.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
