import Contracts
import Foundation

/// What the rules of a mapping see while one record is read: the record, the names, what the caller gives.
///
/// A name is worked out at most once for a record.
final class MappingScope {
    /// A value and the field of the record it came from, for sentences about it.
    struct Found {
        let value: FieldValue
        let field: String
        /// The time as the device said it, where `value` is that time put right.
        var stated: Date?
    }

    /// What a rule tried in vain, so that a refusal can name the fields of the sender.
    struct Trail {
        var missing: [String] = []
        /// The first value that was there and led to nothing.
        var unfit: (field: String, words: String)?

        mutating func note(_ found: Found) {
            if unfit == nil { unfit = (found.field, found.value.words) }
        }
    }

    private let record: any MappingRecord
    private let rules: [String: MappingRule]
    private let given: [String: FieldValue]
    private var known: [String: (found: Found?, trail: Trail)] = [:]

    /// - Parameters:
    ///   - rules: The names that the mapping declares.
    ///   - given: The names that the engine and the caller give.
    init(_ record: any MappingRecord, rules: [String: MappingRule], given: [String: FieldValue]) {
        self.record = record
        self.rules = rules
        self.given = given
    }

    /// What the rule gives, `nil` for nothing.
    ///
    /// - Throws: An ``EventProblem`` that names the record's own field where a value cannot be read as what it must be.
    func find(_ rule: MappingRule, _ trail: inout Trail) throws(EventProblem) -> Found? {
        switch rule {
        case .path(let path):
            if let value = record.value(at: path) { return Found(value: value, field: path.text) }
            trail.missing.append(path.text)
            return nil
        case .named(let name, let path): return try find(name, path, &trail)
        case .first(let rules):
            for rule in rules {
                if let found = try find(rule, &trail) { return found }
            }
            return nil
        case .constant(let value): return Found(value: value, field: "")
        case .template(let pieces): return try template(pieces, &trail)
        case .ratio(let part, let whole): return try ratio(part, whole, &trail)
        case .deviceTime(let stated, let sentAt): return try deviceTime(stated, sentAt, &trail)
        case .days(let days, let start): return try instant(days, after: start, &trail)
        case .when(let condition, let rule): return try holds(condition) ? try find(rule, &trail) : nil
        case .transformed(let rule, let steps): return try transformed(rule, steps, &trail)
        case .looked(let rule, let table):
            guard let found = try find(rule, &trail) else { return nil }
            if let value = found.value.text.flatMap({ table[$0] }) {
                return Found(value: value, field: found.field)
            }
            trail.note(found)
            return nil
        }
    }

    func find(_ rule: MappingRule) throws(EventProblem) -> Found? {
        var trail = Trail()
        return try find(rule, &trail)
    }

    func holds(_ condition: MappingCondition) throws(EventProblem) -> Bool {
        switch condition {
        case .all(let conditions):
            for condition in conditions {
                guard try holds(condition) else { return false }
            }
            return true
        case .exists(let rule, let expected): return try (find(rule) != nil) == expected
        case .isAny(let rule, let texts, let expected):
            guard let text = try find(rule)?.value.text else { return !expected }
            return texts.contains(text) == expected
        case .startsWith(let rule, let texts):
            guard let text = try find(rule)?.value.text else { return false }
            return texts.contains(where: text.hasPrefix)
        }
    }

    // MARK: Forms

    private func find(_ name: String, _ path: MappingPath?, _ trail: inout Trail) throws(EventProblem)
        -> Found?
    {
        let (whole, tried) = try resolve(name)
        guard let whole else {
            trail.missing += tried.missing.map { field in path.map { "\(field).\($0.text)" } ?? field }
            if trail.unfit == nil { trail.unfit = tried.unfit }
            return nil
        }
        guard let path else { return whole }
        let field = whole.field.isEmpty ? path.text : "\(whole.field).\(path.text)"
        if case .part(let part) = whole.value, let value = part.value(at: path) {
            return Found(value: value, field: field)
        }
        trail.missing.append(field)
        return nil
    }

    private func resolve(_ name: String) throws(EventProblem) -> (found: Found?, trail: Trail) {
        if let known = known[name] { return known }
        var trail = Trail()
        var found = given[name].map { Found(value: $0, field: "") }
        if name == MappingNames.contentHash {
            found = Found(value: .text(record.contentHash), field: "")
        } else if let rule = rules[name] {
            found = try find(rule, &trail)
        }
        known[name] = (found, trail)
        return (found, trail)
    }

    private func template(_ pieces: [MappingRule.Piece], _ trail: inout Trail) throws(EventProblem) -> Found?
    {
        var text = ""
        var field = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .value(let rule):
                guard let found = try find(rule, &trail) else { return nil }
                guard let part = found.value.text else {
                    trail.note(found)
                    return nil
                }
                text += part
                if field.isEmpty { field = found.field }
            }
        }
        return Found(value: .text(text), field: field)
    }

    private func ratio(
        _ part: MappingRule, _ whole: MappingRule, _ trail: inout Trail
    ) throws(EventProblem) -> Found? {
        guard let part = try find(part, &trail), let whole = try find(whole, &trail) else { return nil }
        let (earned, possible) = (
            try MappingTransform.number(part.value, part.field),
            try MappingTransform.number(whole.value, whole.field)
        )
        // Nothing to be earned is no score, not a bad one.
        guard possible > 0 else { return nil }
        return Found(value: .number(earned / possible), field: part.field)
    }

    /// The device's clock may be wrong; how much shows when it says at what time, by the same clock, it sends.
    private func deviceTime(
        _ stated: MappingRule, _ sentAt: MappingRule, _ trail: inout Trail
    ) throws(EventProblem) -> Found? {
        guard let stated = try find(stated, &trail) else { return nil }
        let time = try MappingTransform.time(stated.value, stated.field)
        guard let sentAt = try find(sentAt), case .instant(let receivedAt)? = given[MappingNames.receivedAt]
        else {
            return Found(value: .instant(time), field: stated.field)
        }
        let sent = try MappingTransform.time(sentAt.value, sentAt.field)
        return Found(
            value: .instant(time + receivedAt.timeIntervalSince(sent)), field: stated.field, stated: time)
    }

    private func instant(
        _ days: MappingRule, after start: MappingRule, _ trail: inout Trail
    ) throws(EventProblem) -> Found? {
        guard let start = try find(start, &trail), let days = try find(days, &trail) else { return nil }
        let from = try MappingTransform.time(start.value, start.field)
        let count = try MappingTransform.number(days.value, days.field)
        let instant = try MappingTransform.instant(
            from.timeIntervalSince1970 + count * 86_400, days.value, days.field)
        return Found(value: .instant(instant), field: days.field)
    }

    private func transformed(
        _ rule: MappingRule, _ steps: [MappingTransform], _ trail: inout Trail
    ) throws(EventProblem) -> Found? {
        guard let found = try find(rule, &trail) else { return nil }
        var value = found.value
        for step in steps {
            guard let next = try step.apply(value, field: found.field) else {
                trail.note(found)
                return nil
            }
            value = next
        }
        return Found(value: value, field: found.field)
    }
}

/// Names that every mapping may use without declaring them.
enum MappingNames {
    /// When Tracking took the record in.
    static let receivedAt = "receivedAt"
    /// The document around the records.
    static let envelope = "envelope"
    /// See ``MappingRecord/contentHash``.
    static let contentHash = "contentHash"
    static let all = [receivedAt, envelope, contentHash]
}
