import Contracts
import Foundation
import Testing

@testable import Tracking

/// Real records, where HOLDFAST_SAMPLES names the folder that has them; without it these tests are left out.
@Suite(.enabled(if: samplesFolder != nil, "HOLDFAST_SAMPLES is not set"))
struct SampleTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func samples() throws -> [String] {
        let folder = try #require(samplesFolder).appending(path: "openedx/tracking")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func outcome(_ kind: String, _ name: String, _ format: String) throws -> MappedOutcome {
        let file = try #require(samplesFolder).appending(path: "openedx/\(kind)/\(name)")
        var body = try Data(contentsOf: file)
        if format == "caliper" {
            let envelope = #"{"sensor":"s","sendTime":"2026-09-21T10:00:00Z","dataVersion":"v","data":["#
            body = Data(envelope.utf8) + body + Data("]}".utf8)
        }
        let mapping = try #require(try MappingFiles([MappingFiles.own]).mappings[format])
        return try MappedOutcome(try #require(mapping.read(body, .init(receivedAt: Self.now)).first))
    }

    @Test func `every tracking event of Open edX is taken in, but for the one of nobody`() throws {
        let names = try Self.samples()
        #expect(names.count == 15)
        for name in names {
            let outcome = try outcome("tracking", name, "openedx")
            #expect(outcome.quarantined == nil, "\(name)")
            let isNobodys = name.contains("anonymous_user")
            #expect(outcome.skipped == (isNobodys ? "nobody was signed in" : nil), "\(name)")
        }
    }

    @Test func `what Open edX sends as Caliper for an event becomes the same event`() throws {
        for name in try Self.samples() where !name.contains("anonymous_user") {
            let tracking = try outcome("tracking", name, "openedx")
            let caliper = try outcome("caliper", name, "caliper")
            #expect(caliper.verb == tracking.verb, "\(name)")
            #expect(caliper.activity == tracking.activity, "\(name)")
            #expect(caliper.courseRun == tracking.courseRun, "\(name)")
            #expect(caliper.learner?.hasPrefix("http://localhost:18000/user/") == true, "\(name)")
        }
    }
}

private let samplesFolder = ProcessInfo.processInfo.environment["HOLDFAST_SAMPLES"].map { URL(filePath: $0) }
