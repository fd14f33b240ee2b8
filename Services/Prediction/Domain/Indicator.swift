/// One number that the model reads about an enrollment.
///
/// The order is the order of the model's columns; a model file carries these names and is refused when they
/// differ. None is a protected attribute, a name of a person, a course or an activity.
public enum Indicator: Int, CaseIterable, Sendable {
    case courseDay
    case courseElapsed
    case tenure
    case enrolledAhead
    case daysSinceActivity
    case daysSinceFirstActivity
    case daysSinceContent
    case daysSinceNavigation
    case daysSinceLink
    case daysSinceForum
    case daysSinceLive
    case daysSinceQuiz
    case activeDays3
    case activeDays7
    case activeDays14
    case activeDays28
    case intensity3
    case intensity7
    case intensity14
    case intensity28
    case steadyActions3
    case steadyActions7
    case steadyActions14
    case steadyActions28
    case steadyDays3
    case steadyDays7
    case steadyDays14
    case steadyDays28
    case actionsPerActiveDay
    case actionsTotal
    case actionsBeforeStart
    case activeDaysBeforeStart
    case activeShareSinceStart
    case intensityRate
    case weekChange
    case weekIntensityChange
    case fortnightChange
    case slope4
    case slope6
    case shortMinusLong
    case ownWeekMean
    case ownWeekDeviation
    case largestDrop
    case emptyWeekShare
    case emptyWeekRun
    case gapAgainstMean
    case gapPercentile
    case meanGap
    case gapDeviation
    case longestGap
    case longestGap28
    case weekdayEntropy
    case streak
    case longestStreak
    case peerSteadyDays14
    case peerSteadyActions14
    case peerActiveDays28
    case peerActiveDays7
    case peerRecency
    case peerVolume
    case peerChange
    case cohortActiveDays7
    case cohortChange
    case againstCohort7
    case contentShare
    case navigationShare
    case forumShare
    case quizShare
    case kinds14
    case quizDays28
    case contentDays28
    case forumDays28
    case assessmentsDue
    case submittedShare
    case missedCount
    case missedWeightShare
    case missedRun
    case daysSinceDeadline
    case daysToDeadline
    case nextWeight
    case nextSubmitted
    case lastMissed
    case daysSinceSubmission
    case latenessMean
    case latenessLast
    case markMean
    case markLast
    case markLeast
    case markChange
    case earnedShare
    case bankedCount

    /// The name as it stands in model files, reason codes and the model card.
    public var name: String { Self.names[rawValue] }

    private static let names = allCases.map { String(describing: $0) }
}

/// Indicators that tell of the same thing; a reason code speaks for one family.
public enum IndicatorFamily: String, CaseIterable, Sendable {
    case time, recency, frequency, volume, trend, baseline, regularity, peers, content, assessment
}

/// Which way the risk may move when an indicator grows, where that is known beforehand.
public enum RiskDirection: Sendable {
    case raises, lowers, free
}

/// What an indicator is: its family, its unit, how it bears on the risk and how to call it before staff.
public struct IndicatorDescription: Sendable {
    public let indicator: Indicator
    public let family: IndicatorFamily
    public let unit: String
    public let direction: RiskDirection
    /// A phrase in sentence case, e.g. `Days since the last activity`.
    public let title: String

    init(
        _ indicator: Indicator, _ family: IndicatorFamily, _ unit: String, _ direction: RiskDirection,
        _ title: String
    ) {
        self.indicator = indicator
        self.family = family
        self.unit = unit
        self.direction = direction
        self.title = title
    }
}
