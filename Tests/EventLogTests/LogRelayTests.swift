import Contracts
import Foundation
import PostgreSQL
import RedisStreams
import Testing

@testable import EventLog

extension OnServers {
    /// The relay's promises one by one; the campaign tries them together.
    @Suite struct LogRelayTests {
        private func ids(_ world: LogWorld, _ partition: Int) async throws -> [String] {
            let reply = try await world.writer.command(["XRANGE", "\(world.stream):{\(partition)}", "-", "+"])
            return reply.array?.compactMap { $0.array?.first?.text } ?? []
        }

        private func published(_ world: LogWorld, _ partition: Int, _ count: Int) async throws {
            try await until(within: .seconds(5), "\(count) entries in \(partition)") {
                do {
                    return try await ids(world, partition).count == count
                } catch let error as RedisError where error.isTransient {
                    return false  // A test that restarts Redis breaks its own connection too.
                }
            }
        }

        @Test func `the id of an entry is the number in the log, and a wake makes it quick`() async throws {
            try await LogWorld.run("ids") { world in
                let relay = world.relay()
                try await running([relay]) {
                    let partition = try #require(try await world.say(["a", "a", "a"]).first).partition
                    try await published(world, partition, 3)
                    #expect(try await ids(world, partition) == ["1-0", "2-0", "3-0"])
                    let start = ContinuousClock.now
                    let places = try await world.say(["a"])
                    relay.wake(places)
                    try await published(world, partition, 4)
                    #expect(start.duration(to: .now) < stretched(.milliseconds(500)))
                    try await until(within: .seconds(3), "lag is known") { relay.lag == 0 }
                }
            }
        }

        @Test func `two relays on the same partitions add nothing twice`() async throws {
            try await LogWorld.run("race") { world in
                let relays = [world.relay(), world.relay()]
                try await running(relays) {
                    for round in 0..<30 {
                        let places = try await world.say(
                            Array(repeating: "a", count: 20) + ["b", "c", "d\(round)"])
                        for relay in relays { relay.wake(places) }
                    }
                    let heads = try await LocalLogReader(world.said).heads()
                    for (partition, head) in heads.enumerated() where head > 0 {
                        try await published(world, partition, Int(head))
                        #expect(try await ids(world, partition) == (1...head).map { "\($0)-0" })
                    }
                }
            }
        }

        @Test func `a relay that starts anew goes on from the stream's last id, and after a rollback too`()
            async throws
        {
            try await LogWorld.run("anew") { world in
                let partition = try #require(try await world.say(["a", "a"]).first).partition
                try await running([world.relay()]) { try await published(world, partition, 2) }
                let snapshot = try await world.redis.save()
                try await world.say(["a", "a"])
                try await running([world.relay()]) { try await published(world, partition, 4) }
                try await world.redis.rollBack(to: snapshot)
                try await running([world.relay()]) {
                    try await published(world, partition, 4)
                    try await world.redis.rollBack(to: snapshot)
                    try await world.say(["a"])
                    try await published(world, partition, 5)
                }
                #expect(try await ids(world, partition) == (1...5).map { "\($0)-0" })
            }
        }

        @Test func `an emptied stream goes on from what the relay knows`() async throws {
            try await LogWorld.run("emptied") { world in
                let partition = try #require(try await world.say(["a", "a"]).first).partition
                try await running([world.relay()]) {
                    try await published(world, partition, 2)
                    try await world.redis.flush()
                    try await world.say(["a"])
                    try await published(world, partition, 1)
                    #expect(try await ids(world, partition) == ["3-0"])
                    try await until(within: .seconds(3), "the relay notes its place") {
                        try await world.count(
                            "SELECT max(position) AS count FROM consumer_position WHERE consumer = 'relay'",
                            in: world.said) == 3
                    }
                }
                try await world.redis.flush()
                try await world.say(["a"])
                try await running([world.relay()]) { try await published(world, partition, 1) }
                #expect(try await ids(world, partition) == ["4-0"])
            }
        }

