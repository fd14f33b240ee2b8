import Contracts
import Foundation
import Testing

@testable import Tracking

/// Enrollments that are said by themselves: events of the log, with a receipt each.
@Suite struct SetEnrollmentsTests {
    private func draft(_ learner: String, _ status: EnrollmentStatus, day: Double = 0) -> EnrollmentDraft {
        EnrollmentDraft(
            learner: ExternalLearnerID(checked: learner), courseRun: CourseRunID(checked: "run"), status: status,
            changedAt: TrackingStack.start.addingTimeInterval(day * 86_400))
    }

    private func set(_ stack: TrackingStack, _ drafts: [EnrollmentDraft]) async throws -> RecordEvents.Response {
        try await stack.call(TrackingRPC.setEnrollments, SetEnrollments.Request(enrollments: drafts))
    }

    @Test func `enrollments become events, and the same said again are duplicates`() async throws {
        let stack = try await TrackingStack.make()
        let drafts = [
            draft("ada", .enrolled, day: -5), draft("bob", .enrolled, day: -5), draft("bob", .withdrawn, day: -1),
            draft("chen", .completed),
        ]
        #expect(try await set(stack, drafts).accepted == 4)
        let again = try await set(stack, drafts.reversed() + [draft("ada", .enrolled, day: -4)])
        #expect((again.accepted, again.duplicate, again.conflict, again.quarantined) == (1, 4, 0, 0))
        try await stack.project()
        let list = try await stack.call(TrackingRPC.listEnrollments, ListEnrollments.Request()).enrollments
        let ids = try await stack.call(
            TrackingRPC.resolveLearners,
            ResolveLearners.Request(learners: ["ada", "bob", "chen"].map { ExternalLearnerID(checked: $0) })
        ).learners
        let statuses = ids.map { id in list.first { $0.learner == id }?.status }
        #expect(statuses == [.enrolled, .withdrawn, .completed])
        #expect(list.first { $0.learner == ids[0] }?.enrolledAt == TrackingStack.start.addingTimeInterval(-5 * 86_400))
        let said = try await stack.said(LearningEventRecorded.self)
        #expect(Set(said.map(\.verb)) == [.enrolled, .unenrolled, .completed])
        #expect(said.allSatisfy { $0.eventID.rawValue.hasPrefix("enrollment-") && $0.source == .api })
    }

    @Test func `a bad one among them is refused alone, with a sentence, and kept`() async throws {
        let stack = try await TrackingStack.make()
        let body = #"""
            {"source":"sis","enrollments":[
            {"learner":"ada","courseRun":"run","status":"enrolled","changedAt":"2026-09-01T08:00:00Z"},
            {"learner":"ada","courseRun":"run","status":"active","changedAt":"2026-09-01T08:00:00Z"},
            {"learner":"ada","status":"enrolled","changedAt":"2026-09-01T08:00:00Z"},
            {"learner":"ada","courseRun":"run","status":"enrolled"},
            {"learner":"ada","courseRun":"run","status":"enrolled","changedAt":"2999-01-01T00:00:00Z"},
            {"learner":"ada","learner":"bob","courseRun":"run","status":"enrolled","changedAt":"2026-09-01T08:00:00Z"},
            7]}
            """#
        let reply = await stack.post(TrackingRPC.setEnrollments.path, Data(body.utf8))
        #expect(reply.status == 200)
        let answer = try JSONCoding.decoder().decode(RecordEvents.Response.self, from: reply.body)
        #expect(
            answer.receipts.map(\.reason) == [
                nil, "status: expected enrolled, withdrawn or completed, got the text \"active\"",
                "courseRun: expected a text of 1 to 128 characters, got nothing",
                "changedAt: expected a time like 2026-11-23T10:15:30.123456Z, got nothing",
                "changedAt: expected a time at most 10 minutes ahead of 2026-09-21T14:13:20.000000Z, "
                    + "got 2999-01-01T00:00:00.000000Z",
                "learner: expected one value, got several", "body: expected an object, got the number 7",
            ])
        #expect((answer.accepted, answer.quarantined) == (1, 6))
        #expect(try await stack.count("quarantined_event") == 6)
        #expect(try await stack.said(LearningEventRecorded.self).map(\.source.rawValue) == ["sis"])
    }

    @Test(
        "a body that is no list of enrollments is refused as a whole",
        arguments: [
            ("[]", "body: expected an object, got an array"),
            ("{}", "enrollments: expected an array of 1 to 1,000 enrollments, got nothing"),
            (#"{"enrollments":[]}"#, "enrollments: expected an array of 1 to 1,000 enrollments, got 0"),
            (#"{"enrollments":[{}],"backfill":1}"#, "backfill: expected true or false, got the number 1"),
        ])
    func unreadable(body: String, sentence: String) async throws {
        #expect(throws: TrackingError.unreadable(sentence)) {
            try EnrollmentReader.batch(Data(body.utf8), now: TrackingStack.start)
        }
    }
}
