import Contracts
import Foundation

/// The figures of ``OULADFigures``, counted in the same way on a cohort's events.
///
/// Add all events of the first twelve weeks, in any order, then read.
public struct CohortFigures: Sendable {
    private struct Day: Sendable {
        var clicks = 0
        var activities: Set<ActivityID> = []
    }

    private struct Record: Sendable {
        var days: [Int: Day] = [:]
        var withdrawnDay = Int.max
        var submitted: Set<ActivityID> = []

        func isActive(_ days: Range<Int>) -> Bool {
            self.days.keys.contains { days.contains($0) }
        }
    }

    private let plan: CoursePlan
    private var records: [Record]
    private var marks: [Double] = []
    private var clicksByKind: [String: Int] = [:]
    private let lastDay: Int

    public init(learners: Int, plan: CoursePlan) {
        self.plan = plan
        records = Array(repeating: Record(), count: learners)
        lastDay = min(plan.weeks, OULADFigures.weeks) * 7
    }

    public mutating func add(_ events: [SimulatedEvent]) {
        for event in events { add(event) }
    }

    private mutating func add(_ event: SimulatedEvent) {
        // The learner's days are counted from the run's first instant, like OULAD's whole days.
        let since = event.draft.occurredAt.timeIntervalSince(plan.startsAt)
        let day = Int((since / 86_400).rounded(.down))
        let learner = event.learner
        switch event.draft.verb {
        case .enrolled: break
        case .unenrolled: records[learner].withdrawnDay = day
        case .marked: marks.append((event.draft.result?.score ?? 0) * 100)
        case .submitted:
            if let activity = event.draft.activity { records[learner].submitted.insert(activity.id) }
        default:
            guard let activity = event.draft.activity else { return }
            records[learner].days[day, default: Day()].clicks += 1
            records[learner].days[day, default: Day()].activities.insert(activity.id)
            if let kind = activity.kind { clicksByKind[kind.rawValue, default: 0] += 1 }
        }
    }

    // MARK: Figures

    private var base: [Record] { records.filter { $0.withdrawnDay >= 0 } }
    private var weeks: Int { lastDay / 7 }

    public var neverStartedShare: Double {
        share(base) { !$0.isActive(0..<lastDay) }
    }

    public var withdrawnShare: Double {
        share(base) { $0.withdrawnDay < lastDay }
    }

    public var activeShareByWeek: [Double] {
        (0..<weeks).map { week in share(base) { $0.isActive(week * 7..<week * 7 + 7) } }
    }

    private var activeDaysInActiveWeeks: [Int] {
        base.flatMap { record in
            (0..<weeks).map { week in record.days.keys.filter { (week * 7..<week * 7 + 7).contains($0) }.count
            }
        }.filter { $0 > 0 }
    }

    public var activeDaysShare: [Double] {
        let counts = activeDaysInActiveWeeks
        return (1...7).map { days in share(counts) { $0 == days } }
    }

    public var activeDaysMean: Double { mean(activeDaysInActiveWeeks.map(Double.init)) }

    public var activeDaysPercentiles: [Double] {
        percentiles(
            base.map { record in Double(record.days.keys.filter { (0..<lastDay).contains($0) }.count) })
    }

    private var activeDays: [Day] {
        base.flatMap { record in record.days.filter { (0..<lastDay).contains($0.key) }.map(\.value) }
    }

    public var clicksPercentiles: [Double] { percentiles(activeDays.map { Double($0.clicks) }) }
    public var clicksMean: Double { mean(activeDays.map { Double($0.clicks) }) }
    public var activitiesMean: Double { mean(activeDays.map { Double($0.activities.count) }) }

    public var weekdayShare: [Double] {
        let weekdays = base.flatMap { record in
            record.days.keys.filter { (0..<lastDay).contains($0) }.map { (plan.startsOn + $0).weekday }
        }
        return (0..<7).map { weekday in share(weekdays) { $0 == weekday } }
    }

    public var activeAfterActiveShare: Double { persistence(whenActive: true) }
    public var activeAfterInactiveShare: Double { persistence(whenActive: false) }

    private func persistence(whenActive: Bool) -> Double {
        let pairs = base.flatMap { record in
            (0..<max(weeks - 1, 0)).filter { record.withdrawnDay > 7 * $0 + 14 }.map { week in
                (record.isActive(week * 7..<week * 7 + 7), record.isActive(week * 7 + 7..<week * 7 + 14))
            }
        }
        return share(pairs.filter { $0.0 == whenActive }) { $0.1 }
    }

    public var dropOffShareByWeek: [Double] {
        stride(from: 0, through: lastDay - 14, by: 7).map { share(dropOffs(at: $0)) { $0 } }
    }

    public var dropOffShare: Double {
        share(stride(from: 0, through: lastDay - 14, by: 7).flatMap(dropOffs)) { $0 }
    }

    /// Target t2 of the benchmark at one checkpoint, for each learner whom it asks about.
    private func dropOffs(at day: Int) -> [Bool] {
        base.filter { $0.withdrawnDay > day && $0.isActive(day - 13..<day + 1) }
            .map { !$0.isActive(day + 1..<day + 15) || $0.withdrawnDay <= day + 14 }
    }

    public var returnShare: Double {
        var silences = 0
        var returns = 0
        for record in base {
            let days = record.days.keys.filter { (0..<lastDay).contains($0) }.sorted()
            let ended = zip(days, days.dropFirst()).filter { $1 - $0 > 14 }.count
            let last = days.last.map { lastDay - $0 > 14 } ?? false
            silences += ended + (last ? 1 : 0)
            returns += ended
        }
        return silences == 0 ? 0 : Double(returns) / Double(silences)
    }

    public var submittedShare: Double { submissions { _, _ in true } }

    public var submittedWhenActiveShare: Double {
        submissions { record, due in record.isActive(due - 13..<due + 1) }
    }

    private func submissions(_ isCounted: (Record, Int) -> Bool) -> Double {
        // The last days' deadlines still have late ones to come.
        let due = plan.assessments.filter { $0.dueDay < lastDay - 3 }
        let pairs = due.flatMap { assessment in
            base.filter { $0.withdrawnDay > assessment.dueDay && isCounted($0, assessment.dueDay) }
                .map { $0.submitted.contains(assessment.id) }
        }
        return share(pairs) { $0 }
    }

    public var markMean: Double { mean(marks) }

    public var markDeviation: Double {
        let mean = markMean
        return self.mean(marks.map { ($0 - mean) * ($0 - mean) }).squareRoot()
    }

    public func clickShare(of kind: String) -> Double {
        Double(clicksByKind[kind] ?? 0) / Double(max(clicksByKind.values.reduce(0, +), 1))
    }

    // MARK: Counting

    private func share<Element>(_ all: [Element], _ isCounted: (Element) -> Bool) -> Double {
        all.isEmpty ? 0 : Double(all.filter(isCounted).count) / Double(all.count)
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private func percentiles(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return [] }
        return [0.1, 0.25, 0.5, 0.75, 0.9].map { sorted[Int($0 * Double(sorted.count - 1))] }
    }
}
