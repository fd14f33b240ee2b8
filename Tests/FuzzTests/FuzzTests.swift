import Foundation
import Fuzzing
import Testing

/// Every way in for bytes from outside, with inputs that no honest sender would make. Nothing may crash, hang, grow
/// without bound, answer with a failure of ours, or take what a second reader refuses.
///
/// In a test run each door is opened a few hundred times with the same seeds. `make fuzz` opens all of them a million
/// times; `make fuzz DOOR=name SEED=n INPUTS=1` shows one finding again.
@Suite(.serialized) struct FuzzTests {
    /// Enough to meet each kind of mutation often, and to end within some seconds.
    static let inputsStandard = 500

    private static func setting(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static let campaign = Campaign(
        seed: setting("HOLDFAST_FUZZ_SEED").flatMap(UInt64.init) ?? 1,
        inputs: setting("HOLDFAST_FUZZ_INPUTS").flatMap(Int.init) ?? inputsStandard)

    static func doors() throws -> [Door] {
        let all = try Doors.all()
        guard let wanted = setting("HOLDFAST_FUZZ_DOOR") else { return all }
        return all.filter { $0.name == wanted }
    }

    @Test func `no input breaks a door`() async throws {
        let doors = try Self.doors()
        try #require(!doors.isEmpty, "there is no door \(Self.setting("HOLDFAST_FUZZ_DOOR") ?? "")")
        var total = Campaign.Report(door: "all doors")
        for door in doors {
            let report = await Self.campaign.run(door)
            print("fuzz: \(report.line)")
            for finding in report.findings { Issue.record("\(finding)") }
            total.inputs += report.inputs
            total.accepted += report.accepted
            total.seconds += report.seconds
        }
        print("fuzz: \(total.line), in \(Int(total.seconds)) s")
    }

    @Test func `a seed gives the same input every time, and its neighbour another`() {
        let mutator = Mutator(corpus: [Array(#"{"a":[1,2,{"b":"c"}]}"#.utf8)], grammar: .json)
        for seed in 0..<200 as Range<UInt64> { #expect(mutator.input(seed: seed) == mutator.input(seed: seed)) }
        #expect(Set((0..<200 as Range<UInt64>).map { mutator.input(seed: $0) }).count > 150)
    }
}
