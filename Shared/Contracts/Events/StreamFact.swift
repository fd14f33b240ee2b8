import Foundation

/// A fact that one service says and others hear: past tense, never an instruction.
///
/// Changes inside a version are additive; anything else is a new version with its own fixture.
public protocol StreamFact: Codable, Sendable {
    /// The stream it is said on, e.g. `risk-scores`.
    static var stream: String { get }
    /// The type's name on the wire, e.g. `RiskScored`.
    static var type: String { get }
    static var version: Int { get }
    /// What orders it: facts of one key are heard in the order in which they were said.
    var key: String { get }
}

/// The four streams.
public enum StreamName {
    public static let learnerEvents = "learner-events"
    public static let riskScores = "risk-scores"
    public static let nudges = "nudges"
    public static let deliveries = "deliveries"
}
