import Foundation

/// Every number that the gateway decides by, and why.
public enum GatewayLimits {
    /// 1,000 events of 1 KiB each, the most one batch may hold.
    public static let bodyMax = 1 << 20
    /// Statements of xAPI come with files, which batches of events never do.
    public static let xapiBodyMax = 4 << 20
    /// Parts of one multipart request: the statements and the files behind them.
    public static let xapiPartsMax = 1_001
    /// Events a batch: it must fit one transaction of Tracking well under a second.
    public static let eventsMax = 1_000
    /// A body of events up to this size may share a call to Tracking with others, in bytes: some dozen events. A larger
    /// one gains nothing by it.
    public static let sharedBodyMax = 16 << 10
    /// Bytes of bodies in one shared call, so that it stays below Tracking's bound even where each is escaped.
    public static let sharedCallMax = 512 << 10
    /// Shared calls of a tenant under way at once. While two are, what comes gathers for the next.
    public static let sharedCallsMax = 2
    /// Bytes of bodies from which on a second shared call begins while one is under way: some two dozen single events.
    /// A call costs the services about as much as ten more events in it.
    public static let sharedCallMin = 8 << 10
    /// Bytes of bodies that may wait for a shared call; beyond it senders are told to come back.
    public static let sharedWaitingMax = 32 << 20
    /// Records of another format a body; Tracking's own bound.
    public static let recordsMax = 2_500
    /// A browser need not ask again for leave to send, for this many seconds; Chromium's own bound is two hours.
    public static let preflightSeconds = 7_200
    /// A revoked key works at most this much longer.
    public static let keyMemory: Duration = .seconds(1)
    /// Keys remembered at once; more are looked up each time.
    public static let keysRemembered = 10_000
    /// A service that takes longer is left out of an answer that needs several.
    public static let callTimeout: Duration = .seconds(5)
    /// Ingest waits for a commit; a busy disk may take a while.
    public static let ingestTimeout: Duration = .seconds(30)
    /// Overviews a dashboard is pushed: more often than the eye can follow helps nobody.
    public static let overviewInterval: Duration = .milliseconds(500)
    /// Messages that wait for one slow dashboard before it is told to come again.
    public static let liveQueueMax = 256
    /// Facts in one live message; the rest are counted.
    public static let liveFactsMax = 200
    /// Dashboards at once.
    public static let liveConnectionsMax = 500
    /// How long a new WebSocket may take to say who it is.
    public static let authenticationTime: Duration = .seconds(10)
    /// Events of a learner's page; the rest come by page.
    public static let pageEvents = 200
    public static let pageDecisions = 100
}
