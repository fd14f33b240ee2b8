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
            parameters["dueIn"] = due(at: next.dueAt, now: now, timeZone: situation.run.timeZone)
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

    /// By the days of the run's own calendar: what is due at nine tomorrow is not due today, however few hours that is.
    private static func due(at dueAt: Date, now: Date, timeZone: String) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: timeZone) ?? .gmt
        let (today, day) = (calendar.startOfDay(for: now), calendar.startOfDay(for: dueAt))
        let days = calendar.dateComponents([.day], from: today, to: day).day ?? 0
        return days == 0 ? "today" : days == 1 ? "tomorrow" : "in \(days) days"
    }
}
