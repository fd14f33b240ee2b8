import Contracts
import Foundation
import RPC
import Testing

@testable import Tracking

/// Rows of files, by a mapping, in front of a real store.
@Suite struct ImportRowsTests {
    private let rows = """
        {"run":"AAA-2013J","day":"-5","learner":"L1","verb":"enrol","n":"1"}

        {"run":"AAA-2013J","day":"3","learner":"L1","verb":"view","kind":"quiz","obj":"S1","n":"7"}
        {"run":"AAA-2013J","day":"3","learner":"L1","verb":"sleep","n":"1"}
        not a row
        """

    private func post(
        _ rows: String, on stack: TrackingStack, format: String = "course-data", isDryRun: Bool? = nil
    ) async throws -> [RowReceipt] {
        try await stack.call(
            TrackingRPC.importRows, ImportRows.Request(format: format, rows: rows, isDryRun: isDryRun)
        ).receipts
    }

    @Test func `each row has its receipt, all are history, and the same rows again are known`() async throws {
        let stack = try await TrackingStack.make()
        let receipts = try await post(rows, on: stack)
        #expect(receipts.map(\.status) == [.accepted, .accepted, .quarantined, .quarantined])
        #expect(
            receipts[2].reason
                == "verb: expected something that the mapping course-data has a verb for, got the text \"sleep\"")
        #expect(receipts[3].reason?.hasPrefix("line: expected") == true, "\(receipts[3])")
        let said = try await stack.said(LearningEventRecorded.self)
        #expect(said.count == 2)
        #expect(said.allSatisfy { $0.isBackfill && $0.source.rawValue == "course-data" })
        #expect(said.first { $0.verb == .viewed }?.result == EventResult(count: 7))
        let again = try await post(rows, on: stack)
        #expect(again.map(\.status) == [.duplicate, .duplicate, .quarantined, .quarantined])
        #expect(try await stack.count("quarantined_event") == 2)
    }

    @Test func `a dry run says the same and writes nothing`() async throws {
        let stack = try await TrackingStack.make()
        let receipts = try await post(rows, on: stack, isDryRun: true)
        #expect(receipts.map(\.status) == [.accepted, .accepted, .quarantined, .quarantined])
        for table in ["event_log", "event_identity", "learner_identity", "quarantined_event"] {
            #expect(try await stack.count(table) == 0, "\(table)")
        }
    }

    @Test func `a format that nobody knows and a request without rows are refused`() async throws {
        let stack = try await TrackingStack.make()
        for (format, rows, words) in [
            ("lotus", "{}", "format: expected one of caliper, course-data, "), ("course-data", "\\n \\n", "rows: expected 1 to 2,500"),
        ] {
            let body = #"{"format":"\#(format)","rows":"\#(rows)","given":{}}"#
            let reply = await stack.post(TrackingRPC.importRows.path, Data(body.utf8))
            #expect(reply.status == 400)
            #expect(String(decoding: reply.body, as: UTF8.self).contains(words))
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["HOLDFAST_DATA"] != nil, "HOLDFAST_DATA is not set"))
    func `the counts of real course data agree exactly`() async throws {
        let folder = try #require(ProcessInfo.processInfo.environment["HOLDFAST_DATA"])
        let packed = try Data(contentsOf: URL(filePath: "\(folder)/events_clicks.csv.gz"))
        let lines = String(decoding: try Gzip.decompress(packed, limit: 1 << 28), as: UTF8.self)
            .split(separator: "\n")
        let columns = lines[0].split(separator: ",").map(String.init)
        let part = lines.filter { $0.hasPrefix("BBB-2013J,") }.prefix(6_000)
        #expect(part.count == 6_000)
        let stack = try await TrackingStack.make()
        var expected: [Verb: Int] = [:]
        let verbs: [Substring: Verb] = [
            "enrol": .enrolled, "unenrol": .unenrolled, "view": .viewed, "submit": .submitted, "mark": .marked,
            "banked": .banked,
        ]
        var rows: [String] = []
        for line in part {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            if let verb = verbs[fields[3]] { expected[verb, default: 0] += 1 }
            let members = zip(columns, fields).filter { !$1.isEmpty }.map { "\"\($0)\":\"\($1)\"" }
            rows.append("{\(members.joined(separator: ","))}")
        }
        for start in stride(from: 0, to: rows.count, by: 500) {
            let receipts = try await post(rows[start..<start + 500].joined(separator: "\n"), on: stack)
            #expect(receipts.allSatisfy { $0.status == .accepted })
        }
        let said = try await stack.said(LearningEventRecorded.self)
        #expect(Dictionary(grouping: said, by: \.verb).mapValues(\.count) == expected)
        try await stack.project()
        let known = try await stack.call(
            TrackingRPC.getCourseRun, GetCourseRun.Request(courseRun: CourseRunID(checked: "BBB-2013J")))
        #expect(known.isInferred && known.seen?.eventCount == 6_000)
    }
}
