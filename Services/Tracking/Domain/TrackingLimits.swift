import Foundation

/// Every bound that Tracking keeps, with its unit and its reason.
public enum TrackingLimits {
    // MARK: Taking in

    /// A device clock may be this far ahead, in seconds; beyond it the time of an event means nothing.
    public static let aheadMaxSeconds: Double = 600
    /// 2000-01-01: no learning platform has older events, but a device with an empty battery has.
    public static let earliestOccurredAt = Date(timeIntervalSince1970: 946_684_800)
    /// Events older than this at receipt are history, in seconds: they update state and cause no nudge.
    public static let backfillAfterSeconds: Double = 3 * 86_400
    /// Containers inside containers in a request body. Deeper ones are attacks, not events.
    public static let bodyDepthMax = 32
    /// One event as it is written, in bytes; as much is kept of one in quarantine.
    public static let eventBytesMax = 65_536
    /// The free part of an event, in bytes as written.
    public static let contextBytesMax = 8_192
    /// Containers inside containers in the free part, the outermost counted.
    public static let contextDepthMax = 8
    /// Bytes of UTF-8 a character of a name, on average. A name of 256 characters that takes more is no name.
    public static let nameBytesPerCharacterMax = 4
    /// Seconds spent on one event, as a sender may say: one day.
    public static let durationSecondsMax: Double = 86_400
    /// Single actions that one event may stand for.
    public static let actionsMax = 10_000
    /// Bytes of a request body: the gateway's own bound, so that whatever passed there passes here.
    public static let requestBytesMax = 1_048_576

    // MARK: Writing

    /// Events that one commit may hold: well under 200 ms, so that a caller waits for two of them at most.
    public static let eventsPerCommitMax = 4_000
    /// Transactions under way at once. One waits for the disk and one fills the log while a third is made ready: it is
    /// a tenth more than with two.
    public static let writersMax = 3
    /// Events that may wait for a commit; about two seconds of work. Beyond it callers are told to come back.
    public static let waitingEventsMax = 60_000

    /// Over how long what is under way is averaged: longer than a few commits, shorter than anybody notices.
    public static let pressureWindow: Duration = .milliseconds(500)
    /// More events under way than this, on average, and they wait for something: with more than ``pressedRate`` a
    /// second, or for longer than ``pressedSeconds``, all else stands back.
    public static let pressedEvents = 1_000.0
    /// More events a second than read models could follow on a small machine anyway, two cores or so. A larger one
    /// takes in more with fewer under way.
    public static let pressedRate = 8_000.0
    /// Longer under way than this, on average, in seconds, and all else stands back at any rate when there are more
    /// than ``pressedEvents``.
    public static let pressedSeconds = 0.4
    /// More events under way than this, and all else stands back at any rate: senders wait for seconds.
    public static let pressedEventsAtAnyRate = 5_000.0
    /// More calls a second than this, and all else stands back: what is paid for each call beside its events then takes
    /// half a core.
    public static let pressedCalls = 1_000.0
    /// The pause of background work before each of its steps when events just begin to press; it grows with the square
    /// of the pressure.
    public static let standBack: Duration = .seconds(1)
    /// The longest such pause: with 2,000 facts a step, 500 a second get through whatever happens. A burst of a minute
    /// is taken in at full speed, and read models follow within minutes.
    public static let standBackMax: Duration = .seconds(4)
    /// Identities of events that wait to be settled; more, and some are. The index of so many is 60 MB, a quarter of
    /// PostgreSQL's own memory in a small installation.
    public static let recentIdentitiesMax = 1_000_000
    /// Identities settled in one transaction, for which those who take in events wait: some ten milliseconds, a hundred
    /// on a busy machine.
    public static let identitiesPerStep = 2_000
    /// In which what is too many is settled: slowly enough that nobody notices, as long as no more than some thousand
    /// events a second come in the mean of a day.
    public static let settlingTime: Duration = .seconds(600)

    // MARK: Sessions

    /// A pause longer than this ends a session, in seconds. The usual figure of web and learning analytics.
    public static let sessionIdleSeconds: Double = 1_800

    // MARK: Lifecycle

    /// The first week of a learner in a run, in seconds from the first activity: everything is new.
    public static let onboardingSeconds: Double = 7 * 86_400
    /// Days with activity, from the first on, that count as onboarding whatever the calendar says.
    public static let onboardingActiveDays = 3
    /// Without activity for this long a learner is slipping, in study weeks of expected time: see ``StudyCalendar``.
    public static let slippingAfterWeeks: Double = 1
    /// Without activity for this long a learner is dormant, in study weeks of expected time.
    public static let dormantAfterWeeks: Double = 3
    /// How long somebody who came back counts as returned, in seconds.
    public static let returnedSeconds: Double = 7 * 86_400
    /// Enrollments looked at in one step of the sweep; one transaction of a few ten milliseconds.
    public static let enrollmentsPerSweep = 1_000

    // MARK: Reading

    /// Newest sessions that `GetLearner` answers with.
    public static let sessionsShown = 50
    /// Newest days that `GetLearner` answers with.
    public static let daysShown = 400
    /// Minutes of the live chart.
    public static let chartMinutes = 60
    /// UTC days of the overview: six weeks.
    public static let chartDays = 42
    /// Somebody with an event this recent is active now, in seconds.
    public static let activeNowSeconds: Double = 300
    /// Minutes of activity are kept this long behind the clock, in seconds; the chart needs one hour of them.
    public static let minutesKeptSeconds: Double = 7_200
}
