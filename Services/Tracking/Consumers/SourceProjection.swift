import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and knows of each source when it speaks; the first live event of a silent source ends
/// its data gap, in the same transaction.
///
/// Facts may come in any order and bundle: sums and latest times are the same whatever it was.
struct SourceProjection: Projection {
    static let name = "tracking-sources"
    static let tables: [ReadModelTable] = []
    /// A source speaks, whoever does something in it.
    static let readsExceptions = false

    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        let heard = try Self.heard(facts)
        guard let lane = facts.first?.partition else { return [] }
        try SourceRows.add(heard, lane: lane, on: session)
        var said: [NewFact] = []
        for gap in try DataGapRows.open(on: session) {
            let key = HeardSources.Key(tenant: gap.tenant, source: gap.source)
            guard let count = heard.sources[key], count.lastAt > gap.silentSince else { continue }
            let closedAt = max(count.firstAt, gap.silentSince)
            said += try DataGapRows.close(gap, at: closedAt, reason: .event, on: session)
        }
        return said
    }

    /// Reads of each body the three fields that matter here; a whole decoder would cost ten times as much.
    private static func heard(_ facts: [Fact]) throws -> HeardSources {
        var heard = HeardSources()
        for fact in facts where fact.type == LearningEventRecorded.type {
            let tape = try JSONTape(Data(fact.body.utf8), depthMax: TrackingLimits.bodyDepthMax)
            var source: SourceID?
            var courseRun: CourseRunID?
            var isBackfill = false
            for (name, value) in tape.members(JSONTape.root) {
                switch name {
                case "source": source = SourceID(rawValue: tape.text(value))
                case "courseRun": courseRun = CourseRunID(rawValue: tape.text(value))
                case "isBackfill": isBackfill = tape.kind(value) == .true
                default: continue
                }
            }
            guard let source else { throw TrackingError.unreadable("source: expected a name, got none in the log") }
            heard.add(
                HeardSources.Key(tenant: fact.tenant, source: source), courseRun: courseRun,
                occurredAt: fact.occurredAt, receivedAt: fact.recordedAt, isBackfill: isBackfill)
        }
        return heard
    }
}
