import Foundation

/// Bounds of progress, and of comparing learners with each other.
extension TrackingLimits {
    /// A score from here on is a right answer: full marks, but for rounding.
    public static let rightAnswerScore = 0.995
    /// Learners of a run with any activity, below which nobody is compared with them: a percentile of fewer says
    /// more about the others than about the learner.
    public static let peersMin = 10
    /// Share of a run's active learners who must have begun an activity that no plan names, for it to be part of the
    /// course: fewer follow a link of their own.
    public static let commonShare = 0.25
    /// And at least so many of them.
    public static let commonLearnersMin = 3
    /// Activities that no plan names, of which progress is made of, those begun by most first.
    public static let commonActivitiesMax = 500
    /// Required activities that are proposed as the next ones.
    public static let nextActivitiesMax = 5
    /// Days before now whose pace is projected, in days: six weeks, so that one week off does not decide it.
    public static let paceWindowDays = 42
    /// Study days that must be known before a pace is projected.
    public static let paceStudyDaysMin = 7
    /// Activities that must be done before a pace is projected: below it, the interval would be wider than a term.
    public static let paceDoneMin = 3
    /// A day counts at most as many times the median of the days on which anything was done: one evening of clicking
    /// everything through is no pace.
    public static let paceDayCapFactor = 3.0
    /// Beyond so many days from now a date means nothing: three years.
    public static let forecastDaysMax = 1_096
    /// Rows of one page of `ListProgress`. Each takes the learner's activities.
    public static let progressPageMax = 100
    /// Course runs of one learner that `GetProgress` answers with.
    public static let progressRunsMax = 20
}
