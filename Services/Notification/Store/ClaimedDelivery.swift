import Contracts
import Foundation
import PostgreSQL

/// A delivery that one sender, and nobody else, may send now.
struct ClaimedDelivery: Sendable {
    let delivery: DeliveryID
    let tenant: TenantID
    let nudge: NudgeID?
    let learner: LearnerID
    let courseRun: CourseRunID?
    let courseTitle: String
    let kind: NudgeKind
    let channel: Channel
    let parameters: [String: String]
    let expiresAt: Date
    /// The mail's date: when sending first began.
    let datedAt: Date
    /// This one included.
    let attempts: Int
    /// An outcome counts under this number alone.
    let epoch: Int64
    /// Real seconds since the first attempt began, when the claim was made.
    let sinceFirstAttempt: TimeInterval
    /// The contact's fields, still sealed; nil when there is no contact.
    let sealedName: Data?
    let sealedEmail: Data?

    /// - Parameter now: The service's clock; the mail's date where no earlier attempt set it.
    init(row: Row, now: Date) throws {
        delivery = try row.decode("delivery")
        tenant = try row.decode("tenant")
        nudge = try row.decode("nudge")
        learner = try row.decode("learner")
        courseRun = try row.decode("course_run")
        courseTitle = try row.decode("course_title")
        kind = try row.decode("kind")
        channel = try row.decode("channel")
        let text = try row.decode("parameters", as: String.self)
        parameters = try JSONCoding.decoder().decode([String: String].self, from: Data(text.utf8))
        expiresAt = try row.decode("expires_at")
        datedAt = try row.decode("dated_at", as: Date?.self) ?? now
        attempts = try row.decode("attempts", as: Int.self) + 1
        epoch = try row.decode("claim_epoch", as: Int64.self) + 1
        sinceFirstAttempt = try row.decode("since_first_attempt")
        sealedName = try row.decode("contact_name")
        sealedEmail = try row.decode("contact_email")
    }

    /// The fact that its state is now another.
    func changed(to state: DeliveryState, reason: DeliveryReason?, at now: Date) -> DeliveryChanged {
        DeliveryChanged(
            delivery: delivery, nudge: nudge, learner: learner, courseRun: courseRun, channel: channel,
            state: state, reason: reason?.rawValue, changedAt: now)
    }
}
