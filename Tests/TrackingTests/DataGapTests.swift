import Contracts
import EventLog
import Foundation
import Logging
import Testing

@testable import Tracking

/// A source falls silent: its learners do not. On real PostgreSQL, with a clock that is set hour by hour.
@Suite struct DataGapTests {
    private static let lms = SourceID(checked: "lms")
    private static let run = CourseRunID(checked: "run")
    private static let learners = ["ada", "bola", "chen", "dara", "emre", "fay"]

    private static func at(_ day: Double) -> Date { TrackingStack.start.addingTimeInterval(day * 86_400) }

    /// Three weeks in which something comes every hour: each learner in turn, bola only until day 15.
    private func history(_ stack: TrackingStack) async throws {
        for hour in 0..<(21 * 24) {
            let day = Double(hour) / 24
            let name = Self.learners[hour % Self.learners.count]
            try await record(stack, name == "bola" && day > 15 ? "ada" : name, day)
            if hour % 96 == 0 { try await stack.project() }
        }
        try await stack.project()
        try await stack.sweep()
    }

    /// What is said by the sweep is in the log, too, and must be passed over before silence is judged further.
    private func settle(_ stack: TrackingStack) async throws {
        try await stack.sweep()
        try await stack.project()
    }

    private func record(_ stack: TrackingStack, _ name: String, _ day: Double, at now: Double? = nil) async throws {
        stack.clock.set(now: Self.at(now ?? day + 0.01), rate: 0)
        var draft = EventDraft.test("\(name)-\(day)", name, day: day)
        draft.source = Self.lms
        #expect(try await stack.record([draft]).accepted == 1)
    }

