import Contracts
import Foundation
import Testing

@testable import Prediction

/// Days on which a source was silent: nobody's silence.
@Suite struct GapDaysTests {
    /// Silent from noon of day 20 to noon of day 22.
    private func gaps(now: Date, isClosed: Bool = true) -> GapDays {
        GapDays(
            [DataGapSpan(silentSince: People.day(20), closedAt: isClosed ? People.day(22) : nil)], now: now)
    }

    private func vector(_ state: EnrollmentState, _ day: Int, _ gaps: GapDays) -> FeatureVector {
        Features.vector(of: state, plan: People.plan, cohort: nil, asOf: People.asOf(day), gaps: gaps)
    }

    @Test func `a day is a gap day when four hours of it are missing`() {
        let gaps = GapDays(
            [
                DataGapSpan(silentSince: People.day(3, hour: 21), closedAt: People.day(4, hour: 3.9)),
                DataGapSpan(silentSince: People.day(4, hour: 22), closedAt: People.day(5, hour: 4)),
                DataGapSpan(silentSince: People.day(8, hour: 1), closedAt: People.day(8, hour: 3)),
                DataGapSpan(silentSince: People.day(8, hour: 9), closedAt: People.day(8, hour: 11)),
            ], now: People.day(9))
        #expect((2...9).filter { gaps.contains(People.asOf($0)) } == [4, 5, 8])
        #expect(!gaps.isOpen)
    }

    @Test func `gap days do not make a learner older, unless the learner was heard`() {
        let silent = People.state(activeOn: Array(0..<20))
        let gaps = gaps(now: People.day(30))
        #expect(vector(silent, 24, gaps)[.daysSinceActivity] == 2)
        #expect(vector(silent, 24, .none)[.daysSinceActivity] == 5)
        let heard = People.state(activeOn: Array(0..<23))
        #expect(vector(heard, 24, gaps)[.daysSinceActivity] == 2)
        #expect(vector(heard, 24, gaps)[.tenure] == vector(heard, 24, .none)[.tenure])
        #expect(vector(silent, 24, gaps)[.tenure] == vector(silent, 24, .none)[.tenure] - 3)
    }

    @Test func `with all days heard, a gap changes nothing at all`() {
        let steady = People.state(activeOn: Array(0..<40))
        #expect(vector(steady, 30, gaps(now: People.day(31))).encoded() == vector(steady, 30, .none).encoded())
    }

    @Test func `while a gap lasts, learners are judged as of the last day before it`() {
        let silent = People.state(activeOn: Array(0..<18))
        for day in 21..<30 {
            let open = gaps(now: People.day(day), isClosed: false)
            #expect(open.isOpen)
            #expect(Features.asOfDay(silent, now: People.day(day), gaps: open) == People.asOf(19))
        }
        let back = People.state(activeOn: Array(0..<18) + [24])
        let open = gaps(now: People.day(25), isClosed: false)
        #expect(Features.asOfDay(back, now: People.day(25), gaps: open) == People.asOf(24))
    }

    @Test func `work that was due on a gap day is missed by nobody`() {
        let idle = People.state(activeOn: Array(0..<20))
        let gaps = gaps(now: People.day(30))
        #expect(vector(idle, 24, gaps)[.assessmentsDue] == 0)
        #expect(vector(idle, 24, .none)[.missedCount] == 1)
        var done = idle
        done.apply(
            People.event(.submitted, on: 19, activity: ActivityReference(id: People.essay, kind: .assignment)))
        #expect(vector(done, 24, gaps)[.submittedShare] == 1)
    }
}
