import Contracts
import Foundation
import Simulator

/// What a OneRoster set means for Holdfast: a pure function of its tables.
///
/// A row that cannot be used is an error of its own, with file, line and column; the rest goes on.
struct RosterPlan {
    /// How rows are read where they leave something open.
    struct Settings: Sendable {
        /// Days are days in this zone.
        var timeZone = TimeZone.gmt
        /// The days of classes whose terms are not in the set.
        var days: ClosedRange<CivilDay>?
    }

    /// A student with an address. It goes to Notification alone.
    struct Person: Equatable, Sendable {
        let line: Int
        let learner: ExternalLearnerID
        let name: String?
        let email: String?
        let phone: String?
    }

    private(set) var courses: [CourseDefinition] = []
    private(set) var courseRuns: [CourseRunDefinition] = []
    private(set) var enrollments: [EnrollmentDraft] = []
    private(set) var people: [Person] = []
    private(set) var errors: [RowErrors.Entry] = []
    /// Users who are enrolled as anything but students: they are kept out, so that none of them is ever at risk.
    private(set) var staff: Set<String> = []
    /// Students without an address that a message could go to.
    private(set) var peopleWithoutAddress = 0
    /// Courses, classes and users that a delta deletes. What was learned stays.
    private(set) var deletedLeft = 0

    private let files: RosterFiles
    private let settings: Settings
    private var sessions: [String: Term] = [:]
    private var courseIDs: Set<String> = []
    /// By class; `nil` for one whose days nobody knows.
    private var classStarts: [String: CivilDay?] = [:]
    private var userIDs: Set<String> = []
    private var students: Set<String> = []

    private struct Term {
        let title: String
        let days: ClosedRange<CivilDay>
    }

    init(_ files: RosterFiles, _ settings: Settings) {
        self.files = files
        self.settings = settings
        if let users = files.tables["users"] {
            userIDs = Set(users.rows.compactMap { users.value("sourcedId", $0) })
        }
        // In this order, because each names what came before; users last, because only students are written to.
        for name in ["academicSessions", "courses", "classes", "enrollments", "users"] {
            guard let table = files.tables[name] else { continue }
            for row in table.rows { take(RosterRow(table, row), of: name) }
        }
    }

    private mutating func take(_ row: RosterRow, of file: String) {
        do throws(RosterProblem) {
            try row.checkWidth()
            switch file {
            case "academicSessions": try takeSession(row)
            case "courses": try takeCourse(row)
            case "classes": try takeClass(row)
            case "enrollments": try takeEnrollment(row)
            default: try takeUser(row)
            }
        } catch {
            note(error, row)
        }
    }

    private mutating func note(_ problem: RosterProblem, _ row: RosterRow) {
        errors.append(row.entry(problem))
    }

    // MARK: - Rows

    private mutating func takeSession(_ row: RosterRow) throws(RosterProblem) {
        guard try !row.isDeleted() else { return deletedLeft += 1 }
        let id = try row.required("sourcedId")
        let first = try row.day("startDate")
        let last = try row.day("endDate")
        guard first <= last else {
            throw RosterProblem("endDate", expected: "a day from \(first) on", got: "\(last)")
        }
        sessions[id] = Term(title: try row.title("title"), days: first...last)
    }

    private mutating func takeCourse(_ row: RosterRow) throws(RosterProblem) {
        let id = try row.name(CourseID.self, "sourcedId")
        courseIDs.insert(id.rawValue)
        guard try !row.isDeleted() else { return deletedLeft += 1 }
        courses.append(CourseDefinition(id: id, title: try row.title("title"), code: row["courseCode"]))
    }

    private mutating func takeClass(_ row: RosterRow) throws(RosterProblem) {
        let id = try row.name(CourseRunID.self, "sourcedId")
        classStarts[id.rawValue] = settings.days?.lowerBound
        guard try !row.isDeleted() else { return deletedLeft += 1 }
        let title = try row.title("title")
        let terms = try terms(of: row)
        classStarts[id.rawValue] = terms.first?.days.lowerBound
        guard let first = terms.first, let last = terms.last else { return }
        let course = course(of: row)
        courseRuns.append(
            CourseRunDefinition(
                id: id, title: title, startsAt: start(of: first.days.lowerBound),
                endsAt: start(of: last.days.upperBound + 1), timeZone: settings.timeZone.identifier,
                course: course, breaks: breaks(between: terms)))
    }

