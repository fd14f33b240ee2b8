import Contracts
import Foundation

/// How far an import of some files came, so that the next one goes on there.
struct ImportState: Codable, Equatable {
    static let versionNow = 1

    /// One file: enough to see that it is still the same one.
    struct Progress: Codable, Equatable {
        var bytes: Int
        /// Rows from the beginning that were answered, good or bad.
        var rowsDone: Int
        var tally: ImportTally
    }

    var version = versionNow
    var format: String
    /// By path.
    var files: [String: Progress] = [:]

    /// `nil` when there is no such file.
    static func read(_ path: String) throws -> ImportState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let state = try JSONCoding.decoder().decode(
                ImportState.self, from: Data(contentsOf: URL(filePath: path)))
            guard state.version == versionNow else {
                throw ImportError("\(path) has version \(state.version); this program reads version \(versionNow)")
            }
            return state
        } catch let error as DecodingError {
            throw ImportError("\(path) is not the state of an import: \(error)")
        }
    }

    /// Writes whole or not at all.
    func write(_ path: String) throws {
        try JSONCoding.encoder().encode(self).write(to: URL(filePath: path), options: .atomic)
    }
}

/// What became of rows.
struct ImportTally: Codable, Equatable, Sendable {
    var accepted = 0
    /// Sent before; nothing was changed.
    var duplicate = 0
    /// Another row was sent before under the same id.
    var conflict = 0
    /// Could not be read as events; kept in quarantine.
    var quarantined = 0
    /// No events, by the mapping's word.
    var skipped = 0
    /// Could not even be sent.
    var unreadable = 0

    var rows: Int { accepted + duplicate + conflict + quarantined + skipped + unreadable }
    var refused: Int { conflict + quarantined + unreadable }

    static func + (left: ImportTally, right: ImportTally) -> ImportTally {
        ImportTally(
            accepted: left.accepted + right.accepted, duplicate: left.duplicate + right.duplicate,
            conflict: left.conflict + right.conflict, quarantined: left.quarantined + right.quarantined,
            skipped: left.skipped + right.skipped, unreadable: left.unreadable + right.unreadable)
    }

    /// - Parameter isDryRun: Whether nothing was written.
    func lines(isDryRun: Bool) -> [String] {
        let first = isDryRun ? "would be taken in, or are there already" : "events taken in"
        let all: [(Int, String)] = [
            (accepted, first), (duplicate, "were there already"), (conflict, "differ from what was sent before"),
            (quarantined, isDryRun ? "would be refused" : "refused and kept in quarantine"),
            (skipped, "are no events, says the mapping"), (unreadable, "could not be read at all"),
        ]
        return ["\(rows.grouped) rows"] + all.filter { $0.0 > 0 }.map { "  \($0.0.grouped) \($0.1)" }
    }
}
