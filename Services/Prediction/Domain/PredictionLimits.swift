/// What Prediction does at most at once, and why.
public enum PredictionLimits {
    /// Enrollments scored in one transaction: few enough that consumers wait only briefly for its rows.
    public static let rescoringBatchMax = 500
    /// Enrollments read at once for a run's summary: a page of about 1 MB.
    public static let cohortPageMax = 1_000
    /// Enrollments that a run's summary looks at. Learners are numbered at random, so the first ones are a
    /// fair sample.
    public static let cohortSampleMax = 20_000
    /// Points of a risk history in one answer.
    public static let historyPointsMax = 1_000
}
