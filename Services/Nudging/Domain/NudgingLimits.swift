import Foundation

/// Every number that Nudging decides by and that no policy sets.
public enum NudgingLimits {
    /// A prediction older than this never causes a nudge: it is history, not news. Seconds.
    public static let horizon: TimeInterval = 24 * 3_600
    /// A learner who was active more recently than this is not reminded: they are here. Seconds.
    public static let inactivityMin: TimeInterval = 24 * 3_600
    /// A run in which nobody was heard for longer than this is a silent source, not a silent class. Seconds.
    public static let sourceSilenceMax: TimeInterval = 48 * 3_600
    /// After a data gap a source needs time to bring what it kept back; until then nobody is nudged. Seconds.
    public static let gapSettling: TimeInterval = 6 * 3_600
    /// Runs with fewer learners say too little about whether their source is silent.
    public static let learnersToJudgeSilence = 5
    /// An address that was refused is not tried again for this long. Seconds.
    public static let suppressionLength: TimeInterval = 30 * 86_400
    /// A nudge that has not gone out after this is of no use any more. Seconds.
    public static let nudgeLifetime: TimeInterval = 24 * 3_600
    /// Rolling week of the attention budget. Seconds.
    public static let budgetWindow: TimeInterval = 7 * 86_400
    /// Held nudges released in one transaction: it must stay well under a second.
    public static let releaseBatchMax = 200
    /// Policies of one tenant.
    public static let policiesMax = 50
}
