import Contracts
import Foundation
import Testing

@testable import Tracking

/// How learners study: pure rules first, then the whole way on real PostgreSQL.
@Suite struct PatternTests {
    /// 2026-11-22, a Sunday, in UTC days.
    private let sunday = 20_779

    private func habits(_ sittings: [Date], zone: String = "UTC") -> StudyRhythm? {
        let days = Set(sittings.map(UTCDay.number)).sorted()
        return StudyRhythm(sittings: sittings, activeDays: days, timeZone: zone)
    }

    private func at(_ day: Int, _ hour: Double) -> Date { UTCDay.start(of: day).addingTimeInterval(hour * 3_600) }

    @Test func `every Sunday evening is clockwork`() throws {
        let rhythm = try #require(habits((0..<10).map { at(sunday - 7 * $0, 20) }))
        #expect(rhythm.peak == .init(weekday: 7, partOfDay: .evening, share: 1))
        #expect(rhythm.hoursOfWeek[6 * 24 + 20] == 10)
        #expect(rhythm.entropy == 0)
        #expect(rhythm.intervalDays == 7)
        #expect(rhythm.regularity == .regular)
    }

    @Test func `hours are those of the run's clock on the wall, summer and winter`() throws {
        // 20:00 in London: 19:00 UTC in summer, 20:00 in winter.
        let summer = (0..<4).map { at(20_610 + 7 * $0, 19) }
        let winter = (0..<4).map { at(20_778 + 7 * $0, 20) }
        let london = try #require(habits(summer + winter, zone: "Europe/London"))
        #expect(london.hoursOfWeek.enumerated().filter { $0.element > 0 }.map { $0.offset % 24 } == [20])
        #expect(london.timeZone == "Europe/London")
        let kathmandu = try #require(habits((0..<8).map { at(sunday - 7 * $0, 18.5) }, zone: "Asia/Kathmandu"))
        #expect(kathmandu.peak.weekday == 1, "18:30 UTC on Sunday is a quarter past midnight there")
        #expect(kathmandu.hoursOfWeek[0] == 8)
    }

    @Test func `spread over the whole week is near the most entropy, and chance intervals are no rhythm`() throws {
        let even = (0..<56).map { at(sunday - $0 / 4 * 1, Double($0 % 4) * 6 + 1) }
        #expect(try #require(habits(even)).entropy > 0.99)
        let days = [0, 1, 9, 10, 11, 25, 26, 40, 41, 55]
        #expect(try #require(habits(days.map { at(sunday - $0, 9) })).regularity == .irregular)
        #expect(habits((0..<7).map { at(sunday - $0, 9) }) == nil)
    }

    @Test func `this week is held against the weeks before`() throws {
        var days: [Int: Int] = [:]
        for week in 1...9 {
            for day in [sunday - 7 * week, sunday - 7 * week - 3] { days[day] = 30 + week }
        }
        let key = StudyKey(
            tenant: .standard, learner: LearnerID(rawValue: UUID()), courseRun: CourseRunID(checked: "run"))
        func report(_ days: [Int: Int]) throws -> StudyPattern {
            try #require(
                PatternReport(
                    profile: StudyProfile(key: key, days: days, lastActivityAt: at(sunday, 1)), records: [],
                    sittings: [], timeZone: "UTC", deepOfPeers: Distribution(), weekOfPeers: Distribution(),
                    silentPeers: 0, now: at(sunday, 23)
                ).pattern())
        }
        let silent = try report(days)
        #expect(silent.week.usualActiveDays == 2)
        #expect(silent.week.activeDays == 0)
        #expect(silent.week.robustZ.map { $0 < -5 } == true)
        #expect(silent.words == "Usually on 2 days a week, in the last seven days not at all.")
        days[sunday] = 700
        #expect(try report(days).words == "Usually on 2 days a week, in the last seven days on 1 day, with far more than usual.")
        #expect(try report([sunday: 4]).week.usualActions == nil)
    }

    @Test func `the whole way: mix, depth, breadth, rhythm, and the others`() async throws {
        let stack = try await TrackingStack.make().withInsight()
        let run = CourseRunDefinition(
            id: CourseRunID(checked: "run"), title: "Run", startsAt: TrackingStack.start.addingTimeInterval(-90 * 86_400),
            endsAt: TrackingStack.start.addingTimeInterval(90 * 86_400), timeZone: "Europe/London")
        _ = try await stack.call(TrackingRPC.setCourseRun, .init(courseRun: run))
        var drafts: [EventDraft] = []
        for week in 0..<10 {
            let day = -Double(week) * 7 - 1
            drafts += (0..<6).map { .study("ada", "page-\($0 + week)", day: day + Double($0) / 1_000) }
            drafts.append(.study("ada", "quiz-\(week)", .quiz, verb: .submitted, day: day + 0.01))
            drafts.append(.study("ada", "forum", .forum, verb: .posted, day: day + 0.011))
            for other in 0..<11 { drafts.append(.study("l\(other)", "page-\(week)", day: day + Double(other) / 50)) }
        }
        try await stack.record(drafts, backfill: true)
        try await stack.project()
        let request = GetPatterns.Request(learner: try await stack.learner("ada"))
        let ada = try #require(try await stack.call(TrackingRPC.getPatterns, request).patterns.first)
        #expect(ada.mix.map(\.kind) == [.content, .forum, .quiz])
        #expect(ada.mix.map(\.share).reduce(0, +) == 1)
        #expect(ada.depth.submitted == 11)
        #expect(ada.depth.peerPercentile.map { $0 > 0.9 } == true)
        #expect(ada.socialBreadth == .takesPart)
        #expect(ada.rhythm?.sittings == 10)
        #expect(ada.rhythm?.regularity == .regular)
        #expect(ada.rhythm?.timeZone == "Europe/London")
        #expect(ada.week.usualActiveDays == 1)
        #expect(ada.words.hasPrefix("Studies regularly, most often on Sunday afternoons (100 % of sittings)"))
        let other = GetPatterns.Request(learner: try await stack.learner("l3"))
        #expect(try await stack.call(TrackingRPC.getPatterns, other).patterns.first?.socialBreadth == .alone)
        var enrolled = EventDraft.study("never", "run", verb: .enrolled, day: -1)
        enrolled.activity = nil
        try await stack.record([enrolled])
        try await stack.project()
        let never = GetPatterns.Request(learner: try await stack.learner("never"))
        #expect(try await stack.call(TrackingRPC.getPatterns, never).patterns.isEmpty)
        let nobody = GetPatterns.Request(learner: LearnerID(rawValue: UUID()))
        let reply = await stack.post(TrackingRPC.getPatterns.path, try JSONCoding.encoder().encode(nobody))
        #expect(reply.code == .notFound)
    }
}
