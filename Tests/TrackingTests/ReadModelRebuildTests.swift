import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import Testing

@testable import Tracking

/// Read models made anew from the log, on real PostgreSQL, after a simulated term with late, doubled, conflicting and
/// unreadable events.
@Suite struct ReadModelRebuildTests {
    private func rebuild(_ stack: TrackingStack, step: Int = 2_000, reversed: Bool = false) -> ReadModelRebuild {
        var rebuild = ReadModelRebuild(
            stack.testDatabase.settings(poolSize: 1), logger: Logger(label: "test"))
        rebuild.factsPerStep = step
        if reversed { rebuild.partitions.reverse() }
        return rebuild
    }

    private func check(
        _ stack: TrackingStack, step: Int = 2_000, reversed: Bool = false
    ) async throws -> [TableComparison] {
        var comparisons: [TableComparison] = []
        for name in ReadModelRebuild.projections {
            comparisons += try await rebuild(stack, step: step, reversed: reversed)
                .run(name, .check, clock: stack.clock.now).comparisons
        }
        return comparisons
    }

    private func apply(_ stack: TrackingStack) async throws -> [String: Int] {
        var adopted: [String: Int] = [:]
        for name in ReadModelRebuild.projections {
            for table in try await rebuild(stack).run(name, .apply, clock: stack.clock.now).adopted {
                adopted[table.table] = table.rows
            }
        }
        return adopted.filter { $0.value > 0 }
    }

    private func played(seed: UInt64) async throws -> (TrackingStack, SimulatedTerm) {
        let stack = try await TrackingStack.make()
        var term = SimulatedTerm(seed: seed)
        try await term.play(on: stack)
        return (stack, term)
    }

