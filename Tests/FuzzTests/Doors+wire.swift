import Contracts
import Foundation
import Fuzzing
import RPC
import Runtime

@testable import HTTPServer

/// The doors of the wire: requests as they come off a socket, before anybody knows what they are about.
extension Doors {
    /// Request types; each input is read as all of them.
    private static let types: [@Sendable (Data) throws -> Void] = [
        { _ = try JSONGuard.decode(SetCourseRun.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetContacts.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetPolicy.Request.self, from: $0) },
        { _ = try JSONGuard.decode(ListDeliveries.Request.self, from: $0) },
        { _ = try JSONGuard.decode(ListAtRisk.Request.self, from: $0) },
        { _ = try JSONGuard.decode(GetTimeline.Request.self, from: $0) },
        { _ = try JSONGuard.decode(ResolveLearners.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetClock.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetStudySettings.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetPause.Request.self, from: $0) },
        { _ = try JSONGuard.decode(Holidays.List.self, from: $0) },
        { _ = try JSONGuard.decode(RecordHeartbeat.Request.self, from: $0) },
        { _ = try JSONGuard.decode(ReplayQuarantine.Request.self, from: $0) },
        { _ = try JSONGuard.decode(MergeLearners.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetLearnerRole.Request.self, from: $0) },
        { _ = try JSONGuard.decode(SetRoleRules.Request.self, from: $0) },
        { _ = try JSONGuard.decode(JSONValue.self, from: $0) },
    ]

    static let requests = Door(
        "requests", .json,
        corpus: [
            #"""
            {"courseRun":{"id":"r","title":"T","startsAt":"2026-10-05T00:00:00Z","endsAt":"2026-12-28T00:00:00Z","timeZone":
            "Europe/Oslo","assessments":[{"id":"q","title":"Q","dueAt":"2026-10-19T12:00:00Z","weight":30,"kind":"quiz"}]}}
            """#,
            #"{"contacts":[{"learner":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11","name":"Ada","email":"a@x.example"}]}"#,
            #"{"learner":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11","page":{"size":7.0,"token":""},"since":null}"#,
            #"{"source":"moodle","learners":["ada","bola"]}"#, #"{"now":"2026-10-05T00:00:00Z","rate":0}"#,
            #"{"source":"moodle","everySeconds":300}"#, #"{"from":"2026-10-05T00:00:00Z","until":"2026-10-12T00:00:00Z"}"#,
            #"{"holidays":[{"title":"New Year","startsOn":"2026-12-31","endsOn":"2027-01-01"}]}"#,
            #"{"selection":{"ids":[1,2],"filter":{"source":"m","problem":"missing"},"page":{"size":5}},"actor":"key"}"#,
            #"""
            {"survivor":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11","merged":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a12",
            "learner":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11","role":"staff","note":"x","actor":"key"}
            """#,
            #"{"source":"m","rules":[{"pattern":"bot-*","role":"bot"}],"actor":"key"}"#,
        ]
    ) { bytes in
        var isTaken = false
        for read in types {
            do {
                try read(Data(bytes))
                isTaken = true
            } catch let error as RPCError where error.code == .invalidArgument && !error.message.isEmpty {
                continue
            }
        }
        return isTaken ? .accepted : .refused
    }

    private static let router: RPCRouter = {
        let router = RPCRouter(clock: SystemClock())
        router.handle(NotificationRPC.listDeliveries) { _, _ in
            ListDeliveries.Response(deliveries: [], nextPageToken: "")
        }
        return router
    }()

    /// A head of lines `name: value`, an empty line, a body: what a server makes of a request before it calls anybody.
    static let calls = Door(
        "calls", .text,
        corpus: [
            "path: \(NotificationRPC.listDeliveries.path)\ncontent-type: application/json\nconnect-timeout-ms: 5000\n\n{}",
            """
            path: \(NotificationRPC.listDeliveries.path)
            content-type: application/json; charset=utf-8
            accept-encoding: br, gzip;q=0.5
            traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
            holdfast-tenant: default

            {"page":{"size":10},"state":"sent"}
            """,
        ]
    ) { bytes in
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n", maxSplits: 1)
        var headers: [String: String] = [:]
        for line in (parts.first ?? "").split(separator: "\n") {
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[pair[0].lowercased()] = pair.count == 2 ? pair[1].trimmingCharacters(in: .whitespaces) : ""
        }
        let path = headers.removeValue(forKey: "path") ?? ""
        let body = parts.count == 2 ? Data(parts[1].utf8) : Data()
        let reply = await router.respond(to: RPCRequest(method: "POST", path: path, headers: headers, body: body))
        if reply.code == nil { return .accepted }
        // A time limit of a millisecond may well be over, and what is not offered is not a failure.
        guard reply.status < 500 || reply.code == .deadlineExceeded || reply.code == .unimplemented else {
            throw Finding("answered \(reply.status) \(String(decoding: reply.body, as: UTF8.self))")
        }
        return .refused
    }

    static let gzip = Door(
        "gzip", .bytes,
        bytes: ["{}", #"{"events":[]}"#, String(repeating: "holdfast ", count: 2_000)].map { text -> [UInt8] in
            do {
                return Array(try Gzip.compress(Data(text.utf8)))
            } catch {
                preconditionFailure("zlib does not compress: \(error)")
            }
        }
    ) { bytes in
        let limit = 1 << 20
        do {
            let data = try Gzip.decompress(Data(bytes), limit: limit)
            guard data.count <= limit else { throw Finding("unpacked to \(data.count) bytes") }
            return .accepted
        } catch is BodyTooLarge {
            return .refused
        } catch let error as RPCError where error.code == .invalidArgument {
            return .refused
        }
    }

    private static let routes: HTTPRoutes = {
        let routes = HTTPRoutes()
        for pattern in ["/v1/learners/{id}", "/v1/learners/by-external-id/{source}/{externalID}", "/", "/v1/events"] {
            routes.on(.get, pattern) { _ in .text("") }
        }
        return routes
    }()

    static let addresses = Door(
        "addresses", .text,
        corpus: ["/v1/learners/ada?pageSize=10&pageToken=x", "/v1/learners/by-external-id/m/%C3%A9?a=1+2&b=%20&&c", "/?x"]
    ) { bytes in
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "?", maxSplits: 1)
        let items = Call.queryItems(parts.count == 2 ? String(parts[1]) : "")
        guard items.count <= bytes.count else { throw Finding("more items than bytes") }
        if case .route = routes.match(.get, String(parts.first ?? "")) { return .accepted }
        return .refused
    }

    static let traces = Door(
        "traces", .text, corpus: ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
    ) { bytes in
        guard let trace = TraceContext(traceparent: String(decoding: bytes, as: UTF8.self)) else { return .refused }
        guard TraceContext(traceparent: trace.traceparent) != nil else { throw Finding("a trace does not read back") }
        return .accepted
    }
}
