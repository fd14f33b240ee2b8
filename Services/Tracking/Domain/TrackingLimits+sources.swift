import Foundation

// When the silence of a source counts as its own.
extension TrackingLimits {
    /// Weeks of a source's history that its rhythm is learned from: enough to see a usual week through a holiday.
    public static let rhythmWeeks = 6
    /// Of these an hour of the week must have been seen at least, before anything is expected of it.
    public static let rhythmWeeksMin = 2
    /// A source usually speaks in an hour of the week when it did in this share of the weeks.
    public static let usualShareMin = 2.0 / 3
    /// How surprising a silence must be: minus the natural logarithm of the chance of a source that is alive being
    /// silent in those hours, were hours independent. 6 is a quarter of a percent: three hours in which it always
    /// spoke for six weeks, or four with two weeks known.
    public static let silenceSurpriseMin = 6.0
    /// No silence shorter than this is a gap, in seconds: a restart of a platform, or its hourly job.
    public static let silenceSecondsMin: Double = 7_200
    /// A silence this many times as long as the longest of its history is a gap, whatever the hours say: for
    /// sources that speak once a day or once a week.
    public static let longestSilenceFactor = 1.5
    /// Hours with events that are needed to know the longest silence.
    public static let spokenHoursMin = 12
    /// Learners of a source that are needed to tell its silence from theirs.
    public static let sourceLearnersMin = 5
    /// Heartbeats that may be missed in a row.
    public static let heartbeatsMissedMax: Double = 3
    /// A source that sent events for this long without a heartbeat has given heartbeats up, in seconds.
    public static let heartbeatTrustedSeconds: Double = 7 * 86_400
    /// Seconds between two heartbeats that a source may promise.
    public static let heartbeatSeconds: ClosedRange<Double> = 10...86_400
    /// Seconds between two heartbeats of a source that promised nothing.
    public static let heartbeatSecondsStandard: Double = 300
    /// After this silence a source counts as switched off, in seconds: its gap ends, and nothing is expected of it.
    public static let sourceRetiredSeconds: Double = 28 * 86_400
    /// A source matters to a run when it sent this share of the run's live events.
    public static let sourceShareMin = 0.1
    /// A run belongs to a source that sent live events of it this recently, in seconds.
    public static let sourceRunRecentSeconds: Double = 28 * 86_400
    /// A day of which gaps took this much says nothing of those who were not heard in it, in seconds: Prediction's
    /// `GapDays` has the same rule.
    public static let gapOfDaySeconds: Double = 14_400
    /// Course runs that an answer names of a gap.
    public static let gapRunsShown = 100

    // MARK: Clocks

    /// Days of lags that the median is taken over.
    public static let lagDays = 14
    /// Events are fresh when they were under way for no longer than this, in seconds: what a device kept back says
    /// nothing about its clock.
    public static let freshSeconds: Double = 3_600
    /// Fresh events that are needed for a median.
    public static let lagEventsMin = 20
    /// A median below minus this says that the source's clock is ahead, in seconds. Networks never deliver before
    /// the event; clocks that follow NTP are never this far off.
    public static let clockAheadSeconds: Double = 5
}
