import Foundation
import Simulator
import Testing

/// The cohort behaves like the learners of the Open University data, within stated bounds. 1,500 learners put
/// the standard error of a share near one half at 0.013; the bounds are wider because the plan of the course
/// differs, too.
@Suite struct CohortFiguresTests {
    static let figures: Result<CohortFigures, any Error> = Result {
        let plan = try CohortTests.plan()
        var cohort = try Cohort(seed: 2_026, learners: 1_500, plan: plan)
        var figures = CohortFigures(learners: 1_500, plan: plan)
        while cohort.position < plan.endsAt {
            figures.add(cohort.step(to: cohort.position.addingTimeInterval(7 * 86_400)))
        }
        return figures
    }

    @Test func `as many never start, withdraw, fall silent and come back`() throws {
        let figures = try Self.figures.get()
        #expect(abs(figures.neverStartedShare - OULADFigures.neverStartedShare) < 0.03)
        #expect(abs(figures.withdrawnShare - OULADFigures.withdrawnShare) < 0.04)
        #expect(abs(figures.dropOffShare - OULADFigures.dropOffShare) < 0.03)
        #expect(abs(figures.returnShare - OULADFigures.returnShare) < 0.08)
    }

    @Test func `as many are active each week, and stay so`() throws {
        let figures = try Self.figures.get()
        for (real, simulated) in zip(OULADFigures.activeShareByWeek, figures.activeShareByWeek) {
            #expect(abs(real - simulated) < 0.20)
        }
        let real = OULADFigures.activeShareByWeek.reduce(0, +) / 12
        #expect(abs(figures.activeShareByWeek.reduce(0, +) / 12 - real) < 0.04)
        #expect(abs(figures.activeAfterActiveShare - OULADFigures.activeAfterActiveShare) < 0.05)
        #expect(abs(figures.activeAfterInactiveShare - OULADFigures.activeAfterInactiveShare) < 0.10)
    }

    @Test func `they are active as often, and do as much`() throws {
        let figures = try Self.figures.get()
        #expect(abs(figures.activeDaysMean - OULADFigures.activeDaysMean) < 0.3)
        for (real, simulated) in zip(OULADFigures.activeDaysShare, figures.activeDaysShare) {
            #expect(abs(real - simulated) < 0.05)
        }
        for (real, simulated) in zip(OULADFigures.activeDaysPercentiles, figures.activeDaysPercentiles) {
            #expect(abs(real - simulated) <= max(3, 0.2 * real))
        }
        for (real, simulated) in zip(OULADFigures.clicksPercentiles, figures.clicksPercentiles) {
            #expect(abs(real - simulated) <= max(2, 0.2 * real))
        }
        #expect(abs(figures.clicksMean - OULADFigures.clicksMean) < 3)
        #expect(abs(figures.activitiesMean - OULADFigures.activitiesMean) < 0.7)
    }

    @Test func `they hand in as much and get the same marks`() throws {
        let figures = try Self.figures.get()
        #expect(abs(figures.submittedShare - OULADFigures.submittedShare) < 0.08)
        #expect(abs(figures.submittedWhenActiveShare - OULADFigures.submittedWhenActiveShare) < 0.05)
        #expect(abs(figures.markMean - OULADFigures.markMean) < 2)
        #expect(abs(figures.markDeviation - OULADFigures.markDeviation) < 2)
    }

    @Test func `they use the same kinds of activity on the same days of the week`() throws {
        let figures = try Self.figures.get()
        for (kind, share) in OULADFigures.clickShare {
            #expect(abs(figures.clickShare(of: kind) - share) < 0.05)
        }
        for (real, simulated) in zip(OULADFigures.weekdayShare, figures.weekdayShare) {
            #expect(abs(real - simulated) < 0.03)
        }
    }
}
