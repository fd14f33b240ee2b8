import Contracts
import Foundation

/// Writes the body of `LearningEventRecorded` as JSON.
///
/// An encoder that works for every type takes far longer, and this is the one body that is written for each event
/// that comes in. A test holds that it reads back as what the encoder would have written.
enum EventBody {
    static func json(_ event: LearningEventRecorded) -> String {
        var text = ""
        text.reserveCapacity(420)
        text += "{"
        if let activity = event.activity {
            text += "\"activity\":{\"id\":"
            JSONTape.writeQuoted(activity.id.rawValue, to: &text)
            text += ",\"kind\":\"\(activity.kind.rawValue)\"},"
        }
        if let run = event.courseRun { member("courseRun", run.rawValue, to: &text) }
        member("eventID", event.eventID.rawValue, to: &text)
        text += event.isBackfill ? "\"isBackfill\":true," : "\"isBackfill\":false,"
        text += "\"learner\":\"\(event.learner)\","
        text += "\"occurredAt\":\"\(RFC3339.string(from: event.occurredAt))\","
        text += "\"receivedAt\":\"\(RFC3339.string(from: event.receivedAt))\","
        if let result = event.result { write(result, to: &text) }
        member("source", event.source.rawValue, to: &text)
        text += "\"verb\":"
        JSONTape.writeQuoted(event.verb.rawValue, to: &text)
        text += "}"
        return text
    }

    private static func member(_ name: String, _ value: String, to text: inout String) {
        text += "\"\(name)\":"
        JSONTape.writeQuoted(value, to: &text)
        text += ","
    }

    /// Numbers were checked to be finite when they came in, so their descriptions are JSON.
    private static func write(_ result: EventResult, to text: inout String) {
        var parts: [String] = []
        if let completion = result.completion { parts.append("\"completion\":\(completion)") }
        if let count = result.count { parts.append("\"count\":\(count)") }
        if let seconds = result.durationSeconds { parts.append("\"durationSeconds\":\(seconds)") }
        if let score = result.score { parts.append("\"score\":\(score)") }
        if let success = result.success { parts.append("\"success\":\(success)") }
        text += "\"result\":{\(parts.joined(separator: ","))},"
    }
}
