import Contracts
import Foundation
import Testing

@testable import Tracking

/// Calendars on their way from the doors to states, on real PostgreSQL.
@Suite struct CalendarProjectionTests {
    private let run = CourseRunID(checked: "run")
    private func day(_ number: Double) -> Date { TrackingStack.start.addingTimeInterval(number * 86_400) }

    private func declare(_ stack: TrackingStack, breaks: [(Double, Double)], until end: Double = 90) async throws {
        _ = try await stack.call(
            TrackingRPC.setCourseRun,
            .init(
                courseRun: CourseRunDefinition(
                    id: run, title: "Run", startsAt: day(-30), endsAt: day(end),
                    breaks: breaks.map { CalendarBreak(title: "Break", startsAt: day($0.0), endsAt: day($0.1)) })))
    }

    /// Five days of study up to day 4, then nothing.
    private func studied() async throws -> TrackingStack {
        let stack = try await TrackingStack.make()
        for number in 0..<5 {
            stack.clock.set(now: day(Double(number)), rate: 0)
            try await stack.record([.test("e\(number)", day: Double(number))])
            try await stack.project()
        }
        return stack
    }

    private func states(_ stack: TrackingStack, through last: Int) async throws -> [(LearnerState, Double)] {
        for number in 5...last {
            stack.clock.set(now: day(Double(number)), rate: 0)
            try await stack.project()
            try await stack.sweep()
        }
        return try await stack.said(LearnerStateChanged.self).map {
            ($0.to, $0.changedAt.timeIntervalSince(TrackingStack.start) / 86_400)
        }
    }

    @Test func `a holiday of two weeks adds nothing to inactivity`() async throws {
        let stack = try await studied()
        try await declare(stack, breaks: [(6, 20)])
        let said = try await states(stack, through: 45)
        #expect(said.map(\.0) == [.onboarding, .active, .slipping, .dormant])
        #expect(said.map(\.1) == [0, 7, 25, 39])
    }

    @Test func `the tenant's holidays and the learner's own pause do the same`() async throws {
        let stack = try await studied()
        let texts = [6.0, 12].map { LocalDay.text(of: UTCDay.number(of: day($0))) }
        _ = try await stack.call(
            TrackingRPC.setHolidays, .init(holidays: [Holiday(title: "Rest", startsOn: texts[0], endsOn: texts[1])]))
        let holidayEnd = LocalDay.start(of: UTCDay.number(of: day(13)), in: .gmt)
        let ada = try await stack.learner("ada")
        _ = try await stack.call(
            TrackingRPC.setPause, .init(learner: ada, from: holidayEnd, until: holidayEnd.addingTimeInterval(7 * 86_400)))
        let said = try await states(stack, through: 45)
        #expect(said.map(\.0) == [.onboarding, .active, .slipping, .dormant])
        #expect(said.map(\.1) == [0, 7, 25, 39])
        let plan = try await stack.call(TrackingRPC.getStudyPlan, .init(learner: ada))
        #expect(plan.pauses.map(\.from) == [holidayEnd])
        #expect(try await stack.call(TrackingRPC.listHolidays, Empty()).holidays.map(\.title) == ["Rest"])
    }

    @Test func `a break that is declared after somebody slipped takes it back`() async throws {
        let stack = try await studied()
        try await declare(stack, breaks: [])
        #expect(try await states(stack, through: 12).last?.0 == .slipping)
        try await declare(stack, breaks: [(5, 15)])
        try await stack.project()
        try await stack.sweep()
        #expect(try await stack.said(LearnerStateChanged.self).map(\.to).last == .active)
        let later = try await states(stack, through: 22)
        #expect(later.map(\.0).suffix(2) == [.active, .slipping])
        #expect(later.last?.1 == 21)
    }

    @Test func `a break over a pause makes a return none, and taking it away makes it one again`() async throws {
        let stack = try await studied()
        try await declare(stack, breaks: [])
        stack.clock.set(now: day(16), rate: 0)
        try await stack.record([.test("back", day: 16)])
        try await stack.project()
        try await stack.sweep()
        #expect(try await stack.said(LearnerStateChanged.self).last?.to == .returned)
        for (breaks, expected) in [([(5.0, 15.0)], LearnerState.active), ([], .returned)] {
            try await declare(stack, breaks: breaks)
            try await stack.project()
            try await stack.sweep()
            #expect(try await stack.said(LearnerStateChanged.self).last?.to == expected)
        }
    }

    @Test func `after the end of a run nobody slips any more`() async throws {
        let stack = try await studied()
        try await declare(stack, breaks: [], until: 10)
        #expect(try await states(stack, through: 60).map(\.0) == [.onboarding, .active])
        #expect(try await SweepStore(database: stack.database).countDue(at: stack.clock.now()) == 0)
    }

    @Test func `another title changes no calendar, so nobody is looked at again`() async throws {
        let stack = try await studied()
        try await declare(stack, breaks: [])
        try await stack.project()
        try await stack.sweep()
        _ = try await stack.call(
            TrackingRPC.setCourseRun,
            .init(courseRun: CourseRunDefinition(id: run, title: "Another", startsAt: day(-30), endsAt: day(90))))
        try await stack.project()
        #expect(try await SweepStore(database: stack.database).countDue(at: stack.clock.now()) == 0)
    }

    @Test("what cannot be is refused by its field")
    func refusals() async throws {
        let stack = try await TrackingStack.make()
        let ada = try await stack.learner("ada")
        func message(_ call: () async throws -> Void) async -> String {
            do { try await call() } catch let error as TrackingStack.Refused { return error.message } catch {
                return "\(error)"
            }
            return "accepted"
        }
        let zone = await message {
            _ = try await stack.call(TrackingRPC.setStudySettings, .init(learner: ada, timeZone: "Mars/Base"))
        }
        #expect(zone.contains("timeZone: expected an IANA name"))
        let weekdays = await message {
            _ = try await stack.call(TrackingRPC.setStudySettings, .init(learner: ada, studyWeekdays: [1, 1]))
        }
        #expect(weekdays.contains("studyWeekdays: expected numbers"))
        let pause = await message {
            _ = try await stack.call(TrackingRPC.setPause, .init(learner: ada, from: day(1), until: day(0)))
        }
        #expect(pause.contains("until: expected a time at most 366 days after from"))
        let holiday = await message {
            _ = try await stack.call(
                TrackingRPC.setHolidays,
                .init(holidays: [Holiday(title: "x", startsOn: "2026-13-01", endsOn: "2026-13-02")]))
        }
        #expect(holiday.contains("holidays[0].startsOn: expected a day like 2026-12-24"))
    }
}
