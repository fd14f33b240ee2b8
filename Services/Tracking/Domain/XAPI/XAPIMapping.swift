import Contracts
import Foundation

/// Which learning event a statement is, by the tables of `Mappings/xapi.json`.
///
/// Actors that are one Agent, doing something with an Activity, become events. A Group, a statement about a person or
/// about another statement, and one that voids, are kept as statements and are no event.
struct XAPIMapping: Decodable, Sendable {
    /// The source of every event that came as a statement: identifiers of Agents mean the same person wherever a
    /// statement comes from.
    static let source = SourceID(checked: "xapi")

    /// Verb IRIs to the verbs of events; other verbs go in as they are.
    let verbs: [String: Verb]
    /// Activity types to kinds; other types are `other`.
    let activityTypes: [String: ActivityKind]
    /// Types of activities that are a course run.
    let courseTypes: Set<String>
    /// Extensions of results that say how far somebody got, with the number that means all of it.
    let progressExtensions: [String: Double]

    /// - Throws: `DecodingError` when the tables are not what they should be, which stops the service.
    init(contentsOf file: URL) throws {
        self = try JSONCoding.decoder().decode(XAPIMapping.self, from: Data(contentsOf: file))
    }

    /// The statement as an event; nil when it is none.
    func event(_ statement: XAPIStatement, now: Date) -> IncomingEvent? {
        let view = statement.view
        guard !statement.isVoiding, let actor = view.member(statement.node, "actor"), !view.isGroup(actor),
            let learner = view.identifier(of: actor).flatMap(Self.learner),
            let object = view.member(statement.node, "object"), view.objectType(object) == "Activity",
            let iri = view.text(view.member(statement.node, "verb"), "id"), let verb = verbs[iri] ?? Verb(iri)
        else { return nil }
        let run = courseRun(view, statement.node)
        if run == nil, [.enrolled, .unenrolled].contains(verb) { return nil }
        let event = IncomingEvent(
            id: EventID(checked: statement.id.uuidString.lowercased()), source: Self.source, learner: learner,
            courseRun: run, verb: verb, activity: activity(view, object), result: result(view, statement.node),
            occurredAt: statement.timestamp ?? now, context: context(view, statement.node, verb: iri))
        do throws(EventProblem) {
            try event.checkTime(now: now)
        } catch {
            // A clock that is years off makes a valid statement, of which no timeline can make anything.
            return nil
        }
        return event
    }

    /// The identifier as the name of a learner; its hash where it is too long for one or has characters that no name
    /// has.
    private static func learner(_ identifier: String) -> ExternalLearnerID? {
        if identifier.utf8.count <= ExternalLearnerID.lengthMax, let name = ExternalLearnerID(identifier) {
            return name
        }
        return ExternalLearnerID("sha256 " + XAPIHash.hex(identifier))
    }

    // MARK: Course run and activity

    /// The course run: the nearest activity around the statement's object that is a course, or the object itself.
    private func courseRun(_ view: XAPIView, _ statement: Int) -> CourseRunID? {
        let around = view.contextActivities(statement).map(\.activity)
        let candidates = around + [view.member(statement, "object")].compactMap { $0 }
        for activity in candidates {
            guard let id = view.text(activity, "id") else { continue }
            if let type = view.text(view.member(activity, "definition"), "type"), courseTypes.contains(type) {
                return CourseRunID(Self.courseKey(in: id) ?? id)
            }
        }
        // Open edX writes the key of the course into the address of everything that belongs to it.
        return candidates.lazy.compactMap { view.text($0, "id").flatMap(Self.courseKey) }.first
            .flatMap { CourseRunID($0) }
    }

    /// `course-v1:org+course+run` out of an address, also one of a block.
    static func courseKey(in iri: String) -> String? {
        let plain = iri.removingPercentEncoding ?? iri
        if let course = plain.firstMatch(of: /course-v1:[^\/?#\s]+/) { return String(course.output) }
        guard let block = plain.firstMatch(of: /block-v1:([^\/?#\s+]+\+[^\/?#\s+]+\+[^\/?#\s+]+)\+type@/) else {
            return nil
        }
        return "course-v1:" + block.output.1
    }

    private func activity(_ view: XAPIView, _ object: Int) -> ActivityReference? {
        guard let id = view.text(object, "id").flatMap({ ActivityID($0) }) else { return nil }
        let definition = view.member(object, "definition")
        let kind = view.text(definition, "type").flatMap { activityTypes[$0] }
        // An interaction that says no type is a question all the same.
        let guess: ActivityKind = view.text(definition, "interactionType") == nil ? .other : .quiz
        return ActivityReference(id: id, kind: kind ?? guess)
    }

    // MARK: Result

    private func result(_ view: XAPIView, _ statement: Int) -> EventResult? {
        guard let result = view.member(statement, "result") else { return nil }
        let span = view.text(result, "duration").flatMap(XAPITime.span)?.exactSeconds
        let parts = EventResult(
            score: score(view, view.member(result, "score")), success: view.flag(result, "success"),
            completion: view.flag(result, "completion"),
            durationSeconds: span.flatMap { (0...TrackingLimits.durationSecondsMax).contains($0) ? $0 : nil })
        return parts == EventResult() ? nil : parts
    }

    /// 0...1: `scaled`, or `raw` between `min` (0 where there is none) and `max`.
    private func score(_ view: XAPIView, _ score: Int?) -> Double? {
        if let scaled = view.number(score, "scaled") { return max(0, scaled) }
        let low = view.number(score, "min") ?? 0
        guard let raw = view.number(score, "raw"), let high = view.number(score, "max"), high > low else {
            return nil
        }
        return min(1, max(0, (raw - low) / (high - low)))
    }

    // MARK: Context

    /// What the event keeps beside its fields.
    private struct Context: Encodable {
        var progress: Double?
        var registration: String?
        /// The verb's own IRI.
        var verb: String
    }

    private func context(_ view: XAPIView, _ statement: Int, verb: String) -> String? {
        let context = Context(
            progress: progress(view, statement),
            registration: view.text(view.member(statement, "context"), "registration"), verb: verb)
        do {
            let text = String(decoding: try JSONCoding.encoder().encode(context), as: UTF8.self)
            return text.utf8.count <= TrackingLimits.contextBytesMax ? text : nil
        } catch {
            // Two texts and a finite number always encode.
            return nil
        }
    }

    /// 0...1.
    private func progress(_ view: XAPIView, _ statement: Int) -> Double? {
        let extensions = view.member(view.member(statement, "result"), "extensions")
        for (iri, whole) in progressExtensions {
            if let value = view.number(extensions, iri), value.isFinite { return min(1, max(0, value / whole)) }
        }
        return nil
    }
}
