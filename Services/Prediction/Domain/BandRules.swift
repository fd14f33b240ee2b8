import Contracts
import Foundation

/// When a score is called low, moderate, high or critical, and how slow a band is to fall.
///
///     score   0 ───── moderate ───── high ───── critical ───── 1
///     up      at once, when the score reaches the bound
///     down    when the score is `margin` below the bound it came over, and the band has stood for `dwell` or the
///             learner was active since it was entered
///
/// So a score that trembles around a bound does not flap, a learner who slips is seen at once, and so is one who
/// returns.
public struct BandRules: Codable, Sendable, Hashable {
    /// The least score of each band, rising.
    public var moderate: Double
    public var high: Double
    public var critical: Double
    /// How far below its bound a score must fall before the band follows.
    public var margin: Double
    /// How long a band stands at least before it falls, in hours of domain time.
    public var dwellHours: Double

    public static let standard = BandRules(
        moderate: 0.20, high: 0.40, critical: 0.70, margin: 0.04, dwellHours: 24)

    public init(moderate: Double, high: Double, critical: Double, margin: Double, dwellHours: Double) {
        self.moderate = moderate
        self.high = high
        self.critical = critical
        self.margin = margin
        self.dwellHours = dwellHours
    }

    /// The band of a score that had none before.
    public func band(of score: RiskScore) -> RiskBand {
        band(of: score.rawValue, marginBelow: 0)
    }

    /// The band that follows `standing`, which has stood since `since`.
    ///
    /// - Parameter lastActive: The learner's last day with activity. A band that was entered on it or before does not
    ///   have to stand its time: what somebody did is no tremble of the score.
    public func band(
        of score: RiskScore, standing: RiskBand, since: Date, lastActive: EpochDay? = nil, now: Date
    ) -> RiskBand {
        let entered = band(of: score)
        guard entered < standing else { return entered }
        let hasActed = lastActive.map { $0 >= EpochDay(of: since) } ?? false
        guard hasActed || now.timeIntervalSince(since) >= dwellHours * 3_600 else { return standing }
        return min(standing, band(of: score.rawValue, marginBelow: margin))
    }

    private func band(of score: Double, marginBelow margin: Double) -> RiskBand {
        switch score {
        case (critical - margin)...: .critical
        case (high - margin)...: .high
        case (moderate - margin)...: .moderate
        default: .low
        }
    }
}
