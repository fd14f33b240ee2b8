import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and notes which runs and activities events name, so that what nobody declared can be
/// listed all the same.
struct CatalogProjection: Projection {
    static let name = "tracking-catalog"
    static let tables = [ReadModelTable("seen_run"), ReadModelTable("seen_activity")]
    /// An event names what it names, whoever did it.
    static let readsExceptions = false

    /// Says nothing.
    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        var sightings: [SightingStore.Key: SightingStore.Sighting] = [:]
        for fact in facts where fact.type == LearningEventRecorded.type {
            guard let named = try Named(fact) else { continue }
            var key = SightingStore.Key(
                tenant: fact.tenant, courseRun: named.courseRun, partition: fact.partition)
            note(fact, key, nil)
            guard let activity = named.activity else { continue }
            key.activity = activity
            note(fact, key, named.kind)
        }
        try SightingStore.add(sightings, on: session)
        return []

        func note(_ fact: Fact, _ key: SightingStore.Key, _ kind: String?) {
            sightings[key]?.add(at: fact.occurredAt, kind: kind)
                ?? (sightings[key] = SightingStore.Sighting(at: fact.occurredAt, kind: kind))
        }
    }

    /// What one event names. Only this is read of its body, because every event passes here.
    private struct Named {
        let courseRun: CourseRunID
        let activity: String?
        /// `nil` for `other`.
        let kind: String?

        /// `nil` for an event outside any run.
        ///
        /// - Throws: ``JSONSyntaxError`` for a body that is not one; a poison fact.
        init?(_ fact: Fact) throws {
            let tape = try JSONTape(Data(fact.body.utf8), depthMax: TrackingLimits.bodyDepthMax)
            var courseRun: String?
            var activity: String?
            var kind: String?
            for (name, value) in tape.members(JSONTape.root) {
                if name == "courseRun", tape.kind(value) == .string { courseRun = tape.text(value) }
                guard name == "activity", tape.kind(value) == .object else { continue }
                for (name, value) in tape.members(value) where tape.kind(value) == .string {
                    if name == "id" { activity = tape.text(value) }
                    if name == "kind" { kind = tape.text(value) }
                }
            }
            guard let courseRun else { return nil }
            self.courseRun = CourseRunID(checked: courseRun)
            self.activity = activity
            self.kind = kind == ActivityKind.other.rawValue ? nil : kind
        }
    }
}
