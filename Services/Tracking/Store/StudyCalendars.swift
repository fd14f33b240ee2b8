import Contracts
import EventLog
import Foundation
import PostgreSQL

/// Calendars and plans as the projection of studies heard them.
enum StudyCalendars {
    /// Keeps the calendars of some tenants as they are until the transaction ends, or keeps everybody else from reading
    /// them. To be taken before any row of an enrollment.
    ///
    /// Whoever works out states shares it, whoever changes a calendar has it alone and marks all enrollments that it
    /// touches afterwards. So none is worked out by the old calendar and missed by the mark.
    static func lock(_ tenants: Set<TenantID>, alone: Bool, on session: Session) throws {
        let names = tenants.sorted().map(\.rawValue)
        guard !names.isEmpty else { return }
        let lock: SQL = alone ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared"
        _ = try session.rows("SELECT " + lock + "(\(lockClass), hashtext(name)) FROM unnest(\(names)) AS tenant (name)")
    }

    /// Tells these locks from others of the same database: the letters "cale".
    private static let lockClass: Int32 = 0x6361_6C65

    // MARK: Reading

    /// The calendar of each key, data gaps included.
    static func calendars(of keys: [StudyKey], on session: Session) throws -> [StudyKey: StudyCalendar] {
        guard !keys.isEmpty else { return [:] }
        let declared = try declared(keys, on: session)
        let gaps = try DataGapRows.uncounted(of: keys.compactMap(\.run), on: session)
        let plans = try plans(of: keys.map { ($0.tenant, $0.learner) }, on: session)
        // Learners of a run without a plan of their own have one calendar, which is made once.
        var shared: [Declared.Key: StudyCalendar] = [:]
        var calendars: [StudyKey: StudyCalendar] = [:]
        for key in keys {
            let run = Declared.Key(tenant: key.tenant, courseRun: key.runColumn)
            let silent = key.run.flatMap { gaps[$0] } ?? .none
            if let plan = plans[key.person] {
                calendars[key] = declared.calendar(run, plan: plan, gaps: silent)
            } else {
                let calendar = shared[run] ?? declared.calendar(run, plan: nil, gaps: silent)
                shared[run] = calendar
                calendars[key] = calendar
            }
        }
        return calendars
    }

    static func plans(
        of learners: [(tenant: TenantID, learner: LearnerID)], on session: Session
    ) throws -> [LearnerKey: LearnerPlan] {
        let rows = try session.rows(
            """
            SELECT tenant, learner_id, plan::text AS plan FROM learner_plan
            JOIN (SELECT DISTINCT * FROM unnest(\(learners.map(\.tenant)), \(learners.map(\.learner)))) AS wanted
                (tenant, learner_id) USING (tenant, learner_id)
            """)
        var plans: [LearnerKey: LearnerPlan] = [:]
        for row in rows {
            let key = LearnerKey(tenant: try row.decode("tenant"), learner: try row.decode("learner_id"))
            plans[key] = try json(LearnerPlan.self, row, "plan")
        }
        return plans
    }

    /// The tenant's holidays.
    static func holidays(of tenant: TenantID, on session: Session) throws -> [Holiday] {
        try session.rows(
            "SELECT calendar::text AS calendar FROM study_calendar WHERE tenant = \(tenant) AND course_run = ''"
        ).first.map { try json([Holiday].self, $0, "calendar") } ?? []
    }

    private struct Declared {
        struct Key: Hashable {
            let tenant: TenantID
            let courseRun: String
        }
        var runs: [Key: RunCalendar] = [:]
        var holidays: [TenantID: [Holiday]] = [:]

        func calendar(_ key: Key, plan: LearnerPlan?, gaps: UncountedTime) -> StudyCalendar {
            StudyCalendar(run: runs[key], holidays: holidays[key.tenant] ?? [], plan: plan, gaps: gaps)
        }
    }

