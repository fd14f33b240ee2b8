import Contracts
import Foundation

// What the public API says beyond the contracts' own types.

/// `GET /v1/status`.
struct StatusAnswer: Decodable {
    struct Service: Decodable {
        var name: String
        var ready: Bool
        /// `nil` while it does not answer.
        var startedAt: Date?
        var reasons: [String]?
        /// By stream: facts that it has not applied yet.
        var lag: [String: Int]?
        /// What it has yet to do of itself, e.g. learners to score or messages to send.
        var pending: Int?
    }

    var services: [Service]

    /// Why it is not quiet; `nil` when every service is ready and has heard all that was said.
    var unrest: String? {
        for service in services {
            if !service.ready {
                return "\(service.name) is not ready" + ((service.reasons?.first).map { " (\($0))" } ?? "")
            }
            if let behind = service.lag?.filter({ $0.value > 0 }).max(by: { $0.value < $1.value }) {
                return "\(service.name) is \(behind.value) facts behind on \(behind.key)"
            }
            if let pending = service.pending, pending > 0 {
                return "\(service.name) has \(pending) things to do"
            }
        }
        return nil
    }
}

/// `GET /v1/clock`. What is put there is a `SetClock.Request`.
struct ClockAnswer: Decodable {
    var now: Date
    var simulated: Bool
}

/// `PUT /v1/contacts`.
struct ContactsDraft: Encodable {
    struct Contact: Encodable {
        var source: SourceID
        var learner: ExternalLearnerID
        var name: String
        var email: String
        var locale: String
        var timeZone: String
    }

    var contacts: [Contact]
}

/// `GET /v1/overview`, as far as a simulation shows it.
struct OverviewAnswer: Decodable {
    var risk: GetRiskOverview.Response?

    /// Learners in the two upper bands; `nil` while Prediction cannot be asked.
    var atRisk: Int? {
        risk.map { ($0.bands[RiskBand.high.rawValue] ?? 0) + ($0.bands[RiskBand.critical.rawValue] ?? 0) }
    }
}

/// `GET /v1/learners/{id}`, as far as it says who that is.
struct LearnerAnswer: Decodable {
    var identities: [LearnerIdentity]
}

/// `GET /v1/dead-letters`.
struct DeadLettersAnswer: Decodable {
    struct Entry: Decodable {
        var service: String
        var letter: DeadLetter

        private enum Key: CodingKey { case service }

        init(from decoder: any Decoder) throws {
            service = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .service)
            letter = try DeadLetter(from: decoder)
        }
    }

    var deadLetters: [Entry]
}