    private func state(_ stack: TrackingStack, _ name: String) async throws -> LearnerState? {
        let ids = try await stack.call(
            TrackingRPC.resolveLearners,
            ResolveLearners.Request(source: Self.lms, learners: [ExternalLearnerID(checked: name)]))
        let page = try await stack.call(
            TrackingRPC.getLearner, GetLearner.Request(learner: try #require(ids.learners.first)))
        return page.enrollments.first?.state
    }

    private func gaps(_ stack: TrackingStack) async throws -> [DataGap] {
        try await stack.call(TrackingRPC.listDataGaps, ListDataGaps.Request()).gaps
    }

    private func source(_ stack: TrackingStack) async throws -> SourceReport {
        let sources = try await stack.call(TrackingRPC.listSources, ListSources.Request(source: Self.lms)).sources
        return try #require(sources.first)
    }

    @Test func `while a source is silent nobody slips, and afterwards all is right`() async throws {
        let stack = try await TrackingStack.make()
        try await history(stack)
        let before = try await source(stack)
        #expect(before.state == .speaking)
        #expect(before.usualHours.count == 168)
        #expect(before.events == 504)
        let last = try #require(before.lastEventAt)
        #expect(try await state(stack, "bola") == .active)

        // Silent for two days. Bola's week would be over after one.
        for hour in 0..<48 {
            stack.clock.set(now: Self.at(21 + Double(hour) / 24), rate: 0)
            try await settle(stack)
        }
        let gap = try #require(try await gaps(stack).first)
        #expect(gap.silentSince == last)
        #expect(gap.openedAt.timeIntervalSince(last) <= 5 * 3_600)
        #expect(gap.closedAt == nil)
        #expect(gap.courseRuns == [Self.run])
        #expect(try await source(stack).state == .gap)
        #expect(try await stack.said(LearnerStateChanged.self).allSatisfy { $0.to != .slipping })
        #expect(
            try await stack.said(DataGapOpened.self) == [
                DataGapOpened(
                    source: Self.lms, silentSince: last, openedAt: gap.openedAt, courseRuns: [Self.run])
            ])

        // It speaks again, and brings what it kept back: chen was there all the time.
        try await record(stack, "ada", 23)
        try await record(stack, "chen", 22, at: 23.011)
        try await stack.project()
        try await stack.sweep()
        let closed = try #require(try await gaps(stack).first)
        #expect(closed.closedAt == Self.at(23.01))
        #expect(closed.reason == .event)
        #expect(try await stack.said(DataGapClosed.self).map(\.closedAt) == [Self.at(23.01)])
        #expect(try await source(stack).state == .speaking)
        for name in Self.learners { #expect(try await state(stack, name) == .active) }

        // What is left of Bola's week passes, and then it is Bola's own silence.
        for hour in 0..<40 { try await record(stack, "dara", 23.02 + Double(hour) / 24) }
        try await stack.project()
        try await stack.sweep()
        #expect(try await state(stack, "bola") == .slipping)
        let slipped = try await stack.said(LearnerStateChanged.self).filter { $0.to == .slipping }
        #expect(slipped.count == 1)
        let lastOfBola = 14 * 24 + 13.0
        let expected = Self.at(lastOfBola / 24 + 7).addingTimeInterval(Self.at(23.01).timeIntervalSince(last))
        #expect(abs(try #require(slipped.first).changedAt.timeIntervalSince(expected)) < 86_400)
        #expect(try await source(stack).openGap == nil)
        // Made anew, with the gap known from the beginning, everything is the same.
        try await stack.project()
        let rebuild = ReadModelRebuild(stack.testDatabase.settings(poolSize: 1), logger: Logger(label: "test"))
        for name in ReadModelRebuild.projections {
            let report = try await rebuild.run(name, .check, clock: stack.clock.now)
            for table in report.comparisons { #expect(table.isEqual, "\(table)") }
        }
    }

    @Test func `slipping that was noticed before the silence was is taken back`() async throws {
        let stack = try await TrackingStack.make()
        try await history(stack)
        // The service was down while the source fell silent: time is judged first, sources later.
        stack.clock.set(now: Self.at(22.9), rate: 0)
        let store = SweepStore(database: stack.database)
        while try await store.review(at: stack.clock.now(), limit: 100).reviewed > 0 {}
        #expect(try await state(stack, "bola") == .slipping)
        try await stack.sweep()
        #expect(try await gaps(stack).count == 1)
        #expect(try await state(stack, "bola") == .active)
    }

    @Test func `heartbeats say that a source is there, and their absence that it is not`() async throws {
        let stack = try await TrackingStack.make()
        try await history(stack)
        func beat(_ day: Double) async throws {
            stack.clock.set(now: Self.at(day), rate: 0)
            let request = RecordHeartbeat.Request(source: Self.lms, everySeconds: 3_600)
            let answer = try await stack.call(TrackingRPC.recordHeartbeat, request)
            #expect(answer.gapExpectedAt == Self.at(day).addingTimeInterval(10_800))
        }
        // A holiday: no events, but the platform is up. Bola slips as anybody would.
        for hour in 0..<40 {
            try await beat(21 + Double(hour) / 24)
            try await settle(stack)
        }
        #expect(try await gaps(stack).isEmpty)
        #expect(try await state(stack, "bola") == .slipping)
        // Then it stops.
        stack.clock.set(now: Self.at(21 + 43.1 / 24), rate: 0)
        try await stack.sweep()
        #expect(try await gaps(stack).map(\.openedAt) == [Self.at(21 + 39.0 / 24).addingTimeInterval(10_800)])
        try await beat(23)
        #expect(try await gaps(stack).map(\.reason) == [.heartbeat])
        #expect(try await source(stack).lastHeartbeatAt == Self.at(23))
        let refused = await stack.post(
            TrackingRPC.recordHeartbeat.path, Data(#"{"source": "lms", "everySeconds": 1}"#.utf8))
        #expect(refused.status == 400)
    }

    @Test func `a source that stays away is retired, and its learners' silence is their own again`() async throws {
        let stack = try await TrackingStack.make()
        try await history(stack)
        for day in stride(from: 21.0, through: 60, by: 1) {
            stack.clock.set(now: Self.at(day), rate: 0)
            try await settle(stack)
        }
        let gap = try #require(try await gaps(stack).first)
        #expect(gap.reason == .retired)
        #expect(gap.closedAt == gap.silentSince.addingTimeInterval(TrackingLimits.sourceRetiredSeconds))
        #expect(try await gaps(stack).count == 1)
        #expect(try await source(stack).state == .retired)
        #expect(try await state(stack, "bola") == .slipping)
    }

    @Test func `a run that is over expects nothing, and history brought in ends no gap`() async throws {
        let stack = try await TrackingStack.make()
        _ = try await stack.call(
            TrackingRPC.setCourseRun,
            SetCourseRun.Request(
                courseRun: CourseRunDefinition(
                    id: Self.run, title: "Run", startsAt: Self.at(-1), endsAt: Self.at(20))))
        try await history(stack)
        stack.clock.set(now: Self.at(24), rate: 0)
        try await stack.sweep()
        #expect(try await gaps(stack).isEmpty)
        // The run is prolonged, and then the silence is a gap; an import does not end it.
        _ = try await stack.call(
            TrackingRPC.setCourseRun,
            SetCourseRun.Request(
                courseRun: CourseRunDefinition(
                    id: Self.run, title: "Run", startsAt: Self.at(-1), endsAt: Self.at(90))))
        try await record(stack, "ada", 24)
        try await stack.project()
        stack.clock.set(now: Self.at(26), rate: 0)
        try await stack.sweep()
        #expect(try await gaps(stack).map(\.closedAt) == [nil])
        var old = EventDraft.test("old", "ada", day: 25)
        old.source = Self.lms
        try await stack.record([old], backfill: true)
        try await stack.project()
        try await stack.sweep()
        #expect(try await gaps(stack).map(\.closedAt) == [nil])
        let of = try await stack.call(
            TrackingRPC.listDataGaps, ListDataGaps.Request(courseRun: Self.run, isOpen: true))
        #expect(of.gaps.count == 1)
        let none = try await stack.call(TrackingRPC.listDataGaps, ListDataGaps.Request(isOpen: false))
        #expect(none.gaps.isEmpty)
    }

    @Test func `hours that are over are summed up, and the rhythm stays what it was`() async throws {
        let stack = try await TrackingStack.make()
        try await history(stack)
        let before = try await source(stack)
        try await SourceStore(database: stack.database).tidy(now: stack.clock.now())
        #expect(try await source(stack) == before)
        #expect(try await stack.count("source_hour") <= 21 * 24)
        stack.clock.set(now: Self.at(80), rate: 0)
        try await SourceStore(database: stack.database).tidy(now: stack.clock.now())
        #expect(try await stack.count("source_hour") == 0)
        #expect(try await stack.count("source_lag") == 0)
    }
}
