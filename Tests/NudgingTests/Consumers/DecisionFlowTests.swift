import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import RedisStreams
import Runtime
import TestSupport
import Testing

@testable import Nudging

/// From facts heard to decisions written and nudges said, on a real PostgreSQL.
@Suite struct DecisionFlowTests {
    /// Nudging's own schema, migrated, with the parts that Wiring would build.
    private struct Parts {
        let database: Database
        let clock: SimulatedClock
        let situations = SituationStore()
        let decisions = DecisionStore()
        let policies = PolicyStore()
        var reads: NudgeReads { NudgeReads(database: database) }

        var decider: Decider {
            Decider(
                situations: situations, decisions: decisions, appender: LogAppender(stream: StreamName.nudges),
                courseURL: "https://school.example/{courseRun}")
        }
        var learnerEvents: LearnerEvents { LearnerEvents(situations: situations, decisions: decisions) }
        var riskScores: RiskScores { RiskScores(decider: decider, policies: policies, clock: clock) }
        var deliveries: Deliveries { Deliveries(situations: situations, decisions: decisions) }

        static func make() async throws -> Parts {
            let test = try await TestDatabase.make(schema: "nudging")
            try await Migrator(
                schema: "nudging", directory: Repository.root.appending(path: "Services/Nudging/Store/Migrations"),
                extra: EventLog.migrations
            ).migrate(test.settings(), logger: Logger(label: "test"))
            return Parts(database: test.database(), clock: SimulatedClock(now: People.noon))
        }

        func hear(_ facts: [Fact]) async throws {
            let (learnerEvents, riskScores, deliveries) = (learnerEvents, riskScores, deliveries)
            try await database.transaction { session in
                for fact in facts {
                    switch fact.stream {
                    case StreamName.learnerEvents: try learnerEvents.apply([fact], on: session)
                    case StreamName.riskScores: try riskScores.apply([fact], on: session)
                    default: try deliveries.apply([fact], on: session)
                    }
                }
            }
        }

        /// Bola is enrolled in a running course and was last seen nine days ago; others are still heard.
        func prepare() async throws {
            let run = CourseRunDefined(
                courseRun: CourseRunDefinition(
                    id: People.run, title: "Data Science", startsAt: People.at("2026-10-05T00:00:00Z"),
                    endsAt: People.at("2026-12-28T00:00:00Z"),
                    assessments: [
                        PlannedAssessment(
                            id: ActivityID(checked: "quiz-3"), title: "Quiz 3",
                            dueAt: People.at("2026-11-22T12:00:00Z"), weight: 20)
                    ]))
            try await hear([
                DecisionFlowTests.fact(run), DecisionFlowTests.fact(DecisionFlowTests.enrollment(.enrolled)),
                DecisionFlowTests.fact(DecisionFlowTests.activity("2026-11-09T12:00:00Z")),
                DecisionFlowTests.fact(
                    DecisionFlowTests.activity(
                        "2026-11-18T11:00:00Z", learner: LearnerID(rawValue: NamedUUID.make("ada")))),
            ])
            let policy = try NudgePolicy(NudgePolicyDefinition(name: "drifting-away", holdoutShare: 0))
            let (policies, now) = (policies, People.noon)
            try await database.transaction { session in
                try policies.save(policy, tenant: .standard, now: now, on: session)
            }
        }

        func said() async throws -> [NudgeDecided] {
            let facts = try await LocalLogReader(database).all()
            return try facts.map { try $0.decode(NudgeDecided.self) }
        }
    }

    private static func fact<Body: StreamFact>(_ body: Body) throws -> Fact {
        LoggedFact(
            partition: 0, seq: 1, stream: Body.stream, tenant: .standard, key: body.key, type: Body.type,
            version: Body.version, occurredAt: People.noon, recordedAt: People.noon,
            body: String(decoding: try JSONCoding.encoder().encode(body), as: UTF8.self), traceparent: nil)
    }

