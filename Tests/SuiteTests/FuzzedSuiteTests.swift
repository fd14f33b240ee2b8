import Contracts
import Foundation
import Fuzzing
import HTTPClient
import Simulator
import TestSupport
import Testing

/// The running suite behind its public doors, with hostile bodies, addresses and heads: every answer is a refusal or a
/// success, never a failure of ours, and every process is the one that was started.
@Suite(.serialized) struct FuzzedSuiteTests {
    /// In the seconds that this test may take; FuzzTests opens the same readers in process, far more often.
    static let inputs = 600

    private struct OpenAPI: Decodable {
        var paths: [String: JSONValue]
    }

    private static let bodies: [String] = [
        #"{"source":"m","events":[{"id":"1","learner":"ada","courseRun":"r","verb":"viewed","occurredAt":"2026-09-20T10:15:30Z"}]}"#,
        #"{"contacts":[{"source":"m","learner":"ada","name":"Ada","email":"ada@learners.example","timeZone":"Europe/Oslo"}]}"#,
        #"{"id":"x","title":"T","startsAt":"2026-10-05T00:00:00Z","endsAt":"2026-12-28T00:00:00Z","timeZone":"UTC","assessments":[]}"#,
        #"{"name":"drifting-away","kind":"smartReminder","bandAtLeast":"high","holdoutShare":0.1}"#,
    ]

    private static let heads: [(name: String, value: String)] = [
        ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=latin-1"), ("Content-Encoding", "gzip"),
        ("Content-Encoding", "zstd"), ("Accept-Encoding", "gzip;q=0, *"), ("traceparent", "00-zz-00-01"),
        ("X-Request-Id", String(repeating: "x", count: 300)), ("Connect-Timeout-Ms", "99999999999"),
        ("Accept", "application/xml"), ("If-Match", "*"), ("Expect", "200-ok"), ("Cookie", "a=b"),
        ("Authorization", "Basic Og=="), ("X-Forwarded-For", "::1"), ("Range", "bytes=0-"),
    ]

    @Test func `no hostile request gets a failure of ours, and no process ends of it`() async throws {
        let suite = try await Suite.start()
        let document = try await suite.api.get("/openapi.json", as: OpenAPI.self)
        let doors = document.paths.flatMap { path, item -> [(path: String, verb: String)] in
            guard case .object(let operations) = item else { return [] }
            return operations.keys.filter { HTTPClientRequest.Method(rawValue: $0.uppercased()) != nil }
                .map { (path: path, verb: $0) }
        }.filter { $0.path != "/v1/clock" }.sorted { ($0.path, $0.verb) < ($1.path, $1.verb) }
        try #require(doors.count > 20)
        let memory = try await Self.memory(of: suite)
        let processes = suite.processes
        let json = Mutator(corpus: Self.bodies.map { Array($0.utf8) }, grammar: .json)
        let text = Mutator(corpus: [Array("ada".utf8), Array("6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11".utf8)], grammar: .text)
        for seed in 0..<UInt64(Self.inputs) {
            var source = SplitMix64(seed: seed)
            let door = doors[Int(seed) % doors.count]
            let path = Self.fill(door.path, with: text, &source)
            guard let method = HTTPClientRequest.Method(rawValue: door.verb.uppercased()) else { continue }
            let head = source.chance(0.3) ? [Self.heads[source.index(below: Self.heads.count)]] : []
            let answer = try await suite.api.send(
                method, path, body: door.verb == "get" ? nil : Data(json.input(seed: seed)), key: suite.api.key,
                headers: head)
            let words = String(decoding: answer.body.prefix(300), as: UTF8.self)
            // 501 and 503 say that something is not offered, or not now; neither is expected of a door that is there.
            #expect(answer.status < 500, "seed \(seed): \(door.verb) \(door.path) answered \(answer.status) \(words)")
        }
        #expect(suite.processes == processes)
        for name in Suite.names {
            #expect(try await suite.readiness(of: name).status == 200, "\(name)")
            #expect(!suite.log(of: name).contains("Fatal error"), "\(name)")
            let growth = try await Self.memory(of: suite)[name, default: 0] - memory[name, default: 0]
            #expect(growth < 256 << 20, "\(name) grew by \(growth >> 20) MiB")
        }
        try await suite.stop()
    }

    /// A path with hostile parameters, and now and then a query.
    private static func fill(_ pattern: String, with mutator: Mutator, _ source: inout SplitMix64) -> String {
        func part() -> String {
            let bytes = mutator.input(seed: source.next()).prefix(200)
            return bytes.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let path = pattern.split(separator: "/").map { $0.hasPrefix("{") ? part() : String($0) }.joined(separator: "/")
        guard source.chance(0.5) else { return "/" + path }
        let names = ["pageSize", "pageToken", "courseRun", "band", "since", "learner", "state", "sort", "q"]
        return "/\(path)?\(names[source.index(below: names.count)])=\(part())"
    }

    private static func memory(of suite: Suite) async throws -> [String: Int] {
        var bytes: [String: Int] = [:]
        for name in Suite.names {
            let line = try await suite.metrics(of: name).split(separator: "\n")
                .first { $0.hasPrefix("process_resident_memory_bytes ") }
            bytes[name] = line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) }
        }
        return bytes
    }
}
