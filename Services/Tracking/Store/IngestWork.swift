import Contracts
import EventLog
import Foundation

/// The events of all calls that share one transaction, and what became of each so far.
struct IngestWork {
    /// The first event with its identity in this transaction: the one that is offered to the table.
    struct Candidate: Sendable {
        let identity: UUID
        let content: EventContent
        let context: String?
    }

    /// An item that is kept for inspection.
    struct Rejected: Sendable {
        let tenant: TenantID
        let fingerprint: UUID
        let source: SourceID
        let eventID: String?
        let status: IngestStatus
        let reason: String
        let raw: String
        let receivedAt: Date
    }

    /// What another platform sent, of an event that was accepted.
    struct RawForm: Sendable {
        let identity: UUID
        let tenant: TenantID
        let format: String
        let raw: String
        let receivedAt: Date
    }

    private struct Item {
        let request: Int
        let item: IncomingItem
        /// `nil` for an item that is no event.
        let key: (identity: UUID, content: EventContent)?
        var receipt: IngestReceipt
    }

    private let requests: [IngestRequest]
    private var items: [Item] = []
    /// One an identity, sorted, so that all transactions claim in the same order.
    let candidates: [Candidate]
    /// Everybody named, sorted, each once.
    let names: [LearnerName]
    private(set) var rejected: [Rejected] = []

    init(_ requests: [IngestRequest]) {
        self.requests = requests
        var candidates: [UUID: Candidate] = [:]
        var names: Set<LearnerName> = []
        for (index, request) in requests.enumerated() {
            for item in request.batch.items {
                var key: (UUID, EventContent)?
                if case .success(let event) = item.event {
                    let identity = EventHashes.identity(event, tenant: request.tenant)
                    let content = EventContent(event)
                    key = (identity, content)
                    if candidates[identity] == nil {
                        candidates[identity] = Candidate(
                            identity: identity, content: content, context: event.context)
                    }
                    names.insert(
                        LearnerName(tenant: request.tenant, source: event.source, name: event.learner))
                }
                items.append(
                    Item(
                        request: index, item: item, key: key,
                        receipt: IngestReceipt(id: item.id, status: .accepted)))
            }
        }
        self.candidates = candidates.values.sorted { Self.precedes($0.identity, $1.identity) }
        self.names = names.sorted()
    }

    /// Decides each item.
    ///
    /// - Parameter stored: What stands under those identities that were taken before; all others are new.
    mutating func settle(stored: [UUID: EventContent]) {
        // What each identity stands for: what was there, or else the first item that named it.
        var holding = stored
        for index in items.indices {
            switch (items[index].item.event, items[index].key) {
            case (.failure(let problem), _): reject(index, .quarantined, problem.description)
            case (.success, nil): break
            case (.success(let event), let key?):
                guard let held = holding[key.identity] else {
                    holding[key.identity] = key.content
                    continue
                }
                if held == key.content {
                    items[index].receipt.status = .duplicate
                } else {
                    reject(index, .conflict, Self.conflict(event, key.content, held))
                }
            }
        }
    }

    /// The facts of what was accepted, in the order sent.
    func facts(_ learners: [LearnerName: LearnerID]) -> [NewFact] {
        var facts: [NewFact] = []
        for item in items where item.receipt.status == .accepted {
            guard case .success(let event) = item.item.event else { continue }
            let request = requests[item.request]
            let name = LearnerName(tenant: request.tenant, source: event.source, name: event.learner)
            let recorded = event.recorded(
                as: learners[name] ?? name.derivedLearner, at: request.receivedAt,
                isBackfill: request.batch.isBackfill)
            facts.append(
                NewFact(
                    tenant: request.tenant, key: recorded.key, type: LearningEventRecorded.type,
                    version: LearningEventRecorded.version, occurredAt: event.occurredAt,
                    body: EventBody.json(recorded), traceparent: request.traceparent))
        }
        return facts
    }

    /// The raw forms of what was accepted in other formats than our own.
    var rawForms: [RawForm] {
        items.compactMap { item in
            let request = requests[item.request]
            guard item.receipt.status == .accepted, let format = request.batch.format, let key = item.key else {
                return nil
            }
            return RawForm(
                identity: key.identity, tenant: request.tenant, format: format, raw: item.item.raw.text,
                receivedAt: request.receivedAt)
        }
    }

    /// By request, in the order sent.
    var receipts: [[IngestReceipt]] {
        var receipts = requests.map { _ in [IngestReceipt]() }
        for item in items { receipts[item.request].append(item.receipt) }
        return receipts
    }

    private mutating func reject(_ index: Int, _ status: IngestStatus, _ reason: String) {
        let (request, item) = (requests[items[index].request], items[index].item)
        items[index].receipt.status = status
        items[index].receipt.reason = reason
        let raw = item.raw.text
        rejected.append(
            Rejected(
                tenant: request.tenant,
                fingerprint: EventHashes.fingerprint(
                    tenant: request.tenant, source: item.source, status: status, raw: raw),
                source: item.source, eventID: item.id, status: status, reason: reason, raw: raw,
                receivedAt: request.receivedAt))
    }

    private static func conflict(_ event: IncomingEvent, _ content: EventContent, _ held: EventContent)
        -> String
    {
        let fields = content.differences(from: held)
        let got = fields.isEmpty ? "another content" : "another \(list(fields))"
        return "id: expected the event that source \"\(event.source)\" sent before as "
            + "\"\(event.id)\", got \(got)"
    }

    private static func list(_ fields: [String]) -> String {
        guard let last = fields.last, fields.count > 1 else { return fields.joined() }
        return fields.dropLast().joined(separator: ", ") + " and " + last
    }

    /// PostgreSQL's own order of UUIDs.
    private static func precedes(_ left: UUID, _ right: UUID) -> Bool {
        withUnsafeBytes(of: left.uuid) { left in
            withUnsafeBytes(of: right.uuid) { left.lexicographicallyPrecedes($0) }
        }
    }
}
