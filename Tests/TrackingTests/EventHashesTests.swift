import Contracts
import Foundation
import Testing

@testable import Tracking

/// What is stored of an event beside its fact: hashes that may never change, and the fact's own body.
@Suite struct EventHashesTests {
    private let event = IncomingEvent(
        id: EventID(checked: "e-1"), source: SourceID(checked: "moodle"), learner: ExternalLearnerID(checked: "ada"),
        courseRun: CourseRunID(checked: "run"), verb: .submitted,
        activity: ActivityReference(id: ActivityID(checked: "quiz-1"), kind: .quiz),
        result: EventResult(score: 0.25, success: true, completion: false, durationSeconds: 61.5, count: 2),
        occurredAt: Date(timeIntervalSince1970: 1_790_000_000.123456), context: #"{"a":1}"#)

    @Test func `identity and content of an event never change`() {
        #expect(EventHashes.identity(event, tenant: .standard).uuidString == Self.identityGolden)
        #expect(EventContent(event).bytes.map { String(format: "%02x", $0) }.joined() == Self.contentGolden)
    }

    private static let identityGolden = "61B0732F-E0AA-624C-8779-D0C4BF7B5F30"
    private static let contentGolden = "35826407faf60b463570899dce8f9a303e7f800a0100a87cd1c5ca1bb63cf935"

    @Test func `every field that differs is named, and no other`() {
        func differing(_ change: (inout IncomingEvent) -> Void) -> [String] {
            var other = event
            change(&other)
            return EventContent(other).differences(from: EventContent(event))
        }
        #expect(differing { $0.learner = ExternalLearnerID(checked: "bob") } == ["learner"])
        #expect(differing { $0.courseRun = nil } == ["courseRun"])
        #expect(differing { $0.verb = .viewed } == ["verb"])
        #expect(differing { $0.activity?.kind = .exam } == ["activity"])
        #expect(differing { $0.result?.count = nil } == ["result"])
        #expect(differing { $0.occurredAt += 0.000001 } == ["occurredAt"])
        #expect(differing { $0.context = nil } == ["context"])
        #expect(differing { _ in } == [])
    }

    @Test func `parts that run together do not collide`() {
        #expect(EventHashes.digest(["ab", "c"]) != EventHashes.digest(["a", "bc"]))
        #expect(EventHashes.digest(["ab"]) != EventHashes.digest(["ab", ""]))
    }

    @Test func `the body written by hand reads back as the fact`() throws {
        var plain = event
        plain.courseRun = nil
        plain.activity = nil
        plain.result = nil
        var odd = event
        odd.id = EventID(checked: "a\"b\\c/é😀")
        odd.result = EventResult(score: 1e-9)
        odd.occurredAt = Date(timeIntervalSince1970: 1_790_000_000)
        let learner = try #require(LearnerID("322b992d-758f-8e71-96c4-624b2c76b08e"))
        for event in [event, plain, odd] {
            let fact = event.recorded(as: learner, at: event.occurredAt.addingTimeInterval(1), isBackfill: true)
            let body = Data(EventBody.json(fact).utf8)
            #expect(try JSONCoding.decoder().decode(LearningEventRecorded.self, from: body) == fact)
            let encoded = try JSONCoding.encoder().encode(fact)
            #expect(try Self.object(body) == Self.object(encoded))
        }
    }

    private static func object(_ data: Data) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: data) as? NSDictionary
    }
}
