import Foundation
import Testing

@testable import Tracking

/// Sessions out of single events: 30 minutes idle end one, late events extend and merge.
@Suite struct LearningSessionsTests {
    private func at(_ minutes: Double) -> Date { Date(timeIntervalSince1970: 1_700_000_000 + minutes * 60) }

    private func span(_ from: Double, _ until: Double, _ events: Int) -> SessionSpan {
        SessionSpan(startedAt: at(from), endedAt: at(until), eventCount: events)
    }

    @Test func `a pause of thirty minutes is still the same session, a longer one is not`() {
        #expect(LearningSessions.adding([at(0), at(30)], to: []).saved == [span(0, 30, 2)])
        #expect(
            LearningSessions.adding([at(0), at(30.1)], to: []).saved == [span(0, 0, 1), span(30.1, 30.1, 1)])
    }

    @Test func `an event between two sessions makes them one`() {
        let change = LearningSessions.adding([at(35)], to: [span(0, 10, 4), span(60, 70, 3)])
        #expect(change.saved == [span(0, 70, 8)])
        #expect(change.removed == [at(60)])
    }

    @Test func `an event before a session moves its start`() {
        let change = LearningSessions.adding([at(-20)], to: [span(0, 10, 4)])
        #expect(change.saved == [span(-20, 10, 5)])
        #expect(change.removed == [at(0)])
    }

    @Test func `a session that nothing happened to is not written again`() {
        let change = LearningSessions.adding([at(200)], to: [span(0, 10, 4)])
        #expect(change == LearningSessions.Change(saved: [span(200, 200, 1)], removed: []))
    }

    @Test func `time on task ends with the last event`() {
        let session = LearningSessions.adding([at(0), at(12)], to: []).saved.first
        #expect(session.map { $0.endedAt.timeIntervalSince($0.startedAt) } == 720)
    }

    @Test func `whatever the order and the batches, the sessions are the same`() {
        var generator = SplitMix(seed: 3)
        let instants = (0..<300).map { _ in at(Double(generator.next() % 6_000)) }
        let expected = LearningSessions.adding(instants, to: []).saved
        for _ in 0..<20 {
            var known: [Date: SessionSpan] = [:]
            var rest = instants.shuffled(using: &generator)
            while !rest.isEmpty {
                let batch = rest.prefix(Int(generator.next() % 17) + 1)
                rest.removeFirst(batch.count)
                let change = LearningSessions.adding(
                    Array(batch), to: known.values.sorted { $0.startedAt < $1.startedAt })
                for start in change.removed { known[start] = nil }
                for span in change.saved { known[span.startedAt] = span }
            }
            #expect(known.values.sorted { $0.startedAt < $1.startedAt } == expected)
        }
    }
}
