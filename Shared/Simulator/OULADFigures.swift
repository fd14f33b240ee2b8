/// What the Open University Learning Analytics Dataset says about how people study, as far as the cohort is
/// shaped by it.
///
/// Source: Kuzilek J., Hlosta M., Zdrahal Z., "Open University Learning Analytics dataset", Scientific Data
/// 4:170171 (2017), CC BY 4.0. Measured on the click data of AAA-2013J, BBB-2013B and BBB-2013J: days 0 to 83
/// (twelve weeks) of the 2,757 enrolments that were not withdrawn before day 0. docs/simulator.md says how
/// each number was counted. These are aggregates; no row of the data is here, and the program does not need
/// the data.
public enum OULADFigures {
    public static let learners = 2_757
    public static let weeks = 12

    /// Share of learners with no activity from day 0 to day 83.
    public static let neverStartedShare = 0.079
    /// Share of learners who formally withdrew from day 0 to day 83.
    public static let withdrawnShare = 0.123
    /// Share of all learners who were active in each week, week 0 first.
    public static let activeShareByWeek = [
        0.750, 0.719, 0.802, 0.693, 0.682, 0.641, 0.713, 0.672, 0.557, 0.537, 0.489, 0.458,
    ]
    /// Shares of active weeks with 1, 2, ... 7 active days.
    public static let activeDaysShare = [0.285, 0.214, 0.168, 0.126, 0.086, 0.067, 0.055]
    /// Active days in an active week, on average.
    public static let activeDaysMean = 2.94
    /// Active days in twelve weeks of one learner: 10th, 25th, 50th, 75th and 90th percentile.
    public static let activeDaysPercentiles = [1.0, 7, 19, 34, 50]
    /// Clicks on an active day: 10th, 25th, 50th, 75th and 90th percentile.
    public static let clicksPercentiles = [2.0, 5, 11, 24, 43]
    /// Clicks on an active day, on average.
    public static let clicksMean = 18.68
    /// Different pages, forums and so on that a learner used on an active day, on average.
    public static let activitiesMean = 3.96
    /// Share of active days by weekday, Monday first (nominal dates).
    public static let weekdayShare = [0.166, 0.159, 0.156, 0.147, 0.124, 0.113, 0.135]
    /// Active in one week, and in the next.
    public static let activeAfterActiveShare = 0.830
    /// Inactive in one week, and active in the next.
    public static let activeAfterInactiveShare = 0.340
    /// Of the learners active in the last 14 days, the share that was then silent, or withdrew, for 14 days;
    /// over the weekly checkpoints of day 0 to 70. (Over whole runs of 34 to 38 weeks it is 0.144.)
    public static let dropOffShare = 0.111
    /// The same, at each of these checkpoints.
    public static let dropOffShareByWeek = [
        0.066, 0.065, 0.070, 0.108, 0.111, 0.082, 0.076, 0.117, 0.184, 0.183, 0.180,
    ]
    /// Of silences of more than 14 days, the share that ended by a return before day 84.
    public static let returnShare = 0.506
    /// Of learners still enrolled at a deadline, the share that submitted (deadlines before day 110).
    public static let submittedShare = 0.799
    /// Of learners active in the 14 days before a deadline, the share that submitted.
    public static let submittedWhenActiveShare = 0.931
    /// Marks, 0 to 100.
    public static let markMean = 77.9
    public static let markDeviation = 17.6
    /// Share of clicks by kind of activity.
    public static let clickShare: [(kind: String, share: Double)] = [
        ("forum", 0.514), ("home", 0.221), ("content", 0.138), ("navigation", 0.066), ("quiz", 0.039),
        ("url", 0.024), ("live", 0.002),
    ]
}
