import Foundation

/// How one value of an event comes from a record. What each form means is told in docs/mappings.md.
indirect enum MappingRule: Sendable {
    case path(MappingPath)
    /// A name that the mapping, the caller or the engine gives, and a path into it.
    case named(String, MappingPath?)
    /// The first that gives something.
    case first([MappingRule])
    case constant(FieldValue)
    /// Texts between values, all of which must be there.
    case template([Piece])
    /// The first divided by the second: points earned of points possible.
    case ratio(MappingRule, MappingRule)
    /// A time by the device's clock, and the time at which the device says it sent it.
    case deviceTime(MappingRule, sentAt: MappingRule)
    /// Some days after a time.
    case days(MappingRule, after: MappingRule)
    case when(MappingCondition, MappingRule)
    case transformed(MappingRule, [MappingTransform])
    case looked(MappingRule, up: MappingTable)

    enum Piece: Sendable {
        case literal(String)
        case value(MappingRule)
    }
}

/// What decides whether a rule holds, or whether a record is passed over.
indirect enum MappingCondition: Sendable {
    case all([MappingCondition])
    case exists(MappingRule, Bool)
    /// The value is there and is one of these texts, or none of them.
    case isAny(MappingRule, of: Set<String>, Bool)
    case startsWith(MappingRule, anyOf: [String])
}

/// Values by text. A key that ends in `*` stands for all texts that begin so; the longest that fits counts.
struct MappingTable: Sendable {
    private let exact: [String: FieldValue]
    /// Longest first.
    private let beginnings: [(text: String, value: FieldValue)]

    init(_ entries: [(key: String, value: FieldValue)]) {
        var exact: [String: FieldValue] = [:]
        var beginnings: [(text: String, value: FieldValue)] = []
        for (key, value) in entries {
            if key.hasSuffix("*") {
                beginnings.append((String(key.dropLast()), value))
            } else {
                exact[key] = value
            }
        }
        self.exact = exact
        self.beginnings = beginnings.sorted { $0.text.utf8.count > $1.text.utf8.count }
    }

    subscript(_ key: String) -> FieldValue? {
        exact[key] ?? beginnings.first { key.hasPrefix($0.text) }?.value
    }
}
