import ArgumentParser
import Contracts
import Foundation
import Simulator
import Testing

@testable import holdfast

/// What is typed, and what is made of it.
@Suite struct CommandLineTests {
    static let today = CivilDay(number: 20_782)  // Wednesday, 2026-11-25

    private func parsed(_ words: String) throws -> SimulateCommand {
        let words =
            ["--gateway", "http://127.0.0.1:7000", "--key", "k"]
            + words.split(separator: " ").map(String.init)
        return try #require(try SimulateCommand.parseAsRoot(words) as? SimulateCommand)
    }

    @Test(
        "a simulation is laid so that it ends in this week",
        arguments: [
            ("", "2026-08-31", SimulationEnd.week(12)),
            ("--until week6", "2026-10-12", .week(6)),
            ("--until week6 --live", "2026-10-19", .now),
            ("--weeks 4 --live", "2026-11-02", .now),
            ("--until 2026-12-01 --start 2026-10-05", "2026-10-05", .day(CivilDay(number: 20_788))),
        ])
    func start(words: String, start: String, until: SimulationEnd) throws {
        let settings = try SimulationSettings(parsed(words), today: Self.today)
        #expect(settings.startsOn.description == start)
        #expect(settings.until == until)
    }

    @Test(
        "bad options are refused",
        arguments: [
            "--until week0", "--until soon", "--step 0h", "--step 30", "--live-rate -1",
            "--live --until 2026-12-01",
            "--start 2026-13-01", "--seed minus",
        ])
    func refused(words: String) {
        #expect(throws: (any Error).self) { try parsed(words) }
    }

    @Test func `a week after the course's end is refused`() throws {
        let command = try parsed("--until week9 --weeks 8")
        #expect(throws: ValidationError.self) { try SimulationSettings(command, today: Self.today) }
    }

    @Test func `numbers and times read well`() {
        #expect(1_234_567.grouped == "1,234,567")
        #expect(999.grouped == "999")
        #expect((-1_000).grouped == "-1,000")
        #expect(Duration.seconds(125).clockText == "2:05")
        #expect(Duration.seconds(3_725).clockText == "1:02:05")
        #expect(GatewayClient.escaped("a/b ü&c") == "a%2Fb%20%C3%BC%26c")
    }

    @Test func `steps grow while they are mostly waiting, and shrink at once when they are not`() {
        let start = Date(timeIntervalSince1970: 1_000_000)
        var planner = StepPlanner(base: 3_600, startsAt: start)
        let end = start.addingTimeInterval(86_400 * 30)
        #expect(
            planner.next(after: start.addingTimeInterval(-86_400 * 2), end: end)
                == start.addingTimeInterval(-86_400))
        for _ in 0..<3 { planner.learn(posting: .milliseconds(100), waiting: .seconds(2)) }
        #expect(planner.length == 7_200)
        for _ in 0..<20 { planner.learn(posting: .milliseconds(100), waiting: .seconds(2)) }
        #expect(planner.length == StepPlanner.longest)
        planner.learn(posting: .seconds(3), waiting: .seconds(2))
        #expect(planner.length == 3_600)
        #expect(planner.next(after: end.addingTimeInterval(-60), end: end) == end)
    }
}
