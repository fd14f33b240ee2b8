import Contracts
import Foundation
import Testing

@testable import Tracking

/// Sessions out of single events: 30 minutes idle end one, late events extend and merge.
@Suite struct LearningSessionsTests {
    private func moment(_ minutes: Double) -> StudyMoment {
        StudyMoment(
            at: 1_700_000_000_000_000 + Int64(minutes * 60_000_000), kind: .content, capMicroseconds: 600_000_000,
            leaves: false)
    }

    private func span(_ from: Double, _ until: Double, _ events: Int, credited minutes: Double = 0) -> SessionSpan {
        SessionSpan(
            startedAt: Date(microseconds: moment(from).at), endedAt: Date(microseconds: moment(until).at),
            eventCount: events, creditedMicroseconds: Int64(minutes * 60_000_000), tail: moment(until))
    }

    private func adding(_ minutes: [Double], to known: [SessionSpan]) -> LearningSessions.Change {
        LearningSessions.adding(minutes.map(moment), to: known, credits: [])
    }

    @Test func `a pause of thirty minutes is still the same session, a longer one is not`() {
        #expect(adding([0, 30], to: []).saved == [span(0, 30, 2)])
        #expect(adding([0, 30.1], to: []).saved == [span(0, 0, 1), span(30.1, 30.1, 1)])
    }

    @Test func `an event between two sessions makes them one, with the time of both`() {
        let change = adding([35], to: [span(0, 10, 4, credited: 9), span(60, 70, 3, credited: 4)])
        #expect(change.saved == [span(0, 70, 8, credited: 13)])
        #expect(change.removed == [Date(microseconds: moment(60).at)])
    }

    @Test func `an event before a session moves its start`() {
        let change = adding([-20], to: [span(0, 10, 4)])
        #expect(change.saved == [span(-20, 10, 5)])
        #expect(change.removed == [Date(microseconds: moment(0).at)])
    }

    @Test func `a session that nothing happened to is not written again`() {
        let change = adding([200], to: [span(0, 10, 4)])
        #expect(change == LearningSessions.Change(saved: [span(200, 200, 1)], removed: []))
    }

    @Test func `whatever the order and the batches, the sessions are the same, with their time on task`() {
        var generator = SplitMix(seed: 3)
        let kinds: [ActivityKind] = [.video, .home, .live, .quiz]
        let moments = (0..<400).map { _ in
            // Whole minutes, so that many fall together.
            StudyMoment(
                at: 1_700_000_000_000_000 + Int64(generator.next() % 4_000) * 60_000_000,
                kind: kinds[Int(generator.next() % 4)], capMicroseconds: Int64(generator.next() % 1_000) * 1_000_000,
                leaves: generator.next() % 9 == 0)
        }
        let expected = LearningSessions.adding(
            moments, to: [], credits: TimeOnTask.change(adding: moments, to: [])
        ).saved
        #expect(expected.contains { $0.creditedMicroseconds > 0 })
        for _ in 0..<20 {
            var known: [Date: SessionSpan] = [:]
            var taken: [StudyMoment] = []
            var rest = moments.shuffled(using: &generator)
            while !rest.isEmpty {
                let batch = Array(rest.prefix(Int(generator.next() % 17) + 1))
                rest.removeFirst(batch.count)
                let change = LearningSessions.adding(
                    batch, to: known.values.sorted { $0.startedAt < $1.startedAt },
                    credits: TimeOnTask.change(adding: batch, to: taken))
                taken += batch
                for start in change.removed { known[start] = nil }
                for span in change.saved { known[span.startedAt] = span }
            }
            #expect(known.values.sorted { $0.startedAt < $1.startedAt } == expected)
        }
    }
}
