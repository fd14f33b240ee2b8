import Contracts
import EventLog
import Foundation
import PostgreSQL

/// What was known at some earlier instant, from the log: everything that had been recorded by then.
struct HistoryReads: Sendable {
    let database: Database

    /// One learner as the live answer was then, but for who is who, which is asked as it is known now.
    ///
    /// - Complexity: reads all of the learner's events; a few thousand of them take some ten milliseconds.
    /// - Throws: ``TrackingError/unknownLearner(_:)`` when nothing had led to the id by then;
    ///   ``TrackingError/tooMuchHistory(events:)``.
    func learner(
        _ learner: LearnerID, tenant: TenantID, asOf instant: Date
    ) async throws -> GetLearner.Response {
        try await database.run { session in
            let merged = try PeopleRows.merged(into: [learner], tenant: tenant, on: session).map(\.learner)
            let identities = try ([learner] + merged).flatMap { learner in
                try PeopleRows.names(of: learner, addedBy: instant, tenant: tenant, on: session)
            }
            let events = try Self.events(of: learner, tenant, by: instant, session)
            let calendars = try Self.calendars(tenant, learner, Set(events.compactMap(\.courseRun)), instant, session)
            let history = LearnerHistory(events, tenant: tenant, at: instant) { calendars[$0] ?? .everyDay }
            guard !identities.isEmpty || !history.enrollments.isEmpty else {
                throw TrackingError.unknownLearner(learner)
            }
            return GetLearner.Response(history, learner: learner, identities: identities, at: instant)
        }
    }

    /// All that counts for the learner: nothing for somebody who is merged into another, or no learner at all. Reads
    /// `event_log_timeline`.
    private static func events(
        of learner: LearnerID, _ tenant: TenantID, by instant: Date, _ session: Session
    ) throws -> [LearningEventRecorded] {
        let said = try PeopleRows.known([learner], tenant: tenant, on: session)[learner]
        guard said?.mergedInto == nil, said?.role ?? .learner == .learner else { return [] }
        let key = LearnerKey(tenant: tenant, learner: learner)
        let person = try LearnerExceptions.persons([key], on: session)[key] ?? [learner]
        let decoder = JSONCoding.decoder()
        let events = try session.rows(
            """
            SELECT body::text AS body FROM unnest(\(person.map(\.description))) AS person (key)
            JOIN event_log ON \(LearnerEvents.condition("event_log", of: "person.key"))
            WHERE tenant = \(tenant) AND recorded_at <= \(instant)
            ORDER BY occurred_at DESC, seq DESC LIMIT \(TrackingLimits.eventsOfHistoryMax + 1)
            """
        ).map { row in
            var event = try decoder.decode(
                LearningEventRecorded.self, from: Data(try row.decode("body", as: String.self).utf8))
            event.learner = learner
            return event
        }
        guard events.count <= TrackingLimits.eventsOfHistoryMax else {
            throw TrackingError.tooMuchHistory(eventsMax: TrackingLimits.eventsOfHistoryMax)
        }
        return events.reversed()
    }

    /// Reads `event_log_calendars`.
    private static func calendars(
        _ tenant: TenantID, _ learner: LearnerID, _ runs: Set<CourseRunID>, _ instant: Date, _ session: Session
    ) throws -> [CourseRunID: StudyCalendar] {
        let keys = runs.map(\.rawValue) + [learner.description, HolidaysChanged(holidays: []).key]
        let facts = try session.rows(
            """
            SELECT partition, seq, stream, tenant, key, type, version, occurred_at, recorded_at,
                body::text AS body, traceparent
            FROM event_log
            WHERE tenant = \(tenant) AND key = ANY(\(keys)) AND recorded_at <= \(instant)
              AND type IN ('CourseRunDefined', 'HolidaysChanged', 'StudySettingsChanged', 'LearnerPauseChanged')
            ORDER BY partition, seq
            """
        ).map(Fact.init(row:))
        var declared: [CourseRunID: RunCalendar] = [:]
        var holidays: [Holiday] = []
        var plan: LearnerPlan?
        for fact in facts {
            switch fact.type {
            case CourseRunDefined.type:
                let run = try fact.decode(CourseRunDefined.self).courseRun
                declared[run.id] = RunCalendar(run)
            case HolidaysChanged.type: holidays = try fact.decode(HolidaysChanged.self).holidays
            case StudySettingsChanged.type: plan = plan.with(.settings(try fact.decode()))
            default: plan = plan.with(.pause(try fact.decode()))
            }
        }
        let gaps = try DataGapRows.uncounted(
            of: runs.map { RunKey(tenant: tenant, courseRun: $0) }, asOf: instant, on: session)
        return Dictionary(
            uniqueKeysWithValues: runs.map { run in
                let silent = gaps[RunKey(tenant: tenant, courseRun: run)] ?? .none
                return (run, StudyCalendar(run: declared[run], holidays: holidays, plan: plan, gaps: silent))
            })
    }
}

extension LearnerPlan? {
    fileprivate func with(_ change: PlanChange) -> LearnerPlan {
        var plan = self ?? LearnerPlan()
        plan.take(change)
        return plan
    }
}

extension GetLearner.Response {
    fileprivate init(
        _ history: LearnerHistory, learner: LearnerID, identities: [LearnerIdentity], at instant: Date
    ) {
        let sessions = history.sessions.sorted { one, other in
            one.span.startedAt != other.span.startedAt
                ? one.span.startedAt > other.span.startedAt
                : (one.courseRun?.rawValue ?? "") < (other.courseRun?.rawValue ?? "")
        }
        let enrollments = history.enrollments.sorted { one, other in
            one.enrolledAt != other.enrolledAt ? one.enrolledAt > other.enrolledAt : one.courseRun < other.courseRun
        }
        self.init(
            learner: learner, identities: identities, enrollments: enrollments.map { $0.enrollment(at: instant) },
            sessions: sessions.prefix(TrackingLimits.sessionsShown).map { $0.span.session(in: $0.courseRun) },
            days: history.days.sorted { $0.key < $1.key }.suffix(TrackingLimits.daysShown)
                .map { ActivityDay(day: UTCDay.start(of: $0.key), eventCount: $0.value) })
    }
}
