import Contracts
import Crypto
import Foundation

/// Enrollments that are said by themselves, as events of the log.
enum EnrollmentEvents {
    /// The event that an enrollment becomes. The same enrollment is the same event, id and all, so that it is
    /// recognised when it is said again.
    static func event(_ enrollment: EnrollmentDraft, source: SourceID) -> IncomingEvent {
        IncomingEvent(
            id: id(enrollment), source: enrollment.source ?? source, learner: enrollment.learner,
            courseRun: enrollment.courseRun, verb: verb(enrollment.status), occurredAt: enrollment.changedAt)
    }

    private static func verb(_ status: EnrollmentStatus) -> Verb {
        switch status {
        case .enrolled: .enrolled
        case .withdrawn: .unenrolled
        case .completed: .completed
        }
    }

    /// 128 bits of SHA-256 over all that it says; part of what is stored, so it may never change.
    private static func id(_ enrollment: EnrollmentDraft) -> EventID {
        let parts = [
            enrollment.learner.rawValue, enrollment.courseRun.rawValue, enrollment.status.rawValue,
            RFC3339.string(from: enrollment.changedAt),
        ]
        // No part can hold a line feed: names refuse control characters.
        let hash = SHA256.hash(data: Data(parts.joined(separator: "\n").utf8)).prefix(16)
        let digits = hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return EventID(checked: "enrollment-" + digits.joined())
    }
}