    private static func enrollment(_ status: EnrollmentStatus) -> EnrollmentChanged {
        EnrollmentChanged(
            learner: People.bola, courseRun: People.run, status: status, changedAt: People.at("2026-10-01T00:00:00Z"))
    }

    private static func activity(_ time: String, learner: LearnerID = People.bola) -> LearningEventRecorded {
        LearningEventRecorded(
            source: .api, eventID: EventID(checked: "\(learner)-\(time)"), learner: learner, courseRun: People.run,
            verb: .viewed, occurredAt: People.at(time), receivedAt: People.at(time))
    }

    private static func scored(_ band: RiskBand, at time: Date = People.noon) -> RiskScored {
        RiskScored(risk: People.risk(band, at: time), previousBand: nil)
    }

    @Test func `a high score becomes a decision, and the decision a nudge in the same commit`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        try await parts.hear([Self.fact(Self.scored(.high))])
        let said = try await parts.said()
        #expect(said.count == 1)
        #expect(said.first?.learner == People.bola)
        #expect(said.first?.parameters["nextStep"] == "Quiz 3")
        #expect(said.first?.parameters["dueIn"] == "in 4 days")
        #expect(said.first?.parameters["nextStepURL"] == "https://school.example/DS-2026J")
        let decisions = try await parts.reads.decisions(.init(), tenant: .standard).decisions
        #expect(decisions.map(\.outcome) == [.send])
    }

    @Test func `a run of facts counts each learner once, with the last status and the activity before it`() async throws {
        let parts = try await Parts.make()
        let facts = try [
            Self.fact(Self.activity("2026-11-09T12:00:00Z")), Self.fact(Self.enrollment(.enrolled)),
            Self.fact(Self.activity("2026-11-08T12:00:00Z")), Self.fact(Self.enrollment(.withdrawn)),
        ]
        let (learnerEvents, situations) = (parts.learnerEvents, parts.situations)
        let bola = SituationStore.Enrolled(learner: People.bola, courseRun: People.run)
        for _ in 0..<2 {
            let situation = try await parts.database.transaction { session in
                try learnerEvents.apply(facts, on: session)
                return try situations.situations(of: [bola], tenant: .standard, now: People.noon, on: session)[bola]
            }
            #expect(situation?.status == .withdrawn)
            #expect(situation?.lastActivityAt == People.at("2026-11-09T12:00:00Z"))
            #expect(situation?.run.learners == 1)
        }
    }

    @Test func `hearing the same scores again decides nothing anew`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        let facts = try [Self.fact(Self.scored(.high)), Self.fact(Self.scored(.critical))]
        for _ in 0..<3 { try await parts.hear(facts) }
        #expect(try await parts.said().count == 1)
        #expect(try await parts.reads.decisions(.init(), tenant: .standard).decisions.count == 1)
    }

    @Test func `a failing transaction leaves neither decision nor nudge`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        struct Stop: Error {}
        let (riskScores, fact) = (parts.riskScores, try Self.fact(Self.scored(.high)))
        await #expect(throws: Stop.self) {
            try await parts.database.transaction { session in
                try riskScores.apply([fact], on: session)
                throw Stop()
            }
        }
        #expect(try await parts.said().isEmpty)
        #expect(try await parts.reads.decisions(.init(), tenant: .standard).decisions.isEmpty)
    }

    @Test func `the next day the cooldown blocks, and the log says so`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        try await parts.hear([Self.fact(Self.scored(.high))])
        let tomorrow = People.noon.addingTimeInterval(86_400)
        parts.clock.set(now: tomorrow, rate: 0)
        try await parts.hear([
            Self.fact(Self.activity("2026-11-19T11:00:00Z", learner: LearnerID(rawValue: NamedUUID.make("ada")))),
            Self.fact(Self.scored(.high, at: tomorrow)),
        ])
        let newest = try await parts.reads.decisions(.init(learner: People.bola), tenant: .standard).decisions.first
        #expect(newest?.decidedBy == .cooldown)
        #expect(newest?.verdicts.first { $0.rule == .cooldown }?.words == "last nudge 24 hours ago, cooldown 5 days")
        #expect(try await parts.said().count == 1)
    }

    @Test func `a return inside the window is noted once, with the first activity's time`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        try await parts.hear([Self.fact(Self.scored(.high))])
        try await parts.hear([
            Self.fact(Self.activity("2026-11-20T09:00:00Z")), Self.fact(Self.activity("2026-11-19T18:00:00Z")),
        ])
        let nudge = try await parts.reads.nudges(.init(), tenant: .standard).nudges.first
        #expect(nudge?.returnedAt == People.at("2026-11-19T18:00:00Z"))
        let later = People.noon.addingTimeInterval(8 * 86_400)
        let overview = try await parts.reads.overview(courseRun: nil, tenant: .standard, now: later)
        #expect(overview.treated == ReturnCount(learners: 1, returned: 1))
        #expect(overview.nudgesByDay.reduce(0, +) == 1)
    }

    @Test func `a nudge held at night goes out in the morning, unless the learner came back`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        let night = People.at("2026-11-18T22:30:00Z")
        parts.clock.set(now: night, rate: 0)
        try await parts.hear([Self.fact(Self.scored(.high, at: night))])
        #expect(try await parts.said().isEmpty)
        let relay = LogRelay(
            stream: StreamName.nudges, database: parts.database,
            redis: RedisWriter(try RedisSettings(url: "redis://127.0.0.1:1"), logger: Logger(label: "test")), owner: "test",
            logger: Logger(label: "test"))
        let job = HeldNudges(
            database: parts.database, decider: parts.decider, decisions: parts.decisions, policies: parts.policies,
            relay: relay, clock: parts.clock, logger: Logger(label: "test"))
        #expect(try await job.countDue() == 0)
        #expect(try await job.releaseDue() == 0)
        parts.clock.set(now: People.at("2026-11-19T08:00:00Z"), rate: 0)
        #expect(try await job.countDue() == 1)
        #expect(try await job.releaseDue() == 1)
        #expect(try await parts.said().count == 1)
        #expect(try await job.countDue() == 0)
    }

    @Test func `who unsubscribed is never a candidate that goes out`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        let unsubscribed = DeliveryChanged(
            delivery: DeliveryID(rawValue: UUID()), learner: People.bola, channel: .email, state: .unsubscribed,
            changedAt: People.at("2026-11-17T12:00:00Z"))
        try await parts.hear([Self.fact(unsubscribed), Self.fact(Self.scored(.critical))])
        let decision = try await parts.reads.decisions(.init(), tenant: .standard).decisions.first
        #expect(decision?.decidedBy == .consent)
        #expect(try await parts.said().isEmpty)
    }

    @Test func `a data gap blocks every candidate of its runs, until the source has spoken and settled`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        let lms = SourceID(checked: "lms")
        let silentSince = People.noon.addingTimeInterval(-30 * 3_600)
        let opened = DataGapOpened(
            source: lms, silentSince: silentSince, openedAt: silentSince.addingTimeInterval(10_800),
            courseRuns: [People.run])
        func scored(afterHours hours: Double) async throws {
            let time = People.noon.addingTimeInterval(hours * 3_600)
            parts.clock.set(now: time, rate: 0)
            // Others of the run are heard by other sources; only the gap is in question.
            try await parts.hear([
                Self.fact(
                    Self.activity(RFC3339.string(from: time), learner: LearnerID(rawValue: NamedUUID.make("ada")))),
                Self.fact(Self.scored(.critical, at: time)),
            ])
        }
        try await parts.hear([Self.fact(opened)])
        for day in 0..<2 { try await scored(afterHours: Double(day) * 24) }
        let closed = DataGapClosed(
            source: lms, silentSince: silentSince, closedAt: People.noon.addingTimeInterval(47 * 3_600),
            reason: .event, courseRuns: [People.run])
        try await parts.hear([Self.fact(closed)])
        try await scored(afterHours: 48)
        #expect(try await parts.said().isEmpty)
        let decisions = try await parts.reads.decisions(.init(), tenant: .standard).decisions
        #expect(decisions.map(\.decidedBy) == [.dataGap, .dataGap, .dataGap])
        try await scored(afterHours: 72)
        #expect(try await parts.said().count == 1)
    }

    @Test func `who is active under a merged name is here, and comes back under it`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        let other = LearnerID(rawValue: NamedUUID.make("bola-2"))
        var enrolled = Self.enrollment(.enrolled)
        enrolled.learner = other
        try await parts.hear([
            Self.fact(enrolled), Self.fact(Self.activity("2026-11-18T09:00:00Z", learner: other)),
            Self.fact(LearnersMerged(survivor: People.bola, merged: other, mergedAt: People.noon)),
            Self.fact(Self.scored(.high)),
        ])
        let blocked = try await parts.reads.decisions(.init(), tenant: .standard).decisions.first
        #expect(blocked?.decidedBy == .eligibility)
        // A day later nobody was seen; the nudge goes out, and the return under the other name is a return.
        let later = People.noon.addingTimeInterval(30 * 3_600)
        parts.clock.set(now: later, rate: 0)
        try await parts.hear([
            Self.fact(Self.activity(RFC3339.string(from: later), learner: LearnerID(rawValue: NamedUUID.make("ada")))),
            Self.fact(Self.scored(.high, at: later)),
            Self.fact(Self.activity(RFC3339.string(from: later.addingTimeInterval(3_600)), learner: other)),
        ])
        let nudge = try await parts.reads.nudges(.init(), tenant: .standard).nudges.first
        #expect(nudge?.learner == People.bola)
        #expect(nudge?.returnedAt == later.addingTimeInterval(3_600))
        // Parted again, each is judged alone.
        try await parts.hear([
            Self.fact(LearnersUnmerged(survivor: People.bola, merged: other, unmergedAt: later))
        ])
        let enrolledKey = SituationStore.Enrolled(learner: People.bola, courseRun: People.run)
        let situations = parts.situations
        let found = try await parts.database.run { session in
            try situations.situations(of: [enrolledKey], tenant: .standard, now: later, on: session)
        }
        #expect(found[enrolledKey]?.lastActivityAt == People.at("2026-11-09T12:00:00Z"))
    }

    @Test func `lists come page by page, and a token that was tampered with is refused`() async throws {
        let parts = try await Parts.make()
        try await parts.prepare()
        for day in 0..<5 {
            try await parts.hear([
                Self.fact(Self.scored(.high, at: People.noon.addingTimeInterval(Double(day) * 86_400)))
            ])
        }
        var seen: [NudgeID] = []
        var token: String?
        repeat {
            let page = try await parts.reads.decisions(
                .init(page: PageRequest(size: 2, token: token)), tenant: .standard)
            seen += page.decisions.map(\.nudge)
            token = page.nextPageToken
        } while token?.isEmpty == false
        #expect(seen.count == 5)
        #expect(Set(seen).count == 5)
        await #expect(throws: NudgingError.invalidPageToken) {
            try await parts.reads.decisions(.init(page: PageRequest(token: "x")), tenant: .standard)
        }
        let page = PageRequest(
            token: try await parts.reads.decisions(.init(page: PageRequest(size: 2)), tenant: .standard).nextPageToken)
        await #expect(throws: NudgingError.invalidPageToken) {
            try await parts.reads.decisions(
                .init(learner: LearnerID(rawValue: UUID()), page: page), tenant: .standard)
        }
    }
}

extension LocalLogReader {
    /// Every fact of the log.
    func all() async throws -> [Fact] {
        var facts: [Fact] = []
        for partition in 0..<EventLog.partitionCount {
            facts += try await read(partition: partition, after: 0, limit: 1_000)
        }
        return facts
    }
}
