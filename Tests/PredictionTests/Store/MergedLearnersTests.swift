import Contracts
import EventLog
import Foundation
import PostgreSQL
import Testing

@testable import Prediction

/// Two learners who are one person are scored as one, and as two again when they are parted. On a real PostgreSQL.
@Suite struct MergedLearnersTests {
    private static let now = People.day(40, hour: 10)
    private static let merged = LearnersMerged(survivor: People.ada, merged: People.bola, mergedAt: now)

    /// Ada studied on even days, and as bola on odd ones.
    private func history(as other: LearnerID, at now: Date = now) throws -> [Fact] {
        try PredictionParts.history(of: People.ada, activeOn: stride(from: 0, to: 40, by: 2), at: now)
            + stride(from: 1, to: 40, by: 2).map {
                try PredictionParts.fact(People.event(on: $0, of: other, count: 5), at: now)
            }
    }

    private func score(_ parts: PredictionParts, _ learner: LearnerID) async throws -> RiskPrediction? {
        try await parts.reads.risks(of: .init(learner: learner), tenant: .standard).risks.first
    }

    private func left(_ learner: LearnerID, _ status: EnrollmentStatus, at time: Date) throws -> Fact {
        try PredictionParts.fact(
            EnrollmentChanged(
                learner: learner, courseRun: People.run, status: status, changedAt: time, isBackfill: true), at: time)
    }

    @Test func `a survivor is scored by what both did, and each alone after an unmerge`() async throws {
        let parts = try await PredictionParts.make(now: Self.now)
        let single = try await PredictionParts.make(now: Self.now)
        for one in [parts, single] { try await one.hear([try PredictionParts.defined(at: Self.now)]) }
        try await parts.hear([try PredictionParts.fact(People.enrolled(People.bola), at: Self.now)])
        try await parts.hear(try history(as: People.bola))
        try await single.hear(try history(as: People.ada))
        let alone = try await score(parts, People.ada)
        let other = try await score(parts, People.bola)
        let whole = try #require(try await score(single, People.ada)?.score)
        #expect(alone?.score != whole)

        try await parts.hear([
            try PredictionParts.fact(Self.merged, at: Self.now), try left(People.bola, .withdrawn, at: Self.now),
        ])
        #expect(try await score(parts, People.ada)?.score == whole)
        #expect(try await score(parts, People.bola)?.abstention == .notEnrolled)
        // What comes under the merged name changes the survivor's score at once, and the next midnight keeps it.
        let more = try PredictionParts.fact(People.event(.posted, on: 40, hour: 9, of: People.bola), at: Self.now)
        try await parts.hear([more])
        try await single.hear([
            try PredictionParts.fact(People.event(.posted, on: 40, hour: 9, of: People.ada), at: Self.now)
        ])
        let both = try await score(single, People.ada)?.score
        #expect(try await score(parts, People.ada)?.score == both)
        for one in [parts, single] {
            one.clock.set(now: People.day(41, hour: 1), rate: 0)
            try await one.rescoring.rescoreDue()
        }
        #expect(try await score(parts, People.ada)?.score == score(single, People.ada)?.score)

        let parted = LearnersUnmerged(survivor: People.ada, merged: People.bola, unmergedAt: parts.clock.now())
        let before = try await parts.heads()
        try await parts.hear([
            try PredictionParts.fact(parted, at: parts.clock.now()),
            try left(People.bola, .enrolled, at: parts.clock.now()),
        ])
        // What was said of them at once is history, which nudges nobody.
        let said = try await parts.said(after: before)
        #expect(Set(said.map(\.risk.learner)) == [People.ada, People.bola])
        #expect(said.allSatisfy { $0.isBackfill })
        let never = try await PredictionParts.make(now: Self.now)
        try await never.hear([try PredictionParts.defined(at: Self.now)])
        try await never.hear([try PredictionParts.fact(People.enrolled(People.bola), at: Self.now)])
        try await never.hear(try history(as: People.bola) + [more])
        never.clock.set(now: parts.clock.now(), rate: 0)
        try await never.rescoring.rescoreDue()
        #expect(other?.score != nil)
        // The next midnight sums up the run anew: until then the survivor is held against peers of the day before.
        for one in [parts, never] {
            one.clock.set(now: People.day(42, hour: 1), rate: 0)
            try await one.rescoring.rescoreDue()
        }
        for learner in [People.ada, People.bola] {
            #expect(try await score(parts, learner)?.score == score(never, learner)?.score)
        }
    }

    @Test func `states joined are the state of one learner with all the facts`() {
        let days = Array(0..<30)
        var one = People.state(activeOn: days.filter { $0 % 3 == 0 }, count: 4)
        var other = People.state(activeOn: days.filter { $0 % 2 == 0 }, count: 3)
        let essay = ActivityReference(id: People.essay, kind: .assignment)
        one.apply(People.event(.submitted, on: 19, activity: essay))
        other.apply(People.event(.submitted, on: 17, activity: essay))
        one.apply(People.event(.marked, on: 25, activity: essay, score: 0.4))
        other.apply(People.event(.marked, on: 26, activity: essay, score: 0.7))
        var all = EnrollmentState()
        all.apply(People.enrolled())
        for day in days where day % 3 == 0 { all.apply(People.event(on: day, count: 4)) }
        for day in days where day % 2 == 0 { all.apply(People.event(on: day, count: 3)) }
        for event in [
            People.event(.submitted, on: 19, activity: essay), People.event(.submitted, on: 17, activity: essay),
            People.event(.marked, on: 25, activity: essay, score: 0.4),
            People.event(.marked, on: 26, activity: essay, score: 0.7),
        ] {
            all.apply(event)
        }
        #expect(one.joined(with: other) == all)
        #expect(other.joined(with: one) == all)
        #expect(one.joined(with: EnrollmentState()) == one)
    }
}
