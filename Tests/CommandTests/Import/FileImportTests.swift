import Contracts
import Foundation
import RPC
import TestSupport
import Testing

@testable import holdfast

/// Files on their way into a gateway: what is sent, what is refused, how it goes on after a stop.
@Suite struct FileImportTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory("import")
    }

    private func write(_ name: String, _ text: String) throws -> String {
        try write(name, Data(text.utf8))
    }

    private func write(_ name: String, _ data: Data) throws -> String {
        let file = folder.url.appending(path: name)
        try data.write(to: file)
        return file.path
    }

    private func planned(
        _ client: GatewayClient, _ files: [String], isDryRun: Bool = false, given: [String: String] = [:]
    ) -> ImportCommand.Plan {
        ImportCommand.Plan(
            poster: RowPoster(client: client, format: "log", source: nil, given: given, isDryRun: isDryRun),
            files: files)
    }

    private let table = """
        Time,User full name,What
        1,Ada Lovelace,viewed
        2,Bob,"a ""quoted"" thing"
        bad,Bob,viewed
        1,Ada Lovelace,viewed
        4,Bob,skip
        5,Bob,viewed,too many

        """

    @Test func `rows of a table become objects, equal rows are told apart, columns are left out`() async throws {
        let file = try write("log.csv", table)
        try await FakeGateway.running { gateway, client in
            var plan = planned(client, [file], given: ["courseRun": "A & B"])
            plan.dropped = ["User full name"]
            let result = try await plan.run()
            #expect(
                gateway.state.withLock { $0.rows["log"] } == [
                    #"{"Time":"1","What":"viewed"}"#, #"{"Time":"2","What":"a \"quoted\" thing"}"#,
                    #"{"Time":"1","What":"viewed","occurrence":"2"}"#,
                ])
            #expect(gateway.state.withLock { $0.rowQueries } == ["dryRun=false", "given=courseRun=A & B"])
            #expect(
                result.tally == ImportTally(accepted: 3, quarantined: 1, skipped: 1, unreadable: 1))
            #expect(
                result.shown.map(\.words) == [
                    "\(file):4: Time: expected a time, got the text \"bad\"",
                    "\(file):7: expected 3 columns as in the first line, got 4",
                ])
            #expect(
                result.tally.lines(isDryRun: false) == [
                    "6 rows", "  3 events taken in", "  1 refused and kept in quarantine",
                    "  1 are no events, says the mapping", "  1 could not be read at all",
                ])
        }
    }

    @Test func `the same file again is known, packed or not, and a dry run writes nothing`() async throws {
        let file = try write("log.csv", table)
        let packed = try write("log.csv.gz", Gzip.compress(Data(table.utf8)))
        try await FakeGateway.running { gateway, client in
            let dry = try await planned(client, [file], isDryRun: true).run()
            #expect((dry.tally.accepted, dry.tally.quarantined) == (3, 1))
            #expect(gateway.state.withLock { $0.rows.isEmpty })
            #expect(try await planned(client, [file]).run().tally.accepted == 3)
            #expect(try await planned(client, [packed]).run().tally.duplicate == 3)
        }
    }

    @Test func `lines of JSON go as they are, equal ones are one event, others are refused here`() async throws {
        let file = try write("log.jsonl", "{\"id\":1}\n\n{\"id\":1}\nnonsense\n{\"id\":2}")
        try await FakeGateway.running { gateway, client in
            let result = try await planned(client, [file]).run()
            #expect(gateway.state.withLock { $0.rows["log"] } == [#"{"id":1}"#, #"{"id":2}"#])
            #expect(result.tally == ImportTally(accepted: 2, duplicate: 1, unreadable: 1))
            #expect(result.shown.map(\.line) == [4])
        }
    }

    @Test func `a table that is joined adds its columns`() async throws {
        let file = try write("clicks.csv", "site,n\n7,1\n8,2\n")
        let pages = try write("pages.csv", "site,kind\n7,quiz\n7,page\n")
        try await FakeGateway.running { gateway, client in
            var plan = planned(client, [file])
            plan.joins = [try Join("\(pages):site")]
            _ = try await plan.run()
            #expect(
                gateway.state.withLock { $0.rows["log"] } == [
                    #"{"kind":"quiz","n":"1","site":"7"}"#, #"{"n":"2","site":"8"}"#,
                ])
        }
        #expect(throws: ImportError("\(pages): expected a column id, got site, kind")) { try Join("\(pages):id") }
        #expect(throws: ImportError("--join: expected FILE:COLUMN, got \"pages\"")) { try Join("pages") }
    }

    @Test func `an import that was stopped goes on where it was, and brings every row once`() async throws {
        let rows = (0..<9_000).map { "\($0),viewed\n" }.joined()
        let file = try write("long.csv", "Time,What\n" + rows)
        let state = folder.url.appending(path: "state.json").path
        try await FakeGateway.running({ $0.rowRequestsLeft = 9 }) { gateway, client in
            var plan = planned(client, [file])
            plan.state = state
            await #expect(throws: GatewayError.self) { _ = try await plan.run() }
            let kept = try #require(try ImportState.read(state)?.files[file])
            #expect(kept.rowsDone == 4_000)
            gateway.state.withLock { $0.rowRequestsLeft = nil }
            plan.resumes = true
            let result = try await plan.run()
            #expect(result.tally.rows == 9_000)
            // What was posted beside the request that failed is recognised.
            #expect(result.tally.accepted + result.tally.duplicate == 9_000)
            #expect(gateway.state.withLock { $0.rows["log"]?.count } == 9_000)
            try Data("Time,What\n".utf8).write(to: URL(filePath: file))
            await #expect(throws: ImportError.self) { _ = try await plan.run() }
        }
    }

    @Test func `refused rows are written to a table of their own`() async throws {
        let file = try write("log.csv", "Time,What\nbad,\"a,b\"\n")
        let errors = folder.url.appending(path: "errors.csv").path
        try await FakeGateway.running { _, client in
            var plan = planned(client, [file])
            plan.errors = errors
            _ = try await plan.run()
        }
        #expect(
            try String(contentsOfFile: errors, encoding: .utf8)
                == "file,line,column,reason\n\(file),2,Time,\"expected a time, got the text \"\"bad\"\"\"\n")
    }

    @Test func `what cannot be read is said in a sentence`() throws {
        let cut = try write("cut.csv.gz", Gzip.compress(Data(table.utf8)).dropLast(12))
        var reader = try RowReader(cut)
        #expect(throws: ImportError.self) { while try reader.next() != nil {} }
        #expect(throws: ImportError.self) { try RowReader("/nowhere.csv") }
        #expect(throws: ImportError.self) { try RowReader(write("table.xlsx", "")) }
        var twice = try RowReader(write("twice.csv", "a,a\n1,2\n"))
        #expect(throws: ImportError.self) { while try twice.next() != nil {} }
    }

    @Test func `a file of lines that has no line ends is refused after a megabyte, not held whole`() throws {
        let text = "{}\n{" + String(repeating: "x", count: 3 << 20)
        var reader = try RowReader(try write("endless.jsonl", text))
        #expect(throws: ImportError("line 2: expected a line of at most 1,048,576 bytes")) {
            while try reader.next() != nil {}
        }
    }

    @Test func `a sentence repeats of a first line of a megabyte no more than a terminal shows`() throws {
        let columns = "a,a," + String(repeating: "b", count: 500_000)
        var reader = try RowReader(try write("wide.csv", columns + "\n1,2,3\n"))
        do {
            while try reader.next() != nil {}
            Issue.record("two columns of one name were taken")
        } catch let error as ImportError {
            #expect(error.description.count == ImportError.lengthMax + 1)
        }
    }

    @Test func `a progress bar says how far it is`() {
        #expect(
            ProgressBar.line(name: "a.csv", share: 0.5, rows: 12_000, rowsPerSecond: 3_999.5, refused: 2)
                == "a.csv ████████████░░░░░░░░░░░░ 50 %  12,000 rows, 3,999 a second, 2 refused")
    }
}
