import Contracts
import Foundation

/// What each indicator added to one score, in log-odds.
public struct Explanation: Sendable, Hashable {
    /// What the model says before it knows anything of the learner.
    public let baseline: Double
    /// One an ``Indicator``.
    public let contributions: [Double]

    public init(baseline: Double, contributions: [Double]) {
        self.baseline = baseline
        self.contributions = contributions
    }

    /// The log-odds of the score.
    public var logOdds: Double { contributions.reduce(baseline, +) }
}

/// Turns contributions into reasons that staff can read.
///
/// Many indicators tell of the same thing (active days in 7, 14, 28 days ...), and the model spreads its
/// weight over them. So a reason speaks for a whole family: its contribution is the family's sum, and its
/// value that of the family's strongest indicator of the same sign. With ``RiskPrediction/otherContribution``
/// and the baseline all still adds up.
public enum Reasons {
    public static let countMax = 8
    /// Less than this moves a score by half a point of 100 at most: not a reason.
    static let contributionMin = 0.02
    /// Active days a week gained or lost a week; less is called steady.
    static let trendMin = 0.1

    /// The reasons, strongest first, and what is left over.
    public static func codes(
        _ explanation: Explanation, vector: FeatureVector, cohort: CohortSummary?
    ) -> (reasons: [ReasonCode], other: Double) {
        var reasons: [ReasonCode] = []
        for family in IndicatorFamily.allCases where family != .time {
            let members = IndicatorCatalogue.all.filter { $0.family == family }
            let sum = members.reduce(0) { $0 + explanation.contributions[$1.indicator.rawValue] }
            guard abs(sum) >= contributionMin else { continue }
            guard let speaker = speaker(of: members, sign: sum, explanation, vector) else { continue }
            let value = vector[speaker.indicator]
            let norm = cohort?.norm(of: speaker.indicator)
            reasons.append(
                ReasonCode(
                    indicator: speaker.indicator.name, contribution: sum, value: value, norm: norm,
                    words: words(speaker, value: value, norm: norm)))
        }
        reasons.sort { abs($0.contribution) > abs($1.contribution) }
        reasons = Array(reasons.prefix(countMax))
        let told = reasons.reduce(0) { $0 + $1.contribution }
        return (reasons, explanation.logOdds - explanation.baseline - told)
    }

    private static func speaker(
        of members: [IndicatorDescription], sign: Double, _ explanation: Explanation, _ vector: FeatureVector
    ) -> IndicatorDescription? {
        members
            .filter { !vector[$0.indicator].isNaN }
            .max { left, right in
                let a = explanation.contributions[left.indicator.rawValue] * sign
                let b = explanation.contributions[right.indicator.rawValue] * sign
                return a < b
            }
    }

    /// A plain sentence, e.g. `Days since the last activity: 9; usual in the course: 2.`
    static func words(_ description: IndicatorDescription, value: Double, norm: Double?) -> String {
        if description.unit.hasPrefix("log") || ["deviations", "bits"].contains(description.unit) {
            return comparison(description, value: value, norm: norm)
        }
        if description.unit == "yes or no" {
            return "\(description.title): \(value >= 0.5 ? "yes" : "no")."
        }
        if [.slope4, .slope6].contains(description.indicator) {
            return "\(description.title): \(value < -trendMin ? "falling" : value > trendMin ? "rising" : "steady")."
        }
        let usual = norm.map { "; usual in the course: \(number($0, unit: description.unit))" } ?? ""
        return "\(description.title): \(number(value, unit: description.unit))\(usual)."
    }

    /// A number on a logarithmic scale means nothing to a reader; more or less than usual does.
    private static func comparison(_ description: IndicatorDescription, value: Double, norm: Double?)
        -> String
    {
        let title = description.title.replacingOccurrences(of: " (log scale)", with: "")
        guard let norm else { return "\(title): \(value < 0.5 ? "little" : "some")." }
        if abs(value - norm) < 0.05 * max(abs(norm), 1) { return "\(title): as usual in the course." }
        return "\(title): \(value < norm ? "less" : "more") than usual in the course."
    }

    private static func number(_ value: Double, unit: String) -> String {
        if unit.hasPrefix("share") { return "\(Int((value * 100).rounded())) %" }
        let tenths = (value * 10).rounded() / 10
        let text = tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
        return unit == "times" ? "\(text) times as long" : text
    }
}
