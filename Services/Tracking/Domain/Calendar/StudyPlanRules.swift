import Contracts
import Foundation

/// What a plan, a pause or a list of holidays must be before others hear of it.
enum StudyPlanRules {
    /// - Throws: ``EventProblem`` that names the first field that cannot be.
    static func check(_ request: SetStudySettings.Request) throws(EventProblem) {
        if let zone = request.timeZone { try checkZone(zone) }
        let days = request.studyWeekdays
        guard days.allSatisfy((1...7).contains), Set(days).count == days.count else {
            throw EventProblem(
                "studyWeekdays", expected: "numbers from 1 for Monday to 7 for Sunday, each once", got: "\(days)")
        }
    }

    static func check(_ request: SetPause.Request) throws(EventProblem) {
        guard isPlausible(request.from) else {
            throw EventProblem("from", expected: "a time from 2000 to 2199", got: RFC3339.string(from: request.from))
        }
        let longest = request.from.addingTimeInterval(Double(TrackingLimits.pauseDaysMax) * UTCDay.seconds)
        guard request.until >= request.from, request.until <= longest else {
            throw EventProblem(
                "until", expected: "a time at most \(TrackingLimits.pauseDaysMax) days after from",
                got: RFC3339.string(from: request.until))
        }
    }

    static func check(_ holidays: [Holiday]) throws(EventProblem) {
        guard holidays.count <= TrackingLimits.holidaysMax else {
            throw EventProblem("holidays", expected: "at most \(TrackingLimits.holidaysMax)", got: "\(holidays.count)")
        }
        for (index, holiday) in holidays.enumerated() {
            let field = "holidays[\(index)]"
            guard (1...TrackingLimits.titleLengthMax).contains(holiday.title.count),
                !holiday.title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw EventProblem(
                    "\(field).title",
                    expected: "a text of 1 to \(TrackingLimits.titleLengthMax) characters without control characters",
                    got: "\(holiday.title.count) characters")
            }
            let first = try day(holiday.startsOn, field: "\(field).startsOn")
            let last = try day(holiday.endsOn, field: "\(field).endsOn")
            guard last >= first, last - first < TrackingLimits.pauseDaysMax else {
                throw EventProblem(
                    "\(field).endsOn",
                    expected: "a day from \(holiday.startsOn) on, less than \(TrackingLimits.pauseDaysMax) days later",
                    got: "\"\(holiday.endsOn)\"")
            }
        }
    }

    private static func day(_ text: String, field: String) throws(EventProblem) -> Int {
        guard let day = LocalDay.number(of: text) else {
            throw EventProblem(field, expected: "a day like 2026-12-24", got: "\"\(text.prefix(40))\"")
        }
        return day
    }

    private static func checkZone(_ zone: String) throws(EventProblem) {
        guard zone.count <= 64, TimeZone(identifier: zone) != nil else {
            throw EventProblem("timeZone", expected: "an IANA name like Europe/London", got: "\"\(zone.prefix(64))\"")
        }
    }

    /// 2000-01-01 to 2199-12-31.
    private static func isPlausible(_ date: Date) -> Bool {
        (946_684_800..<7_258_118_400).contains(date.timeIntervalSince1970)
    }
}
