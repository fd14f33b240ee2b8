import Contracts
import Foundation
import HTTPClient
import HTTPServer
import Logging
import Runtime
import Synchronization

@testable import holdfast

/// A gateway as far as the command asks one: it keeps what it is told and can be told to fail.
final class FakeGateway: Sendable {
    struct State {
        var clock = Date(timeIntervalSince1970: 0)
        var clocksAreSimulated = true
        /// Otherwise a clock that is later stays where it is and says so.
        var refusesToGoBack = true
        var courseRuns: [CourseRunDefinition] = []
        var contacts: [String: String] = [:]
        /// In order of arrival; each id once.
        var events: [EventDraft] = []
        var ids: Set<EventID> = []
        var duplicates = 0
        /// Events that happened after the services' time when they came: a real gateway refuses them.
        var fromTheFuture = 0
        /// So many requests are answered with 503 first.
        var failuresLeft = 0
        /// So many readings of the status say that something is still on its way, after each batch of events.
        var unrestAfterEvents = 0
        var unrestLeft = 0
        /// Rows of files by format, as they came; each once.
        var rows: [String: [String]] = [:]
        /// What was asked with them.
        var rowQueries: Set<String> = []
        /// So many requests with rows are answered before the gateway is away for good; nil for all.
        var rowRequestsLeft: Int?
        var courses: [CourseDefinition] = []
        var enrollments: [EnrollmentDraft] = []
        var nudges: [NudgeRecord] = []
        var deliveries: [ListDeliveries.Delivery] = []
        var learners: [LearnerID: ExternalLearnerID] = [:]
        /// When the clock passes a time, that learner is written to.
        var planned: [(at: Date, learner: ExternalLearnerID, kind: NudgeKind)] = []
        var replayed: [String] = []
        var clockSettings: [Date] = []
        /// With this batch of events a service starts anew; 0 for never.
        var restartsAfterEvents = 0
        var batches = 0
        var startedAt = "2026-01-01T00:00:00Z"
    }

    static let key = "hf_test"

    let state = Mutex(State())
    private let service: Mutex<Task<Void, any Error>?> = Mutex(nil)
    private let sockets = Mutex<[WebSocketConnection]>([])

    /// Starts on a free port, runs `body` with a client for it, and stops.
    static func running<Answer: Sendable>(
        _ change: (inout State) -> Void = { _ in }, patience: Duration = .seconds(5),
        _ body: (FakeGateway, GatewayClient) async throws -> Answer
    ) async throws -> Answer {
        let gateway = FakeGateway()
        gateway.state.withLock { change(&$0) }
        var settings = HTTPServerSettings(host: "127.0.0.1", port: 0)
        settings.drainDelay = .zero
        let runtime = ServiceRuntime(
            service: "gateway", logger: Logger(label: "fake") { _ in SwiftLogNoOpLogHandler() },
            clock: SystemClock())
        let service = HTTPService(
            settings, runtime: runtime, routes: gateway.routes(),
            webSocket: WebSocketEndpoint(path: "/v1/live") { try await gateway.live($0) })
        let running = Task { try await service.run() }
        defer { running.cancel() }
        let base = "http://127.0.0.1:\(try await service.boundPort)"
        return try await body(
            gateway, GatewayClient(base: base, key: key, http: HTTPClient(), patience: patience))
    }

    // MARK: Routes

