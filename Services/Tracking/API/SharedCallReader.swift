import Contracts
import Foundation

/// From the bytes of a `RecordEventBatches` request, which many senders share, to the body that each of them sent, by
/// the parser that reads these bodies, too: a decoder for every type takes longer.
enum SharedCallReader {
    private enum Field: Int, JSONField {
        case batches
        static let names: [StaticString] = ["batches"]
    }

    private enum BatchField: Int, JSONField {
        case body, traceparent
        static let names: [StaticString] = ["body", "traceparent"]
    }

    /// - Throws: ``TrackingError/unreadable(_:)``; then the caller sends each batch by itself.
    static func batches(_ body: Data) throws(TrackingError) -> [RecordEventBatches.Batch] {
        let tape = try JSONTape(body: body)
        guard tape.kind(JSONTape.root) == .object else {
            throw .unreadable("body: expected an object with batches, got \(tape.words(JSONTape.root))")
        }
        let list = JSONFields<Field>(tape, JSONTape.root)[.batches]
        guard let list, tape.kind(list) == .array else {
            throw .unreadable("batches: expected an array, got \(list.map(tape.words) ?? "nothing")")
        }
        return try tape.elements(list).map { node throws(TrackingError) in try batch(node, tape) }
    }

    private static func batch(_ node: Int, _ tape: JSONTape) throws(TrackingError) -> RecordEventBatches.Batch {
        guard tape.kind(node) == .object else {
            throw .unreadable("batches: expected objects, got \(tape.words(node))")
        }
        let fields = JSONFields<BatchField>(tape, node)
        func text(_ field: BatchField) throws(TrackingError) -> String? {
            guard let value = fields[field] else { return nil }
            guard tape.kind(value) == .string else {
                throw .unreadable("batches.\(field): expected a text, got \(tape.words(value))")
            }
            return tape.text(value)
        }
        guard let body = try text(.body) else { throw .unreadable("batches.body: expected a text, got nothing") }
        return RecordEventBatches.Batch(body: body, traceparent: try text(.traceparent))
    }
}
