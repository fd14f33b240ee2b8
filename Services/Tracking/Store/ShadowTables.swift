import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Tables of a projection made anew beside the ones in use.
///
/// They are temporary tables with the names of the live ones. A connection looks for its temporary tables first, so
/// the very code that keeps the read models fills them, nobody else sees them, and they vanish with the
/// connection whatever happens. Live tables are named with their schema.
///
/// The connection must be fresh: a statement that it had prepared before would still mean the live table.
struct ShadowTables {
    let schema: String
    let tables: [ReadModelTable]
    let session: Session

    /// Makes empty ones, with the indexes and constraints of the live ones.
    func make() throws {
        // Tables grow from nothing under statements that are prepared once: plans must follow, and nobody analyzes
        // temporary tables.
        try session.script("SET plan_cache_mode = force_custom_plan; SET temp_buffers = '64MB'")
        for table in tables {
            try session.execute(
                """
                CREATE TEMPORARY TABLE \(identifier: table.name)
                (LIKE \(identifier: schema).\(identifier: table.name) INCLUDING ALL)
                """)
        }
    }

    /// How far the projection is in each partition.
    func positions(of projection: String, locked: Bool) throws -> [Int: Int64] {
        let statement: SQL = """
            SELECT partition, position FROM consumer_position
            WHERE consumer = \(projection) AND stream = \(StreamName.learnerEvents) ORDER BY partition
            """
        var positions: [Int: Int64] = [:]
        for row in try session.rows(locked ? statement + " FOR UPDATE" : statement) {
            positions[try row.decode("partition")] = try row.decode("position", as: Int64.self)
        }
        return positions
    }

    /// Places of facts that the projection could not apply and that wait in its dead letters.
    func parked(by projection: String) throws -> Set<LogPosition> {
        let rows = try session.rows(
            """
            SELECT partition, seq FROM dead_letter
            WHERE consumer = \(projection) AND stream = \(StreamName.learnerEvents) AND replayed_at IS NULL
            """)
        return Set(
            try rows.map { LogPosition(partition: try $0.decode("partition"), seq: try $0.decode("seq")) })
    }

    /// Keeps the sweep, and everybody else who writes, from the live tables until the transaction ends. Readers go on.
    func lockLive() throws {
        for table in tables {
            try session.execute(
                "LOCK TABLE \(identifier: schema).\(identifier: table.name) IN SHARE ROW EXCLUSIVE MODE")
        }
    }

    /// Puts the new rows of a table aside and in their place a copy of the live rows that mere time may have changed by
    /// `now`, for the projection to settle; see ``compare(_:at:)``.
    func swapInDueRows(of table: ReadModelTable, dueAt now: Date) throws {
        guard let column = table.dueColumn else { return }
        try session.execute(
            "ALTER TABLE pg_temp.\(identifier: table.name) RENAME TO \(identifier: rebuiltName(table))")
        try session.execute(
            """
            CREATE TEMPORARY TABLE \(identifier: table.name) AS
            SELECT * FROM \(identifier: schema).\(identifier: table.name) WHERE \(identifier: column) <= \(now)
            """)
    }

    /// Holds the live rows against the new ones, by the text of whole rows.
    func compare(_ table: ReadModelTable, at now: Date) throws -> TableComparison {
        let (live, rebuilt) = (live(table, at: now), rebuilt(table, at: now))
        let (here, anew) = (try figures(live), try figures(rebuilt))
        guard here != anew else {
            return TableComparison(table: table.name, live: here, rebuilt: anew, onlyLive: [], onlyRebuilt: [])
        }
        return TableComparison(
            table: table.name, live: here, rebuilt: anew, onlyLive: try rows(in: live, without: rebuilt),
            onlyRebuilt: try rows(in: rebuilt, without: live))
    }

    /// Makes the live table equal to the new one, touching only rows that differ. Returns how many those were.
    func adopt(_ table: ReadModelTable, at now: Date) throws -> Int {
        let live: SQL = "\(identifier: schema).\(identifier: table.name)"
        let kept = condition(table, at: now)
        let gone = try session.execute(
            "DELETE FROM " + live + " AS old WHERE " + kept + " AND NOT EXISTS "
                + "(SELECT FROM pg_temp.\(identifier: table.name) AS new WHERE new::text = old::text)")
        let added = try session.execute(
            "INSERT INTO " + live + " SELECT * FROM pg_temp.\(identifier: table.name) AS new WHERE " + kept
                + " AND NOT EXISTS (SELECT FROM " + live + " AS old WHERE old::text = new::text)")
        return max(gone, added)
    }

    // MARK: - Private parts

    private func rebuiltName(_ table: ReadModelTable) -> String { "rebuilt_\(table.name)" }

    private func condition(_ table: ReadModelTable, at now: Date) -> SQL { table.kept?(now) ?? "true" }

    private func live(_ table: ReadModelTable, at now: Date) -> SQL {
        let all: SQL =
            "SELECT * FROM \(identifier: schema).\(identifier: table.name) WHERE " + condition(table, at: now)
        guard let column = table.dueColumn else { return all }
        return all + " AND (\(identifier: column) IS NULL OR \(identifier: column) > \(now)) UNION ALL "
            + "SELECT * FROM pg_temp.\(identifier: table.name)"
    }

    private func rebuilt(_ table: ReadModelTable, at now: Date) -> SQL {
        let name = table.dueColumn == nil ? table.name : rebuiltName(table)
        return "SELECT * FROM pg_temp.\(identifier: name) WHERE " + condition(table, at: now)
    }

    /// The checksum is a sum over the rows, so that it needs no order and no memory.
    private func figures(_ rows: SQL) throws -> TableFigures {
        let found = try session.rows(
            """
            SELECT count(*) AS rows,
                coalesce(sum(hashtextextended(model::text, 0)::numeric), 0)::text
                    || ' ' || coalesce(sum(hashtextextended(model::text, 1)::numeric), 0)::text AS checksum
            FROM (
            """ + rows + ") AS model")
        guard let row = found.first else { return TableFigures(rows: 0, checksum: "") }
        return TableFigures(rows: try row.decode("rows"), checksum: try row.decode("checksum"))
    }

    private func rows(in some: SQL, without others: SQL) throws -> [String] {
        try session.rows(
            "SELECT model::text AS row FROM (" + some + ") AS model EXCEPT ALL SELECT model::text FROM (" + others
                + ") AS model ORDER BY 1 LIMIT \(TrackingLimits.differencesShown)"
        ).map { try $0.decode("row") }
    }
}

/// How many rows a table has, and a checksum over all of them.
public struct TableFigures: Sendable, Equatable {
    public let rows: Int
    /// Two sums of 64-bit hashes of the rows' text, with different seeds.
    public let checksum: String
}

/// A live table against the same one made anew from the log.
public struct TableComparison: Sendable, Equatable {
    public let table: String
    public let live: TableFigures
    public let rebuilt: TableFigures
    /// Rows that only one of them has, as PostgreSQL writes them; a few at most.
    public let onlyLive: [String]
    public let onlyRebuilt: [String]

    public var isEqual: Bool { live == rebuilt }
}
