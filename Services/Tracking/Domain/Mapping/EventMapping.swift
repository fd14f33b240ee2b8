import Contracts
import Foundation

/// How the records of one platform become events: a table of rules, read from `Mappings/Events/<format>.json`.
///
/// There is no code for a format. What a mapping cannot say, no format may need; docs/mappings.md tells how to write
/// one.
struct EventMapping: Sendable {
    /// Its name: in addresses, beside raw forms, and in the settings of whoever brings a mapping of their own.
    let format: String
    /// One sentence on what it reads.
    let about: String
    /// The source of events whose sender names none.
    let source: SourceID
    /// Where the records stand in a document; `nil` where a document is a record, or a list of them.
    let records: MappingPath?
    /// What a document around records must have, to be one.
    let envelope: [String]
    /// Names that whoever brings the records gives, e.g. the course run that a file is about.
    let given: [String]
    let names: [String: MappingRule]
    let skips: [Skip]
    let event: Event

    /// Records that are passed over, and why.
    struct Skip: Sendable {
        let when: MappingCondition
        let because: String
    }

    /// The event, value by value.
    struct Event: Sendable {
        var id: MappingRule
        var learner: MappingRule
        var courseRun: MappingRule?
        var verb: MappingRule
        var activity: (id: MappingRule, kind: MappingRule?)?
        var score: MappingRule?
        var success: MappingRule?
        var completion: MappingRule?
        var durationSeconds: MappingRule?
        var count: MappingRule?
        var occurredAt: MappingRule
        /// By name, sorted.
        var context: [(name: String, rule: MappingRule)]
    }

    /// What a record turned out to be.
    enum Outcome: Sendable {
        case item(IncomingItem)
        /// No event, and no mistake either.
        case skipped(id: String?, because: String)
    }

    /// What is known of a record beside itself.
    struct Circumstances: Sendable {
        /// The source that the sender names; the mapping's own otherwise.
        var source: SourceID?
        var receivedAt: Date
        /// The document around the record, where there is one.
        var envelope: JSONRecord?
        /// Values for the mapping's ``EventMapping/given`` names.
        var given: [String: String] = [:]
    }

    /// Reads one record. It never fails: what is wrong with a record is its outcome.
    func read(_ record: any MappingRecord, _ circumstances: Circumstances) -> Outcome {
        let scope = scope(record, circumstances)
        let source = circumstances.source ?? source
        var id: String?
        let result: Result<IncomingEvent, EventProblem>
        do throws(EventProblem) {
            try record.checkShape()
            id = Self.id(event.id, scope)
            for skip in skips {
                if try scope.holds(skip.when) { return .skipped(id: id, because: skip.because) }
            }
            result = .success(try event(scope, source: source, now: circumstances.receivedAt))
        } catch {
            result = .failure(error)
        }
        return .item(
            IncomingItem(
                source: source, id: id.flatMap { EventID($0) }?.rawValue, event: result, raw: record.raw))
    }

    private func scope(_ record: any MappingRecord, _ circumstances: Circumstances) -> MappingScope {
        var values: [String: FieldValue] = [MappingNames.receivedAt: .instant(circumstances.receivedAt)]
        values[MappingNames.envelope] = circumstances.envelope.map(FieldValue.part)
        for name in given {
            if let text = circumstances.given[name], !text.isEmpty { values[name] = .text(text) }
        }
        return MappingScope(record, rules: names, given: values)
    }

    /// The id where it can be read; where it cannot, the event's own reading says so.
    private static func id(_ rule: MappingRule, _ scope: MappingScope) -> String? {
        do throws(EventProblem) { return try scope.find(rule)?.value.text } catch { return nil }
    }
}
