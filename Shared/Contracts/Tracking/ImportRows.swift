import Foundation

/// Taking in rows of a file by a mapping: history, which updates state and sends nothing. Each row has its own receipt;
/// one bad row never fails the rest.
public enum ImportRows {
    public struct Request: Codable, Sendable, Equatable {
        /// The name of a mapping, e.g. `moodle-log`.
        public var format: String
        /// One JSON object a line.
        public var rows: String
        /// The source of the events; the mapping's own when absent.
        public var source: SourceID?
        /// Values for the names that the mapping leaves to whoever brings the rows.
        public var given: [String: String]
        /// Whether nothing is to be written.
        public var isDryRun: Bool?

        public init(
            format: String, rows: String, source: SourceID? = nil, given: [String: String] = [:],
            isDryRun: Bool? = nil
        ) {
            self.format = format
            self.rows = rows
            self.source = source
            self.given = given
            self.isDryRun = isDryRun
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// One a line that is not empty, in the order sent.
        public var receipts: [RowReceipt]

        public init(receipts: [RowReceipt]) {
            self.receipts = receipts
        }
    }
}

/// What became of one row.
public struct RowReceipt: Codable, Sendable, Equatable {
    public var status: RowStatus
    /// Why, for all but `accepted` and `duplicate`. A refusal names the column, what was expected and what came.
    public var reason: String?

    public init(status: RowStatus, reason: String? = nil) {
        self.status = status
        self.reason = reason
    }
}

public enum RowStatus: String, Choice {
    /// It is in the log, committed. In a dry run: it would be, unless it is there already.
    case accepted
    /// The same event was there already.
    case duplicate
    /// Another event with the same source and id was there already; this one is kept for inspection.
    case conflict
    /// It could not be read as an event; it is kept for inspection.
    case quarantined
    /// It is no event, by the mapping's word.
    case skipped
}
