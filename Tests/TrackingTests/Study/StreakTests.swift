import Contracts
import Foundation
import Testing

@testable import Tracking

/// Days in a row in the learner's own days, over every change of clocks. Pure.
@Suite struct StreakTests {
    private func streak(_ active: [Int], today: Int, free: Set<Int> = []) -> Streak {
        Streak(active: Set(active), today: today) { !free.contains($0) }
    }

    @Test func `days in a row count, today only when something was done, and is not missed before it is over`() {
        #expect(streak([], today: 5).current == 0)
        #expect(streak([1, 2, 3], today: 3).current == 3)
        #expect(streak([1, 2, 3], today: 4).current == 3)
        #expect(streak([1, 2, 3], today: 5).current == 0)
        #expect(streak([1, 2, 3], today: 5).longest == 3)
        #expect(streak([1, 2, 3, 5], today: 5).current == 1)
        #expect(streak([1, 2, 3, 5], today: 5).startedOn == 5)
    }

    @Test func `a day on which nothing was expected neither counts nor ends it`() {
        let weekend = streak([1, 2, 5, 6], today: 6, free: [3, 4])
        #expect(weekend.current == 4)
        #expect(weekend.frozen.isEmpty)
        #expect(streak([1, 2, 3, 5], today: 5, free: [3, 4]).current == 4)
    }

    @Test func `seven active days earn a freeze, a missed day takes one, two at most are held`() {
        #expect(streak(Array(1...7), today: 7).freezes == 1)
        let saved = streak(Array(1...7) + [9], today: 9)
        #expect(saved.current == 8)
        #expect(saved.frozen == [8])
        #expect(saved.freezes == 0)
        #expect(streak(Array(1...6) + [8], today: 8).current == 1)
        #expect(streak(Array(1...40), today: 40).freezes == TrackingLimits.freezesMax)
        #expect(streak(Array(1...21) + [24], today: 24).frozen == [22, 23])
        let broken = streak(Array(1...21) + [25], today: 25)
        #expect(broken.current == 1)
        #expect(broken.longest == 21)
        #expect(broken.freezes == 0)
        #expect(broken.frozen.isEmpty)
    }

    @Test func `it never depends on what lies after today`() {
        #expect(streak([1, 2, 9], today: 2) == streak([1, 2], today: 2))
        #expect(streak([9], today: 2).current == 0)
    }

    @Test("from UTC days come exactly the local days that had an event, over all changes of clocks from 2024 to 2030",
        arguments: StudyCalendarTests.zones)
    func localDays(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        var generator = SplitMix(seed: 2_030)
        var at = Date(timeIntervalSince1970: 1_704_067_200)
        let end = Date(timeIntervalSince1970: 1_924_992_000)
        while at < end {
            // Around each change of clocks, and on one day in between.
            let change = zone.nextDaylightSavingTimeTransition(after: at) ?? end
            for middle in [at.addingTimeInterval(50 * 86_400), change] {
                let events = (0..<8).map { _ in
                    middle.addingTimeInterval(Double(generator.next() % 345_600) - 172_800)
                }
                let spans = Dictionary(grouping: events, by: UTCDay.number).values.map { events in
                    (firstAt: events.min() ?? at, lastAt: events.max() ?? at)
                }
                #expect(
                    Streak.localDays(spans, in: zone) == Set(events.map { LocalDay.number(of: $0, in: zone) }),
                    "\(name) \(RFC3339.string(from: middle))")
            }
            at = max(change, at.addingTimeInterval(86_400))
        }
    }

    @Test("one event each evening is a streak without a gap over every change of clocks", arguments: StudyCalendarTests.zones)
    func evenings(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let (first, last) = (19_723, 22_280)
        let events = (first...last).map { LocalDay.start(of: $0 + 1, in: zone).addingTimeInterval(-600) }
        let spans = Dictionary(grouping: events, by: UTCDay.number).values.map { events in
            (firstAt: events.min() ?? .distantPast, lastAt: events.max() ?? .distantPast)
        }
        let streak = Streak(active: Streak.localDays(spans, in: zone), today: last) { _ in true }
        #expect(streak.current == last - first + 1)
    }
}
