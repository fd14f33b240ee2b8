import Contracts
import EventLog
import Foundation
import PostgreSQL
import Testing

@testable import Prediction

/// From facts heard to scores saved and said, on a real PostgreSQL.
@Suite struct ScoringFlowTests {
    private static let now = People.day(40, hour: 10)

    @Test func `a fact moves the state, the score and what is said of it in one transaction`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        let facts =
            try [PredictionParts.defined(at: Self.now)]
            + PredictionParts.history(of: People.bola, activeOn: [0, 1, 2, 9, 17], at: Self.now)
        struct Stop: Error {}
        let learnerEvents = parts.learnerEvents
        await #expect(throws: Stop.self) {
            try await parts.database.transaction { session in
                try learnerEvents.apply(facts, on: session)
                throw Stop()
            }
        }
        #expect(try await parts.said().isEmpty)
        try await parts.hear(facts)
        let said = try await parts.said()
        #expect(said.count == 1)
        let risk = try #require(said.first?.risk)
        #expect(risk.learner == People.bola)
        #expect(try #require(risk.band) >= .high)
        #expect(risk.scoredAt == Self.now)
        #expect(!risk.reasons.isEmpty)
        let answer = try await parts.reads.risks(of: .init(learner: People.bola), tenant: .standard)
        #expect(answer.risks.map(\.score) == [risk.score])
        #expect(try #require(answer.risks.first).reasons.map(\.indicator) == risk.reasons.map(\.indicator))
    }

    @Test func `facts heard one by one leave what facts heard together leave`() async throws {
        let together = try await PredictionParts.make(now: Self.now)
        let apart = try await PredictionParts.make(now: Self.now)
        var facts = try [PredictionParts.defined(at: Self.now)]
        facts += try PredictionParts.history(of: People.ada, activeOn: 0..<40, at: Self.now)
        facts += try PredictionParts.history(of: People.bola, activeOn: [0, 3, 20], at: Self.now)
        try await together.hear(facts)
        // Late and out of order, too: the course run comes last.
        for fact in facts.reversed() { try await apart.hear([fact]) }
        for parts in [together, apart] {
            parts.clock.set(now: People.day(41, hour: 1), rate: 0)
            #expect(try await parts.rescoring.rescoreDue() == 2)
        }
        let query: SQL = "SELECT encode(state, 'hex') AS state, score FROM enrollment ORDER BY learner"
        let one = try await together.database.rows(query)
        let other = try await apart.database.rows(query)
        #expect(one.count == 2)
        for (left, right) in zip(one, other) {
            #expect(try left.decode("state", as: String.self) == right.decode("state", as: String.self))
            #expect(try left.decode("score", as: Double?.self) == right.decode("score", as: Double?.self))
        }
    }

    @Test func `history brought in later updates the score and is marked as such`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        try await parts.hear(
            PredictionParts.history(of: People.bola, activeOn: [0, 1, 2], at: Self.now, isBackfill: true))
        try await parts.hear(PredictionParts.history(of: People.ada, activeOn: 0..<40, at: Self.now))
        let said = try await parts.said()
        #expect(said.first { $0.risk.learner == People.bola }?.isBackfill == true)
        #expect(said.first { $0.risk.learner == People.ada }?.isBackfill == false)
    }

    @Test func `before the course run is declared the model abstains, and scores once it is`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear(PredictionParts.history(of: People.ada, activeOn: 0..<40, at: Self.now))
        #expect(try await parts.said().map(\.risk.abstention) == [.tooLittleData])
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        #expect(try await parts.rescoring.rescoreDue() == 1)
        #expect(try await parts.said().last?.risk.score != nil)
    }

    @Test func `a learner who leaves has no score any more and is not scored again`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        try await parts.hear(PredictionParts.history(of: People.ada, activeOn: 0..<40, at: Self.now))
        let left = EnrollmentChanged(
            learner: People.ada, courseRun: People.run, status: .withdrawn, changedAt: Self.now)
        try await parts.hear([PredictionParts.fact(left, at: Self.now)])
        #expect(try await parts.said().last?.risk.abstention == .notEnrolled)
        #expect(try await parts.said().last?.previousBand == .low)
        parts.clock.set(now: People.day(45), rate: 0)
        #expect(try await parts.rescoring.rescoreDue() == 0)
        #expect(try await parts.reads.atRisk(.init(), tenant: .standard).total == 0)
    }

    @Test func `silence raises the risk day by day without any event`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        for (number, learner) in [People.ada, People.bola, People.chen].enumerated() {
            try await parts.hear(
                PredictionParts.history(
                    of: learner, activeOn: (0..<40).filter { $0 % (number + 1) == 0 }, at: Self.now))
        }
        var scores: [Double] = []
        for day in 41..<56 {
            parts.clock.set(now: People.day(day, hour: 0.1), rate: 0)
            // Ada goes on and keeps the course alive.
            try await parts.hear([
                PredictionParts.fact(
                    People.event(on: day, hour: 0, of: People.ada), at: People.day(day, hour: 0))
            ])
            try await parts.rescoring.rescoreDue()
            let risk = try await parts.reads.risks(of: .init(learner: People.bola), tenant: .standard).risks
                .first
            scores.append(try #require(risk?.score?.rawValue))
        }
        #expect(scores[13] > scores[0] + 0.3)
        let points = try await parts.reads.history(
            .init(learner: People.bola, courseRun: People.run), tenant: .standard
        ).points
        #expect(points.count >= 16)
        #expect(points.map(\.scoredAt) == points.map(\.scoredAt).sorted())
        #expect(points.last?.score.rawValue == scores.last)
        let said = try await parts.said().filter { $0.risk.learner == People.bola }
        #expect(said.count >= 15)
        #expect(said.contains { $0.previousBand == .low && $0.risk.band != .low })
    }

    @Test func `a return lowers the risk at once`() async throws {
        let parts = try await PredictionParts.make(now: People.day(40))
        try await parts.hear([PredictionParts.defined(at: People.day(40))])
        try await parts.hear(PredictionParts.history(of: People.chen, activeOn: 0..<28, at: People.day(40)))
        let before = try #require(try await parts.said().last?.risk.score)
        parts.clock.set(now: People.day(40, hour: 13), rate: 0)
        let back = (0..<3).map {
            People.event(on: 40, hour: 12.5 + Double($0) / 10, of: People.chen, count: 8)
        }
        try await parts.hear(back.map { try PredictionParts.fact($0, at: People.day(40, hour: 13)) })
        let after = try #require(try await parts.said().last?.risk.score)
        #expect(after.rawValue < before.rawValue / 2)
    }

    @Test func `a summary that most learners have outgrown is made anew, once`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        try await parts.rescoring.rescoreDue()
        for number in 0..<30 {
            let learner = LearnerID(rawValue: UUID(numbered: 1_000 + number))
            let later = Self.now.addingTimeInterval(60)
            try await parts.hear(PredictionParts.history(of: learner, activeOn: 0..<number, at: later))
        }
        parts.clock.set(now: Self.now.addingTimeInterval(120), rate: 0)
        #expect(try await parts.rescoring.countDue() == 0)
        #expect(try await parts.rescoring.refreshOutgrown() == 1)
        #expect(try await parts.rescoring.countDue() == 30)
        #expect(try await parts.rescoring.rescoreDue() == 30)
        // Being scored anew is not being heard: nothing has outgrown the new summary.
        #expect(try await parts.rescoring.refreshOutgrown() == 0)
    }

    @Test func `a new model scores everyone anew when the service starts`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        try await parts.hear(PredictionParts.history(of: People.ada, activeOn: 0..<40, at: Self.now))
        try await parts.rescoring.rescoreDue()
        try await parts.rescoring.adoptModel()
        #expect(try await parts.rescoring.rescoreDue() == 0)
        try await parts.database.execute("UPDATE enrollment SET model = 'an older one'")
        let stale = try await parts.reads.risks(of: .init(learner: People.ada), tenant: .standard).risks.first
        #expect(stale?.reasons.isEmpty == true)
        #expect(stale?.model == "an older one")
        try await parts.rescoring.adoptModel()
        #expect(try await parts.rescoring.rescoreDue() == 1)
        let fresh = try await parts.reads.risks(of: .init(learner: People.ada), tenant: .standard).risks.first
        #expect(fresh?.model == parts.scorer.model.version)
        #expect(fresh?.reasons.isEmpty == false)
    }

    @Test func `two replicas score each enrollment once`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        try await parts.hear([PredictionParts.defined(at: Self.now)])
        for number in 0..<40 {
            let learner = LearnerID(rawValue: UUID(numbered: 1_000 + number))
            try await parts.hear(PredictionParts.history(of: learner, activeOn: 0..<number, at: Self.now))
        }
        parts.clock.set(now: People.day(42, hour: 1), rate: 0)
        let before = try await parts.said().count
        let other = PredictionParts(database: parts.database, clock: parts.clock, like: parts)
        async let one = parts.rescoring.rescoreDue()
        async let two = other.rescoring.rescoreDue()
        let counts = try await (one, two)
        #expect(counts.0 + counts.1 == 40)
        #expect(try await parts.said().count == before + 40)
    }

    @Test func `facts of later versions and of other kinds are passed over`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        let change = LearnerStateChanged(
            learner: People.ada, courseRun: People.run, to: .slipping, changedAt: Self.now)
        var unknown = try PredictionParts.fact(change, at: Self.now)
        unknown.type = "SomethingNew"
        try await parts.hear([try PredictionParts.fact(change, at: Self.now), unknown])
        #expect(try await parts.said().isEmpty)
    }

    @Test func `a trace goes from the event to the score`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        try await parts.hear([PredictionParts.fact(People.enrolled(), at: Self.now, trace: trace)])
        let rows = try await parts.database.rows("SELECT traceparent FROM event_log")
        #expect(try rows.first?.decode("traceparent", as: String?.self) == trace)
    }
}
