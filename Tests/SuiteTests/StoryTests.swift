import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

/// The whole story, on real parts: Bola studies, drifts away, is noticed, understood, written to, and comes back.
@Suite(.serialized) struct StoryTests {
    private static let run = CourseRunID(checked: "DS-2026J")
    private static let start = date("2026-10-05T00:00:00Z")

    private static func date(_ text: String) -> Date {
        guard let date = RFC3339.date(from: text) else { preconditionFailure("\(text) is not a time") }
        return date
    }

    /// Noon of a day of the course, day 0 the first.
    private static func noon(_ day: Int) -> Date { start.addingTimeInterval(Double(day) * 86_400 + 43_200) }

    private struct LearnerReference: Decodable {
        var learner: LearnerID
    }

    private struct Learners: Decodable {
        struct Row: Decodable {
            var learner: LearnerID
            var risk: RiskPrediction?
            var name: String?
        }
        var learners: [Row]
    }

    private struct LearnerPage: Decodable {
        var name: String?
        var enrollments: [Enrollment]
        var risks: [RiskPrediction]
        var riskHistory: [String: [RiskPoint]]
        var events: [TimelineEvent]
        var nudges: [NudgeRecord]
        var decisions: [NudgeDecision]
        var deliveries: [ListDeliveries.Delivery]
        var unavailable: [String]
    }

    @Test func `a learner drifts away, is noticed with reasons, gets one mail, and returns`() async throws {
        let mail = try await SMTPServer.start(isEncrypted: true, login: (user: "holdfast", password: "a secret"))
        let suite = try await Suite.start(settings: [
            "HOLDFAST_NOTIFICATION_PROVIDER": "smtp", "HOLDFAST_NOTIFICATION_SMTP_URL": mail.url,
            "HOLDFAST_NOTIFICATION_SMTP_TLS": "required", "HOLDFAST_NOTIFICATION_SMTP_USER": "holdfast",
            "HOLDFAST_NOTIFICATION_SMTP_PASSWORD": "a secret", "HOLDFAST_NOTIFICATION_SMTP_CA": mail.certificateFile ?? "",
            "HOLDFAST_NOTIFICATION_FROM": "courses@school.example",
        ])
        let api = suite.api
        try await prepare(api)
        let bola = try await api.get(
            "/v1/learners/by-external-id/story/bola", as: LearnerReference.self
        ).learner

        // Two weeks in which everybody studies; then Bola stops and the others go on.
        try await study(api, days: 0..<15, except: [])
        let early = try await risk(of: bola, api)
        try await study(api, days: 15..<30, except: ["bola"])

        let late = try await risk(of: bola, api)
        let before = try #require(early?.score)
        let after = try #require(late?.score)
        #expect(after > before, "the risk of a learner who went silent did not rise: \(before) to \(after)")
        let band = try #require(late?.band)
        #expect(band >= .moderate)
        #expect(late?.reasons.isEmpty == false)
        #expect(late?.reasons.allSatisfy { !$0.words.isEmpty } == true)

        let mails = try mail.mails().filter { $0.recipients == ["bola@learners.example"] }
        let first = try #require(mails.first)
        #expect(first.isEncrypted)
        #expect(first.user == "holdfast")
        #expect(first.text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
        #expect(first.text.contains("Bola"))
        let nudges = try await page(of: bola, api).nudges
        #expect(mails.count == nudges.count, "\(mails.count) mails for \(nudges.count) nudges")

        // Bola returns the day after the last nudge.
        try await study(api, days: 30..<31, except: [])
        let page = try await page(of: bola, api)
        #expect(page.unavailable.isEmpty)
        #expect(page.name == "Bola")
        #expect(page.enrollments.first?.state == .returned)
        #expect(page.nudges.first?.delivery == .sent)
        #expect(page.nudges.first?.returnedAt != nil)
        #expect(page.decisions.allSatisfy { $0.verdicts.map(\.rule) == NudgeRule.allCases })
        #expect(page.riskHistory[Self.run.rawValue]?.isEmpty == false)
        try await leastAtRisk(api, than: after)
        #expect(!suite.log(of: "notification").contains("bola@learners.example"))
        try await suite.stop()
    }

