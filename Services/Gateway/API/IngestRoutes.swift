import Contracts
import Foundation
import HTTPServer

/// What platforms send: events, and how learners can be reached.
struct IngestRoutes: Sendable {
    let upstream: Upstream
    private let intake: EventIntake

    init(upstream: Upstream) {
        self.upstream = upstream
        intake = EventIntake(upstream: upstream)
    }

    var routes: [Route] {
        [
            Route(
                method: .post, path: "/v1/events", scope: .ingest,
                summary: "Records a batch of learning events; answers with one receipt an event.",
                requestSchema: "EventBatch", responseSchema: "Receipts", forPages: .init(keyInBody: .key),
                handle: recordEvents),
            Route(
                method: .put, path: "/v1/contacts", scope: .ingest,
                summary: "Sets how learners can be reached.", requestSchema: "Contacts", responseSchema: "Counted",
                handle: setContacts),
        ]
    }

    /// The bytes go through as they came: Tracking reads them once, item by item, so that one bad item fails alone.
    private func recordEvents(_ request: APIRequest) async throws -> HTTPServerResponse {
        .data(try await intake.record(request.http.body, of: request), type: "application/json")
    }

    /// A contact as a sender writes it: the learner by the platform's name or by id.
    private struct ContactDraft: Decodable {
        var source: SourceID?
        var learner: ExternalLearnerID?
        var learnerID: LearnerID?
        var name: String?
        var email: String?
        var phone: String?
        var locale: String?
        var timeZone: String?
    }

    private struct ContactDrafts: Decodable {
        var contacts: [ContactDraft]
    }

    private struct Counted: Encodable {
        var contacts: Int
    }

    private func setContacts(_ request: APIRequest) async throws -> HTTPServerResponse {
        let drafts = try request.http.json(ContactDrafts.self).contacts
        guard (1...SetContacts.contactsMax).contains(drafts.count) else {
            throw GatewayError.invalid(
                "contacts must have 1 to \(SetContacts.contactsMax) entries, got \(drafts.count)")
        }
        let learners = try await learners(of: drafts, request)
        let contacts = zip(drafts, learners).map { draft, learner in
            Contact(
                learner: learner, name: draft.name, email: draft.email, phone: draft.phone, locale: draft.locale,
                timeZone: draft.timeZone)
        }
        _ = try await upstream.notification.call(
            NotificationRPC.setContacts, .init(contacts: contacts), upstream.context(request))
        return try .json(Counted(contacts: contacts.count))
    }

    /// Ids in the order of the drafts; names of one source are resolved in one call.
    private func learners(of drafts: [ContactDraft], _ request: APIRequest) async throws -> [LearnerID] {
        var found = [LearnerID?](repeating: nil, count: drafts.count)
        var named: [SourceID: [(place: Int, name: ExternalLearnerID)]] = [:]
        for (place, draft) in drafts.enumerated() {
            if let id = draft.learnerID {
                found[place] = id
            } else if let name = draft.learner {
                named[draft.source ?? .api, default: []].append((place, name))
            } else {
                throw GatewayError.invalid("contacts[\(place)] must have learner or learnerID")
            }
        }
        for (source, entries) in named {
            let answer = try await upstream.tracking.call(
                TrackingRPC.resolveLearners, .init(source: source, learners: entries.map(\.name)),
                upstream.context(request))
            for (entry, learner) in zip(entries, answer.learners) { found[entry.place] = learner }
        }
        return found.compactMap { $0 }
    }
}
