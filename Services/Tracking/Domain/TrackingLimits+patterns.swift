import Foundation

/// Bounds of patterns of study.
extension TrackingLimits {
    /// Newest sittings of one learner in one run that habits are made of: about a year of daily study.
    public static let patternSittingsMax = 400
    /// Sittings without which there are no habits.
    public static let patternSittingsMin = 8
    /// Stretches of seven days before the last one that show what is usual, and the fewest that do.
    public static let patternWeeksMax = 8
    public static let patternWeeksMin = 3
    /// Quartile coefficient of dispersion of the intervals between active days up to which somebody is regular: two
    /// days and five days in turn, as for Tuesdays and Thursdays, are.
    public static let regularVariationMax = 0.45
    /// And from which irregular: half a week and two weeks.
    public static let irregularVariationMin = 0.6
    /// Of all sittings, the share at one part of the week that is worth a sentence: four times what chance gives.
    public static let peakShareMin = 4.0 / 28
    /// Robust standard deviations from which a week is another one than usual.
    public static let weekZMin = 2.0
}
