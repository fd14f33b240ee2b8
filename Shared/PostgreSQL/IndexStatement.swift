import Foundation

/// How a migration is run.
enum MigrationWork: Sendable, Equatable {
    /// All of it, and the note that it was done, in one transaction.
    case transaction
    /// One statement by itself, and the note after it.
    case index(IndexStatement)
}

/// `CREATE INDEX CONCURRENTLY` or `DROP INDEX CONCURRENTLY IF EXISTS`: made or dropped while others write, outside a
/// transaction, and fit to be tried again after a crash at any point.
struct IndexStatement: Sendable, Equatable {
    enum Verb: Sendable, Equatable {
        case create, drop
    }

    let verb: Verb
    /// In lower case, as PostgreSQL keeps a name without quotation marks.
    let index: String

    /// `nil` when the text, without its comments, is anything but one such statement.
    init?(_ sql: String) {
        let lines = sql.split(separator: "\n").map { line in
            String(line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line)
        }
        let text = lines.joined(separator: " ").trimmingCharacters(in: .whitespaces)
        let statement = text.hasSuffix(";") ? String(text.dropLast()) : text
        guard !statement.contains(";") else { return nil }
        let create = /create\s+(?:unique\s+)?index\s+concurrently\s+([a-z_][a-z0-9_]*)\s+on\s.+/.ignoresCase()
        let drop = /drop\s+index\s+concurrently\s+if\s+exists\s+([a-z_][a-z0-9_]*)/.ignoresCase()
        if let match = statement.wholeMatch(of: create) {
            (verb, index) = (.create, match.1.lowercased())
        } else if let match = statement.wholeMatch(of: drop) {
            (verb, index) = (.drop, match.1.lowercased())
        } else {
            return nil
        }
    }
}
