/// Good bodies for the doors of the public API, by the name that the OpenAPI document has for what a door takes.
///
/// A door whose body is missing here is not being tried, so tests ask for one of each.
public enum GoodBodies {
    /// At least one for each door with that schema; none for a schema that is not known here.
    public static func of(_ schema: String) throws -> [String] {
        if let format = formats[schema] {
            // Whole documents, their records, and so much of a batch that the doors by name have something to take apart.
            return try Samples.records(of: format)
        }
        if schema == "ImportRow" { return [try Samples.lines(of: "course-data"), try Samples.lines(of: "oulad-clicks")] }
        return bodies[schema] ?? []
    }

    /// Schemas of other platforms' formats, of which the mappings' tests keep good documents.
    private static let formats = [
        "ForeignRecords": "openedx", "CaliperEnvelope": "caliper", "SegmentBatch": "segment",
    ]

    private static let bodies: [String: [String]] = [
        "EventBatch": [
            #"""
            {"source":"m","events":[{"id":"1","learner":"ada","courseRun":"r","verb":"submitted","activity":{"id":"quiz",
            "kind":"quiz"},"result":{"score":0.85,"success":true,"durationSeconds":312.5,"count":2},
            "occurredAt":"2026-09-20T10:15:30Z","context":{"ip":null,"tags":["a","é"],"n":-1.5e3}}]}
            """#
        ],
        "Contacts": [
            #"""
            {"contacts":[{"source":"m","learner":"ada","name":"Ada","email":"ada@learners.example",
            "phone":"+4712345678","locale":"nb","timeZone":"Europe/Oslo"}]}
            """#
        ],
        "SegmentCall": [
            #"""
            {"messageId":"m-1","userId":"ada","event":"Lesson Viewed","timestamp":"2026-09-20T10:15:30Z",
            "sentAt":"2026-09-20T10:15:31Z","properties":{"course_id":"r","lesson_id":"L1","seconds":60},
            "traits":{"email":"ada@learners.example","name":"Ada"},"context":{"library":{"name":"analytics.js"}}}
            """#
        ],
        "Course": [#"{"id":"knots","title":"Knots","code":"KNOT-1","skills":[{"id":"bowline","title":"Bowline"}]}"#],
        "CourseRun": [courseRun],
        "CourseCalendar": [
            #"""
            {"startsAt":"2026-10-05T00:00:00Z","endsAt":"2026-12-28T00:00:00Z","timeZone":"UTC","studyWeekdays":[1,2,5],
            "breaks":[{"title":"Autumn","startsAt":"2026-10-12T00:00:00Z","endsAt":"2026-10-19T00:00:00Z"}]}
            """#
        ],
        "ActivityPage": [
            #"""
            {"modules":[{"id":"m2","title":"Bends"}],"activities":[{"id":"quiz2","title":"Quiz","kind":"quiz","module":"m2",
            "dueAt":"2026-11-02T00:00:00Z","minutes":20,"prerequisites":[],"skills":["bowline"]}],"removed":["gone"]}
            """#
        ],
        "EnrollmentBatch": [
            #"""
            {"source":"m","backfill":true,"enrollments":[{"learner":"ada","courseRun":"r","status":"enrolled",
            "changedAt":"2026-09-20T10:15:30Z"},{"learner":"bola","courseRun":"r","status":"withdrawn",
            "changedAt":"2026-09-20T10:15:30Z"}]}
            """#
        ],
        "HeartbeatDraft": [#"{"everySeconds":300}"#, "{}"],
        "RoleRules": [#"{"rules":[{"pattern":"bot-*","role":"bot"},{"pattern":"*@staff.example","role":"staff"}]}"#],
        "Merge": [#"{"merged":"6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11","note":"the same person"}"#],
        "Unmerge": [#"{"note":"two people"}"#],
        "Role": [#"{"role":"learner","note":"wrote to us"}"#],
        "StudySettings": [#"{"timeZone":"Europe/Oslo","studyWeekdays":[1,3,7]}"#],
        "Pause": [#"{"from":"2026-10-05T00:00:00Z","until":"2026-10-12T00:00:00Z"}"#],
        "Holidays": [#"{"holidays":[{"title":"New Year","startsOn":"2026-12-31","endsOn":"2027-01-01"}]}"#],
        "NewKey": [#"{"name":"reader","scopes":["read"]}"#],
        "Policy": [
            #"""
            {"name":"drifting-away","isPaused":false,"kind":"smartReminder","bandAtLeast":"high","cooldownDays":3,
            "holdoutShare":0.1,"quietFromHour":21,"quietUntilHour":8,"returnWindowDays":7,"perLearnerWeekMax":2}
            """#
        ],
        "ClockSetting": [#"{"now":"2026-10-05T00:00:00Z","rate":0}"#],
        "QuarantineSelection": selections,
        "QuarantineCorrection": [
            #"""
            {"ids":[1],"event":{"id":"1","source":"m","learner":"ada","verb":"viewed","occurredAt":"2026-09-20T10:15:30Z"}}
            """#,
            #"{"filter":{"source":"m","field":"learner"},"pageSize":5,"patch":{"learner":"ada","student":null,"context":{"a":1}}}"#,
        ],
        "QuarantineDiscard": [#"{"ids":[3,4],"note":"a test of theirs"}"#],
    ]

    public static let courseRun = #"""
        {"id":"r","title":"Knots, autumn","startsAt":"2026-10-05T00:00:00Z","endsAt":"2026-12-28T00:00:00Z",
        "timeZone":"Europe/Oslo","course":"knots","assessments":[{"id":"q","title":"Q","dueAt":"2026-10-19T12:00:00Z",
        "weight":30,"kind":"quiz"}],"modules":[{"id":"m1","title":"Basics"}],"activities":[{"id":"intro","title":"Intro",
        "kind":"content","module":"m1","minutes":30},{"id":"quiz","title":"Quiz","kind":"quiz","dueAt":
        "2026-10-19T12:00:00Z","minutes":20.5,"isOptional":true,"prerequisites":["intro"],"skills":["bowline"]}],
        "breaks":[{"title":"Autumn","startsAt":"2026-10-12T00:00:00Z","endsAt":"2026-10-19T00:00:00Z"}],
        "studyWeekdays":[1,2,3,4,5]}
        """#

    private static let selections = [
        #"{"ids":[1,2]}"#, #"{"filter":{"source":"m","status":"quarantined","problem":"missing"},"pageSize":10}"#,
        #"{"filter":{"state":"waiting","since":"2026-09-20T10:15:30Z","until":"2027-09-20T10:15:30Z"},"pageToken":""}"#,
    ]
}
