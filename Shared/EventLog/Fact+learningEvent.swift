import Contracts
import Foundation

extension LoggedFact {
    /// The body of a `LearningEventRecorded`.
    ///
    /// The same as `decode()`, for the one fact of which there are more than of all others together: members are found
    /// in one pass, and only those that there are are read. Whatever is not plainly as Tracking writes it goes the
    /// ordinary way, which also says what is wrong with it. A test holds that both read the same. It is read once,
    /// however many hear it.
    ///
    /// - Throws: `DecodingError` when the body is not one.
    public func learningEvent() throws -> LearningEventRecorded {
        try reading.learningEvent {
            try plainLearningEvent() ?? decode(LearningEventRecorded.self)
        }
    }

    private func plainLearningEvent() -> LearningEventRecorded? {
        guard let members = JSONMembers(Array(body.utf8)),
            let source = members.text("source").flatMap(SourceID.init(rawValue:)),
            let eventID = members.text("eventID").flatMap(EventID.init(rawValue:)),
            let learner = members.text("learner").flatMap(LearnerID.init),
            let verb = members.text("verb").flatMap(Verb.init(rawValue:)),
            let occurredAt = members.text("occurredAt").flatMap(RFC3339.date(from:)),
            let receivedAt = members.text("receivedAt").flatMap(RFC3339.date(from:)),
            let isBackfill = members.flag("isBackfill")
        else { return nil }
        var event = LearningEventRecorded(
            source: source, eventID: eventID, learner: learner, verb: verb, occurredAt: occurredAt,
            receivedAt: receivedAt, isBackfill: isBackfill)
        if members.has("courseRun") {
            guard let run = members.text("courseRun").flatMap(CourseRunID.init(rawValue:)) else { return nil }
            event.courseRun = run
        }
        if members.has("activity") {
            guard let reference = members.object("activity").flatMap(Self.activity) else { return nil }
            event.activity = reference
        }
        // Rare, and made of many kinds of values.
        guard !members.has("result") else { return nil }
        return event
    }

    private static func activity(_ members: JSONMembers) -> ActivityReference? {
        guard let id = members.text("id").flatMap(ActivityID.init(rawValue:)),
            let kind = members.text("kind").flatMap(ActivityKind.init(rawValue:))
        else { return nil }
        return ActivityReference(id: id, kind: kind)
    }
}
