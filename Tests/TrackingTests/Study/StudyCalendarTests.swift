import Contracts
import Foundation
import Testing

@testable import Tracking

/// When learners are expected to study. Pure.
@Suite struct StudyCalendarTests {
    static let zones = [
        "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu",
        "Pacific/Apia", "Atlantic/Azores", "America/Havana", "Asia/Beirut",
    ]

    private func date(_ text: String) -> Date { RFC3339.date(from: text) ?? .distantPast }

    private func run(
        _ zone: String = "UTC", breaks: [(String, String)] = [], weekdays: [Int] = []
    ) -> RunCalendar {
        RunCalendar(
            CourseRunDefinition(
                id: CourseRunID(checked: "run"), title: "Run", startsAt: date("2026-09-07T00:00:00Z"),
                endsAt: date("2026-12-19T00:00:00Z"), timeZone: zone,
                breaks: breaks.map {
                    CalendarBreak(title: "Break", startsAt: date($0.0), endsAt: date($0.1))
                }, studyWeekdays: weekdays))
    }

    private func days(_ calendar: StudyCalendar, from: String, until: String) throws -> [Bool] {
        let (first, last) = (try #require(LocalDay.number(of: from)), try #require(LocalDay.number(of: until)))
        return (first...last).map(calendar.isExpected)
    }

    @Test func `where nothing is declared every day counts and a week has seven`() throws {
        let noon = date("2026-10-01T12:00:00Z")
        #expect(StudyCalendar.everyDay.weekSeconds == 604_800)
        #expect(StudyCalendar.everyDay.slippingAt(after: noon) == noon.addingTimeInterval(7 * 86_400))
        #expect(StudyCalendar.everyDay.dormantAt(after: noon) == noon.addingTimeInterval(21 * 86_400))
    }

    @Test func `a holiday of two weeks adds nothing to inactivity`() throws {
        let last = date("2026-10-14T10:00:00Z")
        let plain = StudyCalendar(run: run(), holidays: [], plan: nil)
        let resting = StudyCalendar(
            run: run(breaks: [("2026-10-17T00:00:00Z", "2026-10-31T00:00:00Z")]), holidays: [], plan: nil)
        let holidays = StudyCalendar(
            run: run(), holidays: [Holiday(title: "Autumn", startsOn: "2026-10-17", endsOn: "2026-10-30")],
            plan: nil)
        let twoWeeks = 14.0 * 86_400
        #expect(resting.slippingAt(after: last) == plain.slippingAt(after: last)?.addingTimeInterval(twoWeeks))
        #expect(resting.dormantAt(after: last) == plain.dormantAt(after: last)?.addingTimeInterval(twoWeeks))
        #expect(holidays == resting)
        let inside = date("2026-10-20T10:00:00Z")
        #expect(resting.slippingAt(after: inside) == date("2026-11-07T00:00:00Z"))
    }

    @Test func `a learner's own pause adds nothing either, and two that overlap count once`() throws {
        var plan = LearnerPlan()
        let learner = LearnerID(rawValue: UUID())
        for (from, until) in [("2026-10-10T12:00:00Z", "2026-10-13T12:00:00Z"), ("2026-10-12T00:00:00Z", "2026-10-15T12:00:00Z")] {
            plan.take(
                .pause(
                    LearnerPauseChanged(
                        learner: learner, from: date(from), until: date(until), changedAt: .distantPast)))
        }
        let calendar = StudyCalendar(run: nil, holidays: [], plan: plan)
        #expect(calendar.off == [date("2026-10-10T12:00:00Z")..<date("2026-10-15T12:00:00Z")])
        #expect(calendar.slippingAt(after: date("2026-10-08T00:00:00Z")) == date("2026-10-20T00:00:00Z"))
        plan.take(
            .pause(
                LearnerPauseChanged(
                    learner: learner, from: date("2026-10-12T00:00:00Z"), until: date("2026-10-12T00:00:00Z"),
                    changedAt: .distantPast)))
        #expect(plan.pauses.count == 1)
    }

    @Test func `outside a run nothing is expected`() throws {
        let calendar = StudyCalendar(run: run(), holidays: [], plan: nil)
        #expect(calendar.slippingAt(after: date("2026-08-01T00:00:00Z")) == date("2026-09-14T00:00:00Z"))
        #expect(calendar.slippingAt(after: date("2026-12-13T00:00:00Z")) == nil)
        #expect(calendar.dormantAt(after: date("2026-12-01T00:00:00Z")) == nil)
        #expect(try days(calendar, from: "2026-09-05", until: "2026-09-08") == [false, false, true, true])
        #expect(try days(calendar, from: "2026-12-17", until: "2026-12-20") == [true, true, false, false])
    }

    @Test func `few weekdays make a week as long as any other, and free days in it change nothing`() throws {
        // 2026-10-06 is a Tuesday.
        let tuesday = date("2026-10-06T10:00:00Z")
        for weekdays in [[2], [1, 2, 3, 4, 5], [2, 4], []] {
            let calendar = StudyCalendar(run: run(weekdays: weekdays), holidays: [], plan: nil)
            #expect(calendar.slippingAt(after: tuesday) == tuesday.addingTimeInterval(7 * 86_400), "\(weekdays)")
            #expect(calendar.dormantAt(after: tuesday) == tuesday.addingTimeInterval(21 * 86_400), "\(weekdays)")
        }
        let working = StudyCalendar(
            run: run(breaks: [("2026-10-10T00:00:00Z", "2026-10-12T00:00:00Z")], weekdays: [1, 2, 3, 4, 5]),
            holidays: [], plan: nil)
        #expect(working.slippingAt(after: tuesday) == tuesday.addingTimeInterval(7 * 86_400))
    }

    @Test func `the learner's own weekdays come before the run's`() throws {
        var plan = LearnerPlan()
        plan.studyWeekdays = [6, 7]
        let calendar = StudyCalendar(run: run(weekdays: [1, 2]), holidays: [], plan: plan)
        #expect(calendar.weekdays == [6, 7])
        #expect(
            try days(calendar, from: "2026-10-05", until: "2026-10-11") == [
                false, false, false, false, false, true, true,
            ])
    }

