import Contracts
import Foundation

/// Writes the body of `LearningEventRecorded` as JSON.
///
/// An encoder that works for every type takes far longer, and this is the one body that is written for each event
/// that comes in. A test holds that it reads back as what the encoder would have written.
enum EventBody {
    static func json(_ event: LearningEventRecorded) -> String {
        var json = JSONWriter(capacity: 420)
        json.raw("{")
        if let activity = event.activity {
            json.raw("\"activity\":{\"id\":")
            json.quoted(activity.id.rawValue)
            json.raw(",\"kind\":\"")
            json.raw(activity.kind.rawValue)
            json.raw("\"},")
        }
        if let run = event.courseRun {
            json.raw("\"courseRun\":")
            json.quoted(run.rawValue)
            json.raw(",")
        }
        json.raw("\"eventID\":")
        json.quoted(event.eventID.rawValue)
        json.raw(event.isBackfill ? ",\"isBackfill\":true,\"learner\":\"" : ",\"isBackfill\":false,\"learner\":\"")
        json.raw(event.learner.description)
        json.raw("\",\"occurredAt\":\"")
        json.raw(RFC3339.string(from: event.occurredAt))
        json.raw("\",\"receivedAt\":\"")
        json.raw(RFC3339.string(from: event.receivedAt))
        json.raw("\",")
        if let result = event.result { write(result, to: &json) }
        json.raw("\"source\":")
        json.quoted(event.source.rawValue)
        json.raw(",\"verb\":")
        json.quoted(event.verb.rawValue)
        json.raw("}")
        return json.text
    }

    /// Numbers were checked to be finite when they came in, so their descriptions are JSON.
    private static func write(_ result: EventResult, to json: inout JSONWriter) {
        var parts: [String] = []
        if let completion = result.completion { parts.append("\"completion\":\(completion)") }
        if let count = result.count { parts.append("\"count\":\(count)") }
        if let seconds = result.durationSeconds { parts.append("\"durationSeconds\":\(seconds)") }
        if let score = result.score { parts.append("\"score\":\(score)") }
        if let success = result.success { parts.append("\"success\":\(success)") }
        json.raw("\"result\":{")
        json.raw(parts.joined(separator: ","))
        json.raw("},")
    }
}
