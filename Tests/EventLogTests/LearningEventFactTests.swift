import Contracts
import Foundation
import Testing

@testable import EventLog

/// The quick way to read a learning event finds what the ordinary way finds.
@Suite struct LearningEventFactTests {
    private func fact(_ body: String) -> Fact {
        var fact = EventLogTests.fact
        fact.body = body
        return fact
    }

    private static let event = LearningEventRecorded(
        source: SourceID(checked: "lms"), eventID: EventID(checked: "e-1"), learner: LearnerID(rawValue: UUID()), verb: .viewed,
        occurredAt: Date(timeIntervalSince1970: 1_790_000_000.25), receivedAt: Date(timeIntervalSince1970: 1_790_000_001))

    private static var variants: [LearningEventRecorded] {
        var inRun = event
        inRun.courseRun = CourseRunID(checked: "c 1")
        inRun.activity = ActivityReference(id: ActivityID(checked: #"page "7" \ é"#), kind: .video)
        var marked = inRun
        marked.result = EventResult(score: 0.5, success: true, count: 3)
        marked.isBackfill = true
        return [event, inRun, marked]
    }

    @Test("both ways read the same", arguments: variants)
    func same(event: LearningEventRecorded) throws {
        let body = String(decoding: try JSONCoding.encoder().encode(event), as: UTF8.self)
        #expect(try fact(body).learningEvent() == event)
        #expect(try fact(body).decode(LearningEventRecorded.self) == event)
    }

    @Test("what is no learning event is refused as the ordinary way refuses it", arguments: [
        "{}", #"{"source":"lms"}"#, "[1]", #"{"learner":"ada"}"#,
    ])
    func refused(body: String) {
        #expect(throws: DecodingError.self) { try fact(body).learningEvent() }
    }

    @Test func `what was read holds for every copy, and not for another body`() throws {
        let bodies = try Self.variants.map { String(decoding: try JSONCoding.encoder().encode($0), as: UTF8.self) }
        let first = fact(bodies[0])
        var changed = first
        #expect(try first.learningEvent() == Self.variants[0])
        changed.body = bodies[1]
        #expect(try changed.learningEvent() == Self.variants[1])
        #expect(try first.learningEvent() == Self.variants[0])
        let sent = try JSONCoding.decoder().decode(Fact.self, from: JSONCoding.encoder().encode(first))
        #expect(sent == first)
        #expect(sent != changed)
    }
}
