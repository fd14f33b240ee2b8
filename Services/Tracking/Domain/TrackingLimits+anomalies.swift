import Contracts
import Foundation

/// Thresholds of anomalies. docs/anomalies.md has the rates of false alarms that they were chosen for.
extension TrackingLimits {
    // MARK: Bursts

    /// A day's usual size is judged by the active days of so many days before it: ten weeks.
    public static let burstWindowDays = 70
    /// Active days before it, without which no day is unusual.
    public static let burstDaysMin = 10
    /// Actions below which no day is a burst: an hour of steady clicking.
    public static let burstActionsMin = 120
    /// Robust standard deviations on the logarithm of a day's actions.
    public static let burstZMin = 3.0
    /// Times the median day.
    public static let burstRatioMin = 8.0
    /// The least spread of a learner's days that is believed, on the logarithm: a factor of 1.6.
    public static let dailySpreadMin = 0.5

    // MARK: Sudden silence

    /// Habits are judged by the days before the last active one: eight weeks.
    public static let silenceWindowDays = 56
    /// Study days of them that must be known.
    public static let silenceStudyDaysMin = 21
    /// Share of them on which the learner was active: below two days a week silence is no news.
    public static let silenceActiveShareMin = 2.0 / 7
    /// Silent study days below which nothing is sudden: a week left out is common.
    public static let silenceDaysMin = 7
    /// Times the longest pause that the learner made in the window.
    public static let silenceGapFactor = 2.0
    /// Probability of a pause so long, by the learner's own habits, below which it is said.
    public static let silenceChanceMax = 0.001
    /// A silence longer than this is no news whatever the habits: it is dormancy, which has its own word.
    public static let silenceDaysMax = 42
    /// Seconds after which a learner is looked at again while a data gap lasts: nobody can say when it ends.
    public static let gapReviewSeconds: Double = 86_400

    // MARK: Shifts of level

    /// Whole weeks before a shift that show the old level, and at most so many of them.
    public static let shiftWeeksBeforeMin = 5
    public static let shiftWeeksBefore = 8
    /// Whole weeks that show the new one.
    public static let shiftWeeksAfter = 3
    /// Robust standard deviations between the two, on the logarithm of a week's actions against the course's.
    public static let shiftZMin = 2.5
    /// Times more or less, between the medians.
    public static let shiftRatioMin = 3.0
    /// The least spread of weeks that is believed, on the logarithm.
    public static let weeklySpreadMin = 0.4

    // MARK: Speed

    /// The newest events that are kept to be looked at together, by learner and run.
    public static let recentEventsMax = 32
    /// Different activities within so many seconds: one a second, held for long, is beyond reading and beyond clicking.
    public static let speedActivities = 15
    public static let speedSeconds: Double = 15
    /// Different things handed in within so many seconds.
    public static let speedHandIns = 5
    public static let speedHandInSeconds: Double = 30
    /// Different instants among them: a clock that only knows hours or days shows no speed.
    public static let speedInstantsMin = 4
    /// A right answer sooner than this after opening, in seconds, was not found by reading the question.
    public static let quickAnswerSeconds: Double = 4
    /// And so many of them in one run are no luck.
    public static let quickAnswersMin = 5

    // MARK: Copying

    /// Hand-ins closer than this, in seconds, are looked at as pairs.
    public static let copyingSeconds: Double = 45
    /// Neighbours after each hand-in that are looked at, so that a rush costs no more than a quiet hour.
    public static let copyingNeighbours = 6
    /// Hand-ins of one activity without which chance cannot be judged.
    public static let copyingHandInsMin = 10
    /// Things that two learners must have handed in together.
    public static let copyingTogetherMin = 4
    /// Of all that both handed in, the share that must have been together.
    public static let copyingShareMin = 0.5
    /// Expected number of such pairs by chance, over all pairs of the run, below which it is said.
    public static let copyingChanceMax = 0.01
    /// Hand-ins of one run that are looked at, newest first.
    public static let copyingHandInsMax = 200_000

    // MARK: Structure

    /// Study days without activity that count as having stopped, for good or not: as many days as make a learner
    /// dormant. Two weeks would show every stretch of a course in which nothing is due.
    public static let stoppedAfterDays = 21
    /// Learners that must have stopped at one place.
    public static let structuralStoppedMin = 10
    /// Days that learners must have studied at a place for it to be judged, added up.
    public static let structuralDaysMin = 30
    /// Places that must be judged for one of them to be unusual.
    public static let structuralPlacesMin = 5
    /// Times the usual rate of last days.
    public static let structuralRatioMin = 3.5
    /// Days before and after a deadline on which people hand in and then draw breath.
    public static let structuralDueDays = 3
    /// The least usual rate that is believed: one last day in two hundred.
    public static let structuralRateMin = 0.005
    /// Probability of so many by chance, times the places looked at, below which it is said.
    public static let structuralChanceMax = 0.001

    // MARK: Keeping

    /// How long after its last sign an anomaly of a kind is over, in seconds; `nil` where only the learner ends it.
    public static func anomalyQuietSeconds(_ kind: AnomalyKind) -> Double? {
        switch kind {
        case .burst: 2 * 86_400
        case .suddenSilence: nil
        case .levelShift: 14 * 86_400
        case .impossibleSpeed: 7 * 86_400
        case .answerTooFast, .copying: 28 * 86_400
        case .structuralDropOff: 3 * 86_400
        }
    }

    /// Profiles looked at in one step of the sweep; one transaction of a few ten milliseconds.
    public static let profilesPerSweep = 500
    /// Learners whose way through a run a survey follows; as good as drawn by lot. So many show a share of 1 %.
    public static let surveyLearnersMax = 2_000
    /// Seconds between two surveys of one run: a day. What they look for takes days to show.
    public static let surveySeconds: Double = 86_400
    /// The same for a run that is over, until its end is moved: a month.
    public static let surveyOverSeconds: Double = 30 * 86_400
}
