import Contracts
import Foundation
import Testing

@testable import Tracking

/// When somebody will be done. Pure: what was done and the time are arguments.
@Suite struct PaceForecastTests {
    private let now = UTCDay.start(of: 20_500).addingTimeInterval(43_200)
    private let today = 20_500

    private func forecast(
        _ done: [Int: Int], left: Int, firstDay: Int? = nil, run: CourseRunDefinition? = nil
    ) -> CompletionForecast {
        PaceForecast(
            doneByDay: done, left: left, firstDay: firstDay ?? today - 60, days: StudyDays(run), now: now
        ).completion()
    }

    private func run(weekdays: [Int] = [], breaks: [CalendarBreak] = [], zone: String = "UTC") -> CourseRunDefinition {
        CourseRunDefinition(
            id: CourseRunID(checked: "run"), title: "Run", startsAt: UTCDay.start(of: today - 60),
            endsAt: UTCDay.start(of: today + 60), timeZone: zone, breaks: breaks, studyWeekdays: weekdays)
    }

    private func days(until date: Date?) -> Double? { date.map { $0.timeIntervalSince(now) / 86_400 } }

    @Test func `one a day and ten to go is ten days`() {
        let steady = Dictionary(uniqueKeysWithValues: (today - 41...today).map { ($0, 1) })
        let forecast = forecast(steady, left: 10)
        #expect(forecast.state == .projected)
        #expect(forecast.perStudyDay == 1)
        #expect(days(until: forecast.at) == 10.5)
        #expect(forecast.earliest.map { $0 < forecast.at ?? .distantPast } == true)
        #expect(forecast.latest.map { $0 > forecast.at ?? .distantFuture } == true)
    }

    @Test func `one evening of clicking everything through is no pace`() {
        var done = [today - 20: 1, today - 15: 1, today - 10: 1, today - 5: 1]
        let calm = forecast(done, left: 10)
        done[today - 1] = 60
        let wild = forecast(done, left: 10)
        #expect(calm.perStudyDay == 4.0 / 42)
        #expect(wild.perStudyDay == 7.0 / 42)
    }

    @Test func `breaks and days off are not counted, neither before nor after`() {
        // Four of ten days before today are Saturdays and Sundays or within a break; so are days to come.
        let done = Dictionary(uniqueKeysWithValues: (today - 13...today).map { ($0, 1) })
        let everyDay = forecast(done, left: 14, firstDay: today - 13)
        let weekdays = forecast(done, left: 14, firstDay: today - 13, run: run(weekdays: [1, 2, 3, 4, 5]))
        #expect(everyDay.perStudyDay == 1)
        #expect(weekdays.perStudyDay == 1.4)
        let pause = CalendarBreak(
            title: "Winter", startsAt: UTCDay.start(of: today + 1), endsAt: UTCDay.start(of: today + 15))
        let afterwards = forecast(done, left: 14, firstDay: today - 13, run: run(breaks: [pause]))
        #expect(days(until: everyDay.at) == 14.5)
        #expect(days(until: afterwards.at) == 28.5)
    }

    @Test func `it says why there is no date`() {
        #expect(forecast([:], left: 0).state == .completed)
        #expect(
            forecast([today: 5], left: 5, firstDay: today - 2).reason
                == "only 3 days of study are known; it takes 7")
        #expect(
            forecast([today - 3: 1], left: 5).reason
                == "only 1 of the activities were done in the last 42 days; it takes 3")
        #expect(
            forecast([today - 3: 1, today - 9: 1, today - 20: 1], left: 500).reason
                == "at the present pace it would take more than three years")
    }

    @Test func `four times of five the true day lies inside`() {
        var generator = SplitMix(seed: 31)
        func uniform() -> Double { Double(generator.next() >> 11) / Double(1 << 53) }
        var inside = 0
        var asked = 0
        for _ in 0..<400 {
            // Done in heaps: on three days of ten, one to four things.
            let course = Dictionary(
                uniqueKeysWithValues: (today - 41...today + 400).map { day in
                    (day, uniform() < 0.3 ? 1 + Int(uniform() * 4) : 0)
                })
            let forecast = forecast(course.filter { $0.key <= today && $0.value > 0 }, left: 25, firstDay: today - 41)
            guard let earliest = forecast.earliest, let latest = forecast.latest else { continue }
            var left = 25
            var day = today
            while left > 0 {
                day += 1
                left -= course[day] ?? 1
            }
            let end = UTCDay.start(of: day + 1)
            asked += 1
            if end >= earliest, end <= latest { inside += 1 }
        }
        #expect(asked > 390)
        let share = Double(inside) / Double(asked)
        #expect(share > 0.72 && share < 0.93, "the interval held \(share) of the time")
    }

    @Test func `a break in another zone is that zone's days`() {
        let zone = "America/New_York"
        let pause = CalendarBreak(
            title: "Day off", startsAt: UTCDay.start(of: today).addingTimeInterval(5 * 3_600),
            endsAt: UTCDay.start(of: today + 1).addingTimeInterval(5 * 3_600))
        let days = StudyDays(run(breaks: [pause], zone: zone))
        #expect(!days.isStudyDay(today))
        #expect(days.isStudyDay(today - 1) && days.isStudyDay(today + 1))
        #expect(days.number(of: UTCDay.start(of: today).addingTimeInterval(3_600)) == today - 1)
    }
}
