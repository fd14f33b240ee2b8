import Contracts
import Foundation

/// Reads the batches of a `RecordEventBatches` request as texts, with the parser that reads what is in them: a decoder
/// for every type takes as long over each as reading and checking its event does.
enum BatchesReader {
    /// - Throws: ``TrackingError/unreadable(_:)``; then the caller sends each batch by itself.
    static func batches(_ body: Data) throws(TrackingError) -> [RecordEventBatches.Batch] {
        let tape: JSONTape
        do {
            tape = try JSONTape(body, depthMax: TrackingLimits.bodyDepthMax)
        } catch {
            throw .unreadable("the body is not JSON that can be read: \(error)")
        }
        guard let list = field("batches", of: JSONTape.root, tape), tape.kind(list) == .array else {
            throw .unreadable("batches: expected an array, got \(tape.words(JSONTape.root))")
        }
        return try tape.elements(list).map { node throws(TrackingError) in
            guard let body = try text("body", of: node, tape) else {
                throw .unreadable("batches: expected objects with a body, got \(tape.words(node))")
            }
            return RecordEventBatches.Batch(body: body, traceparent: try text("traceparent", of: node, tape))
        }
    }

    private static func text(_ name: String, of node: Int, _ tape: JSONTape) throws(TrackingError) -> String? {
        guard let value = field(name, of: node, tape), tape.kind(value) != .null else { return nil }
        guard tape.kind(value) == .string else {
            throw .unreadable("\(name): expected a text, got \(tape.words(value))")
        }
        return tape.text(value)
    }

    private static func field(_ name: String, of node: Int, _ tape: JSONTape) -> Int? {
        guard tape.kind(node) == .object else { return nil }
        return tape.members(node).first { $0.name == name }?.value
    }
}
