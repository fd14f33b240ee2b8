import Contracts
import Foundation
import Testing

@testable import Prediction

/// Indicators against numbers worked out by hand.
@Suite struct FeaturesTests {
    /// As of the end of a day of the course, without peers.
    private func vector(_ state: EnrollmentState, on day: Int) -> FeatureVector {
        Features.vector(of: state, plan: People.plan, cohort: nil, asOf: People.asOf(day))
    }

    @Test func `time counts from the start of the course or from joining, whichever is later`() {
        let early = vector(People.state(activeOn: [0]), on: 13)
        #expect(early[.courseDay] == 13)
        #expect(early[.tenure] == 14)
        #expect(early[.enrolledAhead] == 10)
        #expect(abs(early[.courseElapsed] - 14.0 / 84) < 1e-6)
        var late = EnrollmentState()
        late.apply(People.enrolled(on: 7))
        #expect(vector(late, on: 13)[.tenure] == 7)
    }

    @Test func `recency and windows count whole days up to the end of the day`() {
        let features = vector(People.state(activeOn: [0, 1, 8, 10, 12]), on: 13)
        #expect(features[.daysSinceActivity] == 1)
        #expect(features[.daysSinceFirstActivity] == 13)
        #expect(features[.activeDays3] == 1)
        #expect(features[.activeDays7] == 3)
        #expect(features[.activeDays14] == 5)
        #expect(features[.weekChange] == 1)
        #expect(features[.daysSinceContent] == 1)
        #expect(features[.daysSinceForum].isNaN)
    }

    @Test func `the EWMA halves every half-life`() {
        let today = vector(People.state(activeOn: [20], count: 9), on: 20)
        let later = vector(People.state(activeOn: [20], count: 9), on: 27)
        let keep = pow(0.5, 1.0 / 7)
        #expect(abs(today[.steadyDays7] - (1 - keep)) < 1e-6)
        #expect(abs(today[.steadyActions7] - (1 - keep) * log(10)) < 1e-6)
        #expect(abs(later[.steadyDays7] / today[.steadyDays7] - 0.5) < 1e-6)
        let steady = vector(People.state(activeOn: Array(-60...80)), on: 80)
        #expect(steady[.steadyDays14] > 0.99)
    }

    @Test func `pauses: mean, spread, longest, and how the present one compares`() {
        // Pauses of 2, 4 and 6 days, then 8 days of silence.
        let features = vector(People.state(activeOn: [0, 2, 6, 12]), on: 20)
        #expect(features[.meanGap] == 4)
        #expect(abs(features[.gapDeviation] - (8.0 / 3).squareRoot()) < 1e-6)
        #expect(features[.longestGap] == 6)
        #expect(features[.gapAgainstMean] == 2)
        #expect(features[.gapPercentile] == 3.5 / 4)
        #expect(features[.longestGap28] == 8)
        #expect(features[.streak] == 0)
        #expect(vector(People.state(activeOn: [3, 4, 5]), on: 5)[.streak] == 3)
    }

    @Test func `weeks are held against own weeks`() {
        // Weeks that end on day 27, newest first: 0, 2, 3, 1 active days.
        let features = vector(People.state(activeOn: [1, 7, 8, 9, 14, 16]), on: 27)
        #expect(features[.ownWeekMean] == 1.5)
        #expect(features[.emptyWeekShare] == 0.25)
        #expect(features[.emptyWeekRun] == 1)
        #expect(features[.largestDrop] == 2)
        #expect(abs(features[.ownWeekDeviation] - (0 - 2) / ((2.0 / 3).squareRoot() + 0.5)) < 1e-6)
        // Times -1.5, -0.5, 0.5, 1.5 with 1, 3, 2, 0: (-1.5 - 1.5 + 1 + 0) / 5.
        #expect(abs(features[.slope4] - -0.4) < 1e-6)
    }

