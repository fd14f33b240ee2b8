import Contracts
import Foundation
import Fuzzing
import HTTPClient
import TestSupport
import Testing

/// The running suite behind its public doors, with hostile bodies, addresses and heads: every answer is a refusal or a
/// success, never a failure of ours, and every process is the one that was started.
///
/// FuzzTests opens the readers in process, far more often; here the same inputs reach the tables as well. `make fuzz`
/// sends more of them; `make fuzz DOOR=suite SEED=n INPUTS=1` sends one again.
@Suite(.serialized) struct FuzzedSuiteTests {
    /// In the seconds that this test may take: some for each door.
    static let inputsStandard = 600
    /// How much more memory a service may hold at the end than after the first requests, in bytes.
    static let growthMax = 256 << 20

    private static func setting(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    @Test func `no hostile request gets a failure of ours, and no process ends of it`() async throws {
        let seed = Self.setting("HOLDFAST_FUZZ_SEED").flatMap(UInt64.init) ?? 1
        let count = Self.setting("HOLDFAST_FUZZ_INPUTS").flatMap(Int.init) ?? Self.inputsStandard
        let suite = try await Suite.start(settings: ["HOLDFAST_GATEWAY_RATE": "1000000"])
        let requests = try await Self.requests(to: suite)
        try #require(requests.doors.count > 80)
        let memory = try await Self.memory(of: suite)
        let processes = suite.processes
        let start = ContinuousClock.now
        var taken: [String: Int] = [:]
        var findings = 0
        // More than three would say the same.
        for number in 0..<UInt64(count) where findings < 3 {
            let request = requests.request(seed: seed &+ number)
            let again = "make fuzz DOOR=suite SEED=\(seed &+ number) INPUTS=1"
            let answer: HTTPClientResponse
            do {
                answer = try await suite.api.send(
                    request.door.method, request.path, body: request.body, key: suite.api.key, headers: request.headers)
            } catch {
                Issue.record("\(request.door.words) did not answer: \(error). See it again: \(again)")
                break
            }
            let words = String(decoding: answer.body.prefix(300), as: UTF8.self)
            // 501 and 503 say that something is not offered, or not now; neither is expected of a door that is there.
            if answer.status >= 500 {
                findings += 1
                Issue.record("\(request.door.words) answered \(answer.status) \(words). See it again: \(again)")
            }
            if answer.status < 300 { taken[request.door.words, default: 0] += 1 }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        print(
            "fuzz: suite: \(count) inputs over \(requests.doors.count) doors, \(taken.values.reduce(0, +)) accepted by "
                + "\(taken.count) of them, \(Int(Double(count) / max(seconds, 0.001))) inputs/s")
        #expect(suite.processes == processes)
        for name in Suite.names where suite.log(of: name).contains("Fatal error") {
            Issue.record("\(name) ended:\n\(suite.log(of: name).suffix(20_000))")
        }
        let after = try await Self.memory(of: suite)
        for name in Suite.names {
            #expect(try await suite.readiness(of: name).status == 200, "\(name)")
            let (old, new) = (memory[name, default: 0], after[name, default: 0])
            print("fuzz: suite: \(name) held \(old >> 20) MiB before and \(new >> 20) MiB after")
            #expect(new - old < Self.growthMax, "\(name) grew by \((new - old) >> 20) MiB")
        }
        try await suite.stop()
    }

    /// Something is there to ask for: a run, events, two learners.
    private static func requests(to suite: Suite) async throws -> HostileRequests {
        struct Reference: Decodable { var learner: LearnerID }
        let api = suite.api
        try await api.set(now: Date(timeIntervalSince1970: 1_790_000_000))
        let events = try GoodBodies.of("EventBatch").joined()
        for (method, path, body) in [
            (HTTPClientRequest.Method.put, "/v1/course-runs/r", GoodBodies.courseRun), (.post, "/v1/events", events),
            (.post, "/v1/events", events.replacing("ada", with: "bola").replacing(#""id":"1""#, with: #""id":"2""#)),
        ] {
            let answer = try await api.send(method, path, body: Data(body.utf8), key: api.key)
            try #require(answer.status == 200, "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        }
        var learners: [String] = []
        for name in ["ada", "bola"] {
            let path = "/v1/learners/by-external-id/m/\(name)"
            learners.append(try await api.get(path, as: Reference.self).learner.description)
        }
        return try HostileRequests(try await api.get("/openapi.json", as: HostileRequests.Document.self), learners: learners)
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
