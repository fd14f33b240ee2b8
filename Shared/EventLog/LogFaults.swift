/// The steps at which a process may die or freeze without harm: the fault campaign does both at each of them.
package enum LogStep: String, Sendable, CaseIterable {
    /// The relay read facts from the log and has not yet appended them to the stream.
    case relayRead
    /// The relay appended facts to the stream and has not yet noted it.
    case relayAppended
    /// A consumer has facts in memory and has not yet begun their transaction.
    case consumerRead
    /// A consumer's transaction holds the fence and no effect.
    case fenced
    /// A consumer's transaction holds the effects and is not yet committed.
    case effected
    /// A consumer's transaction is committed and nothing else in the process knows it.
    case committed
    /// A consumer is about to tell Redis how far it is.
    case positionsRead
    /// A consumer told Redis how far it is.
    case positionsPublished
}

/// What the project's own tests may do to a relay or consumer. No setting reaches it.
package struct LogFaults: Sendable {
    /// Called at each step; may freeze or end the process.
    package var reached: @Sendable (LogStep) -> Void
    /// False leaves out the comparison of owner, epoch and position: the test that must then fail is the proof
    /// that the fence is what keeps effects single.
    package var isFenced: Bool

    package init(isFenced: Bool = true, reached: @escaping @Sendable (LogStep) -> Void = { _ in }) {
        self.isFenced = isFenced
        self.reached = reached
    }

    package static let none = LogFaults()
}
