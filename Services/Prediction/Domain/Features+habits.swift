import Contracts
import Foundation

// Indicators that hold the learner against their own past.
extension Features {
    static func addBaseline(to vector: inout FeatureVector, _ window: ActivityWindow) {
        let weeks = window.weeks(limit: 60)
        if let thisWeek = weeks.first {
            vector[.ownWeekMean] = weeks.reduce(0, +) / Double(weeks.count)
            vector[.emptyWeekShare] = Double(weeks.count { $0 == 0 }) / Double(weeks.count)
            vector[.emptyWeekRun] = Double(weeks.prefix { $0 == 0 }.count)
            vector[.largestDrop] = zip(weeks, weeks.dropFirst()).map { $1 - $0 }.max().map { max($0, 0) } ?? 0
            let earlier = weeks.dropFirst()
            if earlier.count >= 2 {
                let mean = earlier.reduce(0, +) / Double(earlier.count)
                let spread = earlier.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(earlier.count)
                // Half a day is added to the spread: two equal weeks must not make every change a wonder.
                vector[.ownWeekDeviation] = (thisWeek - mean) / (spread.squareRoot() + 0.5)
            }
        }
        guard let pause = window.ages.last else { return }
        let gaps = window.gaps
        guard !gaps.isEmpty else { return }
        let mean = Double(gaps.reduce(0, +)) / Double(gaps.count)
        vector[.gapAgainstMean] = Double(pause) / mean
        // Half a pause on either side keeps the first few pauses from deciding alone.
        vector[.gapPercentile] = (Double(gaps.count { $0 < pause }) + 0.5) / Double(gaps.count + 1)
    }

    static func addRegularity(to vector: inout FeatureVector, _ window: ActivityWindow) {
        let gaps = window.gaps
        if !gaps.isEmpty {
            let mean = Double(gaps.reduce(0, +)) / Double(gaps.count)
            let spread =
                gaps.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(gaps.count)
            vector[.meanGap] = mean
            vector[.gapDeviation] = spread.squareRoot()
            vector[.longestGap] = Double(gaps.max() ?? 0)
        }
        vector[.longestGap28] = longestPause(window, last: 28)
        vector[.weekdayEntropy] = weekdayEntropy(window)
        (vector[.streak], vector[.longestStreak]) = streaks(window)
    }

    /// The longest run of days without activity among the last `length`, the pause up to now counted.
    private static func longestPause(_ window: ActivityWindow, last length: Int) -> Double {
        let span = min(length, window.tenure)
        var longest = 0
        var newest = -1
        for age in window.ages.reversed() where age < span {
            longest = max(longest, age - newest - 1)
            newest = age
        }
        return Double(max(longest, span - newest - 1))
    }

    /// Entropy in bits of the weekday of active days: 0 when always the same, 2.8 when spread evenly.
    private static func weekdayEntropy(_ window: ActivityWindow) -> Double {
        var counts = [Double](repeating: 0, count: 7)
        for day in window.days { counts[((day.day.number % 7) + 7) % 7] += 1 }
        let total = counts.reduce(0, +)
        guard total > 0 else { return .nan }
        return counts.reduce(0) { $1 > 0 ? $0 - $1 / total * log2($1 / total) : $0 }
    }

    private static func streaks(_ window: ActivityWindow) -> (now: Double, longest: Double) {
        var longest = 0
        var current = 0
        var before: Int?
        for age in window.ages {
            current = before == age + 1 ? current + 1 : 1
            longest = max(longest, current)
            before = age
        }
        return (before == 0 ? Double(current) : 0, Double(longest))
    }

    static func addContent(to vector: inout FeatureVector, _ window: ActivityWindow) {
        var totals = [Int](repeating: 0, count: StudyKind.allCases.count)
        var newest = [Int?](repeating: nil, count: StudyKind.allCases.count)
        var recent = [Int](repeating: 0, count: StudyKind.allCases.count)
        for (index, day) in window.days.enumerated() {
            let age = window.ages[index]
            for kind in StudyKind.allCases where day[kind] > 0 {
                totals[kind.rawValue] += day[kind]
                newest[kind.rawValue] = age
                if age < 28 { recent[kind.rawValue] += 1 }
            }
        }
        let since: [(StudyKind, Indicator)] = [
            (.content, .daysSinceContent), (.navigation, .daysSinceNavigation), (.link, .daysSinceLink),
            (.forum, .daysSinceForum), (.live, .daysSinceLive), (.quiz, .daysSinceQuiz),
        ]
        for (kind, indicator) in since {
            if let age = newest[kind.rawValue] { vector[indicator] = Double(age) }
        }
        vector[.kinds14] = Double(newest.count { ($0 ?? .max) < 14 })
        vector[.quizDays28] = Double(recent[StudyKind.quiz.rawValue])
        vector[.contentDays28] = Double(recent[StudyKind.content.rawValue])
        vector[.forumDays28] = Double(recent[StudyKind.forum.rawValue])
        let all = Double(totals.reduce(0, +))
        guard all > 0 else { return }
        vector[.contentShare] = Double(totals[StudyKind.content.rawValue]) / all
        vector[.navigationShare] = Double(totals[StudyKind.navigation.rawValue]) / all
        vector[.forumShare] = Double(totals[StudyKind.forum.rawValue]) / all
        vector[.quizShare] = Double(totals[StudyKind.quiz.rawValue]) / all
    }
}
