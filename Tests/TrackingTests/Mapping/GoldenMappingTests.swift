import Contracts
import Foundation
import Testing

@testable import Tracking

/// What every mapping makes of the records in `Golden/<format>/`, field by field.
///
/// A golden file holds `body`, as a sender would send it, and `outcomes`. With HOLDFAST_GOLDEN=write the outcomes are
/// written anew, for somebody to read the difference.
@Suite struct GoldenMappingTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden")

    struct Golden: Codable {
        /// What the file shows.
        var about: String
        var body: JSONValue
        var outcomes: [MappedOutcome]
    }

    static func files() throws -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
        return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }.sorted()
    }

    @Test("the records of a golden file become what stands there", arguments: try files())
    func golden(name: String) throws {
        let mappings = try MappingFiles([MappingFiles.own]).mappings
        let mapping = try #require(mappings[String(name.prefix { $0 != "/" })])
        let file = Self.folder.appending(path: name)
        var golden = try JSONCoding.decoder().decode(Golden.self, from: Data(contentsOf: file))
        let body = try JSONCoding.encoder().encode(golden.body)
        let outcomes = try mapping.read(body, .init(receivedAt: Self.now)).map(MappedOutcome.init)
        if ProcessInfo.processInfo.environment["HOLDFAST_GOLDEN"] == "write" {
            golden.outcomes = outcomes
            let encoder = JSONCoding.encoder()
            encoder.outputFormatting.insert(.prettyPrinted)
            try encoder.encode(golden).write(to: file)
        }
        #expect(outcomes == golden.outcomes)
    }

    /// The page shows a record, its mapping, and the event: they are read from there.
    @Test func `the worked example of docs/mappings.md does what the page says`() throws {
        let page = Self.folder.appending(path: "../../../docs/mappings.md").standardizedFileURL
        let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```json\n")
            .dropFirst()
            .map { Data($0.prefix { $0 != "`" }.utf8) }
        let mapping = try MappingParser.mapping(blocks[1], named: "quayside")
        var outcome = try MappedOutcome(
            try #require(mapping.read(blocks[0], .init(receivedAt: Self.now)).first))
        #expect(outcome.id?.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        outcome.id = "<32 hexadecimal digits>"
        #expect(outcome == (try JSONCoding.decoder().decode(MappedOutcome.self, from: blocks[2])))
        let login = try mapping.read(
            Data(#"{"what":"login","user":{"id":17},"ms":1}"#.utf8), .init(receivedAt: Self.now))
        #expect(
            try login.map(MappedOutcome.init).first?.quarantined
                == #"what: expected something that the mapping quayside has a verb for, got the text "login""#
        )
    }

    @Test func `every mapping has a golden file`() throws {
        let formats = Set(try Self.files().map { String($0.prefix { $0 != "/" }) })
        #expect(formats == Set(try MappingFiles([MappingFiles.own]).mappings.keys))
    }
}

/// An outcome as a golden file has it.
struct MappedOutcome: Codable, Equatable {
    var skipped: String?
    var quarantined: String?
    var id: String?
    var source: String?
    var learner: String?
    var courseRun: String?
    var verb: String?
    var activity: ActivityReference?
    var result: EventResult?
    var occurredAt: Date?
    var context: JSONValue?

    init(_ outcome: EventMapping.Outcome) throws {
        switch outcome {
        case .skipped(let id, let because):
            self.id = id
            skipped = because
        case .item(let item):
            source = item.source.rawValue
            switch item.event {
            case .failure(let problem):
                id = item.id
                quarantined = problem.description
            case .success(let event):
                id = event.id.rawValue
                learner = event.learner.rawValue
                courseRun = event.courseRun?.rawValue
                verb = event.verb.rawValue
                activity = event.activity
                result = event.result
                occurredAt = event.occurredAt
                context = try event.context.map {
                    try JSONCoding.decoder().decode(JSONValue.self, from: Data($0.utf8))
                }
            }
        }
    }
}
