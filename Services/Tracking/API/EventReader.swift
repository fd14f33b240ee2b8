import Contracts
import Foundation

/// Reads one event of a batch field by field, so that each refusal names its field.
///
/// Fields that it does not know are passed over; `null` is the same as leaving a field out.
struct EventReader {
    let tape: JSONTape
    let source: SourceID
    let now: Date
    /// Seconds that the sender's clock is behind ours; `nil` where it did not say, and then its times stand.
    var clockBehind: TimeInterval?

    func item(_ node: Int) -> IncomingItem {
        let raw = RawSlice(tape.bytes, tape.range(node))
        guard tape.kind(node) == .object else {
            let problem = EventProblem("event", expected: "an object", got: tape.words(node))
            return IncomingItem(source: source, id: nil, event: .failure(problem), raw: raw)
        }
        let fields = JSONFields<Field>(tape, node)
        let source = optional(try self.name(SourceID.self, fields, .source)) ?? source
        let id = optional(try self.name(EventID.self, fields, .id))
        let event: Result<IncomingEvent, EventProblem>
        do throws(EventProblem) {
            if let repeated = fields.repeated {
                throw EventProblem("\(repeated.name)", expected: "one value", got: "several")
            }
            try checkSize(node)
            event = .success(try self.event(fields))
        } catch {
            event = .failure(error)
        }
        return IncomingItem(source: source, id: id?.rawValue, event: event, raw: raw)
    }

    private typealias Fields = JSONFields<Field>

    private enum Field: Int, JSONField {
        case id, source, learner, courseRun, verb, activity, result, occurredAt, context

        static let names: [StaticString] = [
            "id", "source", "learner", "courseRun", "verb", "activity", "result", "occurredAt", "context",
        ]
    }

    private enum ActivityField: Int, JSONField {
        case id, kind

        static let names: [StaticString] = ["id", "kind"]
    }

    private enum ResultField: Int, JSONField {
        case count, score, success, completion, durationSeconds

        static let names: [StaticString] = ["count", "score", "success", "completion", "durationSeconds"]
    }

    /// The value where it can be read. Where it cannot, ``event(_:)`` says so in the item's own refusal.
    private func optional<Value>(_ read: @autoclosure () throws(EventProblem) -> Value?) -> Value? {
        do throws(EventProblem) { return try read() } catch { return nil }
    }

    private func checkSize(_ node: Int) throws(EventProblem) {
        let size = tape.range(node).count
        guard size <= TrackingLimits.eventBytesMax else {
            throw EventProblem(
                "event", expected: "at most \(Words.count(TrackingLimits.eventBytesMax)) bytes",
                got: "\(Words.count(size)) bytes")
        }
    }

    private func event(_ fields: Fields) throws(EventProblem) -> IncomingEvent {
        var event = IncomingEvent(
            id: try required(EventID.self, fields, .id),
            source: try name(SourceID.self, fields, .source) ?? source,
            learner: try required(ExternalLearnerID.self, fields, .learner),
            courseRun: try name(CourseRunID.self, fields, .courseRun),
            verb: try required(Verb.self, fields, .verb),
            activity: try activity(fields[.activity]),
            result: try result(fields[.result]),
            occurredAt: try instant(fields[.occurredAt]),
            context: try context(fields[.context]))
        if let clockBehind {
            event.statedAt = event.occurredAt
            event.occurredAt += clockBehind
        }
        try event.checkTime(now: now)
        if event.courseRun == nil, [.enrolled, .unenrolled].contains(event.verb) {
            throw EventProblem(
                "courseRun", expected: "the run that \"\(event.verb)\" is about", got: "nothing")
        }
        return event
    }

    // MARK: Names

    private func required<Name: CheckedName>(
        _ type: Name.Type, _ fields: Fields, _ field: Field
    ) throws(EventProblem) -> Name {
        guard let name = try name(type, fields, field) else {
            throw EventProblem("\(field.name)", expected: Words.expected(type), got: "nothing")
        }
        return name
    }

    private func name<Name: CheckedName>(
        _ type: Name.Type, _ fields: Fields, _ field: Field
    ) throws(EventProblem) -> Name? {
        guard let node = fields[field] else { return nil }
        return try name(type, node, field.name)
    }

    private func name<Name: CheckedName>(
        _ type: Name.Type, _ node: Int, _ field: StaticString
    ) throws(EventProblem) -> Name {
        guard tape.kind(node) == .string else {
            throw EventProblem("\(field)", expected: Words.expected(type), got: tape.words(node))
        }
        return try Words.name(type, tape.text(node), field: "\(field)")
    }

