/// The catalogue of all indicators, in the order of ``Indicator``.
public enum IndicatorCatalogue {
    /// One entry an indicator.
    public static let all: [IndicatorDescription] = timeAndActivity + ownHistory + company + work

    /// What `indicator` is.
    public static func description(of indicator: Indicator) -> IndicatorDescription {
        all[indicator.rawValue]
    }

    private static let timeAndActivity: [IndicatorDescription] = [
        .init(.courseDay, .time, "day", .free, "Day of the course"),
        .init(.courseElapsed, .time, "share", .free, "Share of the course that has passed"),
        .init(.tenure, .time, "days", .free, "Days in the course"),
        .init(.enrolledAhead, .time, "days", .free, "Days enrolled before the course began"),
        .init(.daysSinceActivity, .recency, "days", .raises, "Days since the last activity"),
        .init(.daysSinceFirstActivity, .recency, "days", .free, "Days since the first activity"),
        .init(.daysSinceContent, .content, "days", .raises, "Days since course content was opened"),
        .init(.daysSinceNavigation, .content, "days", .raises, "Days since the course pages were visited"),
        .init(.daysSinceLink, .content, "days", .raises, "Days since a link was followed"),
        .init(.daysSinceForum, .content, "days", .raises, "Days since the forum was visited"),
        .init(.daysSinceLive, .content, "days", .free, "Days since a live session was visited"),
        .init(.daysSinceQuiz, .content, "days", .raises, "Days since a quiz or assignment was worked on"),
        .init(.activeDays3, .frequency, "days", .lowers, "Active days in the last 3"),
        .init(.activeDays7, .frequency, "days", .lowers, "Active days in the last 7"),
        .init(.activeDays14, .frequency, "days", .lowers, "Active days in the last 14"),
        .init(.activeDays28, .frequency, "days", .lowers, "Active days in the last 28"),
        .init(.intensity3, .frequency, "log actions", .lowers, "Activity in the last 3 days (log scale)"),
        .init(.intensity7, .frequency, "log actions", .lowers, "Activity in the last 7 days (log scale)"),
        .init(.intensity14, .frequency, "log actions", .lowers, "Activity in the last 14 days (log scale)"),
        .init(.intensity28, .frequency, "log actions", .lowers, "Activity in the last 28 days (log scale)"),
        .init(
            .steadyActions3, .frequency, "log actions a day", .lowers,
            "Activity lately, the last days above all (log scale)"),
        .init(
            .steadyActions7, .frequency, "log actions a day", .lowers,
            "Activity lately, the last week above all (log scale)"),
        .init(
            .steadyActions14, .frequency, "log actions a day", .lowers,
            "Activity lately, the last two weeks above all (log scale)"),
        .init(
            .steadyActions28, .frequency, "log actions a day", .lowers,
            "Activity lately, the last four weeks above all (log scale)"),
        .init(
            .steadyDays3, .frequency, "share of days", .lowers,
            "Share of days active lately, the last days above all"),
        .init(
            .steadyDays7, .frequency, "share of days", .lowers,
            "Share of days active lately, the last week above all"),
        .init(
            .steadyDays14, .frequency, "share of days", .lowers,
            "Share of days active lately, the last two weeks above all"),
        .init(
            .steadyDays28, .frequency, "share of days", .lowers,
            "Share of days active lately, the last four weeks above all"),
        .init(.actionsPerActiveDay, .volume, "log actions", .free, "Activity on an active day (log scale)"),
        .init(.actionsTotal, .volume, "log actions", .free, "Activity so far (log scale)"),
        .init(
            .actionsBeforeStart, .volume, "log actions", .free,
            "Activity before the course began (log scale)"),
        .init(.activeDaysBeforeStart, .volume, "days", .free, "Active days before the course began"),
        .init(
            .activeShareSinceStart, .volume, "share of days", .lowers,
            "Share of days active since the start"),
        .init(
            .intensityRate, .volume, "log actions a day", .lowers,
            "Activity a day since the start (log scale)"),
    ]

