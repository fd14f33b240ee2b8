import Contracts
import Foundation
import RPC
import Testing

@testable import Tracking

/// Statements that were not written by us, in the folder that HOLDFAST_SAMPLES names; left out where it names none.
@Suite(
    .enabled(
        if: ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"] != nil,
        "HOLDFAST_SAMPLES names no folder of sample statements"))
struct StatementCorpusTests {
    private func sample(_ path: String) throws -> Data {
        let folder = try #require(ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"])
        return try Data(contentsOf: URL(filePath: folder).appending(path: path))
    }

    private struct Line: Decodable {
        var config: String
        var group: String
        var name: String
        var expect: Int
        var statement: JSONValue
    }

    @Test func `all statements of the conformance suite are answered as a conformant endpoint answers them`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let lines = try sample("xapi/statements-1.0.3.ndjson").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 950)
        for text in lines {
            let line = try JSONDecoder().decode(Line.self, from: Data(text))
            // Attachments without an address come as parts; here the statement stands alone, and has none.
            let refusal = try await stack.refusal(try line.statement.json)
            let status = refusal.flatMap { Int($0.prefix(3)) } ?? 200
            #expect(status == line.expect, "\(line.config): \(line.group): \(line.name): \(refusal ?? "taken")")
            if status == 400 { #expect(refusal?.contains(": expected") == true, "\(refusal ?? "")") }
        }
    }

    @Test func `thousands of real statements are all taken, map to events, come back byte for byte, and only once`()
        async throws
    {
        let stack = try await TrackingStack.make()
        let text = try Gzip.decompress(try sample("xapi/funmooc-open.ndjson.gz"), limit: 64 << 20)
        let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        #expect(lines.count == 5_444)
        for _ in 0..<2 {
            for start in stride(from: 0, to: lines.count, by: 500) {
                let batch = lines[start..<min(start + 500, lines.count)]
                try await stack.store("[" + batch.joined(separator: ",") + "]")
            }
        }
        #expect(try await stack.count("xapi_statement") == 5_444)
        let raw = try await stack.database.rows("SELECT raw FROM xapi_statement ORDER BY stored_at")
            .map { try $0.decode("raw", as: String.self) }
        #expect(raw == lines)
        let events = try await stack.said(LearningEventRecorded.self)
        #expect(events.count == 5_444)
        #expect(Set(events.map(\.learner)).count == 362)
        #expect(
            Set(events.compactMap(\.courseRun?.rawValue))
                == ["course-v1:FUN-MOOC+00001+session01", "course-v1:FUN-MOOC+00002+session01"])
        #expect(events.allSatisfy { $0.isBackfill && $0.activity?.kind == .video && $0.source == XAPIMapping.source })
        #expect(events.count { $0.verb == .completed } == 167)
    }

    @Test func `what Open edX sends maps to runs, kinds and scores`() async throws {
        let stack = try await TrackingStack.make()
        var statements: [String: String] = [:]
        for name in ["edx.course.enrollment.activated", "edx.grades.problem.submitted", "play_video"] {
            statements[name] = String(decoding: try sample("openedx/xapi/\(name).json"), as: UTF8.self)
        }
        for (name, statement) in statements {
            #expect(try await stack.refusal(statement)?.contains("min") ?? true, "\(name)")
        }
        let events = try await stack.said(LearningEventRecorded.self)
        #expect(events.allSatisfy { $0.courseRun?.rawValue == "course-v1:edX+DemoX+Demo_Course" })
        #expect(events.contains { $0.verb == .enrolled })
        #expect(events.contains { $0.verb == .submitted && $0.activity?.kind == .quiz && $0.result?.score == 0 })
        #expect(events.contains { $0.activity?.kind == .video })
    }
}
