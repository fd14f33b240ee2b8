import Foundation

/// A time in which a source that feeds a course run was silent.
public struct DataGapSpan: Hashable, Sendable {
    public let silentSince: Date
    /// `nil` while it lasts.
    public let closedAt: Date?

    public init(silentSince: Date, closedAt: Date?) {
        self.silentSince = silentSince
        self.closedAt = closedAt
    }
}

/// Days of a course run of which a data gap took so much that they say nothing of those who were not heard.
///
///     days     1   2   3   4   5   6   7
///     heard    ●   ●   ○   ▒   ▒   ○   ●        ▒ gap days: they count for those who were active in them,
///     age      4   3   2   –   –   1   0          and for nobody else; there they are cut out of the calendar
///
/// While a gap lasts, learners are judged as of the last day before it: nothing that they may have left undone
/// since then can raise their risk.
public struct GapDays: Hashable, Sendable {
    /// Hours that a gap must take of a day before the day says nothing: a night without a source, or an hour's
    /// outage, leaves enough of it.
    public static let hoursMin = 4.0

    public static let none = GapDays([], now: .distantPast)

    /// Ascending, each once.
    private let days: [EpochDay]
    /// Whether one of the gaps lasts.
    public let isOpen: Bool

    public init(_ gaps: [DataGapSpan], now: Date) {
        var taken: [Int: Double] = [:]
        for gap in gaps {
            let end = min(gap.closedAt ?? now, now)
            guard gap.silentSince < end else { continue }
            for number in EpochDay(of: gap.silentSince).number...EpochDay(of: end).number {
                let day = EpochDay(number)
                let from = max(day.start, gap.silentSince)
                taken[number, default: 0] += max(0, min((day + 1).start, end).timeIntervalSince(from))
            }
        }
        days = taken.filter { $0.value >= Self.hoursMin * 3_600 }.keys.sorted().map(EpochDay.init(_:))
        isOpen = gaps.contains { $0.closedAt == nil && $0.silentSince < now }
    }

    public func contains(_ day: EpochDay) -> Bool {
        days.contains(day)
    }

    /// Gap days from `first` through `last` on which the learner was not active.
    func silent(from first: EpochDay, through last: EpochDay, in state: EnrollmentState) -> Int {
        guard !days.isEmpty else { return 0 }
        return days.count { day in
            day >= first && day <= last && state.lastActiveDay(asOf: day) != day
        }
    }
}
