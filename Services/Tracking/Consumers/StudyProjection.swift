import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Hears Tracking's own log and keeps enrollments, days and charts, so that taking in events stays
/// one append, and an event that arrives late lands where it belongs.
///
/// Facts come by partition, and a partition holds all that happens to its learners: nobody else writes
/// their rows, but for the sweep, which locks. What it says itself (`EnrollmentChanged`,
/// `LearnerStateChanged`) goes into the same log, in the same transaction, and is passed over when it is
/// heard.
struct StudyProjection: Projection {
    static let name = "tracking-projection"
    static let tables = [
        ReadModelTable("learner"), ReadModelTable("enrollment", dueColumn: "review_at"),
        ReadModelTable("activity_day"), ReadModelTable("run_day"),
        ReadModelTable("activity_minute", kept: { "minute >= \(Int32(Minute.oldestKept(at: $0)))" }),
        ReadModelTable("study_calendar", isOfEvents: false), ReadModelTable("learner_plan", isOfEvents: false),
    ]

    func apply(_ facts: [Fact], on session: Session) throws -> [NewFact] {
        // The log's own time: what lies further ahead in the log cannot have been seen yet.
        guard let now = facts.map(\.recordedAt).max() else { return [] }
        let (heard, calendars) = (try HeardEvents(facts), try HeardCalendars(facts))
        try StudyCalendars.lock(calendars.tenants, alone: true, on: session)
        let tenants = Set(heard.keys.map(\.tenant)).subtracting(calendars.tenants)
        try StudyCalendars.lock(tenants, alone: false, on: session)
        return try take(heard, calendars, reviewedAt: now, on: session)
    }

    /// States are taken from what was said about them, because when they were looked at is not in the log.
    func replay(_ facts: [Fact], after done: [Int: Int64], on session: Session) throws {
        _ = try take(HeardEvents(facts), HeardCalendars(facts), reviewedAt: nil, on: session)
        let said = try facts.filter { $0.type == LearnerStateChanged.type }
            .map { (tenant: $0.tenant, change: try $0.decode(LearnerStateChanged.self)) }
        try EnrollmentRows.setStates(said, on: session)
    }

    func settle(at now: Date, on session: Session) throws -> (looked: Int, said: [NewFact]) {
        try SweepStore.review(at: now, limit: TrackingLimits.enrollmentsPerSweep, on: session)
    }

    /// - Parameter reviewedAt: The instant for which states are worked out; `nil` leaves that to ``settle(at:on:)``.
    private func take(
        _ heard: HeardEvents, _ calendars: HeardCalendars, reviewedAt: Date?, on session: Session
    ) throws -> [NewFact] {
        try StudyCalendars.save(calendars.runs, on: session)
        try StudyCalendars.save(holidays: calendars.holidays, on: session)
        try StudyCalendars.save(calendars.plans, on: session)
        guard !heard.isEmpty else { return [] }
        try ProjectionStore.add(heard.learners, on: session)
        try ProjectionStore.addDays(heard.runDays, on: session)
        try ProjectionStore.addMinutes(heard.minutes, on: session)
        return try applyEnrollments(heard, reviewedAt: reviewedAt, on: session)
    }

    /// Days and enrollments, and the facts that follow from them.
    private func applyEnrollments(
        _ heard: HeardEvents, reviewedAt: Date?, on session: Session
    ) throws -> [NewFact] {
        let enrolled = heard.keys.filter { $0.courseRun != nil }
        let known = try EnrollmentRows.lock(enrolled, on: session)
        let calendars = try StudyCalendars.calendars(of: enrolled, on: session)
        let days = try ProjectionStore.days(
            from: heard.keys.compactMap { key in
                heard.firstDayWanted(key, lastActivityAt: known[key]?.lastActivityAt).map { (key, $0) }
            }, on: session)
        var savedDays: [(key: StudyKey, day: DayActivity)] = []
        var saved: [EnrollmentRecord] = []
        var facts: [NewFact] = []
        for key in heard.keys {
            var study = Study(
                key: key, known: known[key], days: days[key] ?? [], calendar: calendars[key] ?? .everyDay)
            facts += try study.take(heard.events(of: key), reviewedAt: reviewedAt)
            savedDays += study.changedDays.map { (key, $0) }
            if let enrollment = study.enrollment { saved.append(enrollment) }
        }
        try ProjectionStore.save(savedDays, on: session)
        try EnrollmentRows.save(saved, on: session)
        return facts
    }
}

