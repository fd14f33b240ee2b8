import Contracts
import Foundation
import Simulator
import TestSupport
import Testing

@testable import holdfast

/// OneRoster sets: what they mean, what is wrong in them, and how they come in.
@Suite struct RosterTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory("roster")
    }

    private static let manifest = """
        propertyName,value
        manifest.version,1.0
        oneroster.version,1.2
        file.academicSessions,bulk
        file.courses,bulk
        file.classes,bulk
        file.users,bulk
        file.enrollments,bulk
        file.demographics,bulk

        """

    /// A small school, with everything that can stand in a set and some mistakes.
    private static let school = [
        "manifest.csv": manifest,
        "academicSessions.csv": """
        \u{FEFF}sourcedId,status,dateLastModified,title,type,startDate,endDate
        t1,,,Autumn,term,2026-09-01,2026-12-18
        t2,,,Spring,term,2027-01-11,2027-04-02
        t3,,,Backwards,term,2027-04-02,2027-01-11

        """,
        "courses.csv": "sourcedId,title,courseCode\nc1,Knots,KNOT-1\n",
        "classes.csv": """
        sourcedId,title,courseSourcedId,termSourcedIds
        k1,"Knots, group A",c1,"t1,t2"
        k2,Ropes,c9,t1
        k3,Sails,,t7

        """,
        "users.csv": """
        sourcedId,givenName,familyName,email,sms
        ada,Ada,Example,ada@school.example,
        bob,Bob,Example,,
        ted,Ted,Teacher,ted@school.example,

        """,
        "enrollments.csv": """
        sourcedId,classSourcedId,userSourcedId,role,beginDate,status,dateLastModified
        e1,k1,ada,student,,,
        e2,k1,bob,student,2026-09-14,active,
        e3,k1,ted,teacher,,,
        e4,k2,bob,student,,tobedeleted,2026-10-01T10:00:00Z
        e5,k9,bob,student,,,
        e6,k1,eve,student,,,
        e7,k1,ada,magician,,,
        e8,k3,ada,student,,,
        e9,k1,ada,student,14/09/2026,,

        """,
        "demographics.csv": "this is not even a table \"",
    ]

    private func set(_ files: [String: String]) throws -> RosterFiles {
        for (name, text) in files { try Data(text.utf8).write(to: folder.url.appending(path: name)) }
        return try RosterFiles(folder.url.path)
    }

    private func day(_ text: String) -> Date { RFC3339.date(from: text + "T00:00:00Z") ?? .distantPast }

    @Test func `terms become the days of a class, with the time between them as a break`() throws {
        let plan = RosterPlan(try set(Self.school), .init())
        #expect(plan.courses == [CourseDefinition(id: CourseID(checked: "c1"), title: "Knots", code: "KNOT-1")])
        #expect(plan.courseRuns.map(\.id.rawValue) == ["k1", "k2"])
        #expect(
            plan.courseRuns[0]
                == CourseRunDefinition(
                    id: CourseRunID(checked: "k1"), title: "Knots, group A", startsAt: day("2026-09-01"),
                    endsAt: day("2027-04-03"), timeZone: "GMT", course: CourseID(checked: "c1"),
                    breaks: [
                        CalendarBreak(title: "Before Spring", startsAt: day("2026-12-19"), endsAt: day("2027-01-11"))
                    ]))
        #expect(plan.courseRuns[1].course == nil)
    }

    @Test func `only students are enrolled and written to, and a deletion is a withdrawal`() throws {
        let plan = RosterPlan(try set(Self.school), .init())
        func enrollment(_ name: String, _ run: String, _ status: EnrollmentStatus, _ at: Date) -> EnrollmentDraft {
            EnrollmentDraft(
                learner: ExternalLearnerID(checked: name), courseRun: CourseRunID(checked: run), status: status,
                changedAt: at)
        }
        #expect(
            plan.enrollments == [
                enrollment("ada", "k1", .enrolled, day("2026-09-01")),
                enrollment("bob", "k1", .enrolled, day("2026-09-14")),
                enrollment("bob", "k2", .withdrawn, day("2026-10-01").addingTimeInterval(36_000)),
            ])
        #expect(plan.staff == ["ted"])
        #expect(plan.people.map(\.learner.rawValue) == ["ada"])
        #expect(plan.people.first?.name == "Ada Example")
        #expect(plan.peopleWithoutAddress == 1)
    }

    @Test func `each mistake has its file, line and column, and the rest goes on`() throws {
        let plan = RosterPlan(try set(Self.school), .init())
        #expect(
            plan.errors.map(\.words) == [
                "academicSessions.csv:4: endDate: expected a day from 2027-04-02 on, got 2027-01-11",
                "classes.csv:3: courseSourcedId: expected a course of courses.csv, got \"c9\"",
                "classes.csv:4: termSourcedIds: expected sessions of academicSessions.csv, or --starts-on and "
                    + "--ends-on for classes without them, got \"t7\"",
                "enrollments.csv:6: classSourcedId: expected a class of classes.csv, got \"k9\"",
                "enrollments.csv:7: userSourcedId: expected a user of users.csv, got \"eve\"",
                "enrollments.csv:8: role: expected student, teacher or another role of OneRoster, got \"magician\"",
                "enrollments.csv:9: classSourcedId: expected a class of classes.csv, got \"k3\"",
                "enrollments.csv:10: beginDate: expected a day like 2026-09-01, got \"14/09/2026\"",
            ])
    }

    @Test func `days given from outside stand in for terms that are not there`() throws {
        let days = try #require(CivilDay("2026-09-07"))...(try #require(CivilDay("2026-09-08")))
        let zone = try #require(TimeZone(identifier: "Europe/Oslo"))
        let plan = RosterPlan(try set(Self.school), .init(timeZone: zone, days: days))
        let sails = try #require(plan.courseRuns.last)
        #expect(sails.id.rawValue == "k3")
        #expect(sails.startsAt == RFC3339.date(from: "2026-09-07T00:00:00+02:00"))
        #expect(sails.endsAt == RFC3339.date(from: "2026-09-09T00:00:00+02:00"))
        #expect(plan.courseRuns[0].breaks[0].endsAt == RFC3339.date(from: "2027-01-11T00:00:00+01:00"))
        #expect(plan.enrollments.last?.courseRun.rawValue == "k3")
    }

    @Test func `a set that is not what its manifest says is refused as a whole`() throws {
        var files = Self.school
        files["manifest.csv"] = Self.manifest.replacing("1.2", with: "2.0")
        #expect(throws: ImportError("manifest.csv: expected oneroster.version 1.0, 1.1 or 1.2, got \"2.0\"")) {
            try set(files)
        }
        files["manifest.csv"] = Self.manifest.replacing("file.users,bulk", with: "file.users,some")
        #expect(throws: ImportError("manifest.csv: expected file.users to be bulk, delta or absent, got \"some\"")) {
            try set(files)
        }
        files["manifest.csv"] = Self.manifest
        files["users.csv"] = "sourcedId,name\n"
        #expect(throws: ImportError("users.csv: expected a column givenName, got sourcedId, name")) { try set(files) }
        #expect(throws: ImportError("/nowhere: expected a folder or a zip archive, got nothing there")) {
            try RosterFiles("/nowhere")
        }
    }

    @Test func `a roster comes in through the public API, and again without a trace`() async throws {
        let plan = RosterPlan(try set(Self.school), .init())
        try await FakeGateway.running { gateway, client in
            let poster = RosterPoster(client: client, source: SourceID(checked: "oneroster"))
            let first = try await poster.post(plan)
            #expect((first.courses, first.courseRuns, first.contacts) == (1, 2, 1))
            #expect((first.enrollments.accepted, first.enrollments.duplicate) == (3, 0))
            let second = try await poster.post(plan)
            #expect((second.enrollments.accepted, second.enrollments.duplicate) == (0, 3))
            gateway.state.withLock { state in
                #expect(state.contacts == ["ada": "ada@school.example"])
                #expect(state.courses.first == plan.courses.first)
                #expect(Array(state.courseRuns.prefix(2)) == plan.courseRuns)
            }
        }
    }

    @Test func `a zip archive is read like a folder`() throws {
        let zip = folder.url.appending(path: "set.zip").path
        try Data(base64Encoded: Self.archive)?.write(to: URL(filePath: zip))
        let archive = try ZipArchive(zip)
        #expect(archive.names == ["manifest.csv", "stored.csv"])
        #expect(try archive.file("manifest.csv") == Data(Self.manifest.utf8))
        #expect(try archive.file("stored.csv") == Data("a,b\n1,2\n".utf8))
        #expect(try archive.file("other.csv") == nil)
        #expect(throws: ImportError("\(zip): expected academicSessions.csv, which the manifest calls bulk, got none")) {
            try RosterFiles(zip)
        }
    }

    @Test func `an archive that promises more than its bytes can hold is refused before memory is asked for`() throws {
        let zip = folder.url.appending(path: "bomb.zip").path
        var archive = try #require(Data(base64Encoded: Self.archive))
        let directory = try #require(archive.range(of: Data([0x50, 0x4B, 1, 2]))).lowerBound
        // How large the first file becomes, as the directory has it: just below 1 GB.
        archive.replaceSubrange(directory + 24..<directory + 28, with: [0xFF, 0xFF, 0xFF, 0x3F])
        try archive.write(to: URL(filePath: zip))
        #expect(throws: ImportError("\(zip): expected a whole zip archive, got one that is damaged")) {
            try ZipArchive(zip).file("manifest.csv")
        }
    }

    /// A folder `set` with the manifest, deflated, and `stored.csv`, stored.
    private static let archive =
        "UEsDBBQAAAAIAAAAIV3D8o6lbgAAALoAAAAQAAAAc2V0L21hbmlmZXN0LmNzdlXNQQ7CMAwEwHveEkXAQ7jwAhO2NMKxIzupxO8p"
        + "gkN63Flpt5k2WH9fqSJuxAOhkpQF3tMG86ISz+kUVGDqHTbpJSyFkSjTA7XkG/xbeLwPfv2qrMMcB2HyowzfB6cMMWWukD7r/qBP"
        + "o7aW/OcPUEsDBBQAAAAAAAAAIV17B5cKCAAAAAgAAAAOAAAAc2V0L3N0b3JlZC5jc3ZhLGIKMSwyClBLAQIUAxQAAAAIAAAAIV3D"
        + "8o6lbgAAALoAAAAQAAAAAAAAAAAAAACAAQAAAABzZXQvbWFuaWZlc3QuY3N2UEsBAhQDFAAAAAAAAAAhXXsHlwoIAAAACAAAAA4A"
        + "AAAAAAAAAAAAAIABnAAAAHNldC9zdG9yZWQuY3N2UEsFBgAAAAACAAIAegAAANAAAAAAAA=="

    @Test(.enabled(if: ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"] != nil, "HOLDFAST_SAMPLES is not set"))
    func `the sample set comes in whole`() throws {
        let samples = try #require(ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"])
        let files = try RosterFiles("\(samples)/oneroster/OneRosterv1p1BaseCSV")
        let first = try #require(CivilDay("2026-09-01"))
        let plan = RosterPlan(files, .init(days: first...first + 100))
        #expect(plan.errors.isEmpty, "\(plan.errors.map(\.words))")
        #expect(plan.courseRuns.map(\.id.rawValue) == ["class1", "class2", "class3"])
        #expect(plan.enrollments.map(\.learner.rawValue) == ["user1", "user1", "user2"])
        #expect(ImportRosterCommand.summary(files, plan, nil).first?.hasPrefix("OneRoster 1.1: ") == true)
    }
}
