import Contracts
import Foundation
import Fuzzing
import RPC

@testable import Tracking

/// What people declare and mend: courses and runs, enrollments, rows of files, events in quarantine.
extension Doors {
    static func declarations() throws -> [Door] {
        let mappings = try MappingFiles([MappingFiles.own])
        return [courseRuns, try enrollments(), quarantine(mappings), patches(mappings)] + (try rows(mappings))
    }

    /// A definition that the rules let through is still one when others hear of it, and when a part of it is changed.
    private static let courseRuns = Door(
        "course-runs", .json, corpus: [GoodBodies.courseRun]
    ) { bytes in
        let run: CourseRunDefinition
        do {
            run = try JSONGuard.decode(CourseRunDefinition.self, from: Data(bytes))
        } catch let error as RPCError where error.code == .invalidArgument && !error.message.isEmpty {
            return .refused
        }
        do throws(EventProblem) {
            try CourseRunRules.check(run)
        } catch {
            try checkRefusal(error)
            return .refused
        }
        let heard = try JSONCoding.decoder().decode(CourseRunDefinition.self, from: JSONCoding.encoder().encode(run))
        guard heard == run else { throw Finding("a run that is declared is another one when it is heard of") }
        let page = SetActivities.Request(
            courseRun: run.id, modules: run.modules, activities: Array(run.activities.prefix(2)),
            removed: run.activities.dropFirst(2).prefix(1).map(\.id))
        let changed = CourseRunChange(page).apply(run)
        guard changed.activities.count <= run.activities.count else { throw Finding("a change of activities adds some") }
        return .accepted
    }

    private static func enrollments() throws -> Door {
        Door("enrollments", .json, corpus: try GoodBodies.of("EnrollmentBatch")) { bytes in
            do throws(TrackingError) {
                let batch = try EnrollmentReader.batch(Data(bytes), now: now)
                return batch.items.contains { if case .success = $0.event { true } else { false } } ? .accepted : .refused
            } catch {
                return .refused
            }
        }
    }

    // MARK: - Rows

    /// Lines of JSON, by each mapping that has golden rows.
    private static func rows(_ mappings: MappingFiles) throws -> [Door] {
        try mappings.mappings.keys.sorted().compactMap { format -> Door? in
            guard let mapping = mappings.mappings[format] else { return nil }
            let lines = try Samples.lines(of: format)
            guard !lines.isEmpty else { return nil }
            return Door("rows-\(format)", .json, corpus: [lines]) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                do throws(TrackingError) {
                    let outcomes = try RowReader.outcomes(
                        of: text, by: mapping,
                        EventMapping.Circumstances(receivedAt: now, given: ["courseRun": "r", "call": "track"]))
                    return outcomes.contains(where: isTaken) ? .accepted : .refused
                } catch {
                    return .refused
                }
            }
        }
    }

    private static func isTaken(_ outcome: EventMapping.Outcome) -> Bool {
        guard case .item(let item) = outcome else { return false }
        return if case .success = item.event { true } else { false }
    }

    // MARK: - Quarantine

    /// Whatever text lies in quarantine can be read anew as any format.
    private static func quarantine(_ mappings: MappingFiles) -> Door {
        let reader = QuarantinedItem(mappings: mappings)
        return Door("quarantined-events", .json, corpus: [event]) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var isTaken = false
            for format in [nil] + mappings.mappings.keys.sorted().map(Optional.some) {
                let item = reader.read(text, format: format, source: SourceID(checked: "m"), now: now)
                switch item.event {
                case .success: isTaken = true
                case .failure(let problem): try checkRefusal(problem)
                }
            }
            return isTaken ? .accepted : .refused
        }
    }

    private static let event =
        #"{"id":"1","learner":"ada","verb":"viewed","occurredAt":"2026-09-20T10:15:30Z","context":{"a":1.50,"b":[]}}"#

    /// A merge patch over an event, which is JSON again and no larger than both.
    private static func patches(_ mappings: MappingFiles) -> Door {
        let reader = QuarantinedItem(mappings: mappings)
        return Door(
            "merge-patches", .json,
            corpus: [#"{"learner":"bola","context":{"a":null,"c":{"d":[1,null]}},"student":null}"#, "{}"]
        ) { bytes in
            let patch: JSONTape
            let target: JSONTape
            do throws(JSONSyntaxError) {
                target = try JSONTape(Data(event.utf8), depthMax: TrackingLimits.bodyDepthMax)
                patch = try JSONTape(Data(bytes), depthMax: TrackingLimits.bodyDepthMax)
            } catch {
                return .refused
            }
            let text = MergePatch.apply(patch, to: target)
            do throws(JSONSyntaxError) {
                _ = try JSONTape(Data(text.utf8), depthMax: TrackingLimits.bodyDepthMax)
            } catch {
                throw Finding("a patched event is no JSON: \(error)")
            }
            let item = reader.read(text, format: nil, source: SourceID(checked: "m"), now: now)
            return if case .success = item.event { .accepted } else { .refused }
        }
    }
}
