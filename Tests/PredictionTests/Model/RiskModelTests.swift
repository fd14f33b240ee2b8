import Contracts
import Foundation
import Testing
import XGBoost

@testable import Prediction

/// The model that is shipped: what it promises about every score.
@Suite struct RiskModelTests {
    let model: RiskModel
    /// Learners of many habits, some with a peer group, seen on random days.
    let vectors: [FeatureVector]

    init() throws {
        model = try RiskModel.shipped()
        var random = SeededNumbers(seed: 11)
        let states = (0..<60).map { number in
            let share = Double(number % 10) / 10
            var state = People.state(
                activeOn: (-5..<84).filter { _ in Double.random(in: 0...1, using: &random) < share },
                count: number + 1)
            let essay = ActivityReference(id: People.essay, kind: .assignment)
            if number.isMultiple(of: 3) {
                state.apply(People.event(.submitted, on: 15 + number % 9, activity: essay))
            }
            if number.isMultiple(of: 6) {
                state.apply(People.event(.marked, on: 30, activity: essay, score: share))
            }
            return state
        }
        let alone = states.map {
            Features.vector(of: $0, plan: People.plan, cohort: nil, asOf: People.asOf(40))
        }
        let cohort = CohortSummary.withNorms(alone)
        vectors = states.enumerated().map { number, state in
            Features.vector(
                of: state, plan: People.plan, cohort: number.isMultiple(of: 4) ? nil : cohort,
                asOf: People.asOf(7 + number))
        }
    }

    @Test func `contributions and baseline add up to the log-odds of the score`() throws {
        let scores = try model.scores(of: vectors)
        for (score, explanation) in zip(scores, try model.explanations(of: vectors)) {
            #expect(abs(explanation.logOdds - RiskScorer.logOdds(score)) < 1e-3)
            #expect(abs(explanation.baseline - model.baseline) < 1e-6)
        }
    }

    @Test func `an indicator whose sign is known moves the score that way or not at all`() throws {
        for entry in IndicatorCatalogue.all where entry.direction != .free {
            var changed: [FeatureVector] = []
            for vector in vectors.prefix(12) {
                for step in 0...12 {
                    var next = vector
                    next[entry.indicator] = Double(step) * (entry.unit.hasPrefix("share") ? 1.0 / 12 : 3)
                    changed.append(next)
                }
            }
            let scores = try model.scores(of: changed)
            for learner in 0..<12 {
                let path = scores[(learner * 13)..<(learner * 13 + 13)]
                let holds = zip(path, path.dropFirst()).allSatisfy {
                    entry.direction == .raises ? $0 <= $1 : $0 >= $1
                }
                #expect(holds, "\(entry.indicator.name)")
            }
        }
    }

    @Test func `someone who drifts away is ranked above someone who studies steadily`() throws {
        let steady = People.state(activeOn: Array(0...40), count: 12)
        let drifting = People.state(activeOn: [0, 1, 2, 5, 9, 15, 28], count: 3)
        let cohort = CohortSummary.withNorms(
            [steady, drifting].map {
                Features.vector(of: $0, plan: People.plan, cohort: nil, asOf: People.asOf(40))
            })
        let scores = try model.scores(
            of: [steady, drifting].map {
                Features.vector(of: $0, plan: People.plan, cohort: cohort, asOf: People.asOf(40))
            })
        #expect(scores[0].rawValue < 0.2)
        #expect(scores[1].rawValue > 0.4)
    }

    @Test func `the shipped card says better than every rule, by the margin that is asked for`() throws {
        let card = model.card
        #expect(!card.baselines.isEmpty)
        try card.refuseIfBeaten()
        #expect(card.metrics.wAUC >= 0.82)
        #expect(card.data.licence == "CC BY 4.0")
        #expect(card.data.attribution.contains("Kuzilek"))
        #expect(card.features.map(\.name) == Indicator.allCases.map(\.name))
    }

