import Foundation

/// Every number that Notification works by, with its unit and its reason.
public enum NotificationLimits {
    /// Characters of a learner's name.
    public static let nameLengthMax = 100
    /// Octets of an address, and of the part before the @ (RFC 5321, 4.5.3.1).
    public static let addressLengthMax = 254
    public static let localPartLengthMax = 64
    /// Digits of a telephone number (E.164), the country's code included.
    public static let phoneDigits = 8...15
    /// Contacts asked for in one request.
    public static let contactsAskedMax = 1_000
    /// Characters of one text that a template shows; longer ones are cut. A title, not an essay.
    public static let slotLengthMax = 300
    /// Characters of a link that a template shows; a longer one is left out.
    public static let linkLengthMax = 2_000
    /// Attempts at one message, and the real time after the first in which there is another.
    public static let attemptsMax = 8
    public static let attemptsWindow: TimeInterval = 30 * 60
    /// Wait before the second attempt, and the longest wait before any; full jitter below. Seconds.
    public static let retryBase: TimeInterval = 1
    public static let retryCap: TimeInterval = 300
    /// Days that the overview counts.
    public static let overviewDays = 42
    /// Octets in one line of a mail (RFC 5322, 2.1.1), without its CR LF; what we write stays under the lower one.
    public static let lineLengthMax = 998
    public static let lineLengthWanted = 76
    /// An .eml larger than this was not written by this service. Octets.
    public static let storedMessageMax = 1 << 20
    /// Deliveries taken over from dead senders in one transaction.
    public static let strandedBatchMax = 200
}
