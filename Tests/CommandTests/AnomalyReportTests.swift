import Contracts
import Foundation
import Testing

@testable import holdfast

/// The measured rates of docs/anomalies.md, on a small cohort: rare false alarms, and what is planted is found.
@Suite struct AnomalyReportTests {
    @Test func `rules about learners cry less than once in fifty learner-weeks, and find what is planted`() throws {
        let cohort = try AnomalyReport.Cohort(learners: 150, seed: 3)
        let alarms = AnomalyReport.falseAlarms(cohort)
        for kind in AnomalyReport.learnerKinds {
            let sum = try #require(alarms[kind])
            #expect(sum.learnerWeeks > 500)
            #expect(sum.perFifty < 1, "\(kind): \(sum.alarms) in \(sum.learnerWeeks) learner-weeks")
        }
        let found = AnomalyReport.planted(cohort, seed: 3)
        for (kind, share) in [(AnomalyKind.suddenSilence, 0.8), (.burst, 0.6), (.impossibleSpeed, 1), (.answerTooFast, 1)] {
            let sum = try #require(found[kind])
            #expect(sum.planted > 3 && sum.share >= share, "\(kind): \(sum.found) of \(sum.planted)")
        }
    }
}
