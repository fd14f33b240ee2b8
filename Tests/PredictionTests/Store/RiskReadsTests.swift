import Contracts
import Foundation
import PostgreSQL
import Runtime
import Testing

@testable import Prediction

/// What the API reads, on a real PostgreSQL.
@Suite struct RiskReadsTests {
    /// Thirty learners of falling diligence, of whom the last three are too new.
    private func cohort() async throws -> PredictionParts {
        let now = People.day(40, hour: 10)
        let parts = try await PredictionParts.make(now: now)
        var facts = [try PredictionParts.defined(at: now)]
        for number in 0..<30 {
            let learner = LearnerID(rawValue: UUID(numbered: 1_000 + number))
            if number < 27 {
                facts += try PredictionParts.history(of: learner, activeOn: 0..<(40 - number), at: now)
            } else {
                facts.append(try PredictionParts.fact(People.enrolled(learner, on: 38), at: now))
            }
        }
        try await parts.hear(facts)
        try await parts.rescoring.rescoreDue()
        return parts
    }

    @Test func `pages of the list at risk hold everyone once, highest first`() async throws {
        let parts = try await cohort()
        var seen: [RiskPrediction] = []
        var token: String? = nil
        repeat {
            let page = try await parts.reads.atRisk(
                .init(courseRun: People.run, page: PageRequest(size: 4, token: token)), tenant: .standard)
            #expect(page.total == 27)
            #expect(page.risks.count <= 4)
            seen += page.risks
            token = page.nextPageToken
        } while token?.isEmpty == false
        #expect(Set(seen.map(\.learner)).count == 27)
        #expect(seen.count == 27)
        let scores = try seen.map { try #require($0.score) }
        #expect(scores == scores.sorted(by: >))
        for risk in seen {
            let sum = risk.reasons.reduce(risk.baseline + risk.otherContribution) { $0 + $1.contribution }
            let score = try #require(risk.score?.rawValue)
            #expect(abs(sum - log(score / (1 - score))) < 1e-9)
            #expect(!risk.reasons.isEmpty)
        }
    }

    @Test func `a band, a least band and a run narrow the list`() async throws {
        let parts = try await cohort()
        let all = try await parts.reads.atRisk(.init(page: PageRequest(size: 100)), tenant: .standard).risks
        let high = try await parts.reads.atRisk(
            .init(bandAtLeast: .high, page: PageRequest(size: 100)), tenant: .standard)
        #expect(high.total == all.count { $0.band.map { $0 >= .high } == true })
        let low = try await parts.reads.atRisk(
            .init(band: .low, page: PageRequest(size: 100)), tenant: .standard)
        #expect(low.risks.allSatisfy { $0.band == .low })
        let elsewhere = try await parts.reads.atRisk(
            .init(courseRun: CourseRunID(checked: "other")), tenant: .standard)
        #expect(elsewhere.total == 0)
        #expect(elsewhere.nextPageToken.isEmpty)
    }

    @Test func `the overview counts everyone once`() async throws {
        let parts = try await cohort()
        let overview = try await parts.reads.overview(.init(courseRun: People.run), tenant: .standard)
        #expect(overview.bands.values.reduce(0, +) == 27)
        #expect(overview.bands.count == 4)
        #expect(overview.abstained == ["tooNew": 3])
        #expect(overview.histogram.count == 20)
        #expect(overview.histogram.reduce(0, +) == 27)
    }

    @Test func `no tenant sees another's learners`() async throws {
        let parts = try await cohort()
        let other = TenantID(checked: "other")
        #expect(try await parts.reads.atRisk(.init(), tenant: other).total == 0)
        #expect(try await parts.reads.overview(.init(), tenant: other).bands.values.reduce(0, +) == 0)
        let learner = LearnerID(rawValue: UUID(numbered: 1_000))
        #expect(try await parts.reads.risks(of: .init(learner: learner), tenant: other).risks.isEmpty)
        let history = try await parts.reads.history(
            .init(learner: learner, courseRun: People.run), tenant: other)
        #expect(history.points.isEmpty)
    }

    @Test(arguments: ["x", "AAAA", "MSAyIDM="])
    func `a page token that nobody gave is refused`(token: String) async throws {
        #expect(throws: PredictionError.invalidPageToken) {
            try RiskReads.Cursor(token: token, question: ["at-risk"])
        }
    }

    @Test func `a page token is good for its own question alone`() async throws {
        let parts = try await cohort()
        let first = try await parts.reads.atRisk(.init(page: PageRequest(size: 2)), tenant: .standard)
        let page = PageRequest(size: 2, token: first.nextPageToken)
        #expect(try await parts.reads.atRisk(.init(page: page), tenant: .standard).risks.count == 2)
        await #expect(throws: PredictionError.invalidPageToken) {
            try await parts.reads.atRisk(.init(bandAtLeast: .moderate, page: page), tenant: .standard)
        }
    }

    @Test func `those who are too new are listed with the reason and without a score`() async throws {
        let parts = try await cohort()
        let learner = LearnerID(rawValue: UUID(numbered: 1_028))
        let risk = try #require(
            try await parts.reads.risks(of: .init(learner: learner), tenant: .standard).risks.first)
        #expect(risk.abstention == .tooNew)
        #expect(risk.score == nil)
        #expect(risk.level == nil)
        #expect(risk.reasons.isEmpty)
    }
}
