import Contracts
import Foundation

/// A checked policy: its definition is within bounds.
public struct NudgePolicy: Sendable, Equatable {
    public let definition: NudgePolicyDefinition

    /// What a tenant has until it sets a policy of its own: a reminder to learners at high risk, one tenth held out.
    public static let standard = NudgePolicy(trusted: NudgePolicyDefinition(name: "drifting-away"))

    private init(trusted definition: NudgePolicyDefinition) { self.definition = definition }

    /// - Throws: ``NudgingError/invalidPolicy(_:)`` naming the field, what was expected and what came.
    public init(_ definition: NudgePolicyDefinition) throws(NudgingError) {
        try Self.check(name: definition.name)
        try Self.check("cooldownDays", definition.cooldownDays, in: 0...90)
        if let most = definition.perLearnerWeekMax { try Self.check("perLearnerWeekMax", most, in: 0...50) }
        try Self.check("quietFromHour", definition.quietFromHour, in: 0...23)
        try Self.check("quietUntilHour", definition.quietUntilHour, in: 0...23)
        try Self.check("returnWindowDays", definition.returnWindowDays, in: 1...30)
        guard definition.holdoutShare.isFinite, (0...0.5).contains(definition.holdoutShare) else {
            throw .invalidPolicy("holdoutShare must be in 0...0.5, got \(definition.holdoutShare)")
        }
        self.definition = definition
    }

    private static func check(name: String) throws(NudgingError) {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard (1...64).contains(name.utf8.count), isPlain else {
            throw .invalidPolicy("name must be 1 to 64 lower-case letters, digits and hyphens")
        }
    }

    private static func check(_ field: String, _ value: Int, in bounds: ClosedRange<Int>) throws(NudgingError) {
        guard bounds.contains(value) else {
            throw .invalidPolicy("\(field) must be in \(bounds.lowerBound)...\(bounds.upperBound), got \(value)")
        }
    }
}
