import Contracts
import Foundation
import PostgreSQL
import RedisStreams

/// The streams of one log, as a relay writes them.
struct RelayStreams: Sendable {
    let stream: String
    let redis: RedisWriter
    let database: Database
    let settings: LogRelaySettings

    /// Consecutive facts of one partition, ready for the stream.
    struct Run: Sendable {
        let partition: Int
        let facts: [Fact]
        /// The stream may end before the fact that precedes the first of these: what is between is read from the log.
        let mayLeap: Bool
        var last: Int64 { facts.last?.seq ?? 0 }

        /// - Throws: ``EventLogError/hole(partition:after:found:)`` when numbers are missing.
        init(partition: Int, after: Int64, facts: [Fact], mayLeap: Bool) throws(EventLogError) {
            var known = after
            for fact in facts {
                guard fact.seq == known + 1 else {
                    throw .hole(partition: partition, after: known, found: fact.seq)
                }
                known = fact.seq
            }
            (self.partition, self.facts, self.mayLeap) = (partition, facts, mayLeap)
        }
    }

    /// What an append found.
    enum Outcome: Sendable, Hashable {
        /// The stream holds all of the run now, and ends with this number.
        case holds(last: Int64)
        /// The stream ends before the run begins; nothing was appended.
        case isBehind(last: Int64)
    }

    /// Appends what the stream lacks of a run, only where it joins on. An empty stream may begin anywhere: hearers
    /// read the log for what came before.
    ///
    /// `KEYS[1]` is the stream, `ARGV[1]` the first number, `ARGV[2]` whether a hole may be left; then three
    /// values a fact. It returns whether the stream holds the run now, and the stream's last number.
    static let compareAndAppend = RedisScript(
        """
        local last = -1
        if redis.call('EXISTS', KEYS[1]) == 1 then
          local info = redis.call('XINFO', 'STREAM', KEYS[1])
          for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then last = tonumber(string.match(info[i + 1], '^%d+')) end
          end
        end
        local first = tonumber(ARGV[1])
        if last >= 0 and last < first - 1 and ARGV[2] ~= '1' then return {0, last} end
        for i = 3, #ARGV, 3 do
          local seq = first + (i - 3) / 3
          if seq > last then
            redis.call('XADD', KEYS[1], string.format('%.0f-0', seq), 'ce', ARGV[i], 'type', ARGV[i + 1],
              'id', ARGV[i + 2])
            last = seq
          end
        end
        return {1, last}
        """)

    /// Appends runs of different partitions in one round trip.
    func append(_ runs: [Run]) async throws -> [Outcome] {
        let replies = try await redis.evalsha(
            Self.compareAndAppend,
            runs.map { run in
                var arguments = ["\(run.facts.first?.seq ?? 0)", run.mayLeap ? "1" : "0"]
                arguments.reserveCapacity(2 + run.facts.count * 3)
                for fact in run.facts {
                    arguments.append(CloudEvent.render(fact))
                    arguments.append(fact.type)
                    arguments.append(CloudEvent.id(of: fact))
                }
                return (keys: [EventLog.streamKey(stream, partition: run.partition)], arguments: arguments)
            })
        return try replies.map { reply in
            guard let parts = try reply.get().array, parts.count == 2, let holds = parts[0].integer,
                let last = parts[1].integer
            else { throw RedisError.unexpectedReply("the append did not say where the stream ends") }
            return holds == 1 ? .holds(last: last) : .isBehind(last: last)
        }
    }

    /// Facts of one partition in one read: a fair part of a batch.
    func page(partitions: Int) -> Int { max(32, settings.batchMax / max(partitions, 1)) }

    /// What the log has after each of the given places, in order, a fair part of a batch for each partition.
    func read(after known: [Int: Int64]) async throws -> [Fact] {
        guard !known.isEmpty else { return [] }
        let places = known.sorted { $0.key < $1.key }
        return try await database.rows(
            """
            SELECT fact.partition, fact.seq, fact.stream, fact.tenant, fact.key, fact.type, fact.version,
                fact.occurred_at, fact.recorded_at, fact.body::text AS body, fact.traceparent
            FROM unnest(\(places.map { Int16($0.key) }), \(places.map(\.value))) AS place (partition, after)
            JOIN log_head ON log_head.partition = place.partition AND log_head.seq > place.after
            CROSS JOIN LATERAL (
                SELECT * FROM event_log
                WHERE event_log.partition = place.partition AND event_log.seq > place.after
                ORDER BY event_log.seq
                LIMIT \(page(partitions: places.count))
            ) AS fact
            ORDER BY fact.partition, fact.seq
            """
        ).map(Fact.init(row:))
    }
}

// MARK: - Asking a stream where it is

extension RelayStreams {
    /// Where to go on with a partition, or why not.
    struct Look: Sendable {
        struct Start: Sendable, Hashable {
            let after: Int64
            let mayLeap: Bool
        }

        let partition: Int
        let result: Result<Start, EventLogError>
    }

    /// Where a stream ends.
    private struct End {
        /// The last number ever appended, even if trimmed since; nil where there is no stream.
        var last: Int64?
        /// The last entry that is still there.
        var entry: StreamEntry?
    }

