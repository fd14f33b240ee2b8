import Contracts
import Foundation
import Testing

@testable import Prediction

/// Bands, abstention and what is worth saying. Pure: no model, no database.
@Suite struct RiskRulesTests {
    let rules = BandRules(moderate: 0.2, high: 0.4, critical: 0.7, margin: 0.05, dwellHours: 24)

    private func score(_ value: Double) throws -> RiskScore { try #require(RiskScore(rawValue: value)) }

    @Test(arguments: [
        (0.0, RiskBand.low), (0.199, .low), (0.2, .moderate), (0.4, .high), (0.699, .high), (0.7, .critical),
        (1.0, .critical),
    ])
    func `a score has the band whose bound it reaches`(value: Double, band: RiskBand) throws {
        #expect(rules.band(of: try score(value)) == band)
    }

    @Test func `a band rises at once and falls only past the margin and after its dwell`() throws {
        let since = People.day(30)
        let soon = People.day(30, hour: 18)
        let later = People.day(32)
        #expect(rules.band(of: try score(0.75), standing: .low, since: since, now: soon) == .critical)
        #expect(rules.band(of: try score(0.10), standing: .high, since: since, now: soon) == .high)
        #expect(rules.band(of: try score(0.36), standing: .high, since: since, now: later) == .high)
        #expect(rules.band(of: try score(0.34), standing: .high, since: since, now: later) == .moderate)
        #expect(rules.band(of: try score(0.10), standing: .critical, since: since, now: later) == .low)
    }

    @Test func `a band falls at once for somebody who was active since it was entered`() throws {
        let since = People.day(30)
        let soon = People.day(30, hour: 3)
        func band(lastActive day: Int) throws -> RiskBand {
            rules.band(
                of: try score(0.10), standing: .high, since: since, lastActive: EpochDay(of: People.day(day)), now: soon)
        }
        #expect(try band(lastActive: 29) == .high)
        #expect(try band(lastActive: 30) == .low)
    }

    @Test func `a score that trembles around a bound changes the band once`() throws {
        var standing = StandingRisk()
        var changes = 0
        for hour in 0..<200 {
            let trembling = try score(hour.isMultiple(of: 2) ? 0.41 : 0.38)
            let next = standing.scored(
                .score(trembling), rules: rules, now: People.day(30, hour: Double(hour)))
            if next.standing.band != standing.band { changes += 1 }
            standing = next.standing
        }
        #expect(changes == 1)
    }

    @Test func `news is a new band, a move of two points, or the first score of a day`() throws {
        var standing = StandingRisk()
        func say(_ value: Double, _ day: Int, _ hour: Double) throws -> Bool {
            let next = standing.scored(
                .score(try score(value)), rules: rules, now: People.day(day, hour: hour))
            standing = next.standing
            return next.isNews
        }
        #expect(try say(0.10, 30, 1))
        #expect(try !say(0.11, 30, 2))
        #expect(try !say(0.119, 30, 3))
        #expect(try say(0.121, 30, 4))
        #expect(try say(0.121, 31, 0.1))
        #expect(try !say(0.121, 31, 1))
        #expect(try say(0.20, 31, 2))
        #expect(standing.band == .moderate)
        #expect(standing.bandSince == People.day(31, hour: 2))
    }

    @Test func `an abstention is said when it begins, when its reason changes and when it ends`() throws {
        var standing = StandingRisk()
        func say(_ outcome: StandingRisk.Outcome, _ day: Int) -> Bool {
            let next = standing.scored(outcome, rules: rules, now: People.day(day))
            standing = next.standing
            return next.isNews
        }
        #expect(say(.abstention(.tooNew), 1))
        #expect(!say(.abstention(.tooNew), 2))
        #expect(say(.abstention(.dataGap), 3))
        #expect(say(.score(try score(0.5)), 4))
        #expect(standing.band == .high)
        #expect(say(.abstention(.notEnrolled), 5))
        #expect(standing.score == nil)
        #expect(standing.band == nil)
        #expect(standing.dueAt(now: People.day(5)) == nil)
    }

    @Test func `the next scoring is due at midnight`() throws {
        let standing = StandingRisk().scored(
            .score(try score(0.5)), rules: rules, now: People.day(5, hour: 13)
        ).standing
        #expect(standing.dueAt(now: People.day(5, hour: 13)) == People.day(6, hour: 0))
    }

    @Test func `no score is given outside of the course or before anything is known`() {
        func reason(
            _ state: EnrollmentState, on day: Int, plan: CoursePlan? = People.plan,
            cohort: CohortSummary? = nil
        ) -> Abstention? {
            AbstentionRules.reason(state, plan: plan, cohort: cohort, now: People.day(day))
        }
        let steady = People.state(activeOn: Array(0..<84))
        #expect(reason(steady, on: 20) == nil)
        #expect(reason(steady, on: 20, plan: nil) == .tooLittleData)
        #expect(reason(steady, on: -3) == .runNotStarted)
        #expect(reason(steady, on: 4) == .tooNew)
        #expect(reason(steady, on: 84) == .runEnded)
        #expect(reason(EnrollmentState(), on: 20) == .notEnrolled)
        var left = steady
        left.apply(People.enrolled(on: 15, status: .withdrawn))
        #expect(reason(left, on: 20) == .notEnrolled)
        #expect(reason(People.state(activeOn: [1]), on: 10) == .tooLittleData)
        #expect(reason(People.state(activeOn: [1]), on: 20) == nil)
    }

    @Test func `when nobody of many is heard for days, the source is silent and not the learner`() {
        let states = (0..<25).map { _ in People.state(activeOn: Array(0..<20)) }
        let vectors = states.map {
            Features.vector(of: $0, plan: People.plan, cohort: nil, asOf: People.asOf(23))
        }
        let many = CohortSummary(vectors)
        let few = CohortSummary(Array(vectors.prefix(10)))
        #expect(
            AbstentionRules.reason(states[0], plan: People.plan, cohort: many, now: People.day(24))
                == .dataGap)
        #expect(AbstentionRules.reason(states[0], plan: People.plan, cohort: few, now: People.day(24)) == nil)
        var back = states[0]
        back.apply(People.event(on: 24))
        #expect(AbstentionRules.reason(back, plan: People.plan, cohort: many, now: People.day(24)) == nil)
    }
}
