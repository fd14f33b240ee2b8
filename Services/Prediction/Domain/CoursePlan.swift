import Contracts
import Foundation

/// What is known of a course run in advance: its days and its deadlines.
public struct CoursePlan: Hashable, Sendable {
    public let startsOn: EpochDay
    /// The last day.
    public let endsOn: EpochDay
    /// By deadline, earliest first. Exams are left out: nobody hands one in from home.
    public let assessments: [Deadline]

    public struct Deadline: Hashable, Sendable {
        public let key: AssessmentKey
        public let dueOn: EpochDay
        /// 0...100.
        public let weight: Double
    }

    public init(_ run: CourseRunDefinition) {
        // Dates as the course's own calendar says them; a zone that is unknown here reads as UTC.
        let zone = TimeZone(identifier: run.timeZone) ?? .gmt
        func date(_ moment: Date) -> EpochDay {
            EpochDay(of: moment.addingTimeInterval(Double(zone.secondsFromGMT(for: moment))))
        }
        startsOn = date(run.startsAt)
        // The end of the last day is the first moment of the next one.
        endsOn = max(date(run.endsAt.addingTimeInterval(-1)), startsOn)
        assessments =
            run.assessments.filter { $0.kind != .exam }
            .map { Deadline(key: AssessmentKey($0.id), dueOn: date($0.dueAt), weight: $0.weight) }
            .sorted { ($0.dueOn, $0.key) < ($1.dueOn, $1.key) }
    }

    /// Days from first to last, both counted. At least 1.
    public var length: Int { endsOn - startsOn + 1 }
}