/// One learner's study in one run while events are added to it.
private struct Study {
    let key: StudyKey
    private(set) var enrollment: EnrollmentRecord?
    private var days: [Int: DayActivity]
    private let calendar: StudyCalendar
    private var changed: Set<Int> = []

    var changedDays: [DayActivity] { changed.sorted().compactMap { days[$0] } }

    init(key: StudyKey, known: EnrollmentRecord?, days: [DayActivity], calendar: StudyCalendar) {
        self.key = key
        self.calendar = calendar
        enrollment = known
        self.days = Dictionary(days.map { ($0.day, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func take(_ events: [LearningEventRecorded], reviewedAt: Date?) throws -> [NewFact] {
        for event in events where event.verb.isLearnerActivity { addDay(event) }
        guard let run = key.courseRun, let first = events.first else { return [] }
        let before = enrollment
        var record = before ?? EnrollmentRecord(impliedBy: first, in: run, tenant: key.tenant)
        for event in events { record.add(event) }
        record.settle(days: Array(days.values), calendar: calendar)
        guard let now = reviewedAt else {
            record.reviewAt = EnrollmentRecord.unsettled
            enrollment = record
            return []
        }
        let change = record.review(at: now, calendar: calendar, isNew: before == nil)
        enrollment = record
        let isBackfill = events.allSatisfy(\.isBackfill)
        return try StudyFacts.enrollment(record, before: before, isBackfill: isBackfill)
            + StudyFacts.state(record, change, now: now, isBackfill: isBackfill)
    }

    private mutating func addDay(_ event: LearningEventRecorded) {
        let day = UTCDay.number(of: event.occurredAt)
        changed.insert(day)
        if days[day] == nil {
            days[day] = DayActivity(at: event.occurredAt, actions: event.actions)
        } else {
            days[day]?.add(at: event.occurredAt, actions: event.actions)
        }
    }
}

/// What Tracking says about an enrollment.
enum StudyFacts {
    /// That it exists now, and that its status is another one now.
    static func enrollment(
        _ record: EnrollmentRecord, before: EnrollmentRecord?, isBackfill: Bool
    ) throws -> [NewFact] {
        var said: [EnrollmentChanged] = []
        func say(_ status: EnrollmentStatus, _ changedAt: Date) {
            said.append(
                EnrollmentChanged(
                    learner: record.learner, courseRun: record.courseRun, status: status,
                    changedAt: changedAt,
                    isBackfill: isBackfill))
        }
        if before == nil { say(.enrolled, record.enrolledAt) }
        if record.status != before?.status ?? .enrolled {
            say(record.status, record.statusAt ?? record.enrolledAt)
        }
        return try said.map { try NewFact($0, tenant: record.tenant, occurredAt: $0.changedAt) }
    }

    /// That the lifecycle state is another one now. What began long ago is history whoever noticed it.
    static func state(
        _ record: EnrollmentRecord, _ change: EnrollmentRecord.StateChange?, now: Date, isBackfill: Bool
    ) throws -> [NewFact] {
        guard let change else { return [] }
        let isOld = now.timeIntervalSince(change.changedAt) > TrackingLimits.backfillAfterSeconds
        let fact = LearnerStateChanged(
            learner: record.learner, courseRun: record.courseRun, from: change.from, to: change.to,
            changedAt: change.changedAt, isBackfill: isBackfill || isOld)
        return [try NewFact(fact, tenant: record.tenant, occurredAt: change.changedAt)]
    }
}
