import Contracts
import Foundation
import Testing

@testable import Tracking

/// Words that a source uses and nobody knows here.
@Suite struct DriftTests {
    private static let words: [(DriftPlace, String, String?)] = [
        (DriftPlace.verb, "http://adlnet.gov/expapi/verbs/experienced", "viewed"),
        (.verb, "https://w3id.org/xapi/dod-isd/verbs/submitted", "submitted"), (.verb, "Viewed", "viewed"),
        (.verb, "compleeted", "completed"), (.verb, "logged-in", "loggedIn"), (.field, "userId", "learner"),
        (.field, "occured_at", "occurredAt"), (.activityKind, "Discussion", "forum"), (.activityKind, "vidoe", nil),
        (.verb, "teleported", nil), (.field, "42", nil),
    ]

    @Test("a word leads to the known one that it stands for", arguments: words)
    func suggestion(place: DriftPlace, word: String, known: String?) {
        #expect(KnownWords.suggestion(for: word, in: place) == known)
    }

    @Test func `unknown verbs, kinds and fields are counted with an example, from what was refused as well`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let lms = SourceID(checked: "lms")
        let sampler = DriftSampler()
        let body = """
            {"source":"lms","events":[
            {"id":"1","learner":"ada","verb":"experienced","occurredAt":"2026-09-21T10:00:00Z","activity":{"id":"p","kind":"lesson"}},
            {"id":"2","student":"ada","verb":"viewed","occurredAt":"2026-09-21T10:00:00Z"},
            {"id":"3","learner":"ada","verb":"viewed","occurredAt":"2026-09-21T10:00:00Z"},
            "nonsense"]}
            """
        let batch = try BatchReader.batch(Data(body.utf8), now: stack.clock.now())
        sampler.look(at: batch.items, tenant: .standard, now: stack.clock.now())
        // The next batch comes within the same second: it is left alone.
        sampler.look(at: batch.items, tenant: .standard, now: stack.clock.now())
        let store = DriftStore(database: stack.database)
        try await store.save(sampler.take(), now: stack.clock.now())
        try await store.save(sampler.take(), now: stack.clock.now())
        let drift = try await stack.call(TrackingRPC.getDrift, GetDrift.Request(source: lms))
        #expect(drift.sampledEvents == 4)
        #expect(drift.words.map(\.word).sorted() == ["experienced", "lesson", "student"])
        let verb = try #require(drift.words.first { $0.place == .verb })
        #expect(verb.suggestion == "viewed")
        #expect(verb.example == "1")
        #expect(verb.share == 0.25)
        #expect(verb.firstSeenAt == stack.clock.now())
        let none = try await stack.call(TrackingRPC.getDrift, GetDrift.Request(source: .api))
        #expect(none == GetDrift.Response(sampledEvents: 0, words: []))
    }

    @Test func `a source that makes up a word for every event does not fill the table`() async throws {
        let stack = try await TrackingStack.make()
        let store = DriftStore(database: stack.database)
        let source = DriftSample.Source(tenant: .standard, source: .api)
        for round in 0..<2 {
            var sample = DriftSample()
            for number in 0..<600 {
                sample.look(at: "{\"verb\":\"v\(round)-\(number)\"}", of: source, id: nil, now: stack.clock.now())
            }
            try await store.save(sample, now: stack.clock.now())
        }
        #expect(try await stack.count("source_drift") <= TrackingLimits.driftWordsPerSourceMax * 3 + 1)
        #expect(try await store.drift(of: .api, tenant: .standard).words.count <= 200)
    }
}