    private func routes() -> HTTPRoutes {
        let routes = HTTPRoutes()
        on(routes, .put, "/v1/clock") { try $0.setClock($1.json(SetClock.Request.self)) }
        on(routes, .get, "/v1/clock") { state, _ in
            .text(
                #"{"now":"\#(RFC3339.string(from: state.clock))","simulated":\#(state.clocksAreSimulated)}"#)
        }
        on(routes, .put, "/v1/course-runs/{id}") { state, request in
            state.courseRuns.append(try request.json())
            return .text("{}")
        }
        on(routes, .put, "/v1/contacts") { try $0.setContacts($1.json(Contacts.self)) }
        on(routes, .post, "/v1/events") { [self] state, request in
            let batch = try request.json(RecordEvents.Request.self)
            let answer = state.record(batch)
            try push(batch.events)
            return try .json(answer)
        }
        on(routes, .post, "/v1/imports/{format}") { try $0.take(rows: $1) }
        on(routes, .get, "/v1/courses/{id}") { _, _ in throw HTTPProblem(404, .notFound, "nothing is kept here") }
        on(routes, .get, "/v1/course-runs/{id}") { _, _ in throw HTTPProblem(404, .notFound, "nothing is kept here") }
        on(routes, .put, "/v1/courses/{id}") { state, request in
            state.courses.append(try request.json())
            return .text("{}")
        }
        on(routes, .put, "/v1/enrollments") { state, request in
            let sent = try request.json(SetEnrollments.Request.self).enrollments
            let new = sent.filter { !state.enrollments.contains($0) }
            state.enrollments += new
            return try .json(
                RecordEvents.Response(
                    receipts: [], accepted: new.count, duplicate: sent.count - new.count, conflict: 0, quarantined: 0))
        }
        on(routes, .get, "/v1/status") { state, _ in try state.status() }
        on(routes, .get, "/v1/overview") { _, _ in
            .text(
                #"{"risk":{"bands":{"low":1,"moderate":0,"high":2,"critical":1},"abstained":{},"histogram":[]}}"#
            )
        }
        on(routes, .get, "/v1/nudges") { state, _ in
            try .json(ListNudges.Response(nudges: state.nudges, nextPageToken: ""))
        }
        on(routes, .get, "/v1/deliveries") { try $0.page($1.query("pageToken")) }
        on(routes, .get, "/v1/learners/{id}") { try $0.learner($1.parameter("id")) }
        on(routes, .get, "/v1/dead-letters") { _, _ in .text(Self.deadLetters) }
        on(routes, .post, "/v1/dead-letters/{service}/{id}/replay") { state, request in
            state.replayed.append("\(try request.parameter("service")) \(try request.parameter("id"))")
            return HTTPServerResponse(status: 204)
        }
        return routes
    }

    private func on(
        _ routes: HTTPRoutes, _ verb: HTTPVerb, _ pattern: String,
        _ answer: @escaping @Sendable (inout State, HTTPServerRequest) throws -> HTTPServerResponse
    ) {
        routes.on(verb, pattern) { [self] request in
            try state.withLock { state in
                guard request.header("authorization") == "Bearer \(Self.key)" else {
                    throw HTTPProblem(401, .unauthenticated, "the key is not known")
                }
                if state.failuresLeft > 0 {
                    state.failuresLeft -= 1
                    throw HTTPProblem(503, .unavailable, "not now", headers: [("retry-after", "0")])
                }
                return try answer(&state, request)
            }
        }
    }

    private static let deadLetters = """
        {"deadLetters":[
        {"service":"prediction","id":4,"consumer":"prediction","stream":"learner-events","partition":3,"seq":9,
         "tenant":"default","type":"LearningEventRecorded","reason":"no such course","attempts":5,
         "failedAt":"2026-11-23T10:00:00Z"},
        {"service":"nudging","id":2,"consumer":"nudging","stream":"risk-scores","partition":3,"seq":8,
         "tenant":"default","type":"RiskScored","reason":"no","attempts":5,"failedAt":"2026-11-22T10:00:00Z",
         "replayedAt":"2026-11-22T11:00:00Z"},
        {"service":"nudging","id":1,"consumer":"nudging","stream":"risk-scores","partition":3,"seq":7,
         "tenant":"default","type":"RiskScored","reason":"no","attempts":5,"failedAt":"2026-11-21T10:00:00Z"}]}
        """

    // MARK: The live socket

    private struct Fact: Encodable {
        struct Body: Encodable { var eventID: EventID }
        var id = "0-1"
        var type = "LearningEventRecorded"
        var data: Body
    }

    private struct Facts: Encodable {
        var type = "facts"
        var stream = "learner-events"
        var facts: [Fact]
    }

    private func live(_ socket: WebSocketConnection) async throws {
        for await message in socket.messages {
            guard message.contains(Self.key) else {
                try socket.send(
                    text: #"{"type":"error","code":"unauthenticated","message":"the key is not known"}"#)
                return
            }
            try socket.send(text: #"{"type":"ready","now":"2026-11-23T10:00:00Z"}"#)
            sockets.withLock { $0.append(socket) }
        }
    }

    private func push(_ events: [EventDraft]) throws {
        let message = Facts(facts: events.map { Fact(data: .init(eventID: $0.id)) })
        let text = String(decoding: try JSONCoding.encoder().encode(message), as: UTF8.self)
        for socket in sockets.withLock({ $0 }) { try socket.send(text: text) }
    }
}

private struct Contacts: Decodable {
    struct Contact: Decodable {
        var learner: String
        var email: String
    }
    var contacts: [Contact]
}

extension FakeGateway.State {
    fileprivate mutating func setClock(_ setting: SetClock.Request) throws -> HTTPServerResponse {
        guard clocksAreSimulated else { throw HTTPProblem(404, .notFound, "clocks are real here") }
        guard setting.now >= clock || !refusesToGoBack else {
            throw HTTPProblem(400, .failedPrecondition, "the clock is later already")
        }
        clock = max(clock, setting.now)
        clockSettings.append(setting.now)
        let due = planned.filter { $0.at <= clock }
        planned.removeAll { $0.at <= clock }
        for plan in due { nudge(plan.learner, plan.kind) }
        return .text(#"{"now":"\#(RFC3339.string(from: clock))","simulated":true}"#)
    }

    private mutating func nudge(_ name: ExternalLearnerID, _ kind: NudgeKind) {
        let learner = LearnerID(rawValue: UUID())
        learners[learner] = name
        let run = CourseRunID(checked: "run")
        let nudge = NudgeRecord(
            nudge: NudgeID(rawValue: UUID()), learner: learner, courseRun: run, kind: kind, policy: "p",
            decidedAt: clock)
        nudges.append(nudge)
        deliveries.append(
            ListDeliveries.Delivery(
                delivery: DeliveryID(rawValue: UUID()), nudge: nudge.nudge, learner: learner, courseRun: run,
                channel: .email, provider: "sink", state: .sent, attempts: 1, plannedAt: clock,
                changedAt: clock))
    }

    fileprivate mutating func setContacts(_ body: Contacts) throws -> HTTPServerResponse {
        for contact in body.contacts { contacts[contact.learner] = contact.email }
        return .text("{}")
    }

    /// A row that says `bad` is refused, one that says `skip` is no event.
    fileprivate mutating func take(rows request: HTTPServerRequest) throws -> HTTPServerResponse {
        if let left = rowRequestsLeft {
            guard left > 0 else { throw HTTPProblem(500, .internal, "the disk is full") }
            rowRequestsLeft = left - 1
        }
        let format = try request.parameter("format")
        rowQueries.formUnion(request.queryItems.map { "\($0.name)=\($0.value)" })
        var known = Set(rows[format] ?? [])
        let receipts = String(decoding: request.body, as: UTF8.self).split(separator: "\n").map { line -> RowReceipt in
            let row = String(line)
            if row.contains("bad") {
                return RowReceipt(status: .quarantined, reason: "Time: expected a time, got the text \"bad\"")
            }
            if row.contains("skip") { return RowReceipt(status: .skipped, reason: "it is no event") }
            guard known.insert(row).inserted else { return RowReceipt(status: .duplicate) }
            if request.query("dryRun") == "false" { rows[format, default: []].append(row) }
            return RowReceipt(status: .accepted)
        }
        return try .json(ImportRows.Response(receipts: receipts))
    }

    fileprivate mutating func record(_ batch: RecordEvents.Request) -> RecordEvents.Response {
        unrestLeft = unrestAfterEvents
        batches += 1
        if batches == restartsAfterEvents { startedAt = "2026-01-01T00:01:00Z" }
        var receipts: [IngestReceipt] = []
        for event in batch.events {
            if event.occurredAt > clock, clocksAreSimulated { fromTheFuture += 1 }
            let isNew = ids.insert(event.id).inserted
            if isNew { events.append(event) } else { duplicates += 1 }
            receipts.append(IngestReceipt(id: event.id.rawValue, status: isNew ? .accepted : .duplicate))
        }
        let accepted = receipts.filter { $0.status == .accepted }.count
        return RecordEvents.Response(
            receipts: receipts, accepted: accepted, duplicate: receipts.count - accepted, conflict: 0,
            quarantined: 0)
    }

    fileprivate mutating func status() throws -> HTTPServerResponse {
        let lag = unrestLeft
        unrestLeft = max(0, unrestLeft - 1)
        return .text(
            #"{"services":[{"name":"tracking","ready":true,"startedAt":"\#(startedAt)","lag":{},"pending":0,"reasons":[]},"#
                + #"{"name":"prediction","ready":true,"lag":{"learner-events":\#(lag)},"pending":0,"reasons":[]}],"#
                + #""now":"2026-11-23T10:00:00Z"}"#)
    }

    /// One delivery a page, to see that all pages are read.
    fileprivate func page(_ token: String?) throws -> HTTPServerResponse {
        let place = token.flatMap { Int($0) } ?? 0
        let next = place + 1 < deliveries.count ? "\(place + 1)" : ""
        return try .json(
            ListDeliveries.Response(
                deliveries: deliveries.indices.contains(place) ? [deliveries[place]] : [], nextPageToken: next
            ))
    }

    fileprivate func learner(_ id: String) throws -> HTTPServerResponse {
        guard let learner = LearnerID(id), let name = learners[learner] else {
            throw HTTPProblem(404, .notFound, "no learner \(id)")
        }
        return .text(#"{"identities":[{"source":"simulator","externalID":"\#(name)"}]}"#)
    }
}