    private static let ownHistory: [IndicatorDescription] = [
        .init(.weekChange, .trend, "days", .free, "Change of active days, this week against last week"),
        .init(
            .weekIntensityChange, .trend, "log actions", .free,
            "Change of activity, this week against last week (log scale)"),
        .init(
            .fortnightChange, .trend, "days", .free,
            "Change of active days, these 14 days against the 14 before"),
        .init(.slope4, .trend, "days a week", .free, "Trend of active days over 4 weeks"),
        .init(.slope6, .trend, "days a week", .free, "Trend of active days over 6 weeks"),
        .init(.shortMinusLong, .trend, "share of days", .free, "Activity lately against the long run"),
        .init(.ownWeekMean, .baseline, "days a week", .lowers, "Own usual active days a week"),
        .init(.ownWeekDeviation, .baseline, "deviations", .free, "This week against own usual weeks"),
        .init(
            .largestDrop, .baseline, "days", .free,
            "Largest fall of active days from one week to the next"),
        .init(.emptyWeekShare, .baseline, "share of weeks", .raises, "Share of weeks without activity"),
        .init(.emptyWeekRun, .baseline, "weeks", .raises, "Weeks without activity in a row, now"),
        .init(.gapAgainstMean, .baseline, "times", .raises, "Current pause against own usual pause"),
        .init(
            .gapPercentile, .baseline, "share of pauses", .raises,
            "Share of own pauses that were shorter than this one"),
        .init(.meanGap, .regularity, "days", .raises, "Usual pause between active days"),
        .init(.gapDeviation, .regularity, "days", .free, "Spread of the pauses between active days"),
        .init(.longestGap, .regularity, "days", .free, "Longest pause between active days"),
        .init(.longestGap28, .regularity, "days", .raises, "Longest pause in the last 28 days"),
        .init(.weekdayEntropy, .regularity, "bits", .free, "Spread of activity over the days of the week"),
        .init(.streak, .regularity, "days", .lowers, "Active days in a row, up to now"),
        .init(.longestStreak, .regularity, "days", .free, "Longest run of active days"),
    ]

    private static let company: [IndicatorDescription] = [
        .init(
            .peerSteadyDays14, .peers, "share of the course", .lowers,
            "Share of the course that is less regularly active"),
        .init(
            .peerSteadyActions14, .peers, "share of the course", .lowers,
            "Share of the course that is less active lately"),
        .init(
            .peerActiveDays28, .peers, "share of the course", .lowers,
            "Share of the course with fewer active days in 28"),
        .init(
            .peerActiveDays7, .peers, "share of the course", .lowers,
            "Share of the course with fewer active days this week"),
        .init(
            .peerRecency, .peers, "share of the course", .lowers,
            "Share of the course that was last active earlier"),
        .init(
            .peerVolume, .peers, "share of the course", .lowers,
            "Share of the course with less activity since the start"),
        .init(
            .peerChange, .peers, "share of the course", .free,
            "Change of the place in the course, lately against before"),
        .init(.cohortActiveDays7, .peers, "days", .free, "Usual active days of the course this week"),
        .init(
            .cohortChange, .peers, "days", .free,
            "Change of the course's usual active days from last week"),
        .init(.againstCohort7, .peers, "days", .lowers, "Active days this week against the course's usual"),
        .init(.contentShare, .content, "share of actions", .free, "Share of activity on course content"),
        .init(.navigationShare, .content, "share of actions", .free, "Share of activity on course pages"),
        .init(.forumShare, .content, "share of actions", .free, "Share of activity in the forum"),
        .init(
            .quizShare, .content, "share of actions", .free,
            "Share of activity on quizzes and assignments"),
        .init(.kinds14, .content, "kinds", .lowers, "Kinds of activity used in 14 days"),
        .init(.quizDays28, .content, "days", .lowers, "Days with a quiz or assignment in the last 28"),
        .init(.contentDays28, .content, "days", .lowers, "Days with course content in the last 28"),
        .init(.forumDays28, .content, "days", .lowers, "Days with the forum in the last 28"),
    ]

    private static let work: [IndicatorDescription] = [
        .init(.assessmentsDue, .assessment, "assessments", .free, "Assessments due so far"),
        .init(
            .submittedShare, .assessment, "share of assessments", .lowers,
            "Share of due assessments that were handed in"),
        .init(.missedCount, .assessment, "assessments", .raises, "Assessments missed so far"),
        .init(
            .missedWeightShare, .assessment, "share of weight", .raises,
            "Share of the marks due so far that were missed"),
        .init(.missedRun, .assessment, "assessments", .raises, "Assessments missed in a row"),
        .init(.daysSinceDeadline, .assessment, "days", .free, "Days since the last deadline"),
        .init(.daysToDeadline, .assessment, "days", .free, "Days to the next deadline"),
        .init(.nextWeight, .assessment, "percent", .free, "Weight of the next assessment"),
        .init(.nextSubmitted, .assessment, "yes or no", .lowers, "Next assessment handed in already"),
        .init(.lastMissed, .assessment, "yes or no", .raises, "Last assessment missed"),
        .init(.daysSinceSubmission, .assessment, "days", .raises, "Days since an assessment was handed in"),
        .init(.latenessMean, .assessment, "days", .raises, "Usual days late when handing in"),
        .init(.latenessLast, .assessment, "days", .raises, "Days late at the last hand-in"),
        .init(.markMean, .assessment, "share of full marks", .lowers, "Mean mark"),
        .init(.markLast, .assessment, "share of full marks", .lowers, "Last mark"),
        .init(.markLeast, .assessment, "share of full marks", .lowers, "Lowest mark"),
        .init(
            .markChange, .assessment, "share of full marks", .lowers,
            "Last mark against the mean of those before"),
        .init(
            .earnedShare, .assessment, "share of weight", .lowers,
            "Share of the marks due so far that were earned"),
        .init(
            .bankedCount, .assessment, "assessments", .free,
            "Results carried over from an earlier attempt"),
    ]
}
