import Contracts
import Foundation

/// One learner as known at some instant, worked out from what the log held by then.
///
/// The same pure functions as in the projections, over all events at once instead of run by run.
struct LearnerHistory {
    let enrollments: [EnrollmentRecord]
    let sessions: [(courseRun: CourseRunID?, span: SessionSpan)]
    /// Events that show the learner studying, by UTC day.
    let days: [Int: Int]

    /// - Parameters:
    ///   - events: All that were recorded by `instant`, in the log's order.
    ///   - calendars: As they were declared by then.
    init(
        _ events: [LearningEventRecorded], tenant: TenantID, at instant: Date,
        calendar: (CourseRunID) -> StudyCalendar
    ) {
        let studies = Dictionary(grouping: events, by: \.courseRun).sorted {
            ($0.key?.rawValue ?? "") < ($1.key?.rawValue ?? "")
        }
        var enrollments: [EnrollmentRecord] = []
        var sessions: [(CourseRunID?, SessionSpan)] = []
        var counts: [Int: Int] = [:]
        for (run, events) in studies {
            let active = events.filter(\.verb.isLearnerActivity)
            let days = Self.days(active)
            for day in days { counts[day.day, default: 0] += day.eventCount }
            let moments = active.map(StudyMoment.init)
            let change = LearningSessions.adding(
                moments, to: [], credits: TimeOnTask.change(adding: moments, to: []))
            sessions += change.saved.map { (run, $0) }
            guard let run, let first = events.first else { continue }
            let calendar = calendar(run)
            var record = EnrollmentRecord(impliedBy: first, in: run, tenant: tenant)
            for event in events { record.add(event) }
            record.settle(days: days, calendar: calendar)
            _ = record.review(at: instant, calendar: calendar, isNew: true)
            enrollments.append(record)
        }
        self.enrollments = enrollments
        self.sessions = sessions
        days = counts
    }

    private static func days(_ events: [LearningEventRecorded]) -> [DayActivity] {
        var days: [Int: DayActivity] = [:]
        for event in events {
            let day = UTCDay.number(of: event.occurredAt)
            if days[day] == nil {
                days[day] = DayActivity(at: event.occurredAt, actions: event.actions)
            } else {
                days[day]?.add(at: event.occurredAt, actions: event.actions)
            }
        }
        return Array(days.values)
    }
}