    /// The terms of a class, earliest first; the days of the settings where a term is not in the set.
    private func terms(of row: RosterRow) throws(RosterProblem) -> [Term] {
        let ids = row.list("termSourcedIds")
        let found = ids.compactMap { sessions[$0] }
        guard found.isEmpty || found.count < ids.count else {
            return found.sorted { $0.days.lowerBound < $1.days.lowerBound }
        }
        if let days = settings.days { return [Term(title: "", days: days)] }
        let unknown = ids.first { sessions[$0] == nil }
        throw RosterProblem(
            "termSourcedIds",
            expected: "sessions of academicSessions.csv, or --starts-on and --ends-on for classes without them",
            got: unknown.map { "\"\($0)\"" } ?? "nothing")
    }

    /// A course that the set does not have is an error of the row, and the class goes in without it.
    private mutating func course(of row: RosterRow) -> CourseID? {
        guard let id = row["courseSourcedId"] else { return nil }
        if files.kinds["courses"] == .bulk, !courseIDs.contains(id) {
            note(RosterProblem("courseSourcedId", expected: "a course of courses.csv", got: "\"\(id)\""), row)
            return nil
        }
        return CourseID(id)
    }

    /// The days between one term and the next.
    private func breaks(between terms: [Term]) -> [CalendarBreak] {
        var breaks: [CalendarBreak] = []
        var end = terms.first?.days.upperBound
        for term in terms.dropFirst() {
            if let last = end, term.days.lowerBound > last + 1 {
                breaks.append(
                    CalendarBreak(
                        title: String("Before \(term.title)".prefix(RosterRow.titleLengthMax)),
                        startsAt: start(of: last + 1), endsAt: start(of: term.days.lowerBound)))
            }
            end = max(end ?? term.days.upperBound, term.days.upperBound)
        }
        return breaks
    }

    private mutating func takeEnrollment(_ row: RosterRow) throws(RosterProblem) {
        let user = try row.required("userSourcedId")
        let role = try row.required("role").lowercased()
        guard role == "student" else {
            guard RosterRow.staffRoles.contains(role) else {
                throw RosterProblem(
                    "role", expected: "student, teacher or another role of OneRoster", got: "\"\(role)\"")
            }
            staff.insert(user)
            return
        }
        let learner = try row.name(ExternalLearnerID.self, "userSourcedId")
        let run = try row.name(CourseRunID.self, "classSourcedId")
        try checkKeys(row, user: user, run: run)
        students.insert(user)
        enrollments.append(
            EnrollmentDraft(
                learner: learner, courseRun: run, status: try row.isDeleted() ? .withdrawn : .enrolled,
                changedAt: try changedAt(row, run)))
    }

    /// Keys can only be looked up where the file that has them is whole.
    private func checkKeys(_ row: RosterRow, user: String, run: CourseRunID) throws(RosterProblem) {
        if files.kinds["classes"] == .bulk, classStarts[run.rawValue] == nil {
            throw RosterProblem("classSourcedId", expected: "a class of classes.csv", got: "\"\(run)\"")
        }
        if files.kinds["users"] == .bulk, !userIDs.contains(user) {
            throw RosterProblem("userSourcedId", expected: "a user of users.csv", got: "\"\(user)\"")
        }
    }

    /// Of a deletion, when the row was changed; otherwise the first day, by the row or by the class.
    private func changedAt(_ row: RosterRow, _ run: CourseRunID) throws(RosterProblem) -> Date {
        if try row.isDeleted() { return try row.instant("dateLastModified") }
        if row["beginDate"] != nil { return start(of: try row.day("beginDate")) }
        if let known = classStarts[run.rawValue], let day = known { return start(of: day) }
        if let day = settings.days?.lowerBound { return start(of: day) }
        throw RosterProblem(
            "beginDate", expected: "a day, a class with terms, or --starts-on", got: "nothing")
    }

    private mutating func takeUser(_ row: RosterRow) throws(RosterProblem) {
        let id = try row.required("sourcedId")
        let isStudent = students.contains(id) || row["role"]?.lowercased() == "student"
        guard isStudent, !staff.contains(id) else { return }
        guard try !row.isDeleted() else { return deletedLeft += 1 }
        let email = row["email"]
        let phone = row["sms"] ?? row["phone"]
        guard email != nil || phone != nil else { return peopleWithoutAddress += 1 }
        let names = [row["givenName"], row["familyName"]].compactMap(\.self)
        people.append(
            Person(
                line: row.line, learner: try row.name(ExternalLearnerID.self, "sourcedId"),
                name: names.isEmpty ? nil : names.joined(separator: " "), email: email, phone: phone))
    }

    /// The first instant of a day in the settings' zone.
    private func start(of day: CivilDay) -> Date {
        let midnight = Double(day.number) * 86_400
        func offset(_ instant: Double) -> Double {
            Double(settings.timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: instant)))
        }
        // The offset of the instant that the first guess names: the second guess is right on days of change, too.
        return Date(timeIntervalSince1970: midnight - offset(midnight - offset(midnight)))
    }
}
