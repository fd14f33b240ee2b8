import Foundation
import Testing

@testable import Tracking

/// The decayed activity index. Pure: time is an argument.
@Suite struct EngagementScoreTests {
    private func day(_ day: Int, actions: Int) -> DayActivity {
        let at = UTCDay.start(of: day).addingTimeInterval(3_600)
        return DayActivity(day: day, eventCount: 1, actions: actions, firstAt: at, lastAt: at)
    }

    @Test func `nobody who did nothing has a score`() {
        #expect(EngagementScore(days: [] as [DayActivity]) == .none)
        #expect(EngagementScore.none.value(at: .now) == 0)
    }

    @Test func `a typical learner, for ever, scores one on average`() {
        // Three active days a week at twenty actions, looked at on each day of a week after two years of it.
        let days = (0..<730).filter { [0, 2, 4].contains($0 % 7) }.map { day($0, actions: 20) }
        let score = EngagementScore(days: days)
        let week = (0..<7).map { at in
            EngagementScore(days: days.filter { $0.day <= 722 + at })
                .value(at: UTCDay.start(of: 722 + at))
        }
        #expect(abs(week.reduce(0, +) / 7 - 1) < 0.02)
        #expect((0.8...1.3).contains(score.value))
    }

    @Test func `it halves in seven days of nothing`() {
        let score = EngagementScore(days: [day(100, actions: 50)])
        let half = score.value(at: UTCDay.start(of: 107))
        #expect(abs(half - score.value / 2) < 1e-12)
    }

    @Test func `it never rises while nothing is done and never falls when more is done`() {
        var days: [DayActivity] = []
        var generator = SplitMix(seed: 7)
        for step in 0..<200 {
            let now = UTCDay.start(of: 1_000 + step)
            let before = EngagementScore(days: days).value(at: now)
            #expect(EngagementScore(days: days).value(at: now.addingTimeInterval(5_000)) <= before)
            if generator.next() % 3 == 0 {
                days.append(day(1_000 + step, actions: Int(generator.next() % 400) + 1))
                #expect(EngagementScore(days: days).value(at: now) > before)
            }
        }
    }

    @Test func `whatever the history, one more event on whatever day never lowers it, at no later time`() {
        var generator = SplitMix(seed: 2_027)
        for _ in 0..<300 {
            var days: [Int: Int] = [:]
            for _ in 0..<Int(generator.next() % 60) {
                days[900 + Int(generator.next() % 120), default: 0] += Int(generator.next() % 9_999) + 1
            }
            func value(_ days: [Int: Int], at now: Int) -> Double {
                EngagementScore(days: days.map { day($0.key, actions: $0.value) }).value(at: UTCDay.start(of: now))
            }
            let before = days
            let extra = 900 + Int(generator.next() % 120)
            days[extra, default: 0] += 1
            for later in [extra, extra + 1, extra + 30, 1_020, 1_100] where later >= (days.keys.max() ?? 0) {
                #expect(value(days, at: later) >= value(before, at: later), "day \(extra), looked at on \(later)")
            }
        }
    }

    @Test func `the order in which days become known does not matter`() {
        var generator = SplitMix(seed: 11)
        let days = (0..<90).map { day(500 + $0, actions: Int(generator.next() % 100) + 1) }
        let score = EngagementScore(days: days)
        for _ in 0..<20 { #expect(EngagementScore(days: days.shuffled(using: &generator)) == score) }
    }

    @Test func `what lies beyond the window changes nothing`() {
        let recent = (0..<EngagementScore.windowDays).map { day(1_000 + $0, actions: 5) }
        let old = (0..<100).map { day(800 + $0, actions: 500) }
        #expect(EngagementScore(days: recent + old) == EngagementScore(days: recent))
    }
}

/// A generator with a seed, so that a test that fails once fails always.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
