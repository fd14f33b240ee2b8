import Contracts
import Foundation
import Simulator
import Testing

/// Habits are kept by the learner's own clock, also when the clocks change.
@Suite struct HabitTests {
    /// Seconds since the learner's midnight, by the calendar.
    static func localHour(_ date: Date, in zone: TimeZone) -> Double {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.hour, .minute], from: date)
        return Double(parts.hour ?? 0) + Double(parts.minute ?? 0) / 60
    }

    /// Each Londoner's events of a run: what, and at which time on their own wall clock, in microseconds from
    /// the first day's midnight.
    static func wallClock(startsOn: CivilDay) throws -> [String: Int64] {
        let plan = try CoursePlan(outline: .academicWriting, startsOn: startsOn, weeks: 10)
        var cohort = try Cohort(seed: 21, learners: 150, plan: plan)
        let london = try #require(TimeZone(identifier: "Europe/London"))
        var times: [String: Int64] = [:]
        for event in cohort.step(to: plan.endsAt)
        where cohort.learners[event.learner].timeZone == london.identifier {
            let local =
                event.draft.occurredAt.timeIntervalSince1970
                + Double(london.secondsFromGMT(for: event.draft.occurredAt))
            // The first part of an id stands for the cohort, the rest for what happened in it.
            let name = event.draft.id.rawValue.split(separator: "-", maxSplits: 1).last.map(String.init) ?? ""
            times[name] = Int64((local * 1_000_000).rounded()) - Int64(startsOn.number) * 86_400_000_000
        }
        return times
    }

    @Test(
        "when the clocks change, people go on at the same hours of the wall clock",
        arguments: [
            ("2026-09-28", 27),  // Europe/London goes back on Sunday, 25 October
            ("2027-02-15", 41),  // and forward on Sunday, 28 March
        ])
    func clockChange(start: String, changeDay: Int64) throws {
        let plain = try Self.wallClock(startsOn: try #require(CivilDay("2026-06-01")))
        let changed = try Self.wallClock(startsOn: try #require(CivilDay(start)))
        #expect(plain.count > 10_000)
        #expect(Set(plain.keys) == Set(changed.keys))
        // On the day of the change itself one hour is missing, or is there twice.
        let moved = plain.filter { changed[$0.key] != $0.value && $0.value / 86_400_000_000 != changeDay }
        #expect(moved.isEmpty, "\(moved.count) of \(plain.count) events moved")
    }

    @Test func `people sleep by their own clock, wherever they live`() throws {
        var cohort = try Cohort(seed: 4, learners: 600, plan: CohortTests.plan())
        let events = cohort.step(to: cohort.plan.endsAt)
        var atNight: [String: Int] = [:]
        var all: [String: Int] = [:]
        for event in events where event.draft.verb.isLearnerActivity {
            let name = cohort.learners[event.learner].timeZone
            let zone = try #require(TimeZone(identifier: name))
            all[name, default: 0] += 1
            if (2.5..<5.5).contains(Self.localHour(event.draft.occurredAt, in: zone)) {
                atNight[name, default: 0] += 1
            }
        }
        #expect(all.count == 7)
        for (name, count) in all where count > 2_000 {
            #expect(Double(atNight[name] ?? 0) / Double(count) < 0.06, "\(name)")
        }
    }
}
