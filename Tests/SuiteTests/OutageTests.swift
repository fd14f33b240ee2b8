import Contracts
import Foundation
import HTTPClient
import HTTPServer
import TestSupport
import Testing

/// What goes on while Redis is away, and what a service remembers over a restart.
@Suite(.serialized) struct OutageTests {
    private struct Events: Decodable {
        var events: [TimelineEvent]
    }

    private struct LearnerReference: Decodable {
        var learner: LearnerID
    }

    private struct ClockState: Decodable {
        var now: Date
        var simulated: Bool
    }

    private struct Problem: Decodable {
        var status: Int
        var code: String
        var detail: String
    }

    private static let start = Date(timeIntervalSince1970: 1_790_000_000)

    private static func event(_ id: String) -> EventDraft {
        EventDraft(
            id: EventID(checked: id), learner: ExternalLearnerID(checked: "ada"),
            courseRun: CourseRunID(checked: "outage"), verb: .viewed, occurredAt: start)
    }

    @Test func `without Redis every service is ready and degraded, and takes in what reaches the others later`() async throws {
        let suite = try await Suite.start()
        try await suite.api.set(now: Self.start)
        #expect(try await suite.api.record([Self.event("before")]).accepted == 1)
        try await suite.api.settle()
        try await suite.redis.stop()
        for name in Suite.names {
            try await eventually("\(name) notices") { try await suite.readiness(of: name).report.degraded }
            let (status, report) = try await suite.readiness(of: name)
            #expect(status == 200, "\(name)")
            #expect(report.ready)
            #expect(report.checks.first { $0.name == "database" }?.ready == true)
            #expect(report.checks.first { $0.name == "redis" }.map { !$0.ready && !$0.essential && !$0.detail.isEmpty } == true)
            #expect(try await suite.metrics(of: name).contains("holdfast_check_ready{check=\"redis\"} 0"))
        }
        #expect(try await suite.api.record([Self.event("meanwhile")]).accepted == 1)
        try await suite.redis.restart()
        #expect(try await suite.api.record([Self.event("after")]).accepted == 1)
        try await suite.api.settle()
        for name in Suite.names {
            try await eventually("\(name) is well again", within: .seconds(20)) {
                try await !suite.readiness(of: name).report.degraded
            }
        }
        let ada = try await suite.api.get("/v1/learners/by-external-id/story/ada", as: LearnerReference.self).learner
        let timeline = try await suite.api.get("/v1/learners/\(ada)", as: Events.self)
        #expect(timeline.events.map(\.eventID.rawValue).sorted() == ["after", "before", "meanwhile"])
        try await suite.stop()
    }

    @Test func `a simulated clock is never set backwards, and the gateway keeps it over a restart`() async throws {
        let suite = try await Suite.start()
        try await suite.api.set(now: Self.start)
        let earlier = try JSONCoding.encoder().encode(
            SetClock.Request(now: Self.start.addingTimeInterval(-60), rate: 0))
        let refused = try await suite.api.send(.put, "/v1/clock", body: earlier, key: suite.api.key)
        let problem = try JSONCoding.decoder().decode(Problem.self, from: refused.body)
        #expect(refused.status == 400)
        #expect(problem.code == "failed_precondition")
        #expect(problem.detail.contains(RFC3339.string(from: Self.start)), "\(problem.detail)")
        // Asking again for what was asked last is no step back.
        try await suite.api.set(now: Self.start)
        try await suite.restart("gateway")
        let kept = try await suite.api.get("/v1/clock", as: ClockState.self)
        #expect(kept.simulated)
        #expect(kept.now == Self.start)
        try await suite.stop()
    }
}
