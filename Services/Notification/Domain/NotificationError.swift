import Foundation

/// Everything that Notification refuses. Sentences say what was expected and what came, never a name or an address.
public enum NotificationError: Error, Equatable, Sendable {
    /// A contact cannot be stored.
    case invalidContact(String)
    /// A request is out of its bounds.
    case invalidRequest(String)
    case invalidPageToken
    /// No such link was ever put into a mail.
    case unknownToken
    case unknownMessage
    /// The key cannot be used, or what it sealed was changed or belongs elsewhere.
    case unreadable(String)
    /// A mail cannot be built: a header with a control character, a missing template.
    case unsendable(DeliveryReason, String)
}