        @Test func `a stream far behind leaps to the newest facts that it may keep`() async throws {
            try await LogWorld.run("leap") { world in
                var settings = LogRelaySettings.quick
                settings.streamEntriesMax = 50
                let partition = try #require(try await world.say(["a"]).first).partition
                try await running([world.relay(settings)]) { try await published(world, partition, 1) }
                try await world.say(Array(repeating: "a", count: 200))
                try await running([world.relay(settings)]) {
                    try await until(within: .seconds(5), "the newest is there") {
                        try await ids(world, partition).last == "201-0"
                    }
                }
                #expect(try await ids(world, partition).contains("152-0"))
                #expect(try await !ids(world, partition).contains("151-0"))
            }
        }

        @Test func `a stream ahead of the log is said loudly, not skipped, and mended by emptying it`()
            async throws
        {
            try await LogWorld.run("ahead") { world in
                let partition = try #require(try await world.say(["a", "b"]).first).partition
                _ = try await world.writer.xadd(
                    "\(world.stream):{\(partition)}", id: "9-0", fields: [("ce", "{}")])
                let relay = world.relay()
                try await running([relay]) {
                    try await until(within: .seconds(5), "the relay says so") {
                        relay.health.problems.contains { $0.contains("ends at 1, but 9 was known") }
                    }
                    #expect(try await ids(world, partition) == ["9-0"])
                    let other = EventLog.partition(tenant: .standard, key: "b")
                    try await published(world, other, 1)
                    _ = try await world.writer.command(["DEL", "\(world.stream):{\(partition)}"])
                    try await until(within: .seconds(9), "it goes on") {
                        try await ids(world, partition) == ["1-0"] && relay.health.problems.isEmpty
                    }
                }
            }
        }

        @Test func `a log restored from a backup is noticed though it grew past the stream`() async throws {
            try await LogWorld.run("restored") { world in
                let partition = try #require(try await world.say(["a", "a", "a"]).first).partition
                try await running([world.relay()]) { try await published(world, partition, 3) }
                // The log of an older backup, which then said other things.
                _ = try await world.said.execute(
                    "DELETE FROM event_log WHERE seq > 1 AND partition = \(Int16(partition))")
                _ = try await world.said.execute(
                    "UPDATE log_head SET seq = 1 WHERE partition = \(Int16(partition))")
                try await world.say(Array(repeating: "a", count: 5), type: "Other")
                let relay = world.relay()
                try await running([relay]) {
                    try await until(within: .seconds(5), "the relay says so") {
                        relay.health.problems.contains { $0.contains("another fact at 3") }
                    }
                    #expect(try await ids(world, partition) == ["1-0", "2-0", "3-0"])
                }
            }
        }

        @Test func `trimming waits for the slowest consumer, and for none that never spoke`() async throws {
            try await LogWorld.run("trim") { world in
                let partition = try #require(try await world.say(Array(repeating: "a", count: 1_000)).first)
                    .partition
                let positions = "\(world.stream):positions"
                let now = Int64(Date().timeIntervalSince1970 * 1_000)
                _ = try await world.writer.command(["HSET", positions, "slow/\(partition)", "350 \(now)"])
                _ = try await world.writer.command(["HSET", positions, "quick/\(partition)", "900 \(now)"])
                _ = try await world.writer.command([
                    "HSET", positions, "gone/\(partition)", "5 \(now - 90_000_000)",
                ])
                try await running([world.relay()]) {
                    try await until(within: .seconds(5), "something is trimmed") {
                        let ids = try await ids(world, partition)
                        return ids.first != "1-0" && ids.last == "1000-0"
                    }
                    try await Task.sleep(for: .seconds(1))
                    let first = try #require(try await ids(world, partition).first?.dropLast(2))
                    // Whole blocks of 100 entries go, so a little more than needed stays.
                    let kept = try #require(Int(first))
                    #expect((251...351).contains(kept), "\(kept)")
                }
            }
        }
    }
}
