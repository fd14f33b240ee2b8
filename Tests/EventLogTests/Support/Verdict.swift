import Contracts
import Foundation
import PostgreSQL

/// What became of the facts of a campaign, asked of the databases by statements that share nothing with the library.
struct Verdict: Sendable {
    var acknowledged = 0
    /// Acknowledged, and not in the log; or in the log, and never acknowledged.
    var unlikeAcknowledged = 0
    /// Partitions whose numbers are not 1, 2, 3 ... up to the head.
    var holed = 0
    /// In the log, without effect and not parked.
    var lost = 0
    /// With more than one effect, or with an effect and parked.
    var doubled = 0
    /// Applied after a later fact of the same partition.
    var reordered = 0
    /// Effects that are not, byte for byte, what the log says.
    var foreign = 0
    /// Facts that were to be parked, and those that were parked.
    var poisoned = 0
    var parked = 0
    /// Parked, and not seeded as poison; or the other way round.
    var wronglyParked = 0
    /// Positions that are not at the head.
    var behind = 0
    /// Stream entries that differ from the log.
    var unlikeLog = 0
    var entriesCompared = 0
    /// From the last fact or fault to lag 0; nil when that took too long.
    var lag: Duration?
    var faults: [String: Int] = [:]
    /// Workers that ended by something other than the campaign's signals.
    var crashes: [String] = []

    /// Whether every promise was kept.
    var isGreen: Bool {
        unlikeAcknowledged == 0 && holed == 0 && lost == 0 && doubled == 0 && reordered == 0 && foreign == 0
            && wronglyParked == 0 && behind == 0 && unlikeLog == 0 && crashes.isEmpty
            && lag.map { $0 <= .seconds(5) } ?? false
    }

    /// Judges the databases as they are now.
    ///
    /// - Parameters:
    ///   - batches: what was committed, each as writer-number.
    ///   - size: facts in each of them.
    mutating func judge(_ world: LogWorld, acknowledged batches: [String], of size: Int) async throws {
        acknowledged = batches.count * size
        try await compareAcknowledged(world, batches, size)
        holed = try await world.count(
            """
            SELECT count(*) AS count FROM log_head h
            LEFT JOIN (SELECT partition, count(*) n, min(seq) low, max(seq) high FROM event_log GROUP BY 1) l
                USING (partition)
            WHERE coalesce(l.n, 0) <> h.seq OR coalesce(l.high, 0) <> h.seq OR coalesce(l.low, 1) <> 1
            """, in: world.said)
        try await carryOver(world)
        lost = try await world.count(
            """
            SELECT count(*) AS count FROM said_log l
            WHERE NOT EXISTS (SELECT FROM effect e WHERE e.partition = l.partition AND e.seq = l.seq)
              AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.partition = l.partition AND d.seq = l.seq)
            """)
        doubled = try await world.count(
            """
            SELECT count(*) AS count FROM (
                SELECT partition, seq FROM (
                    SELECT partition, seq FROM effect UNION ALL SELECT partition, seq FROM dead_letter) happened
                GROUP BY 1, 2 HAVING count(*) > 1) twice
            """)
        reordered = try await world.count(
            """
            SELECT count(*) AS count FROM (
                SELECT seq, lag(seq) OVER (PARTITION BY partition ORDER BY id) before FROM effect) happened
            WHERE before >= seq
            """)
        foreign = try await world.count(
            """
            SELECT count(*) AS count FROM effect e LEFT JOIN said_log l USING (partition, seq)
            WHERE (l.tenant, l.key, l.body) IS DISTINCT FROM (e.tenant, e.key, e.body)
            """)
        poisoned = try await world.count("SELECT count(*) AS count FROM said_log WHERE type = 'Poison'")
        parked = try await world.count("SELECT count(*) AS count FROM dead_letter")
        wronglyParked = try await world.count(
            """
            SELECT count(*) AS count FROM (
                (SELECT partition, seq FROM dead_letter 
                    EXCEPT SELECT partition, seq FROM said_log WHERE type = 'Poison')
                UNION ALL
                (SELECT partition, seq FROM said_log WHERE type = 'Poison'
                    EXCEPT SELECT partition, seq FROM dead_letter)
            ) wrong
            """)
        behind = try await world.count(
            """
            SELECT count(*) AS count FROM consumer_position p
            LEFT JOIN (SELECT partition, max(seq) head FROM said_log GROUP BY 1) l USING (partition)
            WHERE p.consumer = 'campaign' AND p.position <> coalesce(l.head, 0)
            """)
        try await compareStreams(world)
    }

