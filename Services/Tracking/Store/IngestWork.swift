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
        let format: String?
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

    /// Where an item stands, and what is needed of it again and again. The event itself stays in its batch, because
    /// each copy of it counts up and down a dozen texts.
    private struct Item {
        let request: Int
        let place: Int
        /// `nil` for an item that is no event.
        let key: Key?
        var receipt: IngestReceipt
    }

    private struct Key {
        let identity: UUID
        let content: EventContent
        /// Of the learner's name in ``IngestWork/named``.
        let name: Int
    }

    private let requests: [IngestRequest]
    private var items: [Item] = []
    /// Everybody named, each once, in the order named.
    private var named: [LearnerName] = []
    /// One an identity, sorted, so that all transactions claim in the same order.
    let candidates: [Candidate]
    private(set) var rejected: [Rejected] = []

    init(_ requests: [IngestRequest]) {
        self.requests = requests
        var candidates: [UUID: Candidate] = [:]
        var names: [LearnerName: Int] = [:]
        let count = requests.reduce(0) { $0 + $1.batch.items.count }
        items.reserveCapacity(count)
        candidates.reserveCapacity(count)
        for (index, request) in requests.enumerated() {
            for (place, item) in request.batch.items.enumerated() {
                var key: Key?
                if case .success(let event) = item.event {
                    let name = LearnerName(tenant: request.tenant, source: event.source, name: event.learner)
                    let number = names[name] ?? names.count
                    if number == names.count {
                        names[name] = number
                        named.append(name)
                    }
                    let identity = EventHashes.identity(event, tenant: request.tenant)
                    let content = EventContent(event)
                    key = Key(identity: identity, content: content, name: number)
                    if candidates[identity] == nil {
                        candidates[identity] = Candidate(
                            identity: identity, content: content, context: event.context)
                    }
                }
                items.append(
                    Item(
                        request: index, place: place, key: key,
                        receipt: IngestReceipt(id: item.id, status: .accepted)))
            }
        }
        self.candidates = candidates.values.sorted { Self.precedes($0.identity, $1.identity) }
    }

    /// Everybody named, sorted, each once.
    var names: [LearnerName] { named.sorted() }

    private func incoming(_ item: Item) -> IncomingItem { requests[item.request].batch.items[item.place] }

    /// Decides each item.
    ///
    /// - Parameter stored: What stands under those identities that were taken before; all others are new.
    mutating func settle(stored: [UUID: EventContent]) {
        // What each identity stands for: what was there, or else the first item that named it.
        var holding = stored
        for index in items.indices {
            guard let key = items[index].key else {
                if case .failure(let problem) = incoming(items[index]).event {
                    reject(index, .quarantined, problem.description)
                }
                continue
            }
            guard let held = holding[key.identity] else {
                holding[key.identity] = key.content
                continue
            }
            if held == key.content {
                items[index].receipt.status = .duplicate
            } else if case .success(let event) = incoming(items[index]).event {
                reject(index, .conflict, Self.conflict(event, key.content, held))
            }
        }
    }

    /// The facts of what was accepted, in the order sent.
    func facts(_ learners: [LearnerName: LearnerID]) -> [NewFact] {
        let learners = named.map { learners[$0] ?? $0.derivedLearner }
        var facts: [NewFact] = []
        facts.reserveCapacity(items.count)
        for item in items where item.receipt.status == .accepted {
            guard let key = item.key, case .success(let event) = incoming(item).event else { continue }
            let request = requests[item.request]
            let recorded = event.recorded(
                as: learners[key.name], at: request.receivedAt, isBackfill: request.batch.isBackfill)
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
                identity: key.identity, tenant: request.tenant, format: format, raw: incoming(item).raw.text,
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
        let (request, item) = (requests[items[index].request], incoming(items[index]))
        items[index].receipt.status = status
        items[index].receipt.reason = reason
        let raw = item.raw.text
        rejected.append(
            Rejected(
                tenant: request.tenant,
                fingerprint: EventHashes.fingerprint(
                    tenant: request.tenant, source: item.source, status: status, raw: raw),
                source: item.source, eventID: item.id, status: status, reason: reason, raw: raw,
                format: request.batch.format, receivedAt: request.receivedAt))
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

    /// PostgreSQL's own order of UUIDs: by their bytes.
    private static func precedes(_ left: UUID, _ right: UUID) -> Bool {
        func words(_ uuid: UUID) -> (UInt64, UInt64) {
            withUnsafeBytes(of: uuid.uuid) {
                (
                    UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
                    UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                )
            }
        }
        return words(left) < words(right)
    }
}