    @Test func `deadlines: due, missed, handed in late, and what comes next`() {
        var state = People.state(activeOn: [1])
        #expect(vector(state, on: 19)[.assessmentsDue] == 0)
        #expect(vector(state, on: 19)[.daysToDeadline] == 1)
        let missed = vector(state, on: 22)
        #expect(missed[.assessmentsDue] == 1)
        #expect(missed[.missedCount] == 1)
        #expect(missed[.lastMissed] == 1)
        #expect(missed[.missedWeightShare] == 1)
        #expect(missed[.daysSinceDeadline] == 2)
        #expect(missed[.daysToDeadline] == 19)
        #expect(missed[.nextWeight] == 60)
        state.apply(
            People.event(.submitted, on: 23, activity: ActivityReference(id: People.essay, kind: .assignment))
        )
        #expect(vector(state, on: 22) == missed)
        let handedIn = vector(state, on: 25)
        #expect(handedIn[.missedCount] == 0)
        #expect(handedIn[.submittedShare] == 1)
        #expect(handedIn[.latenessLast] == 3)
        #expect(handedIn[.daysSinceSubmission] == 2)
    }

    @Test func `a deadline before a learner joined is not theirs to miss`() {
        var state = EnrollmentState()
        state.apply(People.enrolled(on: 30))
        #expect(vector(state, on: 40)[.assessmentsDue] == 0)
    }

    @Test func `a mark counts from the day it is known`() {
        var state = People.state(activeOn: [1])
        let essay = ActivityReference(id: People.essay, kind: .assignment)
        state.apply(People.event(.submitted, on: 18, activity: essay))
        state.apply(People.event(.marked, on: 32, activity: essay, score: 0.8))
        #expect(vector(state, on: 31)[.markMean].isNaN)
        #expect(vector(state, on: 31)[.earnedShare].isNaN)
        #expect(abs(vector(state, on: 32)[.markMean] - 0.8) < 1e-6)
        #expect(abs(vector(state, on: 32)[.earnedShare] - 0.8) < 1e-6)
    }

    @Test func `what happens later changes nothing that was known before`() {
        var random = SeededNumbers(seed: 3)
        for _ in 0..<40 {
            let days = (0..<30).map { _ in Int.random(in: -10..<83, using: &random) }
            let cut = Int.random(in: 0..<83, using: &random)
            let whole = vector(People.state(activeOn: days), on: cut)
            let past = vector(People.state(activeOn: days.filter { $0 <= cut }), on: cut)
            #expect(whole.values.map(\.bitPattern) == past.values.map(\.bitPattern))
        }
    }

    @Test func `a day that is running counts once the learner was active in it`() {
        let state = People.state(activeOn: [10])
        #expect(Features.asOfDay(state, now: People.day(10, hour: 13)) == People.asOf(10))
        #expect(Features.asOfDay(state, now: People.day(11, hour: 1)) == People.asOf(10))
        #expect(Features.asOfDay(state, now: People.day(12, hour: 1)) == People.asOf(11))
    }

    @Test func `every indicator has one entry in the catalogue, in order, with a sentence-case title`() {
        #expect(IndicatorCatalogue.all.map(\.indicator) == Indicator.allCases)
        #expect(Set(Indicator.allCases.map(\.name)).count == Indicator.allCases.count)
        for entry in IndicatorCatalogue.all {
            #expect(entry.title.first?.isUppercase == true, "\(entry.indicator.name)")
            #expect(!entry.title.hasSuffix("."), "\(entry.indicator.name)")
        }
    }

    @Test func `no indicator is a protected attribute or a name`() {
        let forbidden = [
            "gender", "age", "disab", "imd", "ethnic", "race", "religion", "name", "education", "region",
        ]
        for indicator in Indicator.allCases {
            let words = indicator.name.lowercased()
            #expect(!forbidden.contains { words.hasPrefix($0) }, "\(indicator.name)")
        }
    }

    @Test func `deadlines read in the calendar of the course`() {
        var definition = People.definition
        definition.timeZone = "America/Los_Angeles"
        definition.startsAt = People.at("2026-10-05T07:00:00Z")
        definition.endsAt = People.at("2026-12-28T08:00:00Z")
        definition.assessments[0].dueAt = People.at("2026-10-26T06:59:00Z")
        let plan = CoursePlan(definition)
        #expect(plan.startsOn == People.plan.startsOn)
        #expect(plan.length == 84)
        #expect(plan.assessments[0].dueOn == People.asOf(20))
    }
}
