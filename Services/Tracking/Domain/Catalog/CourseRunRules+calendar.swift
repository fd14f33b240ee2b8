import Contracts
import Foundation

/// When nobody is expected to study.
extension CourseRunRules {
    static func checkBreaks(_ breaks: [CalendarBreak]) throws(EventProblem) {
        try CatalogRules.checkCount(breaks, TrackingLimits.breaksMax, field: "courseRun.breaks")
        for (index, pause) in breaks.enumerated() {
            let field = "courseRun.breaks[\(index)]"
            try CatalogRules.checkTitle(pause.title, field: "\(field).title")
            try CatalogRules.checkTime(pause.startsAt, field: "\(field).startsAt")
            guard CatalogRules.isPlausible(pause.endsAt), pause.endsAt > pause.startsAt else {
                throw EventProblem(
                    "\(field).endsAt", expected: "a time after \(RFC3339.string(from: pause.startsAt))",
                    got: RFC3339.string(from: pause.endsAt))
            }
        }
        let inOrder = breaks.sorted { $0.startsAt < $1.startsAt }
        for (pause, next) in zip(inOrder, inOrder.dropFirst()) where next.startsAt < pause.endsAt {
            throw EventProblem(
                "courseRun.breaks", expected: "breaks that do not overlap",
                got: "\"\(next.title)\" from \(RFC3339.string(from: next.startsAt)), before the end of "
                    + "\"\(pause.title)\" at \(RFC3339.string(from: pause.endsAt))")
        }
    }

    static func checkWeekdays(_ weekdays: [Int]) throws(EventProblem) {
        var seen: Set<Int> = []
        for (index, weekday) in weekdays.enumerated() {
            let isNew = seen.insert(weekday).inserted
            guard (1...7).contains(weekday), isNew else {
                throw EventProblem(
                    "courseRun.studyWeekdays[\(index)]",
                    expected: "a number from 1 for Monday to 7 for Sunday, each once",
                    got: isNew ? "\(weekday)" : "\(weekday) again")
            }
        }
    }
}
