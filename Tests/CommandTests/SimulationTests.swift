import Contracts
import Foundation
import Simulator
import TestSupport
import Testing

@testable import holdfast

/// The simulation against a gateway that keeps what it is told.
@Suite struct SimulationTests {
    static let startsOn = CivilDay(number: 20_703)  // Monday, 2026-09-07

    static func settings(
        until: SimulationEnd = .week(2), learners: Int = 30, step: Double = 24, state: URL? = nil,
        truth: URL? = nil
    ) -> SimulationSettings {
        SimulationSettings(
            learners: learners, weeks: 4, course: "academic-writing", startsOn: startsOn, until: until,
            step: StepLength(hours: step), stateFile: state?.path, truthFile: truth?.path)
    }

    static func expected(until week: Int, learners: Int = 30) throws -> [EventDraft] {
        let plan = try settings().plan()
        var cohort = try Cohort(seed: 7, learners: learners, plan: plan)
        return cohort.step(to: plan.startsAt.addingTimeInterval(Double(week) * 7 * 86_400)).map(\.draft)
    }

    @Test func `every event arrives once, in each learner's order, and never before its time`() async throws {
        try await FakeGateway.running { gateway, client in
            var simulation = try Simulation(Self.settings(), client: client)
            let summary = try await simulation.run()
            let expected = try Self.expected(until: 2)
            let state = gateway.state.withLock { $0 }
            #expect(expected.count > 1_000)
            #expect(state.fromTheFuture == 0)
            #expect(state.duplicates == 0)
            #expect(summary.tally.accepted == expected.count)
            #expect(!summary.isIncomplete)
            #expect(summary.atRisk == 3)
            for learner in Set(expected.map(\.learner)) {
                #expect(
                    state.events.filter { $0.learner == learner } == expected.filter { $0.learner == learner }
                )
            }
            #expect(state.courseRuns.map(\.title) == ["Academic Writing"])
            #expect(state.contacts.count == 30)
            #expect(state.contacts.values.allSatisfy { $0.hasSuffix("@learners.example.org") })
            #expect(summary.lines.contains { $0.contains("\(expected.count.grouped) accepted") })
        }
    }

    @Test func `a gateway that cannot answer now and then loses nothing`() async throws {
        try await FakeGateway.running({
            $0.failuresLeft = 25; $0.unrestAfterEvents = 3
        }) { gateway, client in
            var simulation = try Simulation(Self.settings(until: .week(1)), client: client)
            _ = try await simulation.run()
            #expect(gateway.state.withLock { $0.ids } == Set(try Self.expected(until: 1).map(\.id)))
            #expect(gateway.state.withLock { $0.failuresLeft } == 0)
        }
    }

    @Test func `learners react to what was sent to them, once`() async throws {
        let folder = try TemporaryDirectory("simulation")
        let truthFile = folder.url.appending(path: "truth.json")
        let names = (1...12).map { ExternalLearnerID(checked: "learner-7-00\($0 < 10 ? "0" : "")\($0)") }
        let moment = try Self.settings().plan().startsAt.addingTimeInterval(5 * 86_400)
        try await FakeGateway.running({ state in
            state.planned = names.map { (moment, $0, .smartReminder) }
        }) { gateway, client in
            var simulation = try Simulation(Self.settings(truth: truthFile), client: client)
            let summary = try await simulation.run()
            let truth = try JSONCoding.decoder().decode(
                SimulationTruth.self, from: Data(contentsOf: truthFile))
            let nudged = truth.learners.filter { !$0.nudges.isEmpty }
            #expect(nudged.map(\.learner) == names)
            #expect(nudged.allSatisfy { $0.nudges.count == 1 && $0.nudges[0].kind == .smartReminder })
            let references = Set(nudged.flatMap(\.nudges).map(\.reference))
            #expect(references == Set(gateway.state.withLock { $0.nudges.map(\.nudge.description) }))
            #expect(summary.nudges.count == 12)
        }
    }

    @Test func `a service that was started anew is told the time again`() async throws {
        try await FakeGateway.running({ $0.restartsAfterEvents = 5 }) { gateway, client in
            var simulation = try Simulation(Self.settings(until: .week(1)), client: client)
            let summary = try await simulation.run()
            let settings = gateway.state.withLock { $0.clockSettings }
            // One before all, one a step, and one more when the restart was seen.
            #expect(settings.count == 1 + summary.steps + 1)
            #expect(Set(settings).count == settings.count - 1)
        }
    }

    @Test func `messages to another cohort that studies the same course run are left alone`() async throws {
        let stranger = ExternalLearnerID(checked: "learner-8-0001")
        let moment = try Self.settings().plan().startsAt.addingTimeInterval(86_400)
        try await FakeGateway.running({ $0.planned = [(moment, stranger, .kudos)] }) { _, client in
            var simulation = try Simulation(Self.settings(until: .week(1)), client: client)
            let summary = try await simulation.run()
            #expect(summary.nudges.isEmpty)
        }
    }

    @Test func `a simulation that was stopped goes on where it was, with the same learners`() async throws {
        let folder = try TemporaryDirectory("simulation")
        let file = folder.url.appending(path: "state.json")
        let moment = try Self.settings().plan().startsAt.addingTimeInterval(3 * 86_400)
        let name = ExternalLearnerID(checked: "learner-7-0003")
        try await FakeGateway.running({ $0.planned = [(moment, name, .kudos)] }) { gateway, client in
            var first = try Simulation(Self.settings(until: .week(1), state: file), client: client)
            _ = try await first.run()
            let kept = try #require(try SimulationState.read(file.path))
            #expect(kept.arrivals.map(\.learner) == [name])
            var second = try Simulation(Self.settings(until: .week(3), step: 6, state: file), client: client)
            #expect(second.cohort.truth() == first.cohort.truth())
            _ = try await second.run()
            #expect(gateway.state.withLock { $0.duplicates } == 0)
            #expect(second.cohort.truth().flatMap(\.nudges).count == 1)
            #expect(gateway.state.withLock { $0.fromTheFuture } == 0)
        }
    }

    @Test func `stopping keeps the state and says that it is not complete`() async throws {
        let folder = try TemporaryDirectory("simulation")
        let file = folder.url.appending(path: "state.json")
        try await FakeGateway.running { gateway, client in
            let work = Task {
                var simulation = try Simulation(
                    Self.settings(until: .week(4), step: 1, state: file), client: client)
                return try await simulation.run()
            }
            try await eventually("some steps are done") { gateway.state.withLock { $0.events.count > 200 } }
            work.cancel()
            let summary = try await work.value
            #expect(summary.isIncomplete)
            let kept = try #require(try SimulationState.read(file.path))
            #expect(kept.position > (try Self.settings().plan().opensAt))
        }
    }

    @Test func `the state of another cohort is refused`() async throws {
        let folder = try TemporaryDirectory("simulation")
        let file = folder.url.appending(path: "state.json")
        try await FakeGateway.running { _, client in
            var first = try Simulation(Self.settings(until: .week(1), state: file), client: client)
            _ = try await first.run()
            let error = #expect(throws: GatewayError.self) {
                try Simulation(Self.settings(learners: 31, state: file), client: client)
            }
            #expect(error?.description.contains("30 learners, not 31") == true)
            try Data("{".utf8).write(to: file)
            #expect(throws: GatewayError.self) { try Simulation(Self.settings(state: file), client: client) }
        }
    }

    @Test func `clocks that cannot be set, or are later already, are a sentence`() async throws {
        try await FakeGateway.running({ $0.clocksAreSimulated = false }) { _, client in
            var simulation = try Simulation(Self.settings(), client: client)
            let error = await #expect(throws: GatewayError.self) { try await simulation.run() }
            #expect(error?.description.contains("HOLDFAST_CLOCK=simulated") == true)
        }
        for refuses in [true, false] {
            try await FakeGateway.running({
                $0.clock = .distantFuture; $0.refusesToGoBack = refuses
            }) { _, client in
                var simulation = try Simulation(Self.settings(), client: client)
                let error = await #expect(throws: GatewayError.self) { try await simulation.run() }
                #expect(error?.description.contains("never go back") == true)
            }
        }
    }

    @Test func `services that never become quiet are named`() throws {
        let text =
            #"{"services":[{"name":"nudging","ready":true,"lag":{"risk-scores":3,"deliveries":0},"pending":0}]}"#
        let status = try JSONCoding.decoder().decode(StatusAnswer.self, from: Data(text.utf8))
        #expect(status.unrest == "nudging is 3 facts behind on risk-scores")
        let pending = #"{"services":[{"name":"prediction","ready":true,"lag":{},"pending":12}]}"#
        #expect(
            try JSONCoding.decoder().decode(StatusAnswer.self, from: Data(pending.utf8)).unrest
                == "prediction has 12 things to do")
        let away =
            #"{"services":[{"name":"tracking","ready":false,"lag":{},"pending":0,"reasons":["no answer"]}]}"#
        #expect(
            try JSONCoding.decoder().decode(StatusAnswer.self, from: Data(away.utf8)).unrest
                == "tracking is not ready (no answer)")
    }
}
