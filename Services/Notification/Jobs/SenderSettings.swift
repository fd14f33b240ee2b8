import Foundation

/// How senders share the work, and the steps at which the project's own tests may end or freeze them.
struct SenderSettings: Sendable {
    /// Names this process to an operator.
    var owner: String
    /// Lanes that send side by side. What a crash leaves unclear is at most this many mails.
    var lanes = 4
    /// How often the table is looked at when nobody rings.
    var interval: Duration = .milliseconds(200)
    /// What a claim outlives the provider's own limit by: composing the mail, and writing down what became of it.
    var claimMargin: Duration = .seconds(15)
    /// For how long after the claim's end a known outcome is still tried to be written down. It stays true.
    var recordingTime: Duration = .seconds(300)
    var policy = RetryPolicy()
    var faults = SenderFaults.none
}

/// What happens between a claim and its outcome, in order.
enum SenderStep: String, Sendable, CaseIterable {
    /// `sending` is committed; nothing has left.
    case claimed
    /// The mail is made and not yet handed over.
    case composed
    /// The provider answered and nobody wrote it down.
    case answered
    /// It is written down.
    case recorded
}

/// What the project's own tests may do to a sender. No setting reaches it.
struct SenderFaults: Sendable {
    /// The sender ends here, as if its process had been killed.
    struct Died: Error {}

    /// May freeze the sender by not returning for a while, or end it by throwing ``Died``.
    var reached: @Sendable (SenderStep) async throws -> Void

    static let none = SenderFaults { _ in }
}
