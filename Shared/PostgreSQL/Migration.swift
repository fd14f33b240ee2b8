import Crypto
import Foundation

/// One numbered step of a schema.
public struct Migration: Sendable, Hashable {
    /// Its place, from 1, without gaps.
    public let number: Int
    /// What it does, `verb_object`, for example `create_learner_event`.
    public let name: String
    /// One or more statements, run in one transaction; or, below the line ``outsideMark``, one that runs without.
    public let sql: String

    /// Makes a step from code. Files are read by ``Migrator``.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// The first line of a step that PostgreSQL refuses inside a transaction: an index made while others write.
    public static let outsideMark = "-- outside a transaction"

    /// What kind of step it is.
    ///
    /// - Throws: ``MigrationError/notRepeatable(_:)`` for a marked text that is not one statement, fit to be run again.
    func work() throws -> MigrationWork {
        guard sql.split(separator: "\n").first?.trimmingCharacters(in: .whitespaces) == Self.outsideMark else {
            return .transaction
        }
        guard let statement = IndexStatement(sql) else { throw MigrationError.notRepeatable(label) }
        return .index(statement)
    }

    /// SHA-256 of the text, in hexadecimal. A step that was applied must never change.
    public var checksum: String {
        SHA256.hash(data: Data(sql.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// `0003_add_explanation`
    var label: String {
        let digits = String(number)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits + "_" + name
    }

    /// Reads `NNNN_verb_object.sql` files, ordered by number.
    static func files(in directory: URL) throws -> [Migration] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        } catch {
            throw MigrationError.unreadable(directory.lastPathComponent, "\(error.localizedDescription)")
        }
        return try names.filter { $0.hasSuffix(".sql") }.sorted().map { name in
            guard let match = name.wholeMatch(of: /([0-9]{4})_([a-z0-9_]+)\.sql/), let number = Int(match.1)
            else {
                throw MigrationError.badName(name)
            }
            let data: Data
            do {
                data = try Data(contentsOf: directory.appendingPathComponent(name))
            } catch {
                throw MigrationError.unreadable(name, "\(error.localizedDescription)")
            }
            guard let sql = String(validating: data, as: UTF8.self) else {
                throw MigrationError.unreadable(name, "it is not UTF-8")
            }
            return Migration(number: number, name: String(match.2), sql: sql)
        }
    }
}

/// Why a schema was not brought up to date. Each case says what to do.
public enum MigrationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A `.sql` file that is not named `NNNN_verb_object.sql`.
    case badName(String)
    /// A file or the directory, with the reason.
    case unreadable(String, String)
    /// Numbers do not run from 1 without gap or repetition.
    case notConsecutive(expected: Int, found: String)
    /// No such schema, or it belongs to another role.
    case schemaMissing(String)
    /// The text or the name differs from what was applied.
    case edited(String)
    /// An earlier number is missing from what was applied.
    case neverApplied(String, before: String)
    /// Something was applied that this program does not know.
    case schemaIsNewer(schema: String, applied: String, known: Int)
    /// Another replica did not finish in time.
    case stillLocked(schema: String, seconds: Int)
    /// The file holds a COMMIT or ROLLBACK of its own.
    case leftTransaction(String)
    /// Marked to run outside a transaction, and not a statement that may be run again.
    case notRepeatable(String)
    /// The server refused a statement; nothing of the file was kept.
    case failed(String, reason: String)

    /// One sentence for the line on which a service stops.
    public var description: String {
        switch self {
        case .badName(let file):
            "the migration \(file) is not named NNNN_verb_object.sql"
        case .unreadable(let file, let reason):
            "the migration \(file) cannot be read: \(reason)"
        case .notConsecutive(let expected, let found):
            "the migrations are not numbered through: expected number \(expected), found \(found)"
        case .schemaMissing(let schema):
            "the schema \(schema) is not there, or this role may not use it: run docker/postgres/init.sql first"
        case .edited(let label):
            "the migration \(label) was changed after it had been applied: restore it and write a new one"
        case .neverApplied(let label, let later):
            "the migration \(label) was never applied, although the later \(later) was: numbers must not be filled in"
        case .schemaIsNewer(let schema, let applied, let known):
            "the schema \(schema) is newer than this program: \(applied) was applied, the program knows \(known) "
                + "migrations; start the newer program"
        case .stillLocked(let schema, let seconds):
            "another process has been migrating the schema \(schema) for \(seconds) s: look for it in pg_stat_activity"
        case .leftTransaction(let label):
            "the migration \(label) ends its own transaction: remove BEGIN, COMMIT and ROLLBACK from it"
        case .notRepeatable(let label):
            "the migration \(label) is marked to run outside a transaction: expected one statement, CREATE [UNIQUE] "
                + "INDEX CONCURRENTLY name ON table … or DROP INDEX CONCURRENTLY IF EXISTS name"
        case .failed(let label, let reason):
            "the migration \(label) failed and was undone: \(reason)"
        }
    }
}
