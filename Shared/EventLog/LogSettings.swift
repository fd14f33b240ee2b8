/// Waits while something more urgent has to be done, for a bounded time. A relay or consumer asks before each step.
public typealias Courtesy = @Sendable () async -> Void

/// How a consumer shares, reads and repeats its work.
public struct LogConsumerSettings: Sendable {
    /// Facts applied in one transaction, at most, over all partitions in it: some of each learner even when thousands
    /// study at once, and about a second of work.
    public var runMax: Int
    /// Facts of one partition that may wait in memory.
    public var waitingMax: Int
    /// Transactions at once. Each takes a connection of the pool; a second begins only when there is much to do.
    public var concurrentRuns: Int
    /// How long a transaction that would follow close upon another waits for more facts at least, counted from the
    /// beginning of that one. Short enough that nobody who looks at a read model notices.
    public var gathering: Duration
    /// The same where transactions take long because much comes; read models are then up to two seconds behind.
    public var gatheringMax: Duration
    /// How long an owner that says nothing is believed to be alive. 1 to 3 s keeps a takeover short and a
    /// collection of garbage or a busy disk harmless.
    public var lease: Duration
    /// How often the lease is renewed and free partitions are looked for.
    public var renewal: Duration
    /// Attempts at one fact before it is parked in `dead_letter`.
    public var attemptsMax: Int
    /// The pause after the first failed attempt; it doubles up to ``pauseMax``, with full jitter.
    public var pauseBase: Duration
    public var pauseMax: Duration
    /// How often positions are compared with the log's heads: what the stream does not bring is found that soon.
    public var comparison: Duration

    public init(
        runMax: Int = 5_000, waitingMax: Int = 1_000, concurrentRuns: Int = 2,
        gathering: Duration = .milliseconds(100), gatheringMax: Duration = .milliseconds(800),
        lease: Duration = .seconds(3),
        renewal: Duration = .milliseconds(500), attemptsMax: Int = 5,
        pauseBase: Duration = .milliseconds(100),
        pauseMax: Duration = .seconds(2), comparison: Duration = .seconds(1)
    ) {
        precondition(runMax > 0 && waitingMax > 0 && concurrentRuns > 0 && attemptsMax > 0)
        precondition(gathering <= gatheringMax)
        precondition(renewal * 2 < lease, "an owner must be able to miss one renewal")
        self.runMax = runMax
        self.waitingMax = waitingMax
        self.concurrentRuns = concurrentRuns
        self.gathering = gathering
        self.gatheringMax = gatheringMax
        self.lease = lease
        self.renewal = renewal
        self.attemptsMax = attemptsMax
        self.pauseBase = pauseBase
        self.pauseMax = pauseMax
        self.comparison = comparison
    }
}

/// How a relay looks for facts, and how much of the log its stream keeps.
public struct LogRelaySettings: Sendable {
    /// Facts read from the log and appended in one round trip, at most.
    public var batchMax: Int
    /// How often the log is looked at while facts come, when nobody wakes the relay.
    public var pollBusy: Duration
    /// How often it is looked at after a quiet second.
    public var pollIdle: Duration
    public var lease: Duration
    public var renewal: Duration
    /// The newest facts of a partition that its stream may hold. A hearer further behind reads the log; a stream
    /// further behind, after Redis lost its data, goes on from here. 20,000 of 400 bytes in 64 partitions: 512 MB.
    public var streamEntriesMax: Int64
    /// How old, by the wall clock, an entry may become that some consumer has not yet applied.
    public var streamAgeMax: Duration
    /// How often the stream is trimmed.
    public var trimming: Duration

    public init(
        batchMax: Int = 2_000, pollBusy: Duration = .milliseconds(20),
        pollIdle: Duration = .milliseconds(250),
        lease: Duration = .seconds(3), renewal: Duration = .milliseconds(500),
        streamEntriesMax: Int64 = 20_000,
        streamAgeMax: Duration = .seconds(86_400), trimming: Duration = .seconds(10)
    ) {
        precondition(batchMax >= EventLog.partitionCount && streamEntriesMax > 0)
        precondition(renewal * 2 < lease, "an owner must be able to miss one renewal")
        self.batchMax = batchMax
        self.pollBusy = pollBusy
        self.pollIdle = pollIdle
        self.lease = lease
        self.renewal = renewal
        self.streamEntriesMax = streamEntriesMax
        self.streamAgeMax = streamAgeMax
        self.trimming = trimming
    }
}

/// How a relay or consumer is doing, for `/readyz`.
public struct LogHealth: Sendable, Hashable {
    /// Facts that wait, over the partitions this process owns; nil while that is not known.
    public var lag: Int64?
    /// Partitions this process owns.
    public var partitions: Int
    /// What is wrong now, one sentence each; empty when nothing is.
    public var problems: [String]
}
