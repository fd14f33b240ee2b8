import Contracts
import Foundation
import Testing

@testable import Tracking

/// Which learning event a statement becomes; what becomes none is kept as a statement all the same.
@Suite struct StatementMappingTests {
    private func events(_ statements: String...) async throws -> [LearningEventRecorded] {
        let stack = try await TrackingStack.make()
        for statement in statements { try await stack.store(statement) }
        return try await stack.said(LearningEventRecorded.self).sorted { $0.eventID < $1.eventID }
    }

    private static let course = #"{"id":"http://moodle.example/course/view.php?id=3","definition":{"type":"http://id.tincanapi.com/activitytype/lms/course"}}"#
    private static let site = #"{"id":"http://moodle.example","definition":{"type":"http://id.tincanapi.com/activitytype/lms"}}"#

    private static func quiz(_ result: String, context: String? = nil) -> String {
        let around = context ?? #"{"contextActivities":{"grouping":[\#(site),\#(course)]}}"#
        return #"{"id":"\#(Sample.id(1))","actor":{"account":{"homePage":"http://moodle.example","name":"7"}},"#
            + #""verb":{"id":"http://adlnet.gov/expapi/verbs/answered"},"timestamp":"2026-09-20T10:00:00Z","#
            + #""object":{"id":"http://moodle.example/mod/quiz/view.php?id=1","definition":{"type":"http://adlnet.gov/expapi/activities/assessment"}},"#
            + #""result":\#(result),"context":\#(around)}"#
    }

    @Test func `a statement as Moodle sends it: learner, run, kind and result`() async throws {
        let event = try #require(
            try await events(
                Self.quiz(#"{"score":{"raw":7,"min":2,"max":12},"success":true,"completion":true,"duration":"PT2M"}"#)
            ).first)
        #expect(event.source.rawValue == "xapi")
        #expect(event.eventID.rawValue == Sample.id(1))
        #expect(
            event.learner
                == EventHashes.learner(
                    ExternalLearnerID(checked: "account http://moodle.example 7"), source: XAPIMapping.source,
                    tenant: .standard))
        #expect(event.courseRun?.rawValue == "http://moodle.example/course/view.php?id=3")
        #expect(event.verb == .submitted)
        #expect(event.activity == ActivityReference(id: ActivityID(checked: "http://moodle.example/mod/quiz/view.php?id=1"), kind: .quiz))
        #expect(event.result == EventResult(score: 0.5, success: true, completion: true, durationSeconds: 120))
        #expect(event.occurredAt == RFC3339.date(from: "2026-09-20T10:00:00Z"))
        #expect(!event.isBackfill)
    }

    @Test func `scores: scaled first, never below zero; without a maximum there is none`() async throws {
        for (score, expected) in [
            (#"{"scaled":0.25,"raw":9,"max":10}"#, 0.25), (#"{"scaled":-0.5}"#, 0.0), (#"{"raw":5,"max":10}"#, 0.5),
            (#"{"raw":5}"#, nil), (#"{}"#, nil),
        ] as [(String, Double?)] {
            let event = try await events(Self.quiz(#"{"score":\#(score),"success":true}"#)).first
            #expect(event?.result?.score == expected, "\(score)")
        }
    }

    @Test func `course runs of Open edX are found in every address that has their key`() {
        for iri in [
            "http://lms.example/course/course-v1:edX+DemoX+Demo_Course", "course-v1:edX+DemoX+Demo_Course",
            "http://lms.example/courses/course-v1%3AedX%2BDemoX%2BDemo_Course/info",
            "http://lms.example/xblock/block-v1:edX+DemoX+Demo_Course+type@problem+block@3fc5",
            "http://lms.example/courses/course-v1:edX+DemoX+Demo_Course/jump_to/block-v1:edX+DemoX+Demo_Course+type@video+block@1",
        ] { #expect(XAPIMapping.courseKey(in: iri) == "course-v1:edX+DemoX+Demo_Course", "\(iri)") }
        #expect(XAPIMapping.courseKey(in: "http://lms.example/course/3") == nil)
    }

    @Test func `progress, registration and the verb's own IRI stay beside the event`() async throws {
        let stack = try await TrackingStack.make()
        let context = #"{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7","contextActivities":{"parent":\#(Self.course)}}"#
        let result = #"{"extensions":{"https://w3id.org/xapi/cmi5/result/extensions/progress":40}}"#
        try await stack.store(Self.quiz(result, context: context))
        let kept = try await stack.database.rows("SELECT context::text AS context FROM event_identity").first
        let json = try JSONValue(json: try #require(try kept?.decode("context", as: String.self)))
        #expect(
            json == .object([
                "progress": .number(0.4), "registration": .string("ec531277-b57b-4c15-8d91-d292c5b2b8f7"),
                "verb": .string("http://adlnet.gov/expapi/verbs/answered"),
            ]))
    }

    @Test func `old statements are history, those of the future and of no learner are no events, all are kept`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let group = #"{"objectType":"Group","member":[\#(Sample.ada)]}"#
        let enrolled = "http://adlnet.gov/expapi/verbs/registered"
        for statement in [
            Sample.simple(Sample.id(1), more: #","timestamp":"2021-11-27T16:15:16Z""#),
            Sample.simple(more: #","timestamp":"2031-11-23T19:17:48.323Z""#), Sample.simple(actor: group),
            Sample.reference(to: Sample.id(1), verb: "x:y"), Sample.voiding(Sample.id(99)), Sample.nested,
            #"{"actor":\#(Sample.bola),"verb":{"id":"x:met"},"object":\#(Sample.ada)}"#, Sample.simple(verb: enrolled),
            Sample.simple(verb: "http://class.example/" + String(repeating: "long", count: 100)),
        ] { try await stack.store(statement) }
        #expect(try await stack.count("xapi_statement") == 9)
        let events = try await stack.said(LearningEventRecorded.self)
        #expect(events.map(\.eventID.rawValue) == [Sample.id(1)])
        #expect(events.first?.isBackfill == true)
        #expect(events.first?.verb.rawValue == "http://class.example/read")
        #expect(try await stack.count("quarantined_event") == 0)
    }

    @Test func `the same learner by any statement is one learner, also behind a name too long for one`() async throws {
        let long = String(repeating: "n", count: 400)
        let actor = #"{"account":{"homePage":"http://x.example","name":"\#(long)"}}"#
        let found = try await events(
            Sample.simple(Sample.id(1)), Sample.simple(Sample.id(2), actor: #"{"mbox":"mailto:ada@class.example"}"#),
            Sample.simple(Sample.id(3), actor: actor), Sample.simple(Sample.id(4), actor: actor))
        #expect(found.count == 4)
        #expect(found[0].learner == found[1].learner && found[2].learner == found[3].learner)
        #expect(found[0].learner != found[2].learner)
    }

    @Test func `the tables name verbs and kinds that there are`() throws {
        let mapping = try XAPIMapping(contentsOf: Wiring.xapiMapping)
        #expect(mapping.verbs.count > 40 && mapping.activityTypes.count > 40)
        for iri in Array(mapping.verbs.keys) + Array(mapping.activityTypes.keys) + mapping.courseTypes {
            #expect(XAPIFormats.isIRI(iri), "\(iri)")
        }
        let own: Set<Verb> = [
            .enrolled, .unenrolled, .viewed, .launched, .interacted, .posted, .submitted, .marked, .banked, .completed,
            .passed, .failed, .loggedIn,
        ]
        #expect(Set(mapping.verbs.values).isSubset(of: own))
    }
}
