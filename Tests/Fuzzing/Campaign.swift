import Foundation
import Simulator

/// Opens doors with mutated inputs, one after another, and watches time and memory meanwhile.
public struct Campaign: Sendable {
    /// An input that computes for longer is a hang, in seconds of the processor.
    static let computingSecondsMax = 60
    /// One that is not done by then is a hang as well, in seconds by the clock. Generous: the machine may have other
    /// things to do.
    static let waitingSecondsMax: UInt32 = 900
    /// How much more memory the process may hold at the end than before, in bytes. Inputs have 256 KiB at most.
    static let growthMax = 256 << 20

    public struct Report: Sendable {
        public var door: String
        public var inputs = 0
        public var accepted = 0
        public var seconds = 0.0
        /// A line each: what was found, and how to see it again.
        public var findings: [String] = []

        public init(door: String) { self.door = door }

        public var line: String {
            let rate = Int(Double(inputs) / max(seconds, 0.001))
            return "\(door): \(inputs) inputs, \(accepted) accepted, \(rate) inputs/s"
        }
    }

    public let seed: UInt64
    public let inputs: Int

    /// - Parameters:
    ///   - seed: Of the first input; those after it count up.
    ///   - inputs: For each door.
    public init(seed: UInt64, inputs: Int) {
        self.seed = seed
        self.inputs = inputs
    }

    /// Ends at the third finding of a door: more would say the same.
    public func run(_ door: Door) async -> Report {
        var report = Report(door: door.name)
        let start = ContinuousClock.now
        let memory = Self.residentBytes()
        await checkGoodInputs(of: door, &report)
        for number in 0..<inputs where report.findings.count < 3 {
            let seed = seed &+ UInt64(number)
            let again = Self.reproduction(door.name, seed)
            CrashNote.begin(
                again, computingMax: Self.computingSecondsMax, waitingMax: Self.waitingSecondsMax)
            do {
                if try await door.open(door.mutator.input(seed: seed)) == .accepted { report.accepted += 1 }
            } catch {
                report.findings.append("\(door.name): \(error). See it again: \(again)")
            }
            report.inputs += 1
        }
        CrashNote.end()
        let growth = Self.residentBytes() - memory
        if growth > Self.growthMax {
            report.findings.append("\(door.name): the process grew by \(growth >> 20) MiB over \(report.inputs) inputs")
        }
        report.seconds = start.duration(to: .now) / .seconds(1)
        return report
    }

    /// A door that takes none of what it should take is not being tried.
    private func checkGoodInputs(of door: Door, _ report: inout Report) async {
        var isTaken = false
        for input in door.mutator.corpus {
            do {
                if try await door.open(input) == .accepted { isTaken = true }
            } catch {
                let text = String(decoding: input.prefix(80), as: UTF8.self)
                report.findings.append("\(door.name): the good input \(text): \(error)")
            }
        }
        if !isTaken { report.findings.append("\(door.name): none of its good inputs is accepted") }
    }

    /// A line for the shell that opens one door with one input.
    public static func reproduction(_ door: String, _ seed: UInt64) -> String {
        "make fuzz DOOR=\(door) SEED=\(seed) INPUTS=1"
    }

    /// What the process holds in memory; 0 where the system does not say.
    static func residentBytes() -> Int {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return 0 }
        let words = String(decoding: data, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
