import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import Testing

@testable import Tracking

/// Learners who are one person, and people who are no learners. On real PostgreSQL, over every read model there is.
@Suite struct PeopleTests {
    private static let actor = "0000-key"
    private static let names = ["ada", "ada-2", "bola"]

    private func learner(_ stack: TrackingStack, _ name: String) -> LearnerID {
        EventHashes.learner(ExternalLearnerID(checked: name), source: .api, tenant: .standard)
    }

    /// Some weeks of two runs; `ada-2` is ada under another name, in one run that she has in common and one of her own.
    private func events(_ days: Range<Int>, as rename: [String: String] = [:]) -> [EventDraft] {
        var events: [EventDraft] = []
        for day in days {
            for (place, name) in Self.names.enumerated() where (day + place) % 3 != 0 {
                let verb: Verb = day % 5 == 0 ? .submitted : day % 7 == 0 ? .posted : .viewed
                var event = EventDraft.test(
                    "\(name)-\(day)", rename[name] ?? name, run: name == "ada-2" && day % 2 == 0 ? "other" : "run",
                    verb: verb, day: Double(day) + Double(place) / 50, count: day % 4 + 1)
                event.activity = ActivityDraft(id: ActivityID(checked: "page-\(day % 6)"), kind: .content)
                events.append(event)
            }
        }
        return events
    }

    private func settle(_ stack: TrackingStack) async throws {
        // What the changes say is in the log, too, and is passed over.
        try await stack.project()
        try await stack.sweep()
        try await stack.project()
    }

    private func record(_ stack: TrackingStack, _ events: [EventDraft], until day: Double) async throws {
        stack.clock.set(now: TrackingStack.start.addingTimeInterval(day * 86_400), rate: 0)
        #expect(try await stack.record(events).accepted == events.count)
        try await settle(stack)
    }

    /// Every row of every read model that says who did what, as text.
    private func models(_ stack: TrackingStack) async throws -> [String] {
        var rows: [String] = []
        let tables = ReadModels.projections.filter(\.readsExceptions).flatMap(\.tables)
        for table in tables where table.name != "activity_minute" {
            rows += try await stack.database.rows(
                "SELECT \(identifier: table.name)::text AS row FROM \(identifier: table.name) ORDER BY 1"
            ).map { "\(table.name) " + (try $0.decode("row", as: String.self)) }
        }
        return rows
    }

    @discardableResult
    private func merge(_ stack: TrackingStack, _ merged: String, into survivor: String) async throws
        -> GetIdentity.Response
    {
        try await stack.call(
            TrackingRPC.mergeLearners,
            MergeLearners.Request(
                survivor: learner(stack, survivor), merged: learner(stack, merged), note: "same mail address",
                actor: Self.actor))
    }

    @discardableResult
    private func unmerge(_ stack: TrackingStack, _ merged: String) async throws -> GetIdentity.Response {
        try await stack.call(
            TrackingRPC.unmergeLearners,
            UnmergeLearners.Request(merged: learner(stack, merged), actor: Self.actor))
    }

    @discardableResult
    private func setRole(_ stack: TrackingStack, _ role: LearnerRole, _ name: String) async throws
        -> GetIdentity.Response
    {
        try await stack.call(
            TrackingRPC.setLearnerRole,
            SetLearnerRole.Request(learner: learner(stack, name), role: role, actor: Self.actor))
    }

    @Test func `merged, two learners are what one learner with all their events would be`() async throws {
        let stack = try await TrackingStack.make()
        let single = try await TrackingStack.make()
        try await record(stack, events(0..<20), until: 20)
        try await record(single, events(0..<20, as: ["ada-2": "ada"]), until: 20)
        #expect(try await models(stack) != models(single))
        try await merge(stack, "ada-2", into: "ada")
        try await settle(stack)
        #expect(try await models(stack) == models(single))
        // And so it goes on, under whatever name.
        try await record(stack, events(20..<30), until: 30)
        try await record(single, events(20..<30, as: ["ada-2": "ada"]), until: 30)
        #expect(try await models(stack) == models(single))
        let timeline = try await stack.call(
            TrackingRPC.getTimeline, GetTimeline.Request(learner: learner(stack, "ada"), page: .init(size: 7)))
        #expect(timeline.events.count == 7)
        #expect(timeline.events.map(\.occurredAt) == timeline.events.map(\.occurredAt).sorted(by: >))
        let page = try await stack.call(TrackingRPC.getLearner, GetLearner.Request(learner: learner(stack, "ada")))
        #expect(page.identities.map(\.externalID.rawValue) == ["ada", "ada-2"])
        #expect(page.enrollments.map(\.courseRun.rawValue).sorted() == ["other", "run"])
        let resolved = try await stack.call(
            TrackingRPC.resolveLearners, ResolveLearners.Request(learners: [ExternalLearnerID(checked: "ada-2")]))
        #expect(resolved.learners == [learner(stack, "ada")])
    }

