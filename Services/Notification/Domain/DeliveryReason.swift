import Foundation

/// Why a message was not sent, or why nobody can say. The words are part of the fact `DeliveryChanged`.
public enum DeliveryReason: String, Sendable, CaseIterable {
    /// Nobody said how to reach the learner over this channel.
    case noContact
    /// The learner wants no more of these.
    case unsubscribed
    /// It is later than the nudge may be sent.
    case expired
    /// No template speaks of this kind of nudge.
    case noTemplate
    /// A text would have changed the mail's headers.
    case unsafeText
    /// The contact's seal could not be opened with this service's key.
    case unreadableContact
    /// The receiving side refused for good.
    case rejected
    /// Our own side of the mail was refused for good: the sender's address, the size, the content.
    case refused
    /// Every attempt failed for a passing reason, until there were too many or it was too late.
    case gaveUp
    /// The sender ended between the start of sending and its outcome.
    case interrupted
    /// The whole message was handed over and no answer came.
    case unanswered
}
