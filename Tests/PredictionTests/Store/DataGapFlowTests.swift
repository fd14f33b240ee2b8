import Contracts
import EventLog
import Foundation
import PostgreSQL
import Testing

@testable import Prediction

/// A source falls silent for two days: nobody's risk rises for it. On a real PostgreSQL, hour by hour.
@Suite struct DataGapFlowTests {
    private static let source = SourceID(checked: "lms")
    private static let silentSince = People.day(41, hour: 9)
    private static let spokeAt = People.day(43, hour: 9)

    /// Thirty learners with habits of their own: number n studies on the days that n does not divide, and some stopped
    /// some days before.
    private static func days(of number: Int) -> [Int] {
        (0..<41).filter { ($0 + number) % (2 + number % 4) != 0 && !(number % 5 == 0 && $0 > 34 + number % 3) }
    }

    private static let learners = (1...30).map { LearnerID(rawValue: UUID(numbered: 0x9000 + $0)) }

    /// The evening of day 40 is heard, and the night has passed: everybody is scored among peers as of day 40.
    private func prepared() async throws -> PredictionParts {
        let now = People.day(40, hour: 20)
        let parts = try await PredictionParts.make(now: now)
        try await parts.hear([PredictionParts.defined(at: now)])
        for (place, learner) in Self.learners.enumerated() {
            try await parts.hear(
                PredictionParts.history(of: learner, activeOn: Self.days(of: place + 1), at: now))
        }
        try await parts.rescoring.rescoreDue()
        parts.clock.set(now: People.day(41, hour: 1), rate: 0)
        try await parts.rescoring.rescoreDue()
        parts.clock.set(now: Self.silentSince, rate: 0)
        return parts
    }

    private func pass(_ parts: PredictionParts, from start: Date, until end: Date) async throws {
        for hour in stride(from: 1.0, through: end.timeIntervalSince(start) / 3_600, by: 1) {
            parts.clock.set(now: start.addingTimeInterval(hour * 3_600), rate: 0)
            try await parts.rescoring.rescoreDue()
        }
    }

    private func opened(at time: Date) throws -> Fact {
        try PredictionParts.fact(
            DataGapOpened(
                source: Self.source, silentSince: Self.silentSince, openedAt: time, courseRuns: [People.run]),
            at: time)
    }

    private func rises(_ said: some Sequence<RiskScored>) -> [RiskScored] {
        said.filter { scored in
            guard let band = scored.risk.band else { return false }
            return band > .low && band > scored.previousBand ?? .low
        }
    }

    @Test func `in 48 hours of silence no band rises and no score moves; without the gap they do`() async throws {
        let known = try await prepared()
        let unknown = try await prepared()
        let (before, beforeUnknown) = (try await known.heads(), try await unknown.heads())
        var scores: [LearnerID: RiskScore] = [:]
        for scored in try await known.said() where scored.risk.scoredAt >= People.day(41, hour: 0) {
            scores[scored.risk.learner] = scored.risk.score
        }
        #expect(scores.count == Self.learners.count)
        let openedAt = Self.silentSince.addingTimeInterval(3 * 3_600)
        for parts in [known, unknown] { try await pass(parts, from: Self.silentSince, until: openedAt) }
        try await known.hear([try opened(at: openedAt)])
        for parts in [known, unknown] { try await pass(parts, from: openedAt, until: Self.spokeAt) }
        #expect(rises(try await known.said(after: before)).isEmpty)
        #expect(rises(try await unknown.said(after: beforeUnknown)).count > 3)
        for scored in try await known.said(after: before) {
            #expect(scored.risk.score == scores[scored.risk.learner])
        }
    }

    @Test func `when the source speaks again and brings what it kept back, scores are as if nothing had been`()
        async throws
    {
        let known = try await prepared()
        let whole = try await prepared()
        // The quiz is due on day 41, and handed in.
        var late = try [41, 42, 43].map { try PredictionParts.fact(People.event(on: $0, hour: 8), at: Self.spokeAt) }
        late.append(
            try PredictionParts.fact(
                People.event(
                    .submitted, on: 41, hour: 11, activity: ActivityReference(id: People.quiz, kind: .quiz)),
                at: Self.spokeAt))
        // Ada joins the thirty and is active every day. One service hears it in time, the other after the gap.
        for parts in [known, whole] {
            try await parts.hear(PredictionParts.history(of: People.ada, activeOn: 0..<41, at: Self.silentSince))
        }
        try await known.hear([try opened(at: Self.silentSince.addingTimeInterval(10_800))])
        try await known.hear([
            try PredictionParts.fact(
                DataGapClosed(
                    source: Self.source, silentSince: Self.silentSince, closedAt: Self.spokeAt, reason: .event,
                    courseRuns: [People.run]), at: Self.spokeAt)
        ])
        for parts in [known, whole] {
            parts.clock.set(now: People.day(43, hour: 12), rate: 0)
            try await parts.hear(late)
        }
        let vectors = try await [known, whole].asyncMap { parts in
            let key = EnrollmentKey(tenant: .standard, courseRun: People.run, learner: People.ada)
            let found = try await parts.database.run { try parts.enrollments.lock([key], on: $0) }
            let context = try await parts.database.run { session in
                try parts.runs.contexts(
                    of: [.init(tenant: .standard, courseRun: People.run)], on: session
                ).values.first
            }
            let state = try #require(found[key]).state
            let gaps = GapDays(try #require(context).gaps, now: parts.clock.now())
            return Features.vector(
                of: state, plan: People.plan, cohort: nil,
                asOf: Features.asOfDay(state, now: parts.clock.now(), gaps: gaps), gaps: gaps
            ).encoded()
        }
        #expect(vectors[0] == vectors[1])
        // Those who stay away are at risk again, a day at a time.
        let before = try await known.heads()
        try await pass(known, from: People.day(43, hour: 12), until: People.day(50))
        #expect(!rises(try await known.said(after: before)).isEmpty)
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