    /// Batches that were acknowledged and are not whole in the log, or the other way round.
    private mutating func compareAcknowledged(_ world: LogWorld, _ batches: [String], _ size: Int)
        async throws
    {
        try await world.said.run { session in
            try session.execute("CREATE TABLE acknowledged (batch text PRIMARY KEY)")
            try session.copyIn("acknowledged", columns: ["batch"], rows: batches) { $0.append($1) }
        }
        unlikeAcknowledged = try await world.count(
            """
            SELECT count(*) AS count FROM acknowledged a FULL JOIN (
                SELECT substring(body->>'id' FROM '^[0-9]+-[0-9]+') batch, count(DISTINCT body->>'id') n, count(*) rows
                FROM event_log GROUP BY 1) l USING (batch)
            WHERE a.batch IS NULL OR l.n IS DISTINCT FROM \(size) OR l.rows IS DISTINCT FROM \(size)
            """, in: world.said)
    }

    /// The two schemas see only themselves, so a superuser carries the log over.
    private func carryOver(_ world: LogWorld) async throws {
        for statement: SQL in [
            """
            CREATE TABLE heard.said_log AS
                SELECT partition, seq, tenant, key, type, body::text AS body, body->>'id' AS id FROM said.event_log
            """,
            "CREATE UNIQUE INDEX ON heard.said_log (partition, seq)",
            "CREATE INDEX ON heard.effect (partition, seq)",
            "GRANT SELECT ON heard.said_log TO holdfast_heard",
            "ANALYZE heard.said_log", "ANALYZE heard.effect",
        ] {
            _ = try await world.database.server.administer(statement, database: world.database.name)
        }
    }

    /// Every entry still in a stream must say what the log says under that number.
    private mutating func compareStreams(_ world: LogWorld) async throws {
        var entries: [(partition: Int16, seq: Int64?, key: String, tenant: String, id: String)] = []
        for partition in 0..<64 {
            let reply = try await world.writer.command(["XRANGE", "\(world.stream):{\(partition)}", "-", "+"])
            for entry in reply.array ?? [] {
                guard let parts = entry.array, let id = parts[0].text, let fields = parts[1].array,
                    fields[0].text == "ce", let document = fields[1].text, id.hasSuffix("-0"),
                    let event = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any],
                    let data = event["data"] as? [String: Any]
                else {
                    unlikeLog += 1
                    continue
                }
                entries.append(
                    (
                        Int16(partition), Int64(id.dropLast(2)), "\(event["subject"] ?? "")",
                        "\(event["tenant"] ?? "")", "\(data["id"] ?? "")"
                    ))
            }
        }
        entriesCompared = entries.count
        try await world.heard.run { [entries] session in
            try session.script(
                "CREATE TABLE stream_entry (partition smallint, seq bigint, key text, tenant text, id text)")
            try session.copyIn(
                "stream_entry", columns: ["partition", "seq", "key", "tenant", "id"], rows: entries
            ) { row, entry in
                row.append(entry.partition)
                row.append(entry.seq)
                row.append(entry.key)
                row.append(entry.tenant)
                row.append(entry.id)
            }
        }
        unlikeLog += try await world.count(
            """
            SELECT count(*) AS count FROM stream_entry e LEFT JOIN said_log l USING (partition, seq)
            WHERE (e.key, e.tenant, e.id) IS DISTINCT FROM (l.key, l.tenant, l.id)
            """)
    }
}
