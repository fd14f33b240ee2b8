import Contracts
import Foundation

/// From the bytes of a `SetEnrollments` request to items, each of them an event or the reason why it is none.
enum EnrollmentReader {
    /// - Throws: ``TrackingError/unreadable(_:)`` when the body as a whole is not a list of enrollments. A bad one
    ///   among them is no error.
    static func batch(_ body: Data, now: Date) throws(TrackingError) -> IncomingBatch {
        let tape = try JSONTape(body: body)
        do throws(EventProblem) {
            let root = try ObjectReader(tape, JSONTape.root, field: "")
            let source = try root.name(SourceID.self, "source") ?? .api
            let isBackfill = try root.flag("backfill") ?? false
            let list = try root.list("enrollments", 1...SetEnrollments.enrollmentsMax, of: "enrollments")
            return IncomingBatch(
                isBackfill: isBackfill, items: list.map { item(tape, $0, source: source, now: now) })
        } catch {
            throw .unreadable(error.description)
        }
    }

    private static func item(_ tape: JSONTape, _ node: Int, source: SourceID, now: Date) -> IncomingItem {
        let raw = RawSlice(tape.bytes, tape.range(node))
        do throws(EventProblem) {
            let event = EnrollmentEvents.event(
                try enrollment(ObjectReader(tape, node, field: "")), source: source)
            try event.checkTime(now: now, field: "changedAt")
            return IncomingItem(source: event.source, id: event.id.rawValue, event: .success(event), raw: raw)
        } catch {
            return IncomingItem(source: source, id: nil, event: .failure(error), raw: raw)
        }
    }

    private static func enrollment(_ object: ObjectReader) throws(EventProblem) -> EnrollmentDraft {
        EnrollmentDraft(
            source: try object.name(SourceID.self, "source"),
            learner: try object.required(ExternalLearnerID.self, "learner"),
            courseRun: try object.required(CourseRunID.self, "courseRun"),
            status: try object.choice(EnrollmentStatus.self, "status"),
            changedAt: try object.instant("changedAt"))
    }
}
