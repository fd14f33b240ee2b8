import Contracts
import Foundation

@testable import Nudging

/// Invented learners and a run for them; Bola drifts away.
enum People {
    static let bola = LearnerID(rawValue: NamedUUID.make("bola"))
    static let run = CourseRunID(checked: "DS-2026J")
    /// A Wednesday, noon UTC.
    static let noon = at("2026-11-18T12:00:00Z")

    static func at(_ text: String) -> Date {
        guard let date = RFC3339.date(from: text) else { preconditionFailure("\(text) is not a time") }
        return date
    }

    static func risk(_ band: RiskBand? = .high, of learner: LearnerID = bola, at scoredAt: Date = noon)
        -> RiskPrediction
    {
        RiskPrediction(
            learner: learner, courseRun: run, score: RiskScore(rawValue: 0.5), band: band, model: "test",
            scoredAt: scoredAt)
    }

    /// Bola was last seen nine days before noon, in a run that is in full swing.
    static func situation() -> LearnerSituation {
        LearnerSituation(
            run: .init(
                title: "Data Science", startsAt: at("2026-10-05T00:00:00Z"), endsAt: at("2026-12-28T00:00:00Z"),
                timeZone: "UTC", lastEventAt: at("2026-11-18T11:00:00Z"), learners: 200),
            lastActivityAt: at("2026-11-09T12:00:00Z"))
    }
}