    /// The course, twelve learners and how they can be reached.
    private func prepare(_ api: PublicAPI) async throws {
        try await api.advance(to: Self.start)
        let assessments = [13, 27, 41].enumerated().map { index, day in
            PlannedAssessment(
                id: ActivityID(checked: "quiz-\(index + 1)"), title: "Quiz \(index + 1)", dueAt: Self.noon(day),
                weight: 30, kind: .quiz)
        }
        try await api.put(
            "/v1/course-runs/\(Self.run)",
            CourseRunDefinition(
                id: Self.run, title: "Introduction to Data Science", startsAt: Self.start, endsAt: Self.noon(84),
                timeZone: "UTC", assessments: assessments))
        struct Contacts: Encodable {
            struct One: Encodable {
                var source = "story"
                var learner: String
                var name: String
                var email: String
                var locale = "en"
                var timeZone = "UTC"
            }
            var contacts: [One]
        }
        let contacts = Self.learners.map { name in
            Contacts.One(learner: name, name: name.capitalized, email: "\(name)@learners.example")
        }
        try await api.put("/v1/contacts", Contacts(contacts: contacts))
        // Nobody is held out, so that the story does not hang on chance; and help comes early.
        try await api.put(
            "/v1/policies/drifting-away",
            NudgePolicyDefinition(name: "drifting-away", bandAtLeast: .moderate, holdoutShare: 0))
    }

    private static let learners = ["ada", "bola", "chen", "dara", "emre", "fay", "gus", "hana", "ivo", "june", "kofi", "lena"]

    /// Each day everybody but the named reads and answers; quizzes are handed in on their day.
    private func study(_ api: PublicAPI, days: Range<Int>, except silent: Set<String>) async throws {
        for day in days {
            var events: [EventDraft] = []
            for (place, name) in Self.learners.enumerated() where !silent.contains(name) {
                guard (day + place) % 3 != 2 else { continue }
                events += session(of: name, day: day, clicks: 4 + (day * 7 + place * 3) % 9)
            }
            if day == 13 || day == 27 { events += quiz(day == 13 ? 1 : 2, day: day, except: silent) }
            // The clock first: an event of the future would be refused.
            try await api.set(now: Self.noon(day).addingTimeInterval(8 * 3_600))
            let answer = try await api.record(events)
            let reasons = answer.receipts.compactMap(\.reason).prefix(3)
            #expect(answer.accepted == events.count, "\(reasons)")
            try await api.settle()
        }
    }

    private func session(of name: String, day: Int, clicks: Int) -> [EventDraft] {
        (0..<clicks).map { click in
            EventDraft(
                id: EventID(checked: "\(name)-\(day)-\(click)"), learner: ExternalLearnerID(checked: name),
                courseRun: Self.run, verb: .viewed,
                activity: ActivityDraft(
                    id: ActivityID(checked: "page-\(day)-\(click % 4)"),
                    kind: [.content, .quiz, .forum, .home][click % 4]),
                occurredAt: Self.noon(day).addingTimeInterval(Double(click) * 240))
        }
    }

    private func quiz(_ number: Int, day: Int, except silent: Set<String>) -> [EventDraft] {
        Self.learners.filter { !silent.contains($0) }.map { name in
            EventDraft(
                id: EventID(checked: "\(name)-quiz-\(number)"), learner: ExternalLearnerID(checked: name),
                courseRun: Self.run, verb: .submitted,
                activity: ActivityDraft(id: ActivityID(checked: "quiz-\(number)"), kind: .quiz),
                result: EventResult(score: 0.8), occurredAt: Self.noon(day).addingTimeInterval(3_600))
        }
    }

    private func page(of learner: LearnerID, _ api: PublicAPI) async throws -> LearnerPage {
        try await api.get("/v1/learners/\(learner)")
    }

    private func risk(of learner: LearnerID, _ api: PublicAPI) async throws -> RiskPrediction? {
        try await page(of: learner, api).risks.first
    }

    /// Learners who never stopped stand below the one who did.
    private func leastAtRisk(_ api: PublicAPI, than score: RiskScore) async throws {
        let list = try await api.get("/v1/learners?courseRun=\(Self.run)", as: Learners.self).learners
        #expect(list.count == Self.learners.count)
        let scores = list.compactMap { $0.risk?.score }
        #expect(scores == scores.sorted(by: >))
        #expect(scores.allSatisfy { $0 <= score })
    }
}
