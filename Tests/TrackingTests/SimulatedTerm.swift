import Contracts
import Foundation
import Testing

@testable import Tracking

/// A term of invented learners through the door that events come in by, with all that platforms do to it: late,
/// sent twice, sent again with another content, and garbage. The same seed gives the same term.
struct SimulatedTerm {
    var generator: SplitMix
    var learners = 24
    var days = 84
    /// What became of everything that was sent.
    private(set) var receipts: [IngestStatus: Int] = [:]
    private(set) var late = 0
    /// Called when a day is over, for whoever wants to look.
    var afterEachDay: (Int) async throws -> Void = { _ in }

    /// Events that wait to be sent, by the day on which they will be.
    private var waiting: [Int: [EventDraft]] = [:]
    private var sent: [EventDraft] = []

    init(seed: UInt64) { generator = SplitMix(seed: seed) }

    /// Plays the term day by day: whatever is sent is projected in pieces, and the sweep looks now and then.
    mutating func play(on stack: TrackingStack) async throws {
        for day in 0..<days {
            happen(on: day)
            try await declare(on: day, stack)
            stack.clock.set(now: Self.start.addingTimeInterval(Double(day + 1) * 86_400), rate: 0)
            var batch = (waiting.removeValue(forKey: day) ?? []) + again()
            batch.shuffle(using: &generator)
            for piece in stride(from: 0, to: batch.count, by: 40).map({ batch[$0..<min($0 + 40, batch.count)] }) {
                note(try await stack.record(Array(piece)))
            }
            if chance(0.2) { note(try await stack.record(json: #"{"events":[{"id":"x\#(day)","verb":7},{}]}"#)) }
            if chance(0.8) { try await stack.project(run: 1 + number(60)) }
            if chance(0.7) { try await stack.sweep() }
            try await afterEachDay(day)
        }
        try await stack.project()
    }

    static let start = TrackingStack.start

    // MARK: - Private parts

    /// Calendars change while the term goes on: the run is declared late, then moved; holidays; plans and pauses.
    private func declare(on day: Int, _ stack: TrackingStack) async throws {
        func at(_ day: Int) -> Date { Self.start.addingTimeInterval(Double(day) * 86_400) }
        if day == 3 || day == 33 {
            let breaks = [CalendarBreak(title: "Reading", startsAt: at(day + 12), endsAt: at(day + 19))]
            _ = try await stack.call(
                TrackingRPC.setCourseRun,
                .init(
                    courseRun: CourseRunDefinition(
                        id: CourseRunID(checked: "run"), title: "Run \(day)", startsAt: at(-1), endsAt: at(75),
                        timeZone: "Europe/Berlin", breaks: breaks, studyWeekdays: day == 3 ? [] : [1, 2, 3, 4, 5])))
        }
        if day == 28 {
            let (first, last) = (LocalDay.text(of: UTCDay.number(of: at(30))), LocalDay.text(of: UTCDay.number(of: at(36))))
            _ = try await stack.call(
                TrackingRPC.setHolidays, .init(holidays: [Holiday(title: "Harvest", startsOn: first, endsOn: last)]))
        }
        guard day == 20 || day == 52 else { return }
        for learner in [4, 5, 6, 12] {
            let id = try await stack.learner("learner\(learner)")
            _ = try await stack.call(
                TrackingRPC.setPause, .init(learner: id, from: at(day + learner), until: at(day + 2 * learner)))
            _ = try await stack.call(
                TrackingRPC.setStudySettings,
                .init(learner: id, timeZone: "America/New_York", studyWeekdays: day == 20 ? [learner % 6 + 1, 7] : []))
        }
    }

    /// What the learners do on a day, each event planned for the day on which it will be sent.
    private mutating func happen(on day: Int) {
        for learner in 0..<learners {
            let name = "learner\(learner)"
            if day == learner % 3 { plan(event(name, day, 0.01, .enrolled), on: day) }
            // Some never start, some give up for good, some for three weeks, and a few withdraw or complete.
            if learner % 8 == 7 || (learner % 8 == 6 && day > 30) { continue }
            if learner % 8 == 5, (25..<47).contains(day) { continue }
            if learner % 8 == 4, day == 50 { plan(event(name, day, 0.5, .unenrolled), on: day) }
            if learner % 8 == 4, day > 50, day < 60 { continue }
            if learner % 8 == 4, day == 60 { plan(event(name, day, 0.4, .enrolled), on: day) }
            if learner % 8 == 3, day == 80 { plan(event(name, day, 0.9, .completed), on: day) }
            guard chance(0.45) else { continue }
            var at = Double(number(800)) / 1_000
            for _ in 0...number(6) {
                at += Double(number(40)) / 1_440
                let delay = chance(0.1) ? 1 + number(20) : 0
                if delay > 0 { late += 1 }
                plan(event(name, day, at, Self.verbs[number(Self.verbs.count)]), on: day + delay)
            }
        }
    }

    private static let verbs: [Verb] = [
        .viewed, .viewed, .submitted, .posted, .marked, .interacted, Verb(checked: "suspended"),
    ]
    private static let kinds: [ActivityKind] = [.content, .video, .quiz, .forum]

    private mutating func event(_ learner: String, _ day: Int, _ at: Double, _ verb: Verb) -> EventDraft {
        let isStudy = ![.enrolled, .unenrolled, .completed].contains(verb)
        let run = chance(0.1) && isStudy ? nil : number(3) == 0 && isStudy ? "other" : "run"
        let kind = Self.kinds[number(Self.kinds.count)]
        return EventDraft(
            id: EventID(checked: "e\(generator.next())"), learner: ExternalLearnerID(checked: learner),
            courseRun: run.map { CourseRunID(checked: $0) }, verb: verb,
            activity: isStudy ? ActivityDraft(id: ActivityID(checked: "a\(number(9))"), kind: kind) : nil,
            result: isStudy && chance(0.3)
                ? EventResult(durationSeconds: Double(number(600)), count: 1 + number(30)) : nil,
            occurredAt: Self.start.addingTimeInterval(((Double(day) + at) * 86_400).rounded()))
    }

    private mutating func plan(_ event: EventDraft, on day: Int) {
        // The newest lateness ends with the term.
        waiting[min(day, days - 1), default: []].append(event)
        sent.append(event)
    }

    /// Some of what was sent before, once more: the same, or with another content.
    private mutating func again() -> [EventDraft] {
        guard sent.count > 20 else { return [] }
        return (0..<number(6)).map { _ in
            var event = sent[number(sent.count)]
            if chance(0.4) { event.occurredAt.addTimeInterval(1) }
            return event
        }
    }

    private mutating func note(_ response: RecordEvents.Response) {
        for receipt in response.receipts { receipts[receipt.status, default: 0] += 1 }
    }

    private mutating func number(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }
    private mutating func chance(_ share: Double) -> Bool { Double(generator.next() % 10_000) < share * 10_000 }
}