    @Test func `after a term every row of every read model is the same when made anew, in whatever pieces and order`()
        async throws
    {
        let (stack, term) = try await played(seed: 2_026)
        #expect(term.receipts[.accepted, default: 0] > 2_000)
        #expect(term.receipts[.duplicate, default: 0] > 50)
        #expect(term.receipts[.conflict, default: 0] > 30)
        #expect(term.receipts[.quarantined, default: 0] > 10)
        #expect(term.late > 100)
        let facts = try await stack.facts().count
        for (step, reversed) in [(2_000, false), (5, true), (61, false)] {
            let comparisons = try await check(stack, step: step, reversed: reversed)
            #expect(comparisons.count == ReadModels.projections.flatMap(\.tables).count)
            for comparison in comparisons {
                #expect(
                    comparison.isEqual, "\(comparison.table): \(comparison.onlyLive) against \(comparison.onlyRebuilt)")
                if !["activity_minute", "anomaly"].contains(comparison.table) {
                    #expect(comparison.live.rows > 0, "\(comparison.table) is empty")
                }
            }
        }
        // Looking says nothing and changes nothing, and when the sweep has done its part there is nothing to put right.
        #expect(try await stack.facts().count == facts)
        try await stack.sweep()
        #expect(try await apply(stack).isEmpty)
    }

    @Test func `every row of the live tables is a row of the tables made anew, told one by one`() async throws {
        let (stack, _) = try await played(seed: 5)
        try await stack.sweep()
        let live = try await stack.readModels()
        for table in ReadModels.projections.flatMap(\.tables) {
            try await stack.database.execute("DELETE FROM \(identifier: table.name)")
        }
        _ = try await apply(stack)
        #expect(try await stack.readModels() == live)
        #expect(live.count > 1_000)
    }

    @Test func `what differs is shown and put right, and nothing else is touched`() async throws {
        let (stack, _) = try await played(seed: 7)
        try await stack.sweep()
        let before = try await stack.readModels()
        try await stack.database.execute(
            """
            UPDATE enrollment SET event_count = event_count + 1
            WHERE learner_id IN (SELECT min(learner_id::text)::uuid FROM enrollment)
            """)
        try await stack.database.execute("DELETE FROM activity_day WHERE day = (SELECT min(day) FROM activity_day)")
        let different = try await check(stack).filter { !$0.isEqual }
        #expect(different.map(\.table) == ["enrollment", "activity_day"])
        #expect(different.allSatisfy { !$0.onlyRebuilt.isEmpty })
        #expect(different.first?.onlyLive.count == different.first?.onlyRebuilt.count)
        let adopted = try await apply(stack)
        #expect(Set(adopted.keys) == ["enrollment", "activity_day"])
        #expect(try await stack.readModels() == before)
    }

    @Test func `states that only time has changed are equal as of one instant, and are said once`() async throws {
        let (stack, _) = try await played(seed: 11)
        // Nobody swept for a month: live rows still say what held then.
        stack.clock.set(now: SimulatedTerm.start.addingTimeInterval(120 * 86_400), rate: 0)
        #expect(try await check(stack).allSatisfy(\.isEqual))
        let said = try await stack.said(LearnerStateChanged.self).count
        #expect(try await apply(stack)["enrollment", default: 0] > 10)
        let after = try await stack.said(LearnerStateChanged.self)
        #expect(after.count > said)
        // Their source has been silent for as long, which is not the question here.
        try await stack.sweepStates()
        try await stack.project()
        #expect(try await stack.said(LearnerStateChanged.self).count == after.count)
        #expect(try await check(stack).allSatisfy(\.isEqual))
    }

    @Test func `a check is right while events go on being taken in and projected`() async throws {
        let stack = try await TrackingStack.make(poolSize: 6)
        var term = SimulatedTerm(seed: 13)
        term.days = 30
        try await term.play(on: stack)
        let checked = try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                for number in 0..<40 {
                    try await stack.record(
                        (0..<5).map { .test("live\(number)-\($0)", "learner\(number % 7)", day: 30) })
                    try await stack.project(run: 3)
                    try await stack.sweep()
                }
                return nil
            }
            for step in [1, 50, 500] {
                group.addTask { try await check(stack, step: step).allSatisfy(\.isEqual) }
            }
            return try await group.reduce(into: [Bool]()) { if let equal = $1 { $0.append(equal) } }
        }
        #expect(checked == [true, true, true])
    }

    @Test func `facts that wait as dead letters are left out, as the projection left them out`() async throws {
        let stack = try await TrackingStack.make()
        try await stack.record([.test("a"), .test("b", day: -0.1)])
        let fact = try #require(try await stack.facts().last { $0.type == LearningEventRecorded.type })
        try await stack.database.execute(
            "UPDATE event_log SET body = '{}' WHERE partition = \(Int16(fact.partition)) AND seq = \(fact.seq)")
        try await stack.database.execute(
            """
            INSERT INTO dead_letter (consumer, stream, partition, seq, tenant, key, type, version, occurred_at,
                recorded_at, body, reason, attempts, failed_at)
            SELECT \(StudyProjection.name), stream, partition, seq, tenant, key, type, version, occurred_at,
                recorded_at, body, 'for the test', 1, now()
            FROM event_log WHERE partition = \(Int16(fact.partition)) AND seq = \(fact.seq)
            """)
        try await stack.database.execute(
            """
            INSERT INTO consumer_position (consumer, stream, partition, position)
            VALUES (\(StudyProjection.name), \(StreamName.learnerEvents), \(Int16(fact.partition)), \(fact.seq))
            """)
        let report = try await rebuild(stack).run(StudyProjection.name, .apply, clock: stack.clock.now)
        #expect(report.facts == 2)
        #expect(try await stack.count("enrollment") == 1)
    }

    @Test func `a projection that nobody keeps is refused by name`() async throws {
        let stack = try await TrackingStack.make()
        await #expect(throws: TrackingError.unknownProjection("nothing")) {
            _ = try await rebuild(stack).run("nothing", .check, clock: stack.clock.now)
        }
    }
}
