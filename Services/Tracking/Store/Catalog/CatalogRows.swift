import Contracts
import Foundation
import PostgreSQL

/// What rows of the catalogue have in common.
enum CatalogRows {
    /// The column `definition`, selected as text.
    static func definition<Definition: Decodable>(_ row: Row) throws -> Definition {
        let text: String = try row.decode("definition")
        return try JSONCoding.decoder().decode(Definition.self, from: Data(text.utf8))
    }

    /// The columns `first_seen_at`, `last_seen_at` and `event_count`; `nil` where they are null.
    static func sightings(_ row: Row) throws -> Sightings? {
        guard let firstAt: Date = try row.decode("first_seen_at", as: Date?.self) else { return nil }
        return Sightings(
            firstAt: firstAt, lastAt: try row.decode("last_seen_at"), eventCount: try row.decode("event_count"))
    }
}
