import Contracts
import Foundation
import PostgreSQL
import Synchronization
import TestSupport

@testable import EventLog

/// Facts said under load while relays, consumers and Redis are killed, frozen, emptied and rolled back.
struct Campaign: Sendable {
    /// Prints with a failure; the same seed gives the same plan.
    var seed: UInt64 = 20_261_123
    var facts = 100_000
    var batch = 100
    var keys = 500
    /// How long the facts are spread over, at least.
    var length = Duration.seconds(20)
    var relays = 2
    var consumers = 3
    var lease = Duration.seconds(1)
    /// How long a frozen worker stays so: well beyond its lease.
    var freeze = Duration.milliseconds(1_800)
    var poison = 12
    var streamEntriesMax: Int64 = 400
    /// Steps at which a worker kills or freezes itself.
    var exact: [Worker.ExactFault] = []
    /// Faults from outside, at even distances.
    var outside: [Outside] = []
    var isFenced = true
    var numbering = LogAppender.Numbering.gapless
    /// How long to wait for lag 0 at the end before that counts as never.
    var patience = Duration.seconds(15)

    enum Outside: String, Sendable {
        case flush, loseRedis, rollBackRedis, killRelay, killConsumer, freezeRelay, freezeConsumer,
            endConsumer,
            killPostgres
    }

    /// Each step of a relay or consumer, killed and frozen once.
    static func everyStep(_ random: inout Seeded) -> [Worker.ExactFault] {
        LogStep.allCases.flatMap { step in
            Worker.ExactFault.Signal.allCases.map { signal in
                let isSlow = step == .positionsRead || step == .positionsPublished
                return Worker.ExactFault(
                    step: step, signal: signal, count: isSlow ? 1 : Int.random(in: 3...30, using: &random))
            }
        }.shuffled(using: &random)
    }

    func run(in world: LogWorld) async throws -> Verdict {
        var verdict = Verdict()
        if numbering == .sequence { try await makeSequences(world) }
        let crew = Crew(campaign: self, world: world)
        try await crew.start()
        let watch = Task { await crew.keepWorking() }
        defer { watch.cancel() }
        async let acknowledged = sayAll(world)
        try await hurt(world, crew)
        var batches = try await acknowledged
        batches += try await sayUntilSpent(world, crew)
        try await crew.calm()
        watch.cancel()
        _ = await watch.value
        let quiet = ContinuousClock.now
        do {
            _ = try await world.settled("campaign", within: patience)
            verdict.lag = quiet.duration(to: .now)
        } catch let error as TookTooLong {
            verdict.lag = nil
            if numbering == .gapless, isFenced { print("campaign with seed \(seed): \(error)") }
        }
        (verdict.faults, verdict.crashes) = await crew.tally
        try await crew.end()
        try await verdict.judge(world, acknowledged: batches, of: batch)
        return verdict
    }

    private func makeSequences(_ world: LogWorld) async throws {
        try await world.said.run { session in
            for partition in 0..<EventLog.partitionCount {
                try session.script("CREATE SEQUENCE event_log_serial_\(partition)")
            }
        }
    }

    // MARK: - Facts

