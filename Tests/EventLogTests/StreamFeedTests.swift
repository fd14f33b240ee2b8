import Contracts
import Foundation
import PostgreSQL
import RedisStreams
import Synchronization
import Testing

@testable import EventLog

extension OnServers {
    /// Several consumers of one stream in a process, on one connection.
    @Suite struct StreamFeedTests {
        private struct NotYet: TransientFailure {}

        @Test func `who is held up holds up nobody, and hears everything in the end, in order`() async throws {
            try await LogWorld.run("feed") { world in
                let feed = try world.feed()
                let isFree = Mutex(false)
                var narrow = LogConsumerSettings.quick
                narrow.waitingMax = 20
                let quick = try world.consumer("quick", feed: feed)
                let held = try world.consumer("held", feed: feed, settings: narrow) { facts, session in
                    guard isFree.withLock({ $0 }) else { throw NotYet() }
                    try LogWorld.note(facts, as: "held", on: session)
                }
                try await running([world.relay(), quick, held]) {
                    for _ in 0..<5 { try await world.say(Array(repeating: "a", count: 100) + ["b"]) }
                    _ = try await world.settled("quick", within: .seconds(5))
                    #expect(try await effects("held", world).isEmpty)
                    isFree.withLock { $0 = true }
                    _ = try await world.settled("held", within: .seconds(5))
                }
                for name in ["quick", "held"] {
                    let effects = try await effects(name, world)
                    #expect(effects.count == 505)
                    for seqs in Dictionary(grouping: effects, by: \.partition).values.map({ $0.map(\.seq) }) {
                        #expect(seqs == Array(1...Int64(seqs.count)))
                    }
                }
            }
        }

        @Test func `an entry is read once for all, and what Redis loses each reads from the log`() async throws {
            try await LogWorld.run("feed-once") { world in
                let feed = try world.feed()
                let consumers = try (0..<4).map { try world.consumer("hearer-\($0)", feed: feed) }
                try await running([world.relay()] + consumers) {
                    try await world.say((0..<100).map { "key-\($0)" })
                    for number in 0..<4 { _ = try await world.settled("hearer-\(number)", within: .seconds(5)) }
                    #expect(try await readers(world) == 1, "one connection waits for what comes next")
                    try await world.redis.flush()
                    try await world.say(["key-1", "key-2"])
                    for number in 0..<4 { _ = try await world.settled("hearer-\(number)", within: .seconds(5)) }
                }
                #expect(try await world.effects() == 4 * 102)
            }
        }

        @Test func `one that ends leaves the others their connection`() async throws {
            try await LogWorld.run("feed-leave") { world in
                let feed = try world.feed()
                let (first, second) = (
                    try world.consumer("first", feed: feed), try world.consumer("second", feed: feed)
                )
                try await running([world.relay(), second]) {
                    try await running([first]) {
                        try await world.say(["a", "b"])
                        _ = try await world.settled("first", within: .seconds(5))
                    }
                    try await world.say(["a", "b"])
                    _ = try await world.settled("second", within: .seconds(5))
                }
                #expect(try await effects("first", world).count == 2)
                #expect(try await effects("second", world).count == 4)
            }
        }

        private func effects(_ owner: String, _ world: LogWorld) async throws -> [(partition: Int, seq: Int64)] {
            try await world.heard.rows("SELECT partition, seq FROM effect WHERE owner = \(owner) ORDER BY id").map {
                (try $0.decode("partition"), try $0.decode("seq"))
            }
        }

        /// Connections of Redis that wait in an `XREAD`.
        private func readers(_ world: LogWorld) async throws -> Int {
            var most = 0
            for _ in 0..<50 {
                let reply = try await world.writer.pipeline([RedisCommand(["CLIENT", "LIST"])]).first?.get()
                let waiting = reply?.text?.split(separator: "\n").count { $0.contains("cmd=xread ") } ?? 0
                most = max(most, waiting)
                try await Task.sleep(for: .milliseconds(10))
            }
            return most
        }
    }
}
