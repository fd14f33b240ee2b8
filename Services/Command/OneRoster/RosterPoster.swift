import Contracts
import Foundation

/// Brings a roster in through the public API: courses, then classes, then enrollments, then addresses.
struct RosterPoster: Sendable {
    /// Entries of one request, as many as the gateway takes.
    static let batchMax = 1_000
    /// How often a run is read again when somebody else changed it meanwhile.
    static let attemptsMax = 3

    let client: GatewayClient
    let source: SourceID

    /// What became of it.
    struct Outcome: Sendable {
        var courses = 0
        var courseRuns = 0
        var enrollments = ImportTally()
        var contacts = 0
        var refused: [RowErrors.Entry] = []
    }

    func post(_ plan: RosterPlan) async throws -> Outcome {
        var outcome = Outcome()
        for course in plan.courses {
            Terminal.progress("course \(outcome.courses + 1) of \(plan.courses.count)")
            try await put(course)
            outcome.courses += 1
        }
        for run in plan.courseRuns {
            Terminal.progress("class \(outcome.courseRuns + 1) of \(plan.courseRuns.count)")
            try await put(run)
            outcome.courseRuns += 1
        }
        for batch in plan.enrollments.batches(of: Self.batchMax) {
            Terminal.progress("enrollment \(outcome.enrollments.rows + batch.count) of \(plan.enrollments.count)")
            let request = SetEnrollments.Request(source: source, backfill: true, enrollments: batch)
            let answer: RecordEvents.Response = try await client.put("/v1/enrollments", request)
            outcome.enrollments.accepted += answer.accepted
            outcome.enrollments.duplicate += answer.duplicate
            outcome.enrollments.conflict += answer.conflict
            outcome.enrollments.quarantined += answer.quarantined
        }
        try await putContacts(plan.people, &outcome)
        return outcome
    }

    // MARK: - Declarations

    /// Skills that somebody declared stay.
    private func put(_ course: CourseDefinition) async throws {
        try await change("/v1/courses/\(GatewayClient.escaped(course.id.rawValue))") { (known: KnownCourse?) in
            var changed = known?.definition ?? course
            changed.title = course.title
            changed.code = course.code
            return changed
        }
    }

    /// Modules, activities, assessments and weekdays that somebody declared stay; a roster knows nothing of them.
    private func put(_ run: CourseRunDefinition) async throws {
        try await change("/v1/course-runs/\(GatewayClient.escaped(run.id.rawValue))") { (known: KnownCourseRun?) in
            guard let known, !known.isInferred else { return run }
            var changed = known.definition
            changed.title = run.title
            changed.course = run.course ?? changed.course
            (changed.startsAt, changed.endsAt, changed.timeZone) = (run.startsAt, run.endsAt, run.timeZone)
            changed.breaks = run.breaks.isEmpty ? changed.breaks : run.breaks
            return changed
        }
    }

    /// Reads what is there, changes it, and puts it back unless somebody else was quicker; then again.
    private func change<Known: Revised, Definition: Encodable>(
        _ path: String, _ change: (Known?) -> Definition
    ) async throws {
        for attempt in 1... {
            let known: Known? = try await client.find(path)
            do {
                return try await client.put(path, change(known), ifMatch: "\"\(known?.revision ?? 0)\"")
            } catch let error as GatewayError where error.status == 412 && attempt < Self.attemptsMax {
                continue
            }
        }
    }

    // MARK: - Addresses

    private struct Contacts: Encodable {
        var contacts: [ContactLine]
    }

    private struct ContactLine: Encodable {
        var source: SourceID
        var learner: ExternalLearnerID
        var name: String?
        var email: String?
        var phone: String?
    }

    private func putContacts(_ people: [RosterPlan.Person], _ outcome: inout Outcome) async throws {
        for batch in people.batches(of: Self.batchMax) {
            Terminal.progress("contact \(outcome.contacts + batch.count) of \(people.count)")
            do {
                try await put(batch)
                outcome.contacts += batch.count
            } catch let error as GatewayError where error.status == 400 {
                // One of them cannot be used. Alone, each gets its own answer.
                for person in batch { try await putAlone(person, &outcome) }
            }
        }
    }

    private func putAlone(_ person: RosterPlan.Person, _ outcome: inout Outcome) async throws {
        do {
            try await put([person])
            outcome.contacts += 1
        } catch let error as GatewayError where error.status == 400 {
            outcome.refused.append(
                RowErrors.Entry(file: "users.csv", line: person.line, column: "", reason: error.description))
        }
    }

    private func put(_ people: [RosterPlan.Person]) async throws {
        let lines = people.map { person in
            ContactLine(
                source: source, learner: person.learner, name: person.name, email: person.email, phone: person.phone)
        }
        try await client.put("/v1/contacts", Contacts(contacts: lines))
    }
}

/// Something declared, with the number of its revision.
protocol Revised: Decodable {
    var revision: Int { get }
}

extension KnownCourse: Revised {}
extension KnownCourseRun: Revised {}

extension Array {
    /// Pieces of at most so many elements, in order.
    func batches(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
