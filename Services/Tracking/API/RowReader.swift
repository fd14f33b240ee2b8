import Contracts
import Foundation

/// From lines with a JSON object each to what a mapping makes of them.
enum RowReader {
    /// One outcome a line that is not empty, in their order.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` when there are too many lines, or none. A bad line is no error.
    static func outcomes(
        of rows: String, by mapping: EventMapping, _ circumstances: EventMapping.Circumstances
    ) throws(TrackingError) -> [EventMapping.Outcome] {
        let lines = rows.utf8.split(separator: UInt8(ascii: "\n")).filter { line in
            line.contains { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        }
        guard (1...TrackingLimits.recordsMax).contains(lines.count) else {
            throw .unreadable(
                "rows: expected 1 to \(Words.count(TrackingLimits.recordsMax)) lines, got \(Words.count(lines.count))")
        }
        return lines.map { line in
            do throws(JSONSyntaxError) {
                let tape = try JSONTape(Data(line), depthMax: TrackingLimits.bodyDepthMax)
                return mapping.read(JSONRecord(tape), circumstances)
            } catch {
                return unreadable(line, error, source: circumstances.source ?? mapping.source)
            }
        }
    }

    private static func unreadable(
        _ line: Substring.UTF8View, _ error: JSONSyntaxError, source: SourceID
    ) -> EventMapping.Outcome {
        // A NUL cannot be kept; where one was, the replacement character stands.
        let bytes = Array(String(Substring(line)).replacing("\0", with: "\u{FFFD}").utf8)
        let problem = EventProblem("line", expected: error.expected, got: error.got)
        return .item(
            IncomingItem(source: source, id: nil, event: .failure(problem), raw: RawSlice(bytes, 0..<bytes.count)))
    }
}
