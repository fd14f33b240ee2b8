import Contracts
import Foundation
import Testing

@testable import Prediction

/// A learner against the others of the course run.
@Suite struct CohortTests {
    private func vector(_ state: EnrollmentState, on day: Int, cohort: CohortSummary? = nil) -> FeatureVector
    {
        Features.vector(of: state, plan: People.plan, cohort: cohort, asOf: People.asOf(day))
    }

    /// `count` learners of whom number n was active on n days, up to 27.
    private func cohort(_ count: Int) -> CohortSummary {
        let states = (0..<count).map { People.state(activeOn: Array(0..<($0 * 28 / count))) }
        return .withNorms(states.map { vector($0, on: 27) })
    }

    @Test func `the most active stand above all, the least active below all`() {
        let cohort = cohort(100)
        let most = vector(People.state(activeOn: Array(0...27)), on: 27, cohort: cohort)
        let least = vector(People.state(activeOn: []), on: 27, cohort: cohort)
        let middle = vector(People.state(activeOn: Array(0..<14)), on: 27, cohort: cohort)
        #expect(most[.peerActiveDays28] > 0.95)
        #expect(least[.peerActiveDays28] < 0.06)
        #expect(abs(middle[.peerActiveDays28] - 0.5) < 0.06)
    }

    @Test func `a course run of three proves little`() {
        let few = CohortSummary([1, 2, 3].map { vector(People.state(activeOn: Array(0..<$0)), on: 27) })
        let most = vector(People.state(activeOn: Array(0...27)), on: 27, cohort: few)
        #expect(most[.peerActiveDays28] < 0.7)
        let nobody = CohortSummary([])
        #expect(vector(People.state(activeOn: [1]), on: 27, cohort: nobody)[.peerActiveDays28] == 0.5)
    }

    @Test func `a break of the whole course is seen as one`() {
        let states = (0..<50).map { _ in People.state(activeOn: Array(0..<20)) }
        let summary = CohortSummary(states.map { vector($0, on: 27) })
        #expect(summary.activeDays7 == 0)
        #expect(summary.activeDays7Before == 6)
        #expect(summary.silentDays == 8)
        let own = vector(states[0], on: 27, cohort: summary)
        #expect(own[.againstCohort7] == 0)
        #expect(own[.cohortChange] == -6)
    }

    @Test func `the usual value of an indicator is its median`() throws {
        let norm = try #require(cohort(101).norm(of: .activeDays28))
        #expect(abs(norm - 13) <= 1)
    }

    @Test func `a summary reads back as it was written`() throws {
        let summary = cohort(30)
        let text = try JSONCoding.encoder().encode(summary)
        #expect(try JSONCoding.decoder().decode(CohortSummary.self, from: text) == summary)
    }
}