    @Test("the time until slipping never shrinks when a break is added", arguments: zones)
    func monotone(zone: String) throws {
        var generator = SplitMix(seed: 31)
        let start = date("2026-09-07T00:00:00Z")
        for _ in 0..<100 {
            let from = start.addingTimeInterval(Double(generator.next() % 8_000_000))
            let pause = start.addingTimeInterval(Double(generator.next() % 8_000_000))
            let without = StudyCalendar(run: run(zone, weekdays: [1, 3, 5]), holidays: [], plan: nil)
            var plan = LearnerPlan()
            plan.pauses = [.init(from: pause, until: pause.addingTimeInterval(Double(generator.next() % 2_000_000)))]
            let with = StudyCalendar(run: run(zone, weekdays: [1, 3, 5]), holidays: [], plan: plan)
            guard let earlier = without.slippingAt(after: from) else { continue }
            #expect(earlier > from)
            if let later = with.slippingAt(after: from) { #expect(later >= earlier) }
        }
    }

    @Test("days of a zone follow each other without a gap across every change of its clocks", arguments: zones)
    func localDays(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        for day in 19_700..<22_300 {
            let (start, end) = (LocalDay.start(of: day, in: zone), LocalDay.start(of: day + 1, in: zone))
            #expect((22.5...25.5).contains(end.timeIntervalSince(start) / 3_600), "\(name) \(LocalDay.text(of: day))")
            #expect(LocalDay.number(of: start, in: zone) == day)
            #expect(LocalDay.number(of: start.addingTimeInterval(-1), in: zone) == day - 1)
            #expect(LocalDay.number(of: end.addingTimeInterval(-1), in: zone) == day)
        }
        #expect(LocalDay.weekday(of: try #require(LocalDay.number(of: "2026-11-26"))) == 4)
        #expect(LocalDay.number(of: "2026-02-30") == nil)
        #expect(LocalDay.number(of: "26-11-2026") == nil)
    }
}
