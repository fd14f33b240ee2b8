import Contracts
import Foundation

extension StudyRhythm {
    /// Habits out of sittings: when in the week they begin, how evenly they are spread (the entropy over 28 parts of
    /// the week, by what so few sittings could reach at most; after Boroujeni and others, How to Quantify Student's
    /// Regularity?, EC-TEL 2016), and how even the intervals between active days are (their
    /// quartile coefficient of dispersion: half of them may be one day each without making the rest even).
    ///
    /// - Parameters:
    ///   - sittings: When they began.
    ///   - activeDays: UTC days, oldest first.
    ///   - timeZone: IANA name; UTC where it is not known.
    /// - Returns: `nil` with fewer than ``TrackingLimits/patternSittingsMin``.
    init?(sittings: [Date], activeDays: [Int], timeZone: String) {
        guard sittings.count >= TrackingLimits.patternSittingsMin else { return nil }
        let zone = TimeZone(identifier: timeZone) ?? .gmt
        var hours = [Int](repeating: 0, count: 168)
        for sitting in sittings { hours[Self.hourOfWeek(sitting, zone)] += 1 }
        let parts = (0..<28).map { part in hours[part * 6..<part * 6 + 6].reduce(0, +) }
        let most = parts.indices.max { (parts[$0], $1) < (parts[$1], $0) } ?? 0
        let gaps = zip(activeDays, activeDays.dropFirst()).map { Double($1 - $0) }
        let quartiles = RobustStatistics.quartiles(gaps) ?? (0, 0, 0)
        let sum = quartiles.low + quartiles.high
        let variation = sum > 0 ? (quartiles.high - quartiles.low) / sum : 0
        self.init(
            timeZone: zone.identifier == "GMT" ? "UTC" : zone.identifier, sittings: sittings.count, hoursOfWeek: hours,
            peak: PeakTime(
                weekday: most / 4 + 1, partOfDay: PartOfDay.allCases[most % 4],
                share: Double(parts[most]) / Double(sittings.count)),
            entropy: Self.entropy(parts), intervalDays: quartiles.median,
            intervalVariation: InsightWords.rounded(variation),
            regularity: variation <= TrackingLimits.regularVariationMax
                ? .regular : variation >= TrackingLimits.irregularVariationMin ? .irregular : .mixed)
    }

    /// 0 for Monday midnight to 167, by the clock on the wall.
    private static func hourOfWeek(_ date: Date, _ zone: TimeZone) -> Int {
        let local = Int((date.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: date))).rounded(.down))
        // 1970-01-01 was a Thursday: three days into its week.
        let hour = (local >= 0 ? local : local - 3_599) / 3_600 + 72
        return ((hour % 168) + 168) % 168
    }

    private static func entropy(_ counts: [Int]) -> Double {
        let total = counts.reduce(0, +)
        let most = log(Double(min(total, counts.count)))
        guard most > 0 else { return 0 }
        let sum = counts.filter { $0 > 0 }.reduce(0.0) { sum, count in
            let share = Double(count) / Double(total)
            return sum - share * log(share)
        }
        return InsightWords.rounded(min(1, sum / most))
    }
}

/// Patterns in words.
enum PatternWords {
    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    static func sentence(
        _ mix: [MixShare], _ depth: DepthPattern, _ social: SocialBreadth, _ rhythm: StudyRhythm?,
        _ week: WeekComparison
    ) -> String {
        let parts = [when(rhythm), often(week), what(mix), deep(depth), with(social)].compactMap(\.self)
        guard let first = parts.first else { return "Nothing is known of how this learner studies." }
        return ([first.prefix(1).uppercased() + first.dropFirst()] + parts.dropFirst()).joined(separator: "; ") + "."
    }

    private static func when(_ rhythm: StudyRhythm?) -> String? {
        guard let rhythm else { return nil }
        let regularity: String =
            switch rhythm.regularity {
            case .regular: "regularly"
            case .mixed: "fairly regularly"
            case .irregular: "irregularly"
            }
        guard rhythm.peak.share >= TrackingLimits.peakShareMin else {
            return "studies \(regularity), at no particular time of the week"
        }
        return "studies \(regularity), most often on \(weekdays[rhythm.peak.weekday - 1]) "
            + "\(rhythm.peak.partOfDay.rawValue)s (\(InsightWords.percent(rhythm.peak.share)) of sittings)"
    }

    private static func often(_ week: WeekComparison) -> String? {
        let these = week.activeDays == 0 ? "not at all" : "on \(InsightWords.days(week.activeDays))"
        guard let usual = week.usualActiveDays else { return "in the last seven days \(these)" }
        let usually = usual == 0 ? "seldom" : "on \(InsightWords.number(usual)) days a week"
        var text = "usually \(usually), in the last seven days \(these)"
        if week.activeDays > 0, let z = week.robustZ, abs(z) >= TrackingLimits.weekZMin {
            text += z > 0 ? ", with far more than usual" : ", with far less than usual"
        }
        return text
    }

    private static func what(_ mix: [MixShare]) -> String? {
        mix.first.map { "mostly \($0.kind.rawValue) (\(InsightWords.percent($0.share)) of events)" }
    }

    private static func deep(_ depth: DepthPattern) -> String? {
        let all = depth.viewed + depth.interacted + depth.submitted + depth.completed
        guard all > 0 else { return nil }
        let own = depth.submitted + depth.completed
        let text = "handed in, answered or completed \(own) of \(InsightWords.counted(all, "activity", "activities"))"
        guard let percentile = depth.peerPercentile else { return text }
        return text + ", more than \(InsightWords.percent(percentile)) of the others"
    }

    private static func with(_ social: SocialBreadth) -> String? {
        switch social {
        case .alone: nil
        case .present: "reads along with others"
        case .takesPart: "takes part in forums"
        }
    }
}
