import Contracts

/// What a learner is like. Hidden from every service; it can be read afterwards, to judge what they
/// concluded.
public struct LearnerTraits: Sendable, Equatable, Codable {
    /// What becomes of the learner's will to go on, when it goes.
    public enum ExitStyle: String, Sendable, Codable, CaseIterable {
        /// Less and less over two to three weeks, then silence.
        case drift
        /// From one day to the next.
        case abrupt
    }

    /// First day of interest, counted from the run's first day; `nil` for those who never start.
    public var firstDay: Int?
    /// Log-odds of being active on a day, before weekday, week and mood.
    public var activity: Double
    /// Clicks on a typical active day.
    public var clicks: Double
    /// Monday first; 1 is an ordinary day.
    public var weekdayHabit: [Double]
    /// 24 weights of the learner's own clock.
    public var hourHabit: [Double]
    /// Share of clicks by kind (the kind's name as key).
    public var preferences: [String: Double]
    /// Probability of handing in what falls due while studying.
    public var diligence: Double
    /// How many days before a deadline the learner hands in; negative is late.
    public var leadDays: Double
    /// The mark to be expected, 0...100.
    public var ability: Double
    /// Probability of giving up on a day in the first week, before anything adds to it.
    public var hazard: Double
    public var exitStyle: ExitStyle
    /// Probability of coming back unasked on a day of silence, at its beginning.
    public var comeback: Double
    public var responses: NudgeResponses
}

/// What each kind of nudge does to a learner.
public struct NudgeResponses: Sendable, Equatable, Codable {
    /// Probability that a message is read at all. 0...1.
    public var opens: Double
    /// Probability of coming back after having read one, by kind (the kind's name as key). -1...1; below zero
    /// it drives the learner away with that probability, at zero it does nothing.
    public var effects: [String: Double]
    /// Hours between message and reading, the median.
    public var delayHours: Double
    /// What is left of an effect at each further nudge. 0...1.
    public var fatigue: Double
    /// What is left of an effect for each day that the learner has been silent. 0...1.
    public var patience: Double

    public init(
        opens: Double, effects: [String: Double], delayHours: Double, fatigue: Double, patience: Double
    ) {
        self.opens = opens
        self.effects = effects
        self.delayHours = delayHours
        self.fatigue = fatigue
        self.patience = patience
    }

    /// The same effect for every kind, always read: for tests of what a nudge does.
    public static func uniform(_ effect: Double, delayHours: Double = 2) -> NudgeResponses {
        NudgeResponses(
            opens: 1,
            effects: Dictionary(uniqueKeysWithValues: NudgeKind.allCases.map { ($0.rawValue, effect) }),
            delayHours: delayHours, fatigue: 1, patience: 1)
    }

    func effect(of kind: NudgeKind) -> Double {
        effects[kind.rawValue] ?? 0
    }
}
