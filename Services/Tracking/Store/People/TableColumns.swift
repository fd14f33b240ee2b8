import Contracts
import PostgreSQL

/// A table of a read model and the temporary one of the same name, as a rework moves rows between them.
///
/// The catalog says what the columns are: the key, and values that are either a learner's or sums that learners share.
struct TableColumns {
    private struct Column {
        let name: String
        let isKey: Bool
        let isArray: Bool
        let isNumber: Bool
    }

    private let table: String
    private let schema: String
    private let columns: [Column]

    init(of table: String, schema: String, on session: Session) throws {
        self.table = table
        self.schema = schema
        columns = try session.rows(
            """
            SELECT attribute.attname::text AS name, type.typcategory IN ('N', 'A') AS is_number,
                type.typcategory = 'A' AS is_array, coalesce(attribute.attnum = ANY(key.indkey), false) AS is_key
            FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
            JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attnum > 0 AND NOT attisdropped
            JOIN pg_type AS type ON type.oid = attribute.atttypid
            LEFT JOIN pg_index AS key ON key.indrelid = class.oid AND key.indisprimary
            WHERE space.nspname = \(schema) AND class.relname = \(table) ORDER BY attnum
            """
        ).map { row in
            Column(
                name: try row.decode("name"), isKey: try row.decode("is_key"), isArray: try row.decode("is_array"),
                isNumber: try row.decode("is_number"))
        }
    }

    /// The column that names the learner; `nil` for rows that learners share.
    var learner: String? { columns.first { $0.name == "learner_id" }?.name }

    private var live: SQL { "\(identifier: schema).\(identifier: table)" }
    private var temporary: SQL { "pg_temp.\(identifier: table)" }
    private var sums: [Column] { columns.filter { !$0.isKey && $0.isNumber } }

    /// Puts the temporary rows in the place of all that the live table has of some learners.
    func replace(_ learners: [LearnerID], tenant: TenantID, on session: Session) throws {
        try session.execute(
            "DELETE FROM " + live + " WHERE tenant = \(tenant) AND learner_id = ANY(\(learners))")
        try session.execute("INSERT INTO " + live + " SELECT * FROM " + temporary)
    }

    /// Takes the temporary rows' sums out of the live ones; what nothing is left of goes.
    func subtract(on session: Session) throws {
        try session.execute(
            "UPDATE " + live + " AS live SET " + list(sums) { assignment($0, "-", "gone") } + " FROM " + temporary
                + " AS gone WHERE " + sameKey("live", "gone"))
        try session.execute(
            "DELETE FROM " + live + " AS live USING " + temporary + " AS gone WHERE " + sameKey("live", "gone")
                + " AND " + list(sums, " AND ") { isNothing($0) })
    }

    /// Adds the temporary rows' sums to the live ones.
    ///
    /// - Parameter kept: Which rows the table keeps; `nil` for all.
    func add(kept: SQL?, on session: Session) throws {
        let keys = columns.filter(\.isKey)
        try session.execute(
            "INSERT INTO " + live + " AS live SELECT * FROM " + temporary + " WHERE " + (kept ?? "true")
                + " ON CONFLICT (" + list(keys) { "\(identifier: $0.name)" } + ") DO UPDATE SET "
                + list(sums) { assignment($0, "+", "excluded") })
    }

    func empty(on session: Session) throws {
        try session.execute("DELETE FROM " + temporary)
    }

    // MARK: Pieces of statements

    private func assignment(_ column: Column, _ sign: String, _ other: String) -> SQL {
        let name: SQL = "\(identifier: column.name)"
        let both: SQL = "live." + name + ", \(raw: other)." + name
        guard column.isArray else {
            return name + " = live." + name + " \(raw: sign) \(raw: other)." + name
        }
        return name + " = ARRAY(SELECT coalesce(mine, 0) \(raw: sign) coalesce(theirs, 0) FROM unnest(" + both
            + ") WITH ORDINALITY AS pair (mine, theirs, place) ORDER BY place)"
    }

    private func isNothing(_ column: Column) -> SQL {
        let name: SQL = "live.\(identifier: column.name)"
        return column.isArray ? "0 = ALL(" + name + ")" : name + " = 0"
    }

    private func sameKey(_ one: String, _ other: String) -> SQL {
        list(columns.filter(\.isKey), " AND ") { column in
            "\(raw: one).\(identifier: column.name) = \(raw: other).\(identifier: column.name)"
        }
    }

    private func list(_ columns: [Column], _ between: String = ", ", _ piece: (Column) -> SQL) -> SQL {
        var text: SQL = ""
        for (place, column) in columns.enumerated() {
            if place > 0 { text += "\(raw: between)" }
            text += piece(column)
        }
        return text
    }
}
