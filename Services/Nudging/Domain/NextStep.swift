import Contracts
import Foundation

/// The one concrete thing that a reminder points at: the next deadline of the run.
enum NextStep {
    /// Plain text by name for the template: `nextStep`, `dueIn`, `quietDays`, `nextStepURL`; only what is known.
    ///
    /// - Parameter courseURL: Where the course is, with `{courseRun}` for the run's id; empty for no link.
    static func parameters(for situation: LearnerSituation, courseRun: CourseRunID, courseURL: String, now: Date)
        -> [String: String]
    {
        var parameters: [String: String] = [:]
        let ahead = situation.run.assessments.filter { $0.dueAt > now }
        if let next = ahead.min(by: { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }) {
            parameters["nextStep"] = next.title
            parameters["dueIn"] = due(in: next.dueAt.timeIntervalSince(now))
        }
        if let last = situation.lastActivityAt {
            parameters["quietDays"] = String(max(0, Int(now.timeIntervalSince(last) / 86_400)))
        }
        if !courseURL.isEmpty {
            let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
            let run = courseRun.rawValue.addingPercentEncoding(withAllowedCharacters: allowed)
            parameters["nextStepURL"] = courseURL.replacingOccurrences(of: "{courseRun}", with: run ?? "")
        }
        return parameters
    }

    private static func due(in seconds: TimeInterval) -> String {
        let days = Int(seconds / 86_400)
        return days == 0 ? "today" : days == 1 ? "tomorrow" : "in \(days) days"
    }
}
