import Contracts
import Foundation
import Synchronization

/// Posts events in batches, several at a time, keeping each learner's events in order.
struct EventPoster: Sendable {
    /// What became of the events.
    struct Tally: Sendable, Equatable {
        var accepted = 0
        var duplicate = 0
        var refused = 0
        /// The first reason that was given for a refusal.
        var reason: String?

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                accepted: left.accepted + right.accepted, duplicate: left.duplicate + right.duplicate,
                refused: left.refused + right.refused, reason: left.reason ?? right.reason)
        }
    }

    /// The gateway takes 1,000; half of that keeps each transaction short while others wait.
    static let batchMax = 500

    let client: GatewayClient
    let source: SourceID
    /// Batches in flight at a time. Each lane has its own learners, so that no two batches race for one
    /// learner.
    var lanes = 4

    /// Posts `events`, which are in order of time. Returns when every one has a receipt.
    func post(_ events: [(learner: Int, draft: EventDraft)]) async throws -> Tally {
        var byLane = Array(repeating: [EventDraft](), count: lanes)
        for event in events { byLane[event.learner % lanes].append(event.draft) }
        return try await withThrowingTaskGroup(of: Tally.self) { group in
            for lane in byLane where !lane.isEmpty {
                group.addTask { try await post(lane: lane) }
            }
            var tally = Tally()
            for try await part in group { tally = tally + part }
            return tally
        }
    }

    private func post(lane: [EventDraft]) async throws -> Tally {
        var tally = Tally()
        var start = 0
        while start < lane.count {
            let batch = Array(lane[start..<min(start + Self.batchMax, lane.count)])
            let body = try JSONCoding.encoder().encode(RecordEvents.Request(source: source, events: batch))
            let answer: RecordEvents.Response = try await client.post("/v1/events", body)
            tally =
                tally
                + Tally(
                    accepted: answer.accepted, duplicate: answer.duplicate,
                    refused: answer.conflict + answer.quarantined,
                    reason: answer.receipts.lazy.compactMap(\.reason).first)
            start += batch.count
        }
        return tally
    }
}