    // MARK: Parts

    private func activity(_ node: Int?) throws(EventProblem) -> ActivityReference? {
        guard let node else { return nil }
        let members: JSONFields<ActivityField> = try members(node, of: "activity")
        guard let id = members[.id] else {
            throw EventProblem("activity.id", expected: Words.expected(ActivityID.self), got: "nothing")
        }
        var kind = ActivityKind.other
        if let node = members[.kind] {
            guard tape.kind(node) == .string else {
                throw EventProblem("activity.kind", expected: "a text", got: tape.words(node))
            }
            kind = ActivityKind(rawValue: tape.text(node)) ?? .other
        }
        return ActivityReference(id: try name(ActivityID.self, id, "activity.id"), kind: kind)
    }

    private func result(_ node: Int?) throws(EventProblem) -> EventResult? {
        guard let node else { return nil }
        let members: JSONFields<ResultField> = try members(node, of: "result")
        let count = try number(
            members[.count], "result.count",
            "a whole number from 1 to \(Words.count(TrackingLimits.actionsMax))"
        ) { $0 == $0.rounded() && (1...Double(TrackingLimits.actionsMax)).contains($0) }
        return EventResult(
            score: try number(members[.score], "result.score", "a number from 0 to 1") {
                (0...1).contains($0)
            },
            success: try flag(members[.success], "result.success"),
            completion: try flag(members[.completion], "result.completion"),
            durationSeconds: try number(
                members[.durationSeconds], "result.durationSeconds", "a number from 0 to 86,400"
            ) { (0...TrackingLimits.durationSecondsMax).contains($0) },
            count: count.map { Int($0) })
    }

    private func members<Member>(
        _ node: Int, of field: String
    ) throws(EventProblem) -> JSONFields<Member> {
        guard tape.kind(node) == .object else {
            throw EventProblem(field, expected: "an object", got: tape.words(node))
        }
        return JSONFields(tape, node)
    }

    private func number(
        _ node: Int?, _ field: String, _ expected: String, _ accepts: (Double) -> Bool
    ) throws(EventProblem) -> Double? {
        guard let node else { return nil }
        guard tape.kind(node) == .number, accepts(tape.number(node)) else {
            throw EventProblem(field, expected: expected, got: tape.words(node))
        }
        return tape.number(node)
    }

    private func flag(_ node: Int?, _ field: String) throws(EventProblem) -> Bool? {
        guard let node else { return nil }
        switch tape.kind(node) {
        case .true: return true
        case .false: return false
        default: throw EventProblem(field, expected: "true or false", got: tape.words(node))
        }
    }

    private func instant(_ node: Int?) throws(EventProblem) -> Date {
        let expected = "a time like 2026-11-23T10:15:30.123456Z"
        guard let node else { throw EventProblem("occurredAt", expected: expected, got: "nothing") }
        guard tape.kind(node) == .string, let date = RFC3339.date(from: tape.text(node)) else {
            throw EventProblem("occurredAt", expected: expected, got: tape.words(node))
        }
        return date
    }

    private func context(_ node: Int?) throws(EventProblem) -> String? {
        guard let node else { return nil }
        guard tape.kind(node) == .object else {
            throw EventProblem("context", expected: "an object", got: tape.words(node))
        }
        let size = tape.range(node).count
        guard size <= TrackingLimits.contextBytesMax else {
            throw EventProblem(
                "context", expected: "at most \(Words.count(TrackingLimits.contextBytesMax)) bytes",
                got: "\(Words.count(size)) bytes")
        }
        let depth = tape.depth(node)
        guard depth <= TrackingLimits.contextDepthMax else {
            throw EventProblem(
                "context", expected: "at most \(TrackingLimits.contextDepthMax) levels", got: "\(depth)")
        }
        try checkNumbers(node)
        return tape.canonical(node)
    }

    /// A number that a `Double` cannot hold has no meaning, and some of them PostgreSQL's `jsonb` refuses,
    /// which would take the whole batch with it.
    private func checkNumbers(_ node: Int) throws(EventProblem) {
        for index in node..<tape.nodes[node].next where tape.kind(index) == .number {
            let value = tape.number(index)
            let isZero = !tape.bytes[tape.range(index)].prefix { $0 | 0x20 != UInt8(ascii: "e") }
                .contains { (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
            guard value.isFinite, value != 0 || isZero else {
                throw EventProblem(
                    "context", expected: "numbers between 1e-300 and 1e300 in size", got: tape.words(index))
            }
        }
    }
}
