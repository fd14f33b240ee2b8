import Contracts
import EventLog
import Foundation

/// What some facts say about when learners are expected to study, sorted out; of several about one thing the last.
struct HeardCalendars {
    private(set) var runs: [(tenant: TenantID, run: CourseRunDefinition)] = []
    private(set) var holidays: [(tenant: TenantID, holidays: [Holiday])] = []
    /// In the order in which they were said.
    private(set) var plans: [LearnerKey: [PlanChange]] = [:]

    /// - Throws: `DecodingError` for a fact that is not what its type says; a poison fact.
    init(_ facts: [Fact]) throws {
        var lastRuns: [String: (TenantID, CourseRunDefinition)] = [:]
        var lastHolidays: [TenantID: [Holiday]] = [:]
        for fact in facts {
            switch fact.type {
            case CourseRunDefined.type:
                let run = try fact.decode(CourseRunDefined.self).courseRun
                lastRuns["\(fact.tenant)\u{0}\(run.id)"] = (fact.tenant, run)
            case HolidaysChanged.type:
                lastHolidays[fact.tenant] = try fact.decode(HolidaysChanged.self).holidays
            case StudySettingsChanged.type:
                let said = try fact.decode(StudySettingsChanged.self)
                plans[.init(tenant: fact.tenant, learner: said.learner), default: []].append(.settings(said))
            case LearnerPauseChanged.type:
                let said = try fact.decode(LearnerPauseChanged.self)
                plans[.init(tenant: fact.tenant, learner: said.learner), default: []].append(.pause(said))
            default: break
            }
        }
        runs = lastRuns.sorted { $0.key < $1.key }.map { ($0.value.0, $0.value.1) }
        holidays = lastHolidays.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    var isEmpty: Bool { runs.isEmpty && holidays.isEmpty && plans.isEmpty }

    /// Whose calendars change for more than a single learner.
    var tenants: Set<TenantID> { Set(runs.map(\.tenant) + holidays.map(\.tenant)) }
}
