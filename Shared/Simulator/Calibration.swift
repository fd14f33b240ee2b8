/// How a cohort is spread: the numbers that were chosen so that its behaviour matches ``OULADFigures``.
///
/// docs/simulator.md compares the two. Medians and deviations are of the hidden parameters, not of behaviour.
public struct Calibration: Sendable {
    public var neverStarts = 0.058
    /// Log-odds of an active day.
    public var activityMean = -0.85
    public var activityDeviation = 1.35
    public var clicksMedian = 8.8
    /// Between learners, on the log scale.
    public var clicksBetween = 0.55
    /// From day to day of one learner, on the log scale.
    public var clicksWithin = 0.95
    /// How mood carries over from one day to the next, and how far it swings (log-odds).
    public var moodPersistence = 0.93
    public var moodDeviation = 0.75
    /// Probability of staying with the same activity for the next click.
    public var staying = 0.70
    /// Daily hazard of giving up in the first week, its median and spread (log scale).
    public var hazardMedian = 0.0042
    public var hazardSpread = 0.8
    /// How much higher it is at the end of twelve weeks.
    public var hazardGrowth = 2.6
    /// How much higher it is, at least, in the first ten days: many come to look and go.
    public var hazardEarly = 2.4
    /// How much each recently missed assessment multiplies it.
    public var hazardPerMissed = 1.6
    /// How much it is multiplied when activity has fallen to nothing (in proportion for less).
    public var hazardWhenFalling = 2.0
    /// Share of exits that are slow.
    public var driftShare = 0.6
    /// Daily probability of an unasked return at the beginning of a silence, the median.
    public var comebackMedian = 0.022
    /// Days in which that halves.
    public var comebackHalfLife = 25.0
    /// Probability of a formal withdrawal on a day of silence.
    public var withdrawalPerDay = 0.013
    public var diligenceMean = 0.98
    public var markMean = 78.0
    public var markDeviation = 17.0
    /// Replaces what was drawn for every learner; for experiments that want a known answer.
    public var responses: NudgeResponses?

    public static let standard = Calibration()

    public init() {}
}
