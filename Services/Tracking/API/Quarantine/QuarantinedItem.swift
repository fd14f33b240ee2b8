import Contracts
import Foundation

/// Reads a quarantined event anew, by the rules of any other event of its format.
struct QuarantinedItem: Sendable {
    let mappings: MappingFiles

    /// What a replay takes: the correction where there is one.
    func read(_ event: QuarantinedEvent, now: Date) -> IncomingItem {
        if let corrected = event.corrected {
            return read(corrected, format: event.correctedFormat, source: event.source, now: now)
        }
        return read(event.raw, format: event.format, source: event.source, now: now)
    }

    /// - Parameters:
    ///   - format: `nil` for our own.
    ///   - source: Under which it counts when it names none itself.
    func read(_ text: String, format: String?, source: SourceID, now: Date) -> IncomingItem {
        let bytes = Array(text.utf8)
        do throws(EventProblem) {
            let tape: JSONTape
            do throws(JSONSyntaxError) {
                tape = try JSONTape(Data(bytes), depthMax: TrackingLimits.bodyDepthMax)
            } catch {
                throw EventProblem("event", expected: "one JSON object", got: "a text that is none: \(error)")
            }
            guard let format else { return EventReader(tape: tape, source: source, now: now).item(JSONTape.root) }
            return try mapped(tape, format, source: source, now: now)
        } catch {
            return IncomingItem(source: source, id: nil, event: .failure(error), raw: RawSlice(bytes, bytes.indices))
        }
    }

    /// The record stands alone: what was around it when it came was not kept.
    private func mapped(
        _ tape: JSONTape, _ format: String, source: SourceID, now: Date
    ) throws(EventProblem) -> IncomingItem {
        guard let mapping = mappings.mappings[format] else {
            throw EventProblem("event", expected: "a mapping that reads \"\(format)\"", got: "none any more")
        }
        let outcome = mapping.read(JSONRecord(tape), EventMapping.Circumstances(source: source, receivedAt: now))
        switch outcome {
        case .item(let item): return item
        case .skipped(_, let because):
            throw EventProblem("event", expected: "a record with an event in it", got: "one to skip: \(because)")
        }
    }

    /// The fields in which an event differs from the one that holds its id, as far as their hashes tell.
    static func differences(_ sent: IncomingEvent, from held: QuarantineReads.Held) -> [FieldDifference] {
        let fields = EventContent(sent).differences(from: held.content)
        let stored = held.event.map { event in
            IncomingEvent(
                id: event.eventID, source: event.source, learner: sent.learner, courseRun: event.courseRun,
                verb: event.verb, activity: event.activity, result: event.result, occurredAt: event.occurredAt,
                context: held.context
            ).content
        }
        let sent = sent.content
        return IncomingEvent.contentFields.enumerated().filter { fields.contains($0.element) }.map { place, field in
            FieldDifference(field: field, sent: sent[place], stored: stored?[place])
        }
    }
}
