import Contracts
import Foundation
import RPC

/// What Tracking answers about events that could not be taken in, and how they are mended.
struct QuarantineRoutes: Sendable {
    let reads: QuarantineReads
    let store: QuarantineStore
    let reader: QuarantinedItem
    let ingest: IngestCoalescer
    let metrics: IngestMetrics
    /// Called after every commit that appended to the log.
    let wakeRelay: @Sendable () -> Void

    func register(on router: RPCRouter) {
        router.handle(TrackingRPC.listQuarantine) { request, context in
            try await reads.list(request, tenant: context.tenant)
        }
        router.handle(TrackingRPC.summarizeQuarantine) { request, context in
            SummarizeQuarantine.Response(groups: try await reads.summary(request.filter, tenant: context.tenant))
        }
        router.handle(TrackingRPC.getQuarantinedEvent, get)
        router.handle(TrackingRPC.correctQuarantine, correct)
        router.handle(TrackingRPC.replayQuarantine, replay)
        router.handle(TrackingRPC.discardQuarantine, discard)
    }

    // MARK: Looking

    @Sendable
    private func get(
        _ request: GetQuarantinedEvent.Request, _ context: RPCContext
    ) async throws -> GetQuarantinedEvent.Response {
        guard let found = try await reads.find(request.id, tenant: context.tenant) else {
            throw TrackingError.unknownQuarantinedEvent(request.id)
        }
        var response = GetQuarantinedEvent.Response(event: found.event, audit: found.audit)
        let item = reader.read(found.event, now: context.now)
        guard found.event.status == .conflict, case .success(let sent) = item.event,
            let held = try await reads.held(by: sent, tenant: context.tenant)
        else { return response }
        response.stored = held.event.map(TimelineEvent.init)
        response.storedContext = try held.context.map { text in
            try JSONCoding.decoder().decode(JSONValue.self, from: Data(text.utf8))
        }
        response.differences = QuarantinedItem.differences(sent, from: held)
        return response
    }

    // MARK: Mending

    @Sendable
    private func correct(
        _ request: CorrectQuarantine.Request, _ context: RPCContext
    ) async throws -> CorrectQuarantine.Response {
        let actor = try AuditWords.actor(request.actor)
        let correction = try Correction(request)
        let selected = try await store.select(request.selection, tenant: context.tenant)
        var changes: [QuarantineStore.Change] = []
        var results: [CorrectQuarantine.Result] = []
        for event in selected.events {
            do throws(EventProblem) {
                let (text, format) = try correction.applied(to: event)
                let item = reader.read(text, format: format, source: event.source, now: context.now)
                if case .failure(let problem) = item.event { throw problem }
                changes.append(
                    .init(
                        event: event, state: .waiting, corrected: text, correctedFormat: format, outcome: nil,
                        action: "corrected", note: correction.note))
                results.append(.init(id: event.id, isCorrected: true))
            } catch {
                results.append(.init(id: event.id, isCorrected: false, reason: error.description))
            }
        }
        try await store.save(changes, by: actor, tenant: context.tenant, now: context.now)
        return CorrectQuarantine.Response(results: results, nextPageToken: selected.nextPageToken)
    }

    /// The events go in as a batch of anybody's would. Were this to stop before the outcomes are written down, the
    /// next replay would find duplicates and write that down.
    @Sendable
    private func replay(
        _ request: ReplayQuarantine.Request, _ context: RPCContext
    ) async throws -> ReplayQuarantine.Response {
        let actor = try AuditWords.actor(request.actor)
        let selected = try await store.select(request.selection, tenant: context.tenant)
        let items = selected.events.map { (event: $0, item: reader.read($0, now: context.now)) }
        var receipts: [Int64: IngestReceipt] = [:]
        for (format, items) in Dictionary(grouping: items, by: \.event.formatToReplay) {
            // What cannot be read is in quarantine already, and stays there.
            let readable = items.filter { if case .success = $0.item.event { true } else { false } }
            let recorded = try await record(readable.map(\.item), format, context)
            for (item, receipt) in zip(readable, recorded) { receipts[item.event.id] = receipt }
        }
        var changes: [QuarantineStore.Change] = []
        var results: [ReplayQuarantine.Result] = []
        for (event, item) in items {
            var receipt = receipts[event.id] ?? IngestReceipt(id: item.id, status: .quarantined)
            if case .failure(let problem) = item.event { receipt.reason = problem.description }
            // A corrected event that conflicts is kept as a conflict of its own; a conflict that still is one waits.
            let isSettled =
                [.accepted, .duplicate].contains(receipt.status)
                || receipt.status == .conflict && event.status == .quarantined
            let received = RFC3339.string(from: event.receivedAt)
            changes.append(
                .init(
                    event: event, state: isSettled ? .replayed : event.state, corrected: event.corrected,
                    correctedFormat: event.correctedFormat, outcome: receipt.status, action: "replayed",
                    note: "\(receipt.status.rawValue); first received at \(received)"))
            results.append(.init(id: event.id, receivedAt: event.receivedAt, receipt: receipt))
        }
        try await store.save(changes, by: actor, tenant: context.tenant, now: context.now)
        return ReplayQuarantine.Response(results: results, nextPageToken: selected.nextPageToken)
    }

