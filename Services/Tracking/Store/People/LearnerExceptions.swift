import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Reads facts about learners as what they count for: those of a merged learner as the survivor's, those of staff, test
/// accounts and bots not at all.
///
/// The log keeps every fact under the id under which it came. So a merge changes how it is read, and an unmerge
/// changes it back.
struct LearnerExceptions: Sendable {
    /// What is said of one learner.
    struct Exception: Sendable, Equatable {
        var mergedInto: LearnerID?
        var role: LearnerRole = .learner
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let learner: String
    }

    private let known: [Key: Exception]

    /// What is said of the learners whom some facts are about: one lookup by primary key, in a table that is nearly
    /// always empty.
    init(of facts: [Fact], on session: Session) throws {
        var keys: Set<Key> = []
        for fact in facts where fact.type == LearningEventRecorded.type {
            keys.insert(Key(tenant: fact.tenant, learner: fact.key))
        }
        let asked = Array(keys)
        var known: [Key: Exception] = [:]
        let rows =
            asked.isEmpty
            ? []
            : try session.rows(
                """
                SELECT said.tenant, said.learner_id, said.merged_into, said.role, survivor.role AS survivor_role
                FROM unnest(\(asked.map(\.tenant)), \(asked.map(\.learner))::uuid[]) AS asked (tenant, learner_id)
                JOIN learner_exception AS said USING (tenant, learner_id)
                LEFT JOIN learner_exception AS survivor
                    ON survivor.tenant = said.tenant AND survivor.learner_id = said.merged_into
                """
            )
        for row in rows {
            let learner = try row.decode("learner_id", as: LearnerID.self)
            let own = try row.decode("role", as: LearnerRole.self)
            // What a survivor is, those merged into them are.
            let survivors = try row.decode("survivor_role", as: LearnerRole?.self) ?? .learner
            known[Key(tenant: try row.decode("tenant"), learner: learner.description)] = Exception(
                mergedInto: try row.decode("merged_into"), role: own == .learner ? survivors : own)
        }
        self.known = known
    }

    /// Whether all facts count for whom they are about.
    var isEmpty: Bool { known.isEmpty }

    /// Facts that count for learners of some partitions. Each says where it stands in the log, which is in another
    /// partition for what a merged learner did.
    struct Counted {
        let partitions: Set<Int>
        let facts: [Fact]
    }

    /// The facts that count, with events about the learners for whom they count: those of learners of the facts'
    /// own partitions, and those of learners of others, if there are any. Other facts go through as they are.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` for an event that does not name the learner whose key it has.
    func counted(_ facts: [Fact]) throws(TrackingError) -> [Counted] {
        let own = Set(facts.map(\.partition))
        var (here, elsewhere): ([Fact], [Fact]) = ([], [])
        var others: Set<Int> = []
        for fact in facts {
            let isEvent = fact.type == LearningEventRecorded.type
            let said = isEvent ? known[Key(tenant: fact.tenant, learner: fact.key)] : nil
            guard said?.role ?? .learner == .learner else { continue }
            guard let survivor = said?.mergedInto else {
                here.append(fact)
                continue
            }
            let partition = EventLog.partition(tenant: fact.tenant, key: survivor.description)
            if own.contains(partition) {
                here.append(try fact.about(survivor))
            } else {
                elsewhere.append(try fact.about(survivor))
                others.insert(partition)
            }
        }
        let counted = [Counted(partitions: own, facts: here), Counted(partitions: others, facts: elsewhere)]
        return counted.filter { !$0.facts.isEmpty }
    }

    /// Under which ids of the log what counts for each of these learners stands: their own, and those of all who are
    /// merged into them and are no staff, tests or bots themselves.
    static func persons(
        _ learners: [LearnerKey], on session: Session
    ) throws -> [LearnerKey: [LearnerID]] {
        let asked = Array(Set(learners))
        var persons = Dictionary(uniqueKeysWithValues: asked.map { ($0, [$0.learner]) })
        for row in try session.rows(
            """
            SELECT said.tenant, said.merged_into, said.learner_id
            FROM unnest(\(asked.map(\.tenant)), \(asked.map(\.learner))) AS asked (tenant, learner_id)
            JOIN learner_exception AS said ON said.tenant = asked.tenant AND said.merged_into = asked.learner_id
            WHERE said.role = \(LearnerRole.learner)
            """
        ) {
            let survivor = LearnerKey(tenant: try row.decode("tenant"), learner: try row.decode("merged_into"))
            persons[survivor, default: []].append(try row.decode("learner_id"))
        }
        return persons
    }
}

extension LoggedFact {
    /// The same event as another learner's, at its place in the log.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` when the body does not name the learner whose key it has.
    fileprivate func about(_ learner: LearnerID) throws(TrackingError) -> Fact {
        LoggedFact(
            partition: partition, seq: seq, stream: stream, tenant: tenant, key: key, type: type, version: version,
            occurredAt: occurredAt, recordedAt: recordedAt, body: try body(about: learner), traceparent: traceparent)
    }

    /// Bodies are written by `EventBody` and spelled by PostgreSQL, and an id with its quotation marks cannot stand
    /// inside a text, where they would be escaped.
    private func body(about learner: LearnerID) throws(TrackingError) -> String {
        for between in ["\"learner\": \"", "\"learner\":\""] {
            guard let found = body.range(of: between + key + "\"") else { continue }
            return body.replacingCharacters(in: found, with: between + learner.description + "\"")
        }
        throw .unreadable("learner: expected \(key) in the body of the fact, got another or none")
    }
}