    @Test func `unmerged, they are as if they never had been merged, with what came meanwhile where it belongs`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let never = try await TrackingStack.make()
        for (days, until) in [(0..<20, 20.0), (20..<27, 27)] {
            try await record(stack, events(days), until: until)
            try await record(never, events(days), until: until)
            if until == 20 { try await merge(stack, "ada-2", into: "ada") }
        }
        let identity = try await unmerge(stack, "ada-2")
        try await settle(stack)
        #expect(try await models(stack) == models(never))
        #expect(try await stack.count("learner_exception") == 0)
        #expect(identity.mergedInto == nil)
        #expect(identity.audit.map(\.action) == ["merged", "unmerged"])
        #expect(identity.audit.allSatisfy { $0.actor == Self.actor })
        #expect(identity.audit.first?.note == "into \(learner(stack, "ada")): same mail address")
        // The log kept every event under the name under which it came.
        let keys = try await stack.facts().filter { $0.type == LearningEventRecorded.type }.map(\.key)
        let expected = try await never.facts().filter { $0.type == LearningEventRecorded.type }.map(\.key)
        #expect(keys == expected)
    }

    @Test func `events that were under way when the learners were merged count for the survivor`() async throws {
        let stack = try await TrackingStack.make()
        let single = try await TrackingStack.make()
        stack.clock.set(now: TrackingStack.start.addingTimeInterval(20 * 86_400), rate: 0)
        single.clock.set(now: stack.clock.now(), rate: 0)
        try await stack.record(events(0..<20))
        // Nothing is projected yet.
        try await merge(stack, "ada-2", into: "ada")
        try await settle(stack)
        try await single.record(events(0..<20, as: ["ada-2": "ada"]))
        try await settle(single)
        #expect(try await models(stack) == models(single))
    }

    @Test func `in whatever order and pieces their events are heard, one person has one person's sessions`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let single = try await TrackingStack.make()
        for (one, second) in [(stack, "ada-2"), (single, "ada")] {
            one.clock.set(now: TrackingStack.start.addingTimeInterval(12 * 86_400), rate: 0)
            try await one.record(["ada", second, "bola"].enumerated().map { .test("first-\($0)", $1, day: 0) })
            try await one.project()
        }
        try await merge(stack, "ada-2", into: "ada")
        // Three names take turns every few minutes, and what was done late is heard first.
        let minutes = (0..<240).map { $0 * 7 % 240 }
        func drafts(_ minutes: some Sequence<Int>, as rename: [String: String] = [:]) -> [EventDraft] {
            minutes.map { minute in
                let name = Self.names[minute % 3]
                return .test("m-\(minute)", rename[name] ?? name, day: 10 + Double(minute * 6) / 1_440)
            }
        }
        for start in stride(from: 0, to: minutes.count, by: 48) {
            let part = minutes[start..<start + 48]
            try await stack.record(drafts(part))
            try await stack.project(run: 3)
            try await single.record(drafts(part, as: ["ada-2": "ada"]))
            try await single.project(run: 5)
        }
        let tables = ["session", "study_time", "learner_quarter", "run_quarter", "activity_day", "study_profile"]
        for table in tables {
            #expect(try await rows(stack, table) == rows(single, table), "\(table)")
        }
    }

    private func rows(_ stack: TrackingStack, _ table: String) async throws -> [String] {
        try await stack.database.rows(
            "SELECT \(identifier: table)::text AS row FROM \(identifier: table) ORDER BY 1"
        ).map { try $0.decode("row") }
    }

    @Test func `a rebuild of everything finds learners as they are merged now`() async throws {
        let stack = try await TrackingStack.make()
        try await record(stack, events(0..<20), until: 20)
        try await merge(stack, "ada-2", into: "ada")
        try await setRole(stack, .staff, "bola")
        try await record(stack, events(20..<25), until: 25)
        var rebuild = ReadModelRebuild(stack.testDatabase.settings(poolSize: 1), logger: Logger(label: "test"))
        // Whoever of two comes first in the log of the other's partition, neighbours are found.
        rebuild.factsPerStep = 7
        rebuild.partitions.reverse()
        for name in ReadModelRebuild.projections {
            let report = try await rebuild.run(name, .check, clock: stack.clock.now)
            for table in report.comparisons { #expect(table.isEqual, "\(table)") }
        }
    }

    @Test func `others hear who is enrolled where from now on, and none of it nudges`() async throws {
        let stack = try await TrackingStack.make()
        try await record(stack, events(0..<20), until: 20)
        let before = try await stack.said(EnrollmentChanged.self).count
        try await merge(stack, "ada-2", into: "ada")
        let (ada, other) = (learner(stack, "ada"), learner(stack, "ada-2"))
        #expect(
            try await stack.said(LearnersMerged.self) == [
                LearnersMerged(survivor: ada, merged: other, mergedAt: stack.clock.now())
            ])
        let said = try await stack.said(EnrollmentChanged.self).suffix(from: 0)
        #expect(said.count > before)
        let new = said.filter { $0.isBackfill }
        #expect(
            Set(new.filter { $0.learner == other }.map { "\($0.courseRun) \($0.status)" }) == [
                "run withdrawn", "other withdrawn",
            ])
        #expect(new.contains { $0.learner == ada && $0.courseRun.rawValue == "other" && $0.status == .enrolled })
        try await unmerge(stack, "ada-2")
        #expect(try await stack.said(LearnersUnmerged.self).map(\.merged) == [other])
        let last = try await stack.said(EnrollmentChanged.self).filter { $0.learner == other && $0.isBackfill }
        #expect(last.filter { $0.status == .enrolled && $0.changedAt == stack.clock.now() }.count == 2)
    }

    @Test func `staff count nowhere, and everywhere again when they turn out to be learners`() async throws {
        let stack = try await TrackingStack.make()
        let without = try await TrackingStack.make()
        try await record(stack, events(0..<20), until: 20)
        let all = try await models(stack)
        try await record(without, events(0..<20).filter { $0.learner.rawValue != "bola" }, until: 20)
        let identity = try await setRole(stack, .staff, "bola")
        try await settle(stack)
        #expect(identity.role == .staff)
        #expect(try await models(stack) == models(without))
        #expect(try await stack.said(LearnerRoleChanged.self).map(\.role) == [.staff])
        // What staff do is kept, and counts nowhere.
        try await record(stack, [.test("late", "bola", day: 20.5)], until: 21)
        let overview = try await stack.call(TrackingRPC.getTrackingOverview, GetTrackingOverview.Request())
        #expect(overview.learners == 2)
        try await setRole(stack, .learner, "bola")
        try await settle(stack)
        #expect(try await models(stack).count >= all.count)
        let same = try await TrackingStack.make()
        try await record(same, events(0..<20), until: 20)
        try await record(same, [.test("late", "bola", day: 20.5)], until: 21)
        #expect(try await models(stack) == models(same))
    }

    @Test func `people whom a rule names are no learners from their first event on`() async throws {
        let stack = try await TrackingStack.make()
        let rules = [
            RoleRule(pattern: "test-keep*", role: .learner), RoleRule(pattern: "test-*", role: .test),
            RoleRule(pattern: "*@staff.example", role: .staff),
        ]
        _ = try await stack.call(
            TrackingRPC.setRoleRules, SetRoleRules.Request(source: .api, rules: rules, actor: Self.actor))
        #expect(try await stack.call(TrackingRPC.listRoleRules, .init(source: .api)).rules == rules)
        try await record(
            stack,
            ["ada", "test-1", "test-keeper", "eve@staff.example", "a_test-%"].map { .test("e-\($0)", $0) }, until: 1)
        #expect(try await stack.count("learner") == 3)
        #expect(try await stack.count("event_identity") == 5)
        let identity = try await stack.call(
            TrackingRPC.getIdentity, GetIdentity.Request(learner: learner(stack, "eve@staff.example")))
        #expect(identity.role == .staff)
    }

    @Test func `what cannot be merged is refused with a sentence, and nothing has changed`() async throws {
        let stack = try await TrackingStack.make()
        try await record(stack, events(0..<5), until: 5)
        try await merge(stack, "ada-2", into: "ada")
        let before = try await models(stack)
        for (merged, survivor, words) in [
            ("ada", "ada", "cannot be merged into themselves"), ("ada-2", "bola", "already"),
            ("bola", "ada-2", "merge into that one"), ("ada", "bola", "others are merged into learner"),
            ("nobody", "ada", "is not known here"),
        ] {
            do {
                try await merge(stack, merged, into: survivor)
                Issue.record("\(merged) was merged into \(survivor)")
            } catch let refused as TrackingStack.Refused {
                #expect(refused.message.contains(words), "\(refused.message)")
            }
        }
        do {
            try await unmerge(stack, "bola")
            Issue.record("bola was unmerged")
        } catch let refused as TrackingStack.Refused {
            #expect(refused.message.contains("is not merged into anybody"))
        }
        #expect(try await models(stack) == before)
    }
}
