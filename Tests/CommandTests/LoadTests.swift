import Contracts
import Foundation
import TestSupport
import Testing

@testable import holdfast

/// The load generator, the latency bench and the mending of dead letters.
@Suite struct LoadTests {
    static func plan(rate: Double, seconds: Double, batch: Int = 20) -> LoadPlan {
        LoadPlan(run: "r", rate: rate, seconds: seconds, batch: batch, connections: 3, learners: 50)
    }

    @Test func `a load comes at its rate, and what is written down was acknowledged`() async throws {
        let folder = try TemporaryDirectory("load")
        let file = folder.url.appending(path: "ids.txt")
        try await FakeGateway.running({
            $0.clock = .distantFuture; $0.failuresLeft = 2
        }) { gateway, client in
            let log = try AcknowledgedLog(path: file.path)
            let generator = LoadGenerator(
                plan: Self.plan(rate: 400, seconds: 1), client: client, log: log,
                time: try await ServiceTime(client))
            let report = try await generator.run()
            // What is still due when the time is over is not sent, so a slow machine sends less.
            #expect((20...400).contains(report.accepted))
            #expect(report.failedBatches == 0)
            #expect(report.latency(0.5) > 0 && report.latency(0.5) <= report.latency(0.99))
            let ids = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(Set(ids) == Set(gateway.state.withLock { $0.ids }.map(\.rawValue)))
            #expect(ids.count == report.accepted)
        }
    }

    @Test func `an event of the load has the size that was promised`() throws {
        let (ids, body) = Self.plan(rate: 0, seconds: 1, batch: 100).body(
            3, occurredAt: RFC3339.string(from: Date()))
        #expect(ids.count == 100)
        #expect((250...350).contains(body.count / 100))
        let request = try JSONCoding.decoder().decode(RecordEvents.Request.self, from: body)
        #expect(request.events.map(\.id.rawValue) == ids)
    }

    @Test func `a key that is not known ends a load with the gateway's own sentence`() async throws {
        try await FakeGateway.running { _, client in
            let time = try await ServiceTime(client)
            let stranger = GatewayClient(
                base: client.base, key: "hf_wrong", http: client.http, patience: .seconds(1))
            let generator = LoadGenerator(
                plan: Self.plan(rate: 100, seconds: 0.3), client: stranger, log: nil, time: time)
            let report = try await generator.run()
            #expect(report.accepted == 0)
            #expect(report.failedBatches > 0)
            #expect(report.errors.keys.first?.contains("401") == true)
            #expect(report.errors.keys.first?.contains("the key is not known") == true)
        }
    }

    @Test func `nobody at the address is a sentence, soon after patience ends`() async throws {
        let port = try FreePort.next()
        try await FakeGateway.running { _, client in
            let nobody = GatewayClient(
                base: "http://127.0.0.1:\(port)", key: "k", http: client.http, patience: .milliseconds(400))
            let begin = ContinuousClock.now
            let error = await #expect(throws: GatewayError.self) {
                let _: StatusAnswer = try await nobody.get("/v1/status")
            }
            #expect(error?.description.contains("got no answer from http://127.0.0.1:\(port)") == true)
            #expect(begin.duration(to: .now) < .seconds(5))
        }
    }

    @Test func `latency is measured from the request to the live socket`() async throws {
        try await FakeGateway.running({ $0.clock = Date() }) { _, client in
            let bench = LatencyBench(
                plan: Self.plan(rate: 300, seconds: 1, batch: 5), client: client, grace: .seconds(5))
            let report = try await bench.run()
            #expect(report.sent == 300)
            #expect(report.latencies.count == 300)
            #expect(report.latencies == report.latencies.sorted())
            #expect(report.latencies.allSatisfy { $0 > 0 && $0 < 5_000 })
            #expect(report.lines.last?.contains("p99") == true)
        }
    }

    @Test func `a live socket that refuses the key says so`() async throws {
        try await FakeGateway.running { _, client in
            let socket = LiveSocket(base: client.base, key: "hf_wrong")
            let error = await #expect(throws: GatewayError.self) {
                try await socket.connected { messages in
                    var iterator = messages.makeAsyncIterator()
                    try await LatencyBench.waitUntilReady(&iterator)
                }
            }
            #expect(error?.description.contains("the key is not known") == true)
        }
    }

    @Test func `dead letters are listed with their service and applied oldest first`() async throws {
        try await FakeGateway.running { gateway, client in
            let entries = try await DeadLettersCommand.entries(client, service: nil)
            #expect(entries.map(\.service) == ["prediction", "nudging", "nudging"])
            #expect(entries.map(\.letter.id) == [4, 2, 1])
            let replay = try #require(
                try DeadLettersCommand.parseAsRoot([
                    "replay", "--gateway", client.base, "--key", FakeGateway.key, "--all",
                ]) as? DeadLettersCommand.Replay)
            try await replay.run()
            #expect(gateway.state.withLock { $0.replayed } == ["nudging 1", "prediction 4"])
        }
    }
}
