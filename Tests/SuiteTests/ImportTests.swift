import Contracts
import Foundation
import TestSupport
import Testing

/// The command as somebody types it, in front of all five services.
@Suite(.serialized) struct ImportTests {
    private func holdfast(_ arguments: [String], _ suite: Suite) async throws -> String {
        let command = [try Suite.binary("holdfast")] + arguments + ["--gateway", suite.api.base]
        let key = suite.api.key
        return try await blocking { try Program.succeed(command, environment: ["HOLDFAST_KEY": key]) }
    }

    @Test func `a roster and a log come in, nothing personal stays in Tracking, and nobody is written to`() async throws {
        let suite = try await Suite.start()
        let folder = try TemporaryDirectory("files")
        let now = Date(timeIntervalSince1970: 1_790_000_000)
        try await suite.api.set(now: now)
        let files = [
            "manifest.csv": "propertyName,value\noneroster.version,1.1\nfile.academicSessions,bulk\nfile.classes,bulk\n"
                + "file.users,bulk\nfile.enrollments,bulk\n",
            "academicSessions.csv": "sourcedId,title,startDate,endDate\nt1,Autumn,2026-09-01,2026-12-18\n",
            "classes.csv": "sourcedId,title,termSourcedIds\nknots,Knots,t1\n",
            "users.csv": "sourcedId,givenName,familyName,email,role\n41,Ada,Canary,canary@person.example,student\n",
            "enrollments.csv": "sourcedId,classSourcedId,userSourcedId,role\ne1,knots,41,student\n",
            "log.csv": "Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address\n"
                + #""05/09/26, 08:15",Ada Canary,-,Course: Knots,System,Course viewed,"The user with id '41' viewed the course with id '7'.",web,192.0.2.77"#
                + "\n\"yesterday\",Ada Canary,-,Course: Knots,System,Course viewed,The user with id '41' viewed it.,web,192.0.2.77\n",
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.url.appending(path: name)) }

        let roster = try await holdfast(["import-roster", "--source", "moodle", folder.url.path], suite)
        #expect(roster.contains("1 enrollments of students: 1 new, 0 known, 0 refused"), "\(roster)")
        let log = try await holdfast(
            [
                "import", "--format", "moodle-log", "--given", "courseRun=knots",
                folder.url.appending(path: "log.csv").path,
            ], suite)
        #expect(log.contains("1 events taken in") && log.contains("log.csv:3: Time: expected a time"), "\(log)")
        try await suite.api.settle()

        let run = try await suite.api.get("/v1/course-runs/knots", as: KnownCourseRun.self)
        #expect(run.definition.title == "Knots" && run.seen?.eventCount == 2)
        let enrollments = try await suite.api.get("/v1/enrollments?courseRun=knots", as: ListEnrollments.Response.self)
        #expect(enrollments.enrollments.map(\.eventCount) == [2])
        let quarantine = try await suite.api.get("/v1/quarantine", as: ListQuarantine.Response.self)
        #expect(quarantine.events.count == 1)
        for canary in ["Canary", "192.0.2.77"] {
            #expect(!quarantine.events.contains { $0.raw.contains(canary) })
            for name in Suite.names { #expect(!suite.log(of: name).contains(canary)) }
        }
        let deliveries = try await suite.api.get("/v1/deliveries", as: ListDeliveries.Response.self)
        #expect(deliveries.deliveries.isEmpty)
        try await suite.stop()
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["HOLDFAST_DATA"] != nil, "HOLDFAST_DATA is not set"))
    func `real course data comes in with exactly its counts, once`() async throws {
        let data = try #require(ProcessInfo.processInfo.environment["HOLDFAST_DATA"])
        let suite = try await Suite.start()
        try await suite.api.set(now: Date(timeIntervalSince1970: 1_420_000_000))
        let command = ["import", "--format", "course-data", "--rows", "20000", "\(data)/events_clicks.csv.gz"]
        #expect(try await holdfast(command, suite).contains("20,000 events taken in"))
        #expect(try await holdfast(command, suite).contains("20,000 were there already"))
        try await eventually("the read models know all of it", within: .seconds(60)) {
            let runs = try await suite.api.get("/v1/course-runs", as: ListCourseRuns.Response.self).courseRuns
            return runs.compactMap(\.seen?.eventCount).reduce(0, +) == 20_000
        }
        try await suite.stop()
    }
}