    private func record(
        _ items: [IncomingItem], _ format: String?, _ context: RPCContext
    ) async throws -> [IngestReceipt] {
        guard !items.isEmpty else { return [] }
        let receipts = try await ingest.record(
            IngestRequest(
                tenant: context.tenant, batch: IncomingBatch(isBackfill: false, format: format, items: items),
                receivedAt: context.now, traceparent: context.trace.traceparent))
        let response = RecordEvents.Response(receipts: receipts)
        metrics.count(response)
        if response.accepted > 0 { wakeRelay() }
        return receipts
    }

    @Sendable
    private func discard(
        _ request: DiscardQuarantine.Request, _ context: RPCContext
    ) async throws -> DiscardQuarantine.Response {
        let actor = try AuditWords.actor(request.actor)
        try AuditWords.check(request.note, "note", length: 1...AuditEntry.noteLengthMax)
        let selected = try await store.select(request.selection, tenant: context.tenant)
        try await store.save(
            selected.events.map { event in
                .init(
                    event: event, state: .discarded, corrected: event.corrected,
                    correctedFormat: event.correctedFormat, outcome: event.outcome, action: "discarded",
                    note: request.note)
            }, by: actor, tenant: context.tenant, now: context.now)
        return DiscardQuarantine.Response(ids: selected.events.map(\.id), nextPageToken: selected.nextPageToken)
    }
}

/// What a correction puts in place of an event.
private struct Correction {
    private let event: String?
    private let patch: JSONTape?
    let note: String

    init(_ request: CorrectQuarantine.Request) throws {
        func text(_ value: JSONValue) throws -> String {
            String(decoding: try JSONCoding.encoder().encode(value), as: UTF8.self)
        }
        switch (request.event, request.patch) {
        case (let event?, nil):
            guard request.selection.ids?.count == 1 else {
                throw TrackingError.unreadable("event: expected one id that it stands for, got another selection")
            }
            self.event = try text(event)
            patch = nil
            note = "a whole event in its place"
        case (nil, let patch?):
            guard case .object = patch else {
                throw TrackingError.unreadable("patch: expected an object, got another value")
            }
            let text = try text(patch)
            event = nil
            self.patch = try JSONTape(Data(text.utf8), depthMax: TrackingLimits.bodyDepthMax)
            note = "patched with \(text.prefix(500))"
        default:
            throw TrackingError.unreadable("correction: expected either event or patch, got both or neither")
        }
    }

    /// The corrected text and its format: a whole event is one of ours, a patched one stays what it is.
    func applied(to quarantined: QuarantinedEvent) throws(EventProblem) -> (text: String, format: String?) {
        if let event { return (event, nil) }
        guard let patch else { return (quarantined.raw, quarantined.format) }
        let raw = quarantined.corrected ?? quarantined.raw
        do throws(JSONSyntaxError) {
            let tape = try JSONTape(Data(raw.utf8), depthMax: TrackingLimits.bodyDepthMax)
            return (MergePatch.apply(patch, to: tape), quarantined.formatToReplay)
        } catch {
            throw EventProblem("event", expected: "JSON to patch", got: "a text that is none: \(error)")
        }
    }
}

extension QuarantinedEvent {
    /// The format of what a replay takes.
    fileprivate var formatToReplay: String? { corrected == nil ? format : correctedFormat }
}
