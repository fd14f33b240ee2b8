import Contracts
import Foundation
import Testing

@testable import Tracking

/// What counts as unusual. Pure: days, hand-ins and time are arguments.
@Suite struct AnomalyRulesTests {
    private let key = StudyKey(
        tenant: .standard, learner: LearnerID(rawValue: UUID()), courseRun: CourseRunID(checked: "run"))
    private let monday = 20_780

    private func learner(_ number: Int) -> LearnerID {
        LearnerID(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number))))
    }

    private func profile(_ days: [Int: Int]) -> StudyProfile {
        StudyProfile(
            key: key, days: days, lastActivityAt: days.keys.max().map { UTCDay.start(of: $0).addingTimeInterval(43_200) })
    }

    /// Every second day for eight weeks, ending on the day before ``monday``.
    private var steady: [Int: Int] {
        Dictionary(uniqueKeysWithValues: stride(from: monday - 56, to: monday, by: 2).map { ($0, 20 + $0 % 5) })
    }

    // MARK: Bursts

    @Test func `a day of ten times the usual is a burst, a day of three times is not`() throws {
        var days = steady
        days[monday] = 230
        let finding = try #require(BurstRule.finding(profile(days), on: monday))
        #expect(finding.words == "230 actions on 2026-11-23, 10 times the usual day of 22.")
        #expect(finding.evidence.first == AnomalyFigure("actions", 230))
        days[monday] = 66
        #expect(BurstRule.finding(profile(days), on: monday) == nil)
    }

    @Test func `without ten days to compare with no day is a burst`() {
        var days = steady.filter { $0.key > monday - 20 }
        days[monday] = 900
        #expect(BurstRule.finding(profile(days), on: monday) == nil)
    }

    // MARK: Silence

    private func run(breaks: [CalendarBreak] = []) -> CourseRunDefinition {
        CourseRunDefinition(
            id: CourseRunID(checked: "run"), title: "Run", startsAt: UTCDay.start(of: monday - 70),
            endsAt: UTCDay.start(of: monday + 70), breaks: breaks)
    }

    @Test func `who came every second day is missed after nine days, and not before`() throws {
        let rule = try #require(SilenceRule(profile(steady), days: StudyDays(run())))
        let wanted = try #require(rule.daysWanted)
        #expect((8...12).contains(wanted))
        let dueAt = try #require(rule.dueAt)
        #expect(rule.finding(at: dueAt.addingTimeInterval(-1)) == nil)
        let finding = try #require(rule.finding(at: dueAt))
        #expect(finding.words.hasPrefix("Nothing since 2026-11-21, \(wanted) study days; before, active on 3.5 days of 7"))
    }

    @Test func `days off and quiet sources are no silence`() throws {
        let pause = CalendarBreak(
            title: "Reading week", startsAt: UTCDay.start(of: monday), endsAt: UTCDay.start(of: monday + 14))
        let plain = try #require(SilenceRule(profile(steady), days: StudyDays(run()))?.dueAt)
        let later = try #require(SilenceRule(profile(steady), days: StudyDays(run(breaks: [pause])))?.dueAt)
        #expect(later == plain.addingTimeInterval(14 * 86_400))
        func due(_ holidays: [Holiday], _ plan: LearnerPlan?, _ gaps: [UncountedTime.Span]) -> Date? {
            let days = StudyDays(run(), holidays: holidays, plan: plan, gaps: UncountedTime(gaps))
            return SilenceRule(profile(steady), days: days)?.dueAt
        }
        let (from, until) = (UTCDay.start(of: monday), UTCDay.start(of: monday + 3))
        #expect(due([], nil, [.init(from: from, until: until)]) == plain.addingTimeInterval(3 * 86_400))
        var plan = LearnerPlan()
        plan.pauses = [.init(from: from, until: until)]
        #expect(due([], plan, []) == plain.addingTimeInterval(3 * 86_400))
        let feast = Holiday(title: "Feast", startsOn: "2026-11-23", endsOn: "2026-11-24")
        #expect(due([feast], nil, []) == plain.addingTimeInterval(2 * 86_400))
        // While a source is silent nobody can say when it will have been too long.
        #expect(due([], nil, [.init(from: from, until: nil)]) == nil)
    }

    @Test func `who never came regularly cannot fall silent suddenly`() {
        let rare = Dictionary(uniqueKeysWithValues: stride(from: monday - 56, to: monday, by: 9).map { ($0, 20) })
        #expect(SilenceRule(profile(rare), days: StudyDays(nil)) == nil)
        #expect(SilenceRule(profile([monday: 5]), days: StudyDays(nil)) == nil)
    }

    // MARK: Level

    @Test func `weeks on another level are a shift, a quiet week of the whole course is none`() throws {
        var days: [Int: Int] = [:]
        let last = UTCWeek.number(ofDay: monday)
        for week in last - 11...last {
            for day in UTCWeek.days(of: week).prefix(4) { days[day] = week > last - 3 ? 4 : 25 + week % 3 }
        }
        let usual = Dictionary(uniqueKeysWithValues: (last - 12...last).map { ($0, 60.0) })
        let finding = try #require(LevelShiftRule.finding(profile(days), through: last, usual: usual))
        #expect(finding.words.contains("times less a week than in the weeks before"))
        #expect(finding.firstAt == UTCWeek.start(of: last - 2))
        let together = usual.merging((last - 2...last).map { ($0, 9.0) }, uniquingKeysWith: { $1 })
        #expect(LevelShiftRule.finding(profile(days), through: last, usual: together) == nil)
    }

    // MARK: Speed

    private func recent(_ count: Int, every seconds: Double, coarse: Bool = false) -> [RecentEvent] {
        (0..<count).map { number in
            let at = coarse ? 0 : Int64(Double(number) * seconds * 1_000_000)
            return RecentEvent(at: at, mark: Int32(number) << 1)
        }
    }

    @Test func `twenty pages in eight seconds is no person, one every three seconds may be, a coarse clock says nothing`() {
        let finding = SpeedRule.finding(recent(20, every: 0.4), learner: key.learner)
        #expect(finding?.words == "15 different activities opened within 5.6 seconds, on 1970-01-01.")
        #expect(SpeedRule.finding(recent(20, every: 3), learner: key.learner) == nil)
        #expect(SpeedRule.finding(recent(20, every: 0, coarse: true), learner: key.learner) == nil)
    }

    // MARK: Copying

    private func handIns(_ activities: Int, gap: (Int) -> Double) -> [CourseSurvey.HandIn] {
        (0..<activities).flatMap { activity -> [CourseSurvey.HandIn] in
            let id = ActivityID(checked: "quiz-\(activity)")
            let base = UTCDay.start(of: monday + activity)
            let others = (3..<30).map { number in
                CourseSurvey.HandIn(
                    learner: learner(number), activity: id,
                    at: base.addingTimeInterval(Double((number * 7_919 + activity * 104_729) % 80_000)))
            }
            let first = base.addingTimeInterval(30_000)
            return others + [
                CourseSurvey.HandIn(learner: learner(1), activity: id, at: first),
                CourseSurvey.HandIn(learner: learner(2), activity: id, at: first.addingTimeInterval(gap(activity))),
            ]
        }
    }

    @Test func `two who hand in six things seconds apart are said once, with how unlikely it is`() throws {
        let findings = CopyingRule.findings(handIns(6) { 10 + Double($0) })
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(Set([finding.learner, finding.otherLearner]) == [learner(1), learner(2)])
        #expect(finding.learner == learner(2), "who comes second is the one in question")
        #expect(finding.words.contains("6 of 6 things that both handed in"))
        #expect(finding.words.contains("always the same one first"))
    }

    @Test func `twice together, or minutes apart, or in a rush, is chance`() {
        #expect(CopyingRule.findings(handIns(6) { $0 < 2 ? 10 : 4_000 }).isEmpty)
        #expect(CopyingRule.findings(handIns(6) { _ in 300 }).isEmpty)
        // Everybody within four minutes of the bell.
        var generator = SplitMix(seed: 12)
        let rush = (0..<6).flatMap { activity in
            (1..<40).map { number in
                CourseSurvey.HandIn(
                    learner: learner(number), activity: ActivityID(checked: "exam-\(activity)"),
                    at: UTCDay.start(of: monday + activity)
                        .addingTimeInterval(Double(generator.next() % 240_000) / 1_000))
            }
        }
        #expect(CopyingRule.findings(rush).isEmpty)
    }

    // MARK: Figures

    @Test func `chances are put together by Fisher's method`() {
        // The product of two even chances is below 0.01 with probability 0.01 · (1 + ln 100).
        #expect(abs(exp(CopyingRule.logFisher(log(0.01), of: 2)) - 0.056_052) < 1e-6)
        #expect(CopyingRule.logFisher(log(0.3), of: 1) == log(0.3))
        #expect(CopyingRule.logFisher(0, of: 4) == 0)
    }

    @Test func `the tail of Poisson's law is what tables say`() {
        #expect(abs(RobustStatistics.poissonTail(3, mean: 1) - 0.080_301) < 1e-6)
        #expect(abs(RobustStatistics.poissonTail(10, mean: 4) - 0.008_132) < 1e-6)
        #expect(RobustStatistics.poissonTail(0, mean: 4) == 1)
        #expect(RobustStatistics.poissonTail(80, mean: 4) < 1e-60)
        #expect(RobustStatistics.centre([1, 2, 3, 4, 100])?.median == 3)
    }
}
