import Contracts
import Foundation

/// One dated run of a course with all that can be done in it.
public struct CoursePlan: Sendable, Equatable {
    /// Two weeks are needed for one deadline; a year is a long course.
    public static let weeksBounds = 2...52
    /// How many days before the first one the learners are let in to look around.
    public static let openDaysBefore = 14

    public let id: CourseRunID
    public let title: String
    public let weeks: Int
    public let startsOn: CivilDay
    /// IANA name of the zone that the course's days and deadlines are in.
    public let timeZone: String
    public let startsAt: Date
    public let endsAt: Date
    /// When the first learner may be seen.
    public let opensAt: Date
    /// Places used throughout: home, forums, the shelf of links.
    public let commons: [LearningActivity]
    /// What belongs to each week, week 0 first.
    public let activitiesByWeek: [[LearningActivity]]
    /// By deadline.
    public let assessments: [Assessment]

    /// Something to do.
    public struct LearningActivity: Sendable, Equatable {
        public let id: ActivityID
        public let kind: ActivityKind
    }

    /// A deadline, and what a learner hands in for it.
    public struct Assessment: Sendable, Equatable {
        public let id: ActivityID
        public let title: String
        /// Counted from the run's first day.
        public let dueDay: Int
        /// The last second of that day in the course's zone.
        public let dueAt: Date
        /// Share of the final mark, 0...100; all weights together are 100.
        public let weight: Double
        /// `assignment` or `quiz`.
        public let kind: ActivityKind
    }

    /// Lays out a run.
    ///
    /// - Parameters:
    ///   - startsOn: The first day, best a Monday.
    ///   - weeks: ``weeksBounds``.
    ///   - timeZone: IANA name.
    /// - Throws: ``CohortError`` for weeks out of bounds and for a time zone that is not known.
    public init(
        outline: CourseOutline, startsOn: CivilDay, weeks: Int = 12, timeZone: String = "Europe/London"
    ) throws {
        guard Self.weeksBounds.contains(weeks) else { throw CohortError.weeksOutOfBounds(weeks) }
        let days = try ZoneCalendar(zone: timeZone, start: startsOn, days: -Self.openDaysBefore...weeks * 7)
        let run = "\(outline.slug)-\(startsOn)"
        id = CourseRunID(checked: run)
        title = outline.title
        self.weeks = weeks
        self.startsOn = startsOn
        self.timeZone = timeZone
        opensAt = Micros.date(days.start(of: -Self.openDaysBefore))
        startsAt = Micros.date(days.start(of: 0))
        endsAt = Micros.date(days.end(of: weeks * 7 - 1))
        commons = Self.commons(run: run)
        activitiesByWeek = (0..<weeks).map { Self.activities(of: outline, week: $0, run: run) }
        assessments = Self.assessments(of: outline, weeks: weeks, run: run, days: days)
    }

    /// The plan in the words of the public API.
    public var definition: CourseRunDefinition {
        CourseRunDefinition(
            id: id, title: title, startsAt: startsAt, endsAt: endsAt, timeZone: timeZone,
            assessments: assessments.map {
                PlannedAssessment(
                    id: $0.id, title: $0.title, dueAt: $0.dueAt, weight: $0.weight, kind: $0.kind)
            })
    }

    private static func activity(_ run: String, _ path: String, _ kind: ActivityKind) -> LearningActivity {
        LearningActivity(id: ActivityID(checked: "\(run)/\(path)"), kind: kind)
    }

    private static func commons(run: String) -> [LearningActivity] {
        [
            activity(run, "home", .home),
            activity(run, "study-planner", .navigation),
            activity(run, "forum/questions", .forum),
            activity(run, "forum/cafe", .forum),
            activity(run, "library", .url),
        ]
    }

    private static func activities(of outline: CourseOutline, week: Int, run: String) -> [LearningActivity] {
        let topic = slug(outline.topics[week % outline.topics.count])
        let part = week / outline.topics.count
        let place = "week-\(two(week + 1))/\(topic)" + (part > 0 ? "-part-\(part + 1)" : "")
        return [
            activity(run, "\(place)/overview", .navigation),
            activity(run, "\(place)/lecture-notes", .content),
            activity(run, "\(place)/reading", .content),
            activity(run, "\(place)/worked-example", .content),
            activity(run, "\(place)/further-reading", .url),
            activity(run, "\(place)/forum", .forum),
            activity(run, "\(place)/practice-quiz", .quiz),
            activity(run, "\(place)/live-session", .live),
        ]
    }

    /// An assignment about every second week, the last in the last week, and a short quiz in most weeks
    /// between.
    private static func assessments(
        of outline: CourseOutline, weeks: Int, run: String, days: ZoneCalendar
    ) -> [Assessment] {
        let assignmentCount = min(outline.assignments.count, max(1, weeks / 2))
        let spacing = Double(weeks) / Double(assignmentCount)
        let assignmentWeeks = (1...assignmentCount).map { max(1, Int((spacing * Double($0)).rounded())) - 1 }
        let quizWeeks = (1..<weeks).filter { $0 % 3 == 0 && !assignmentWeeks.contains($0) }
        let quizWeight = 2.0
        let shares = assignmentWeeks.indices.map { Double($0 + 2) }
        let unit = (100 - quizWeight * Double(quizWeeks.count)) / shares.reduce(0, +)
        let assignments = zip(assignmentWeeks, zip(outline.assignments, shares)).map { week, item in
            assessment(
                path: "assignment/\(slug(item.0))", title: item.0, week: week, weight: item.1 * unit,
                kind: .assignment, run: run, days: days)
        }
        let quizzes = quizWeeks.map { week in
            assessment(
                path: "quiz/week-\(two(week + 1))", title: "Quiz of week \(week + 1)", week: week,
                weight: quizWeight, kind: .quiz, run: run, days: days)
        }
        return (assignments + quizzes).sorted { ($0.dueDay, $0.id) < ($1.dueDay, $1.id) }
    }

    private static func assessment(
        path: String, title: String, week: Int, weight: Double, kind: ActivityKind, run: String,
        days: ZoneCalendar
    ) -> Assessment {
        // Friday: four days into a week that begins on Monday, and time for the late ones before the run
        // ends.
        let dueDay = week * 7 + 4
        return Assessment(
            id: ActivityID(checked: "\(run)/\(path)"), title: title, dueDay: dueDay,
            dueAt: Micros.date(days.end(of: dueDay) - Micros.second), weight: (weight * 100).rounded() / 100,
            kind: kind)
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    static func slug(_ text: String) -> String {
        String(text.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" })
    }
}