    @Test func `a model of other indicators is refused, and the message says which`() throws {
        var matrix = FeatureMatrix(columns: 1)
        for value in 0..<40 { try matrix.append([Float(value)]) }
        let set = try TrainingSet(
            matrix: matrix, labels: (0..<40).map { $0 < 20 ? 0 : 1 }, featureNames: ["shoeSize"])
        let bytes = try Booster.train(on: set, parameters: TrainingParameters(rounds: 2, leafWeightMin: 1))
            .bytes()
        let error = #expect(throws: ModelMismatch.self) { try RiskModel(bytes: bytes, card: model.card) }
        #expect(error?.description.contains("shoeSize") == true)
    }

    @Test func `a model that a rule ranks as well as is refused`() {
        var card = model.card
        card.baselines["a better rule"] = card.metrics
        #expect(throws: BeatenByRule.self) { try card.refuseIfBeaten() }
    }
}

/// From a score to sentences.
@Suite struct ReasonsTests {
    @Test func `reasons, the rest and the baseline add up to the score's log-odds`() throws {
        let scorer = RiskScorer(model: try RiskModel.shipped())
        let plan = People.plan
        let state = People.state(activeOn: [0, 1, 2, 5, 9, 15, 28], count: 3)
        let cohort = CohortSummary.withNorms(
            (1..<30).map { share in
                let peer = People.state(activeOn: (0..<40).filter { $0 % share == 0 })
                return Features.vector(of: peer, plan: plan, cohort: nil, asOf: People.asOf(40))
            })
        var enrollments = [
            Enrollment(
                key: EnrollmentKey(tenant: .standard, courseRun: People.run, learner: People.bola),
                state: state)
        ]
        let news = try scorer.score(
            &enrollments, run: CourseRunContext(plan: plan, cohort: cohort), now: People.day(41))
        let risk = try #require(news.first?.risk)
        let score = try #require(risk.score)
        #expect(risk.band.map { $0 >= .moderate } == true)
        #expect(!risk.reasons.isEmpty && risk.reasons.count <= Reasons.countMax)
        let sum = risk.reasons.reduce(risk.baseline + risk.otherContribution) { $0 + $1.contribution }
        #expect(abs(sum - log(score.rawValue / (1 - score.rawValue))) < 1e-9)
        let sizes = risk.reasons.map { abs($0.contribution) }
        #expect(sizes == sizes.sorted(by: >))
        for reason in risk.reasons {
            #expect(reason.words.hasSuffix("."))
            #expect(reason.value.isFinite)
        }
        #expect(risk.reasons.contains { $0.norm != nil })
        #expect(risk.level == .transferred)
    }

    @Test func `words name the value and what is usual`() {
        let recency = IndicatorCatalogue.description(of: .daysSinceActivity)
        #expect(
            Reasons.words(recency, value: 9, norm: 2)
                == "Days since the last activity: 9; usual in the course: 2.")
        let share = IndicatorCatalogue.description(of: .emptyWeekShare)
        #expect(Reasons.words(share, value: 0.5, norm: nil) == "Share of weeks without activity: 50 %.")
        let log = IndicatorCatalogue.description(of: .intensity28)
        #expect(
            Reasons.words(log, value: 3, norm: 20)
                == "Activity in the last 28 days: less than usual in the course.")
        let flag = IndicatorCatalogue.description(of: .lastMissed)
        #expect(Reasons.words(flag, value: 1, norm: 0) == "Last assessment missed: yes.")
        let pause = IndicatorCatalogue.description(of: .gapAgainstMean)
        #expect(
            Reasons.words(pause, value: 3.2, norm: 1)
                == "Current pause against own usual pause: 3.2 times as long; usual in the course: 1 times as long.")
        let trend = IndicatorCatalogue.description(of: .slope4)
        #expect(Reasons.words(trend, value: -0.5, norm: 0) == "Trend of active days over 4 weeks: falling.")
    }

    @Test func `no reason speaks the language of statistics`() {
        let banned = ["half-life", "log scale", "deviation", "entropy", "percentile", "ewma", "bits", "slope"]
        for description in IndicatorCatalogue.all {
            for value in [0.0, 0.4, 3] {
                let words = Reasons.words(description, value: value, norm: 1).lowercased()
                for word in banned { #expect(!words.contains(word), "\(words)") }
            }
        }
    }
}
