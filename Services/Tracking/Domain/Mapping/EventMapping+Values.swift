import Contracts
import Foundation

/// From what the rules give to the typed values of an event, within the bounds that native events keep.
extension EventMapping {
    func event(_ scope: MappingScope, source: SourceID, now: Date) throws(EventProblem) -> IncomingEvent {
        let values = MappedValues(scope: scope, format: format)
        let time = try values.instant(event.occurredAt)
        let verb = try values.required(
            Verb.self, event.verb, "something that the mapping \(format) has a verb for")
        let courseRun = try values.optional(CourseRunID.self, event.courseRun)
        var incoming = IncomingEvent(
            id: try values.required(EventID.self, event.id), source: source,
            learner: try values.required(ExternalLearnerID.self, event.learner), courseRun: courseRun,
            verb: verb,
            activity: try values.activity(event.activity), result: try values.result(event),
            occurredAt: time.occurredAt,
            context: try values.context(event.context))
        incoming.statedAt = time.statedAt
        do throws(EventProblem) {
            try incoming.checkTime(now: now)
        } catch {
            throw EventProblem(time.field, expected: error.expected, got: error.got)
        }
        if courseRun == nil, [.enrolled, .unenrolled].contains(verb) {
            throw EventProblem("courseRun", expected: "the run that \"\(verb)\" is about", got: "nothing")
        }
        return incoming
    }
}

/// Reads the values of one record.
private struct MappedValues {
    let scope: MappingScope
    let format: String

    func required<Name: CheckedName>(
        _ type: Name.Type, _ rule: MappingRule, _ expected: String? = nil
    ) throws(EventProblem) -> Name {
        var trail = MappingScope.Trail()
        guard let found = try scope.find(rule, &trail) else {
            throw refusal(trail, expected: expected ?? Words.expected(type))
        }
        return try name(type, found)
    }

    func optional<Name: CheckedName>(
        _ type: Name.Type, _ rule: MappingRule?
    ) throws(EventProblem) -> Name? {
        guard let rule, let found = try scope.find(rule) else { return nil }
        return try name(type, found)
    }

    private func name<Name: CheckedName>(_ type: Name.Type, _ found: MappingScope.Found) throws(EventProblem)
        -> Name
    {
        guard let text = found.value.text else {
            throw EventProblem(found.field, expected: Words.expected(type), got: found.value.words)
        }
        return try Words.name(type, text, field: found.field)
    }

    /// Why a value that must be there is not, in the fields of whoever sent the record.
    private func refusal(_ trail: MappingScope.Trail, expected: String) -> EventProblem {
        if let unfit = trail.unfit { return EventProblem(unfit.field, expected: expected, got: unfit.words) }
        var fields: [String] = []
        for field in trail.missing where !fields.contains(field) { fields.append(field) }
        return EventProblem(
            fields.isEmpty ? "record" : fields.joined(separator: " or "), expected: expected, got: "nothing")
    }

    func instant(_ rule: MappingRule) throws(EventProblem) -> (
        occurredAt: Date, statedAt: Date?, field: String
    ) {
        var trail = MappingScope.Trail()
        guard let found = try scope.find(rule, &trail) else {
            throw refusal(trail, expected: "a time like 2026-11-23T10:15:30.123456Z")
        }
        return (try MappingTransform.time(found.value, found.field), found.stated, found.field)
    }

    func activity(_ rules: (id: MappingRule, kind: MappingRule?)?) throws(EventProblem) -> ActivityReference?
    {
        guard let rules, let id = try optional(ActivityID.self, rules.id) else { return nil }
        guard let rule = rules.kind, let kind = try scope.find(rule)?.value.text else {
            return ActivityReference(id: id)
        }
        return ActivityReference(id: id, kind: ActivityKind(rawValue: kind) ?? .other)
    }

    func result(_ event: EventMapping.Event) throws(EventProblem) -> EventResult? {
        let actions = Double(TrackingLimits.actionsMax)
        let count = try number(
            event.count, "a whole number from 1 to \(Words.count(TrackingLimits.actionsMax))"
        ) { $0 == $0.rounded() && (1...actions).contains($0) }
        let result = EventResult(
            score: try number(event.score, "a number from 0 to 1") { (0...1).contains($0) },
            success: try flag(event.success), completion: try flag(event.completion),
            durationSeconds: try number(event.durationSeconds, "seconds from 0 to 86,400") {
                (0...TrackingLimits.durationSecondsMax).contains($0)
            },
            count: count.map { Int($0) })
        return result == EventResult() ? nil : result
    }

    private func number(
        _ rule: MappingRule?, _ expected: String, _ accepts: (Double) -> Bool
    ) throws(EventProblem) -> Double? {
        guard let rule, let found = try scope.find(rule) else { return nil }
        guard let number = found.value.number, accepts(number) else {
            throw EventProblem(found.field, expected: expected, got: found.value.words)
        }
        return number
    }

    private func flag(_ rule: MappingRule?) throws(EventProblem) -> Bool? {
        guard let rule, let found = try scope.find(rule) else { return nil }
        return try MappingTransform.flag(found.value, found.field)
    }

    /// As many of the values, in the order of their names, as the free part may hold: the raw form has all of them.
    func context(_ rules: [(name: String, rule: MappingRule)]) throws(EventProblem) -> String? {
        var members: [String] = []
        var size = 2
        for (name, rule) in rules {
            guard let json = try scope.find(rule)?.value.json else { continue }
            var member = ""
            JSONTape.writeQuoted(name, to: &member)
            member += ":" + json
            guard size + member.utf8.count + 1 <= TrackingLimits.contextBytesMax else { continue }
            size += member.utf8.count + 1
            members.append(member)
        }
        return members.isEmpty ? nil : "{" + members.joined(separator: ",") + "}"
    }
}