    /// Says facts from several writers at once; one transaction in 30 is rolled back after its append.
    ///
    /// - Returns: the batches that were committed.
    private func sayAll(_ world: LogWorld) async throws -> [String] {
        let writers = 3
        let batches = facts / batch / writers
        return try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var random = Seeded(seed &+ UInt64(writer) &* 7_919)
                    var said: [String] = []
                    let start = ContinuousClock.now
                    for number in 0..<batches {
                        let facts = makeBatch(writer, number, batches, &random)
                        let isUndone = number % 30 == 17
                        if try await say(facts, isUndone: isUndone, world) {
                            said.append("\(writer)-\(number)")
                        }
                        let due = length * (Double(number) / Double(batches))
                        try await Task.sleep(until: start + due, clock: .continuous)
                    }
                    return said
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Goes on saying a little until every worker has come to its exact fault.
    private func sayUntilSpent(_ world: LogWorld, _ crew: Crew) async throws -> [String] {
        var random = Seeded(seed &+ 1)
        var said: [String] = []
        try await until(within: .seconds(60), "every exact fault happened") {
            if await crew.isSpent { return true }
            if try await say(makeBatch(9, said.count, 1_000_000, &random), isUndone: false, world) {
                said.append("9-\(said.count)")
            }
            try await Task.sleep(for: .milliseconds(40))
            return false
        }
        return said
    }

    /// Facts with ids of the form writer-number-place.
    private func makeBatch(_ writer: Int, _ number: Int, _ batches: Int, _ random: inout Seeded) -> [NewFact]
    {
        let poisonEvery = max(1, batches * 3 / max(poison, 1))
        return (0..<batch).map { place in
            let isPoison = poison > 0 && place == 50 && (number * 3 + writer) % poisonEvery == 5
            let id = "\(writer)-\(number)-\(place)"
            return NewFact(
                tenant: TenantID(checked: "tenant-\(place % 3)"),
                key: "learner-\(Int.random(in: 0..<keys, using: &random))",
                type: isPoison ? "Poison" : "Said",
                version: 1, occurredAt: Date(timeIntervalSince1970: 1_790_000_000 + Double(number)),
                body: #"{"id": "\#(id)", "text": "\#(String(repeating: "x", count: 120))"}"#)
        }
    }

    /// Whether the facts were committed. After a broken connection that is unknown, so the log is asked: a batch is
    /// there as a whole or not at all.
    private func say(_ facts: [NewFact], isUndone: Bool, _ world: LogWorld) async throws -> Bool {
        do {
            try await world.said.transaction { [numbering] session in
                let appender = LogAppender(stream: world.stream, numbering: numbering)
                try appender.append(facts, on: session, recordedAt: Date())
                if isUndone { throw Undone() }
            }
            return true
        } catch is Undone {
            return false
        } catch let error as DatabaseError where error.isUnavailable {
            guard
                case .object(let body) = try JSONCoding.decoder().decode(
                    JSONValue.self, from: Data(facts[0].body.utf8)),
                case .string(let id)? = body["id"]
            else { throw error }
            var found: Int?
            try await until(within: .seconds(20), "the database answers") {
                do {
                    found = try await world.count(
                        "SELECT count(*) AS count FROM event_log WHERE body->>'id' = \(id)", in: world.said)
                    return true
                } catch let error as DatabaseError where error.isUnavailable {
                    return false
                }
            }
            if found == 1 { return true }
            return try await say(facts, isUndone: isUndone, world)
        }
    }

    private struct Undone: Error {}

    // MARK: - Faults from outside

    private func hurt(_ world: LogWorld, _ crew: Crew) async throws {
        let start = ContinuousClock.now
        var snapshot: RedisServer.Snapshot?
        for (number, fault) in outside.enumerated() {
            try await Task.sleep(
                until: start + length * (Double(number) + 0.5) / Double(outside.count), clock: .continuous)
            await crew.count(fault.rawValue)
            switch fault {
            case .flush: try await world.redis.flush()
            case .loseRedis:
                try world.redis.kill9()
                try await world.redis.restart()
            case .rollBackRedis:
                if let snapshot { try await world.redis.rollBack(to: snapshot) }
                snapshot = try await world.redis.save()
            case .killRelay: await crew.signal(.relay, SIGKILL)
            case .killConsumer: await crew.signal(.consumer, SIGKILL)
            case .freezeRelay: await crew.signal(.relay, SIGSTOP)
            case .freezeConsumer: await crew.signal(.consumer, SIGSTOP)
            case .endConsumer: await crew.signal(.consumer, SIGTERM)
            case .killPostgres:
                try world.database.server.kill9()
                try await world.database.server.restart()
            }
        }
        try await Task.sleep(until: start + length, clock: .continuous)
    }
}

/// SplitMix64: small, and the same everywhere.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
