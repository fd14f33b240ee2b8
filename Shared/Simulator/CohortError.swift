/// Why a cohort cannot be made or moved on.
public enum CohortError: Error, Equatable, CustomStringConvertible {
    case unknownTimeZone(String)
    /// Outside ``Cohort/learnersBounds``.
    case learnersOutOfBounds(Int)
    /// Outside ``CoursePlan/weeksBounds``.
    case weeksOutOfBounds(Int)
    case unknownCourse(String)
    case unknownLearner(String)

    public var description: String {
        switch self {
        case .unknownTimeZone(let name):
            "time zone \"\(name)\" is not known here; is time zone data (package tzdata) installed?"
        case .learnersOutOfBounds(let count):
            "a cohort has \(Cohort.learnersBounds.lowerBound) to \(Cohort.learnersBounds.upperBound) learners, "
                + "got \(count)"
        case .weeksOutOfBounds(let weeks):
            "a course has \(CoursePlan.weeksBounds.lowerBound) to \(CoursePlan.weeksBounds.upperBound) weeks, "
                + "got \(weeks)"
        case .unknownCourse(let name):
            "course \"\(name)\" is not in the catalogue; there are "
                + CourseOutline.catalogue.map(\.slug).joined(separator: ", ")
        case .unknownLearner(let name):
            "learner \"\(name)\" is not in this cohort"
        }
    }
}
