import Contracts
import Foundation

/// From the bytes of a request to records, and what became of each.
extension EventMapping {
    /// Reads a document: one record, an array of them, one a line, or an envelope with the records inside.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` when the document as a whole is none. A bad record is no error.
    func read(_ body: Data, _ circumstances: Circumstances) throws(TrackingError) -> [Outcome] {
        let tape: JSONTape
        do {
            tape = try JSONTape(body: body)
        } catch {
            guard let outcomes = lines(body, circumstances) else { throw error }
            return try checked(outcomes)
        }
        let document = JSONRecord(tape)
        switch tape.kind(JSONTape.root) {
        case .array where envelope.isEmpty: return try list(document, "body", circumstances)
        case .object: return try object(document, circumstances)
        default:
            let expected = envelope.isEmpty ? "an object or an array of objects" : "an object"
            throw .unreadable("body: expected \(expected), got \(tape.words(JSONTape.root))")
        }
    }

    /// An envelope, or the one record of this document.
    private func object(_ document: JSONRecord, _ circumstances: Circumstances) throws(TrackingError)
        -> [Outcome]
    {
        for name in envelope {
            guard MappingPath(name).flatMap(document.value) != nil else {
                throw .unreadable("\(name): expected it in the envelope, got nothing")
            }
        }
        guard let records, let value = document.value(at: records) else {
            return [read(document, circumstances)]
        }
        guard case .part(let list) = value else {
            throw .unreadable("\(records.text): expected an array, got \(value.words)")
        }
        var circumstances = circumstances
        circumstances.envelope = document
        return try self.list(list, records.text, circumstances)
    }

    private func list(
        _ list: JSONRecord, _ field: String, _ circumstances: Circumstances
    ) throws(TrackingError) -> [Outcome] {
        guard list.tape.kind(list.node) == .array else {
            throw .unreadable("\(field): expected an array, got \(list.tape.words(list.node))")
        }
        return try checked(
            list.tape.elements(list.node).map { read(JSONRecord(list.tape, $0), circumstances) })
    }

    /// One record a line, each read on its own, so that a bad line fails alone. `nil` where no line is an object.
    private func lines(_ body: Data, _ circumstances: Circumstances) -> [Outcome]? {
        guard envelope.isEmpty else { return nil }
        var outcomes: [Outcome] = []
        var hasRecord = false
        for line in body.split(separator: UInt8(ascii: "\n")) {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            do throws(JSONSyntaxError) {
                let record = JSONRecord(try JSONTape(Data(line), depthMax: TrackingLimits.bodyDepthMax))
                hasRecord = hasRecord || record.tape.kind(record.node) == .object
                outcomes.append(read(record, circumstances))
            } catch {
                outcomes.append(unreadable(line, error, circumstances))
            }
        }
        return hasRecord ? outcomes : nil
    }

    private func unreadable(_ line: Data, _ error: JSONSyntaxError, _ circumstances: Circumstances) -> Outcome
    {
        // What is not UTF-8 cannot be kept as it is; where it was, the replacement character stands.
        let bytes = Array(String(decoding: line, as: UTF8.self).replacing("\0", with: "\u{FFFD}").utf8)
        let problem = EventProblem("line", expected: error.expected, got: error.got)
        return .item(
            IncomingItem(
                source: circumstances.source ?? source, id: nil, event: .failure(problem),
                raw: RawSlice(bytes, 0..<bytes.count)))
    }

    private func checked(_ outcomes: [Outcome]) throws(TrackingError) -> [Outcome] {
        guard (1...TrackingLimits.recordsMax).contains(outcomes.count) else {
            throw .unreadable(
                "\(records?.text ?? "body"): expected 1 to \(Words.count(TrackingLimits.recordsMax)) records, "
                    + "got \(Words.count(outcomes.count))")
        }
        return outcomes
    }
}