    /// Asks streams for their ends, and checks against the log that they are copies of it.
    ///
    /// The streams are asked first: what stands in one was committed before, so a log that lacks it went back.
    func look(at partitions: [Int]) async throws -> [Look] {
        let replies = try await redis.pipeline(
            partitions.map { RedisCommand(["XINFO", "STREAM", EventLog.streamKey(stream, partition: $0)]) })
        let ends = try replies.map(Self.end(of:))
        let rows = try await database.rows(
            """
            SELECT log_head.partition, log_head.seq AS head, coalesce(relay.position, 0) AS noted,
                fact.seq, fact.stream, fact.tenant, fact.key, fact.type, fact.version, fact.occurred_at,
                fact.recorded_at, fact.body::text AS body, fact.traceparent
            FROM unnest(\(partitions.map(Int16.init)), \(ends.map { $0.entry?.sequence }))
                AS place (partition, seq)
            JOIN log_head ON log_head.partition = place.partition
            LEFT JOIN consumer_position AS relay ON relay.consumer = \(RelayCore.consumer)
                AND relay.stream = \(stream) AND relay.partition = place.partition
            LEFT JOIN event_log AS fact ON fact.partition = place.partition AND fact.seq = place.seq
            """)
        var byPartition: [Int: Row] = [:]
        for row in rows { byPartition[try row.decode("partition", as: Int.self)] = row }
        return try zip(partitions, ends).map { partition, end in
            guard let row = byPartition[partition] else {
                return Look(partition: partition, result: .failure(.isNotMigrated(partition: partition)))
            }
            return Look(partition: partition, result: try judge(partition, end, row))
        }
    }

    private func judge(
        _ partition: Int, _ end: End, _ row: Row
    ) throws -> Result<Look.Start, EventLogError> {
        let head: Int64 = try row.decode("head")
        let noted: Int64 = try row.decode("noted")
        let last = end.last ?? noted
        guard last <= head else { return .failure(.wentBack(partition: partition, head: head, known: last)) }
        if let entry = end.entry, try !isSame(entry, row, partition: partition) {
            return .failure(.differs(partition: partition, seq: entry.sequence))
        }
        let floor = head - settings.streamEntriesMax
        return .success(Look.Start(after: max(last, floor), mayLeap: end.last != nil && floor > last))
    }

    /// Whether an entry says what the log says under its number.
    private func isSame(_ entry: StreamEntry, _ row: Row, partition: Int) throws -> Bool {
        guard entry.minor == 0, let document = entry.value("ce"),
            try row.decode("seq", as: Int64?.self) != nil,
            let said = CloudEvent.parse(document, stream: stream, partition: partition, seq: entry.sequence)
        else { return false }
        return CloudEvent.render(said) == CloudEvent.render(try Fact(row: row))
    }

    private static func end(of reply: RedisValue) throws -> End {
        if case .error(.server(_, let message)) = reply, message.contains("no such key") { return End() }
        guard let parts = try reply.get().array else {
            throw RedisError.unexpectedReply("XINFO STREAM gave no array")
        }
        var end = End()
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            switch parts[index].text {
            case "last-generated-id":
                end.last = parts[index + 1].text?.split(separator: "-").first.flatMap { Int64($0) }
            case "last-entry" where parts[index + 1] != .null:
                end.entry = try StreamEntry(parts[index + 1])
            default: break
            }
        }
        guard end.last != nil else { throw RedisError.unexpectedReply("XINFO STREAM gave no last id") }
        return end
    }
}

// MARK: - Trimming

extension RelayStreams {
    /// Drops entries that every consumer known to Redis has applied, that are too old, or that are too many.
    ///
    /// A consumer that never told Redis how far it is holds nothing back and needs nothing: it reads the log.
    ///
    /// - Parameter oldUpTo: the number in each partition up to which facts are older than the age limit.
    func trim(_ partitions: Set<Int>, heads: [Int64], oldUpTo: [Int64]?) async throws {
        let applied = try await appliedByAll()
        let commands = partitions.compactMap { partition -> RedisCommand? in
            let floor = max(
                applied[partition] ?? 0, oldUpTo?[partition] ?? 0,
                heads[partition] - settings.streamEntriesMax)
            // The last entry stays, so that a relay that starts can compare it with the log.
            let first = min(floor + 1, heads[partition])
            guard first > 1 else { return nil }
            return RedisCommand(
                ["XTRIM", EventLog.streamKey(stream, partition: partition), "MINID", "~", "\(first)-0"])
        }
        for reply in try await redis.pipeline(commands) { _ = try reply.get() }
    }

    /// The lowest position of all consumers in each partition that all of them told.
    private func appliedByAll() async throws -> [Int: Int64] {
        let fields = try await redis.command(["HGETALL", EventLog.positionsKey(stream)]).array ?? []
        let oldest = (Date().timeIntervalSince1970 - settings.streamAgeMax.seconds) * 1_000
        var positions: [Substring: [Int: Int64]] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let name = fields[index].text?.split(separator: "/"), name.count == 2,
                let partition = Int(name[1]), let words = fields[index + 1].text?.split(separator: " "),
                words.count == 2, let position = Int64(words[0]), let saidAt = Double(words[1]),
                saidAt >= oldest
            else { continue }  // A consumer that is silent for longer than entries are kept is gone.
            positions[name[0], default: [:]][partition] = position
        }
        var lowest: [Int: Int64] = [:]
        for partition in 0..<EventLog.partitionCount where !positions.isEmpty {
            // One that is alive but did not tell of this partition counts as at its beginning.
            lowest[partition] = positions.values.map { $0[partition] ?? 0 }.min()
        }
        return lowest
    }
}
