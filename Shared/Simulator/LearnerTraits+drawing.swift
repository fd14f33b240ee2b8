import Contracts
import Foundation

extension LearnerTraits {
    /// OULAD's shares of active days, relative to an even week.
    static let weekdays = OULADFigures.weekdayShare.map { $0 * 7 }

    /// Draws one learner. The order of the draws is part of the contract with every seed already in use.
    init(drawnFrom source: inout SplitMix64, by calibration: Calibration) {
        firstDay = source.chance(calibration.neverStarts) ? nil : Self.firstDay(&source)
        let standing = source.normal()
        activity = calibration.activityMean + calibration.activityDeviation * standing
        // Who comes often also does more when there.
        let clicksScore = 0.35 * standing + 0.94 * source.normal()
        clicks = calibration.clicksMedian * exp(calibration.clicksBetween * clicksScore)
        weekdayHabit = Self.weekdays.map { $0 * source.lognormal(median: 1, sigma: 0.25) }
        hourHabit = Self.hours(&source)
        preferences = Self.preferences(&source)
        let diligenceScore = 0.5 * standing + 0.87 * source.normal()
        diligence = 1 / (1 + exp(-(Self.logit(calibration.diligenceMean) + 0.9 * diligenceScore)))
        leadDays = 1.2 + 1.4 * source.normal() + 0.6 * diligenceScore
        ability = min(98, max(20, calibration.markMean + 14.5 * source.normal() + 4 * diligenceScore))
        hazard =
            calibration.hazardMedian
            * exp(calibration.hazardSpread * (0.9 * source.normal() - 0.45 * standing))
        exitStyle = source.chance(calibration.driftShare) ? .drift : .abrupt
        comeback = min(0.2, source.lognormal(median: calibration.comebackMedian, sigma: 0.7))
        let drawn = NudgeResponses(
            drawnFrom: &source, isSocial: (preferences["forum"] ?? 0) > 0.55, ability: ability)
        responses = calibration.responses ?? drawn
    }

    private static func logit(_ probability: Double) -> Double {
        log(probability / (1 - probability))
    }

    /// Four in ten look around in the two weeks before, most others begin in the first week, some in the
    /// third.
    private static func firstDay(_ source: inout SplitMix64) -> Int {
        switch source.uniform() {
        case ..<0.45: -13 + source.index(below: 6)
        case ..<0.80: -7 + source.index(below: 7)
        case ..<0.93: source.index(below: 7)
        default: 7 + source.index(below: 14)
        }
    }

    /// One or two times of the day, plus a little of everything outside the night.
    private static func hours(_ source: inout SplitMix64) -> [Double] {
        let favourites: [(hour: Double, share: Double)] = [
            (8, 0.18), (12.5, 0.17), (17, 0.15), (20, 0.38), (23, 0.12),
        ]
        let first = favourites[source.index(weights: favourites.map(\.share))].hour + source.normal()
        let second = favourites[source.index(weights: favourites.map(\.share))].hour + source.normal()
        let secondShare = source.uniform(0...0.6)
        return (0..<24).map { hour in
            let day = hour >= 7 && hour < 23 ? 0.06 : 0.004
            return day + bell(Double(hour), around: first) + secondShare * bell(Double(hour), around: second)
        }
    }

    private static func bell(_ hour: Double, around centre: Double) -> Double {
        let apart = abs(hour - centre).truncatingRemainder(dividingBy: 24)
        let distance = min(apart, 24 - apart)
        return exp(-distance * distance / 4.5)
    }

    private static func preferences(_ source: inout SplitMix64) -> [String: Double] {
        var weights: [String: Double] = [:]
        var sum = 0.0
        for (kind, share) in OULADFigures.clickShare {
            let weight = share * source.lognormal(median: 1, sigma: 0.45)
            weights[kind] = weight
            sum += weight
        }
        return weights.mapValues { $0 / sum }
    }
}

extension NudgeResponses {
    /// Four sorts of people: those whom a nudge helps, those whom it seldom does, those who never notice, and
    /// those whom it annoys. Invented; no published figure says how they are spread in a course.
    init(drawnFrom source: inout SplitMix64, isSocial: Bool, ability: Double) {
        let sort = source.index(weights: [0.35, 0.38, 0.17, 0.10])
        let strength: Double =
            switch sort {
            case 0: source.uniform(0.35...0.75)
            case 1: source.uniform(0.05...0.25)
            case 2: 0
            default: -source.uniform(0.05...0.20)
            }
        var effects: [String: Double] = [:]
        for kind in NudgeKind.allCases {
            let fit: Double =
                switch kind {
                case .smartReminder: 1
                case .microAssessment: 0.9
                case .peerChallenge: isSocial ? 1.25 : 0.6
                case .mentorConnection: ability < 70 ? 1.3 : 0.9
                case .kudos: 0.5
                case .planPrompt: 1.1
                }
            let noise = source.lognormal(median: 1, sigma: 0.2)
            effects[kind.rawValue] = min(0.95, max(-0.5, strength * fit * noise))
        }
        self.init(
            opens: source.uniform(0.55...0.98), effects: effects,
            delayHours: source.lognormal(median: 7, sigma: 0.8), fatigue: source.uniform(0.7...0.97),
            patience: source.uniform(0.94...0.99))
    }
}
