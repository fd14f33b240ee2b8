import Contracts
import Foundation

// A delivery, in one picture:
//
//     nudge heard ──▶ planned ──claim──▶ sending ──accepted──▶ sent
//          │             ▲  │               ├─────refused────▶ failed
//          │             │  │               └─no word of it──▶ unknown ──late word──▶ sent, failed
//          │             └──┼── not accepted, later again
//          └──▶ suppressed ◀┘  no contact, unsubscribed, expired, no template
//
// `sending` is committed before anything leaves the process. So a row that is still `sending` when its sender is gone
// may have left or not: nobody sends it again, unless the provider can tell (the sink can) or the operator wants it so.

/// What a message needs to be sent, asked when it is planned and again in the transaction that begins to send it.
struct SendingConditions: Sendable {
    var hasTemplate: Bool
    var hasAddress: Bool
    var isUnsubscribed: Bool
    var expiresAt: Date

    /// Why it must not be sent at `now`; nil when it may be.
    func obstacle(at now: Date) -> DeliveryReason? {
        // What the learner said comes first: it is the reason that they should find when they ask.
        if isUnsubscribed { return .unsubscribed }
        if now >= expiresAt { return .expired }
        if !hasTemplate { return .noTemplate }
        if !hasAddress { return .noContact }
        return nil
    }
}

/// What is known after one attempt.
enum AttemptOutcome: Sendable, Equatable {
    /// The provider took it. The receipt is there when the provider keeps a copy.
    case accepted(StoredReceipt?)
    /// It will never be taken.
    case refused(DeliveryReason, reply: String?)
    /// It was certainly not taken, for a reason that may pass.
    case notAccepted(reply: String?)
    /// It may have been taken or not.
    case unclear
    /// The claim had run out before anything left: somebody else may have decided on the row meanwhile.
    case abandoned
}

/// What the sink notes of a mail it wrote.
struct StoredReceipt: Sendable, Equatable {
    var subject: String
    /// Octets of the file.
    var size: Int
}

/// What to do about messages of which nobody can say whether they left.
public enum UnclearPolicy: String, CaseIterable, Sendable {
    /// Never send again: at most once, and every such message is listed as `unknown`.
    case hold
    /// Send again with the same Message-ID: at least once.
    case resend
}

/// What becomes of a delivery after an attempt.
enum AttemptVerdict: Sendable, Equatable {
    case finished(DeliveryState, DeliveryReason?)
    /// Planned again, to be tried after this many seconds of real time.
    case again(after: TimeInterval)
}

/// When to try again, and when to give up. Times are real ones: a mail server knows no simulated clock.
struct RetryPolicy: Sendable {
    var onUnclear: UnclearPolicy = .hold
    var attemptsMax = NotificationLimits.attemptsMax
    var window = NotificationLimits.attemptsWindow
    var base = NotificationLimits.retryBase
    var cap = NotificationLimits.retryCap

    /// - Parameters:
    ///   - attempts: How many there were, this one included.
    ///   - sinceFirst: Seconds since the first attempt began.
    ///   - jitter: 0...1, evenly drawn: the share of the longest wait that is taken.
    func step(after outcome: AttemptOutcome, attempts: Int, sinceFirst: TimeInterval, jitter: Double)
        -> AttemptVerdict
    {
        switch outcome {
        case .accepted: .finished(.sent, nil)
        case .refused(let reason, _): .finished(.failed, reason)
        // Nothing left: worth knowing where the row was given up as unknown. A newer claim's row is not touched.
        case .abandoned, .notAccepted: again(attempts: attempts, sinceFirst: sinceFirst, jitter: jitter)
        case .unclear:
            switch onUnclear {
            case .hold: .finished(.unknown, .unanswered)
            case .resend: again(attempts: attempts, sinceFirst: sinceFirst, jitter: jitter)
            }
        }
    }

    private func again(attempts: Int, sinceFirst: TimeInterval, jitter: Double) -> AttemptVerdict {
        let longest = min(cap, base * pow(2, Double(max(attempts - 1, 0))))
        let wait = longest * min(max(jitter, 0), 1)
        guard attempts < attemptsMax, sinceFirst + wait <= window else { return .finished(.failed, .gaveUp) }
        return .again(after: wait)
    }
}
