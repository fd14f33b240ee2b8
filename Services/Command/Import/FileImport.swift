import Contracts
import Foundation

/// Brings one file in: reads rows, posts them in batches, notes what was refused and how far it came.
struct FileImport {
    let path: String
    let poster: RowPoster
    let dropped: Set<String>
    let joins: [Join]
    /// After how many rows it ends; `nil` for all.
    let rowsMax: Int?

    private struct Pending {
        var rows: [ImportRow] = []
        var bytes = 0
    }

    /// - Parameters:
    ///   - progress: Where an earlier import stopped; its rows are read and not posted.
    ///   - errors: Gets what is refused.
    ///   - note: Called with the state after every few batches, all rows of which were answered.
    func run(
        from progress: ImportState.Progress?, errors: RowErrors, note: (ImportState.Progress) throws -> Void
    ) async throws -> ImportState.Progress {
        var reader = try RowReader(path, dropping: dropped, joins: joins)
        var state = ImportState.Progress(bytes: reader.source.fileBytes, rowsDone: 0, tally: ImportTally())
        if let progress {
            guard progress.bytes == state.bytes else {
                throw ImportError(
                    "\(path) has \(state.bytes.grouped) bytes, and had \(progress.bytes.grouped) when its import "
                        + "was stopped: import it without --resume, what is there already is recognised")
            }
            state = progress
        }
        let began = ContinuousClock.now
        let before = state.rowsDone
        var read = 0
        var batches: [Pending] = [Pending()]
        while read < rowsMax ?? .max, let rows = try reader.next() {
            for row in rows where read < rowsMax ?? .max {
                read += 1
                guard read > before else { continue }
                Self.add(row, to: &batches)
            }
            while batches.count > RowPoster.batchesAtOnce {
                try await post(Array(batches.prefix(RowPoster.batchesAtOnce)), &state, errors)
                batches.removeFirst(RowPoster.batchesAtOnce)
                try note(state)
                show(state, reader, rowsSince: state.rowsDone - before, began)
            }
            try Task.checkCancellation()
        }
        try await post(batches.filter { !$0.rows.isEmpty }, &state, errors)
        try note(state)
        Terminal.note("\(path): \(state.rowsDone.grouped) rows in \(began.duration(to: .now).clockText)")
        return state
    }

    private static func add(_ row: ImportRow, to batches: inout [Pending]) {
        let size = if case .success(let text) = row.content { text.utf8.count + 1 } else { 0 }
        let last = batches[batches.count - 1]
        if last.rows.count == RowPoster.batchRows || (!last.rows.isEmpty && last.bytes + size > RowPoster.batchBytes) {
            batches.append(Pending())
        }
        batches[batches.count - 1].rows.append(row)
        batches[batches.count - 1].bytes += size
    }

    private func post(_ batches: [Pending], _ state: inout ImportState.Progress, _ errors: RowErrors) async throws {
        let texts = batches.map { batch in
            batch.rows.compactMap { if case .success(let text) = $0.content { text } else { nil } }
        }
        let posted = texts.filter { !$0.isEmpty }
        var receipts = try await poster.post(posted).makeIterator()
        for (batch, texts) in zip(batches, texts) {
            var answers = (texts.isEmpty ? [] : receipts.next() ?? []).makeIterator()
            for row in batch.rows { try settle(row, &answers, &state, errors) }
        }
    }

    private func settle(
        _ row: ImportRow, _ answers: inout IndexingIterator<[RowReceipt]>, _ state: inout ImportState.Progress,
        _ errors: RowErrors
    ) throws {
        state.rowsDone += 1
        switch row.content {
        case .failure(let problem):
            state.tally.unreadable += 1
            try errors.add(.init(file: path, line: row.line, column: problem.column, reason: problem.reason))
        case .success:
            guard let receipt = answers.next() else { return }
            state.tally.add(receipt.status)
            guard [.conflict, .quarantined].contains(receipt.status) else { return }
            let (column, reason) = Self.parts(receipt.reason ?? "")
            try errors.add(.init(file: path, line: row.line, column: column, reason: reason))
        }
    }

    /// A refusal begins with the field that it is about: `Time: expected a time like ...`.
    private static func parts(_ sentence: String) -> (column: String, reason: String) {
        guard let colon = sentence.firstRange(of: ": expected ") else { return ("", sentence) }
        return (String(sentence[..<colon.lowerBound]), "expected " + sentence[colon.upperBound...])
    }

    private func show(
        _ state: ImportState.Progress, _ reader: RowReader, rowsSince: Int, _ began: ContinuousClock.Instant
    ) {
        let seconds = max(0.001, began.duration(to: .now).seconds)
        let share = min(1, Double(reader.source.position) / Double(max(1, reader.source.fileBytes)))
        Terminal.progress(
            ProgressBar.line(
                name: (path as NSString).lastPathComponent, share: share, rows: state.rowsDone,
                rowsPerSecond: Double(rowsSince) / seconds, refused: state.tally.refused))
    }
}

/// How far an import is, on one line.
enum ProgressBar {
    static let width = 24

    static func line(name: String, share: Double, rows: Int, rowsPerSecond: Double, refused: Int) -> String {
        let filled = Int((share * Double(width)).rounded(.down))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "\(name) \(bar) \(Int(share * 100)) %  \(rows.grouped) rows, \(Int(rowsPerSecond).grouped) a second"
            + (refused > 0 ? ", \(refused.grouped) refused" : "")
    }
}

extension ImportTally {
    mutating func add(_ status: RowStatus) {
        switch status {
        case .accepted: accepted += 1
        case .duplicate: duplicate += 1
        case .conflict: conflict += 1
        case .quarantined: quarantined += 1
        case .skipped: skipped += 1
        }
    }
}
