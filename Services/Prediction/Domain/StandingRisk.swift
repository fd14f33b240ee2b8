import Contracts
import Foundation

/// What stands about the risk of one enrollment between two scorings.
public struct StandingRisk: Hashable, Sendable {
    public var score: RiskScore?
    public var band: RiskBand?
    /// When the band was entered.
    public var bandSince: Date?
    public var abstention: Abstention?
    /// When it was last scored, in domain time; `nil` for never.
    public var scoredAt: Date?
    /// What others heard last.
    public var said: Said?

    /// What was said last.
    public struct Said: Hashable, Sendable {
        public var score: RiskScore?
        public var abstention: Abstention?
        public var on: EpochDay

        public init(score: RiskScore?, abstention: Abstention?, on: EpochDay) {
            self.score = score
            self.abstention = abstention
            self.on = on
        }
    }

    public init() {}

    /// The least change of a score that is worth saying again on the same day.
    public static let newsMin = 0.02

    /// The outcome of a scoring at `now`: either a score or the reason why there is none.
    ///
    /// - Parameter lastActive: The learner's last day with activity.
    /// - Returns: What stands from now on, and whether others should hear of it: when the band or the reason
    ///   changed, when the score moved by ``newsMin`` since it was last said, and with the first score of a
    ///   day.
    public func scored(
        _ outcome: Outcome, rules: BandRules, lastActive: EpochDay? = nil, now: Date
    ) -> (standing: StandingRisk, isNews: Bool) {
        var next = self
        // A clock that a simulation has not set yet may be ahead of the one that follows.
        next.scoredAt = max(now, scoredAt ?? now)
        switch outcome {
        case .abstention(let reason):
            next.score = nil
            next.band = nil
            next.bandSince = nil
            next.abstention = reason
        case .score(let score):
            next.score = score
            next.abstention = nil
            let band =
                if let band, let bandSince {
                    rules.band(of: score, standing: band, since: bandSince, lastActive: lastActive, now: now)
                } else {
                    rules.band(of: score)
                }
            if band != self.band { next.bandSince = now }
            next.band = band
        }
        let isNews = next.isNews(after: self, today: EpochDay(of: now))
        if isNews {
            next.said = Said(score: next.score, abstention: next.abstention, on: EpochDay(of: now))
        }
        return (next, isNews)
    }

    /// A score or the reason for none.
    public enum Outcome: Hashable, Sendable {
        case score(RiskScore)
        case abstention(Abstention)
    }

    private func isNews(after before: StandingRisk, today: EpochDay) -> Bool {
        guard let said = before.said else { return true }
        if band != before.band || abstention != said.abstention { return true }
        guard let score else { return false }
        guard let last = said.score, said.on == today else { return true }
        return abs(score.rawValue - last.rawValue) >= Self.newsMin
    }

    /// When the next scoring is due at the latest, without any event: at the next midnight, as long as days
    /// matter.
    public func dueAt(now: Date) -> Date? {
        switch abstention {
        case .notEnrolled, .runEnded: nil
        case .none, .tooNew, .tooLittleData, .dataGap, .runNotStarted: (EpochDay(of: now) + 1).start
        }
    }
}
