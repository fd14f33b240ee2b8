import Contracts
import Foundation

/// From the bytes of a `RecordEvents` request to items, each of them an event or the reason why it is none.
enum BatchReader {
    /// - Throws: ``TrackingError/unreadable(_:)`` when the body as a whole is not a batch. A bad item is no
    ///   error.
    static func batch(_ body: Data, now: Date) throws(TrackingError) -> IncomingBatch {
        let tape = try JSONTape(body: body)
        guard tape.kind(JSONTape.root) == .object else {
            throw .unreadable("body: expected an object with events, got \(tape.words(JSONTape.root))")
        }
        var fields: [String: Int] = [:]
        for (name, value) in tape.members(JSONTape.root) where tape.kind(value) != .null {
            fields[name] = value
        }
        let reader = EventReader(
            tape: tape, source: try source(fields["source"], tape), now: now,
            clockBehind: try clockBehind(fields["sentAt"], tape, now: now))
        return IncomingBatch(
            isBackfill: try isBackfill(fields["backfill"], tape),
            items: try events(fields["events"], tape).map(reader.item))
    }

    private static func source(_ node: Int?, _ tape: JSONTape) throws(TrackingError) -> SourceID {
        guard let node else { return .api }
        do throws(EventProblem) {
            guard tape.kind(node) == .string else {
                throw EventProblem("source", expected: Words.expected(SourceID.self), got: tape.words(node))
            }
            return try Words.name(SourceID.self, tape.text(node), field: "source")
        } catch {
            throw .unreadable(error.description)
        }
    }

    private static func isBackfill(_ node: Int?, _ tape: JSONTape) throws(TrackingError) -> Bool {
        guard let node else { return false }
        switch tape.kind(node) {
        case .true: return true
        case .false: return false
        default: throw .unreadable("backfill: expected true or false, got \(tape.words(node))")
        }
    }

    /// Seconds that the sender's clock is behind ours, which it shows by saying when it sends; negative when ahead.
    private static func clockBehind(
        _ node: Int?, _ tape: JSONTape, now: Date
    ) throws(TrackingError) -> TimeInterval? {
        guard let node else { return nil }
        guard tape.kind(node) == .string, let sentAt = RFC3339.date(from: tape.text(node)) else {
            throw .unreadable(
                "sentAt: expected a time like 2026-11-23T10:15:30.123456Z, got \(tape.words(node))")
        }
        return now.timeIntervalSince(sentAt)
    }

    private static func events(_ node: Int?, _ tape: JSONTape) throws(TrackingError) -> [Int] {
        let expected = "an array of 1 to \(Words.count(RecordEvents.eventsMax)) events"
        guard let node else { throw .unreadable("events: expected \(expected), got nothing") }
        guard tape.kind(node) == .array else {
            throw .unreadable("events: expected \(expected), got \(tape.words(node))")
        }
        let elements = Array(tape.elements(node))
        guard (1...RecordEvents.eventsMax).contains(elements.count) else {
            throw .unreadable("events: expected \(expected), got \(Words.count(elements.count))")
        }
        return elements
    }
}
