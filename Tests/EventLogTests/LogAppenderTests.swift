import Contracts
import Foundation
import PostgreSQL
import Testing

@testable import EventLog

extension OnServers {
    /// Numbers: without holes, in the order of commits, and given in one round trip.
    @Suite struct LogAppenderTests {
        @Test func `places come back in the order given, and the log has the facts there`() async throws {
            try await LogWorld.run("places") { world in
                let keys = ["c", "a", "b", "a", "c", "c"]
                let first = try await world.say(keys)
                let second = try await world.say(keys)
                for (index, key) in keys.enumerated() {
                    #expect(first[index].partition == EventLog.partition(tenant: .standard, key: key))
                    #expect(second[index].seq == first[index].seq + Int64(keys.count { $0 == key }))
                }
                let place = first[3]
                let read = try await LocalLogReader(world.said).read(
                    partition: place.partition, after: place.seq - 1, limit: 1)
                let said = LogWorld.fact("a", number: 3)
                #expect(read.first?.position == place)
                #expect(read.first?.key == "a")
                #expect(read.first?.occurredAt == said.occurredAt)
                let body =
                    try JSONSerialization.jsonObject(with: Data(try #require(read.first).body.utf8))
                    as? [String: Any]
                #expect(body?["text"] as? String == "naïve \"quotes\" \\ and 日本")
            }
        }

        @Test
        func
            `concurrent batches over the same partitions neither deadlock nor leave holes, also when some are undone`()
            async throws
        {
            try await LogWorld.run("gapless") { world in
                struct Undone: Error {}
                let keys = LogWorld.keys(inPartitions: 20)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for writer in 0..<6 {
                        group.addTask {
                            var random = Seeded(UInt64(writer))
                            var committed = 0
                            for round in 0..<40 {
                                let facts = keys.shuffled(using: &random).map { LogWorld.fact($0) }
                                do {
                                    try await world.said.transaction { session in
                                        try LogAppender(stream: world.stream).append(
                                            facts, on: session, recordedAt: Date())
                                        if round % 7 == writer { throw Undone() }
                                    }
                                    committed += facts.count
                                } catch is Undone {}
                            }
                            return committed
                        }
                    }
                    let committed = try await group.reduce(0, +)
                    let heads = try await LocalLogReader(world.said).heads()
                    #expect(heads.reduce(0, +) == Int64(committed))
                    let broken = try await world.count(
                        """
                        SELECT count(*) AS count FROM (
                            SELECT count(*) n, max(seq) high FROM event_log GROUP BY partition) p
                        WHERE n <> high
                        """, in: world.said)
                    #expect(broken == 0)
                    let deadlocks = try await world.count(
                        "SELECT deadlocks AS count FROM pg_stat_database WHERE datname = current_database()",
                        in: world.said)
                    #expect(deadlocks == 0)
                }
            }
        }

        @Test func `a body that PostgreSQL refuses undoes the batch and leaves no hole`() async throws {
            try await LogWorld.run("refused") { world in
                func append(_ body: String) async throws {
                    var bad = LogWorld.fact("a")
                    bad.body = body
                    let facts = [LogWorld.fact("a"), bad]
                    _ = try await world.said.transaction { session in
                        try LogAppender(stream: world.stream).append(facts, on: session, recordedAt: Date())
                    }
                }
                for body in ["{", ""] {
                    await #expect(throws: DatabaseError.self) { try await append(body) }
                }
                for body in [#"{"a": "\u0000"}"#, #"{"a": "\\\u0000"}"#] {
                    await #expect(throws: EventLogError.bodyHoldsNUL(type: LogWorld.fact("a").type)) {
                        try await append(body)
                    }
                }
                let next = try await world.say(["a"])
                #expect(next.first?.seq == 1)
                try await append(#"{"a": "\\u0000"}"#)  // A backslash and five letters: a text like any other.
            }
        }

        @Test func `nothing appended is nothing said, and a schema without the tables is named`() async throws
        {
            try await LogWorld.run("nothing") { world in
                #expect(try await world.say([]).isEmpty)
                _ = try await world.said.execute("DELETE FROM log_head WHERE partition = 57")
                await #expect(throws: EventLogError.isNotMigrated(partition: 57)) {
                    try await world.say(["learner-1"])
                }
            }
        }
    }
}
