import Contracts
import EventLog
import Foundation
import Testing

@testable import Tracking

/// Anomalies on their way from events and time to facts and lists, on real PostgreSQL.
@Suite struct AnomalyFlowTests {
    private let run = CourseRunID(checked: "run")
    private func at(_ day: Double) -> Date { TrackingStack.start.addingTimeInterval(day * 86_400) }

    /// Every second day for eight weeks before ``TrackingStack/start``.
    private func steady(_ learner: String) -> [EventDraft] {
        stride(from: -56.0, through: -2, by: 2).map { .study(learner, "page-\(Int($0) % 7)", day: $0) }
    }

    private func list(_ stack: TrackingStack, _ request: ListAnomalies.Request = .init()) async throws -> [Anomaly] {
        try await stack.call(TrackingRPC.listAnomalies, request).anomalies
    }

    private func look(_ stack: TrackingStack) async throws {
        let store = InsightSweepStore(database: stack.database)
        let now = try await store.horizon(now: stack.clock.now())
        _ = try await SourceStore(database: stack.database).judge(at: now)
        while try await store.review(at: now, limit: 100).reviewed > 0 {}
        while try await store.survey(at: now).surveyed {}
        _ = try await store.endQuiet(at: now)
    }

    @Test func `a burst is said once however often its day is heard of, and is over some days later`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        try await stack.record(steady("ada"))
        try await stack.project()
        for part in 0..<4 {
            try await stack.record(
                (0..<50).map { .study("ada", "page-\($0)", day: -0.3 + Double(part * 50 + $0) / 10_000, id: "b\(part)-\($0)") })
            try await stack.project()
        }
        let said = try await stack.said(AnomalyDetected.self)
        #expect(said.map(\.anomaly.kind) == [.burst])
        #expect(said.first?.isBackfill == false)
        let open = try await list(stack)
        #expect(open.map(\.id) == said.map(\.anomaly.id))
        #expect(open.first?.closedAt == nil)
        stack.clock.set(now: at(6), rate: 0)
        try await look(stack)
        try await stack.project()
        #expect(try await stack.said(AnomalyClosed.self).map(\.id) == open.map(\.id))
        #expect(try await list(stack, .init(isOpen: true)).isEmpty)
        #expect(try await list(stack, .init(kind: .burst, isOpen: false)).first?.closedAt == at(6))
    }

    @Test func `silence is said by the clock, never beyond what is projected, and ends with the next event`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        try await stack.record(steady("ada"))
        try await stack.project()
        stack.clock.set(now: at(4), rate: 0)
        try await look(stack)
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
        try await stack.record([.study("bob", "page-1", day: 3.9)])
        // Bob's event is not projected yet, so nobody knows whether there is one of Ada's.
        stack.clock.set(now: at(20), rate: 0)
        try await look(stack)
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
        try await stack.project()
        try await look(stack)
        try await look(stack)
        try await stack.project()
        let silence = try #require(try await list(stack).first)
        #expect(try await stack.said(AnomalyDetected.self).map(\.anomaly) == [silence])
        #expect(silence.kind == .suddenSilence)
        #expect(silence.learner == (try await stack.learner("ada")))
        #expect(silence.firstAt == at(-2))
        try await stack.record([.study("ada", "page-2", day: 20)])
        try await stack.project()
        try await stack.project()
        let ended = try #require(try await list(stack).first)
        #expect(ended.closedAt == at(20))
        #expect(ended.lastAt == at(20))
        #expect(try await stack.said(AnomalyClosed.self).map(\.id) == [silence.id])
    }

    /// Every second day for four weeks from ``TrackingStack/start``, each received as it happens.
    private func live(_ stack: TrackingStack, _ learners: [String], source: String, run: String) async throws {
        for day in 0..<28 {
            stack.clock.set(now: at(Double(day) + 0.01), rate: 0)
            let studying = learners.enumerated().filter { (day + $0.offset) % 2 == 0 }
            try await stack.record(
                studying.map { _, name in
                    var draft = EventDraft.study(name, "page", day: Double(day), run: run)
                    draft.source = SourceID(checked: source)
                    return draft
                })
        }
        try await stack.project()
    }

    /// Lets weeks pass, and looks every few days.
    private func pass(_ stack: TrackingStack, _ days: ClosedRange<Double>) async throws {
        for day in stride(from: days.lowerBound, through: days.upperBound, by: 4) {
            stack.clock.set(now: at(day), rate: 0)
            try await look(stack)
            try await stack.project()
        }
    }

    @Test func `the silence of a source is nobody's sudden silence`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        try await live(stack, ["a", "b", "c", "d", "e", "f"], source: "lms", run: "run")
        try await pass(stack, 29...45)
        #expect(try await stack.said(DataGapOpened.self).map(\.source) == [SourceID(checked: "lms")])
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
        // It speaks again: the silence of those who stay away begins now.
        var back = EventDraft.study("a", "page", day: 46)
        back.source = SourceID(checked: "lms")
        stack.clock.set(now: at(46.01), rate: 0)
        try await stack.record([back])
        try await stack.project()
        stack.clock.set(now: at(47), rate: 0)
        try await look(stack)
        #expect(try await stack.said(DataGapClosed.self).map(\.source) == [SourceID(checked: "lms")])
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
    }

    @Test func `the same silence of two learners is theirs, unless one of them paused`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        // So few learners that nothing can be expected of their source.
        try await live(stack, ["ada", "bob"], source: "lms", run: "run")
        let ada = try await stack.learner("ada", source: SourceID(checked: "lms"))
        _ = try await stack.call(TrackingRPC.setPause, .init(learner: ada, from: at(27.5), until: at(60)))
        try await stack.project()
        try await pass(stack, 29...45)
        let said = try await stack.said(AnomalyDetected.self).map(\.anomaly)
        #expect(said.map(\.kind) == [.suddenSilence])
        #expect(said.first?.learner == (try await stack.learner("bob", source: SourceID(checked: "lms"))))
    }

    @Test func `nobody is missed on a holiday`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        try await live(stack, ["ada", "bob"], source: "lms", run: "run")
        let days = [27.5, 60].map { LocalDay.text(of: UTCDay.number(of: at($0))) }
        _ = try await stack.call(
            TrackingRPC.setHolidays, .init(holidays: [Holiday(title: "Rest", startsOn: days[0], endsOn: days[1])]))
        try await stack.project()
        try await pass(stack, 29...45)
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
    }

    @Test func `who has left, and a run that is over, are not missed`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        let over = CourseRunDefinition(
            id: CourseRunID(checked: "over"), title: "Over", startsAt: at(-60), endsAt: at(1))
        _ = try await stack.call(TrackingRPC.setCourseRun, .init(courseRun: over))
        try await stack.record(
            steady("ada") + [.test("left", "ada", verb: .unenrolled, day: -1)]
                + stride(from: -56.0, through: -2, by: 2).map { .study("bob", "page", day: $0, run: "over") })
        try await stack.project()
        stack.clock.set(now: at(20), rate: 0)
        try await look(stack)
        #expect(try await stack.said(AnomalyDetected.self).isEmpty)
    }

    @Test func `a module in which far more stop than elsewhere is the course's anomaly`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        let modules = (1...8).map { CourseModule(id: ModuleID(checked: "m\($0)"), title: "Module \($0)") }
        let plan = CourseRunDefinition(
            id: run, title: "Run", startsAt: at(-60), endsAt: at(60), modules: modules,
            activities: modules.enumerated().flatMap { number, module in
                (0..<3).map {
                    PlannedActivity(
                        id: ActivityID(checked: "a\(number)-\($0)"), title: "A\(number)-\($0)", module: module.id)
                }
            })
        _ = try await stack.call(TrackingRPC.setCourseRun, .init(courseRun: plan))
        // A module a week, four days each; of sixty, thirty stop in the fourth and two in each other one.
        var drafts: [EventDraft] = []
        for learner in 0..<60 {
            let last = learner < 30 ? 3 : learner < 44 ? (learner - 30) / 2 : 7
            for module in 0...last {
                for day in 0..<4 {
                    drafts.append(
                        .study("l\(learner)", "a\(module)-\(day % 3)", day: -56 + Double(module * 7 + day)))
                }
            }
        }
        for start in stride(from: 0, to: drafts.count, by: 900) {
            try await stack.record(Array(drafts[start..<min(drafts.count, start + 900)]), backfill: true)
        }
        try await stack.project()
        try await look(stack)
        try await stack.project()
        let found = try await list(stack, .init(courseRun: run, kind: .structuralDropOff))
        #expect(found.contains { $0.module == ModuleID(checked: "m4") && $0.learner == nil })
        #expect(found.allSatisfy { $0.module == nil || $0.module == ModuleID(checked: "m4") })
        let words = try #require(found.first { $0.module != nil }).words
        #expect(words.hasPrefix("32 times a learner stopped for three weeks or for good at module “Module 4”"))
    }

    @Test func `they are listed newest first in pages, and by either learner`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        let (ada, bob) = (try await stack.learner("ada"), try await stack.learner("bob"))
        let found = (0..<7).map { number in
            AnomalyWatch.Seen(
                tenant: .standard, courseRun: run,
                finding: AnomalyFinding(
                    number == 0 ? .copying : .burst, .low, learner: ada, otherLearner: number == 0 ? bob : nil,
                    anchor: "\(number)", words: "Invented.", evidence: [AnomalyFigure("number", Double(number))],
                    firstAt: at(0), lastAt: at(0)), isBackfill: false)
        }
        for (number, seen) in found.enumerated() {
            try await stack.database.transaction { session in
                let facts = try AnomalyWatch.see([seen, seen], now: at(Double(number)), on: session)
                #expect(facts.count == 1)
                try LogAppender(stream: StreamName.learnerEvents).append(
                    facts, on: session, recordedAt: at(Double(number)))
            }
        }
        try await stack.project()
        var ids: [AnomalyID] = []
        var token: String?
        repeat {
            let page = try await stack.call(
                TrackingRPC.listAnomalies, .init(learner: ada, page: PageRequest(size: 3, token: token)))
            ids += page.anomalies.map(\.id)
            token = page.nextPageToken.isEmpty ? nil : page.nextPageToken
        } while token != nil
        #expect(ids == found.reversed().map(\.id))
        #expect(try await list(stack, .init(learner: bob)).map(\.kind) == [.copying])
        #expect(try await list(stack, .init(courseRun: CourseRunID(checked: "other"))).isEmpty)
    }
}