    private static func declared(_ keys: [StudyKey], on session: Session) throws -> Declared {
        let wanted = Set(
            keys.flatMap { key in
                ["", key.runColumn].map { Declared.Key(tenant: key.tenant, courseRun: $0) }
            })
        let rows = try session.rows(
            """
            SELECT tenant, course_run, calendar::text AS calendar
            FROM study_calendar JOIN unnest(\(wanted.map(\.tenant)), \(wanted.map(\.courseRun)))
                AS wanted (tenant, course_run) USING (tenant, course_run)
            """)
        var declared = Declared()
        for row in rows {
            let (tenant, run): (TenantID, String) = (try row.decode("tenant"), try row.decode("course_run"))
            if run.isEmpty {
                declared.holidays[tenant] = try json([Holiday].self, row, "calendar")
            } else {
                declared.runs[Declared.Key(tenant: tenant, courseRun: run)] = try json(
                    RunCalendar.self, row, "calendar")
            }
        }
        return declared
    }

    private static func json<Value: Decodable>(_ type: Value.Type, _ row: Row, _ column: String) throws -> Value {
        try JSONCoding.decoder().decode(type, from: Data(try row.decode(column, as: String.self).utf8))
    }

    private static func text(_ value: some Encodable) throws -> JSONText {
        JSONText(String(decoding: try JSONCoding.encoder().encode(value), as: UTF8.self))
    }

    // MARK: Writing

    /// Keeps what was declared, and marks the enrollments that it touches as unsettled.
    static func save(_ runs: [(tenant: TenantID, run: CourseRunDefinition)], on session: Session) throws {
        guard !runs.isEmpty else { return }
        try session.execute(
            """
            WITH changed AS (
                INSERT INTO study_calendar AS known (tenant, course_run, calendar)
                SELECT * FROM unnest(\(runs.map(\.tenant)), \(runs.map(\.run.id)),
                    \(try runs.map { try text(RunCalendar($0.run)) }))
                ON CONFLICT (tenant, course_run) DO UPDATE SET calendar = excluded.calendar
                WHERE known.calendar <> excluded.calendar
                RETURNING tenant, course_run
            )
            UPDATE enrollment SET review_at = \(EnrollmentRecord.unsettled) FROM changed
            WHERE enrollment.tenant = changed.tenant AND enrollment.course_run = changed.course_run
            """)
    }

    static func save(
        holidays: [(tenant: TenantID, holidays: [Holiday])], on session: Session
    ) throws {
        guard !holidays.isEmpty else { return }
        try session.execute(
            """
            WITH changed AS (
                INSERT INTO study_calendar AS known (tenant, course_run, calendar)
                SELECT tenant, '', holidays FROM unnest(\(holidays.map(\.tenant)),
                    \(try holidays.map { try text($0.holidays) })) AS said (tenant, holidays)
                ON CONFLICT (tenant, course_run) DO UPDATE SET calendar = excluded.calendar
                WHERE known.calendar <> excluded.calendar
                RETURNING tenant
            )
            UPDATE enrollment SET review_at = \(EnrollmentRecord.unsettled) FROM changed
            WHERE enrollment.tenant = changed.tenant
            """)
    }

    static func save(_ said: [LearnerKey: [PlanChange]], on session: Session) throws {
        guard !said.isEmpty else { return }
        let keys = said.keys.sorted { ($0.tenant, $0.learner) < ($1.tenant, $1.learner) }
        let known = try plans(of: keys.map { ($0.tenant, $0.learner) }, on: session)
        let plans = keys.map { key in
            (said[key] ?? []).reduce(into: known[key] ?? LearnerPlan()) { $0.take($1) }
        }
        try session.execute(
            """
            WITH changed AS (
                INSERT INTO learner_plan AS known (tenant, learner_id, plan)
                SELECT * FROM unnest(\(keys.map(\.tenant)), \(keys.map(\.learner)), \(try plans.map(text)))
                ON CONFLICT (tenant, learner_id) DO UPDATE SET plan = excluded.plan
                WHERE known.plan <> excluded.plan
                RETURNING tenant, learner_id
            )
            UPDATE enrollment SET review_at = \(EnrollmentRecord.unsettled) FROM changed
            WHERE enrollment.tenant = changed.tenant AND enrollment.learner_id = changed.learner_id
            """)
    }
}
