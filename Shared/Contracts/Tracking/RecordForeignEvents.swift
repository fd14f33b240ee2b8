import Foundation

/// Taking in what other platforms write, by a mapping. Each record has its own receipt; one bad record never fails the
/// rest.
public enum RecordForeignEvents {
    public struct Request: Codable, Sendable, Equatable {
        /// The name of a mapping, e.g. `openedx`.
        public var format: String
        /// The document as the platform wrote it; base64 in JSON.
        public var body: Data
        /// The source of the events; the mapping's own when absent.
        public var source: SourceID?
        /// History brought in later: it updates state and sends nothing.
        public var backfill: Bool?
        /// Values for the names that the mapping leaves to whoever brings the records.
        public var given: [String: String]?

        public init(
            format: String, body: Data, source: SourceID? = nil, backfill: Bool? = nil, given: [String: String]? = nil
        ) {
            self.format = format
            self.body = body
            self.source = source
            self.backfill = backfill
            self.given = given
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// One a record, in the order sent.
        public var receipts: [IngestReceipt]
        public var accepted: Int
        public var duplicate: Int
        public var conflict: Int
        public var quarantined: Int
        public var skipped: Int

        public init(receipts: [IngestReceipt]) {
            func count(_ status: IngestStatus) -> Int { receipts.count { $0.status == status } }
            self.receipts = receipts
            accepted = count(.accepted)
            duplicate = count(.duplicate)
            conflict = count(.conflict)
            quarantined = count(.quarantined)
            skipped = count(.skipped)
        }
    }
}
