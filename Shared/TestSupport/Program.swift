import Foundation

/// Programs of the machine that tests use: where they are, and how they are run to their end.
public enum Program {
    /// What a program said and how it ended.
    public struct Outcome: Sendable {
        /// 0 is success.
        public let status: Int32
        /// Standard output and standard error, as they came.
        public let output: String
    }

    /// Finds an executable in the given directories, then in `PATH`.
    public static func find(_ name: String, in directories: [String] = []) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let candidates =
            directories + path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
        for directory in candidates {
            let candidate = "\(directory)/\(name)"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw TestSupportError("\(name) is not installed: looked in \(candidates.joined(separator: ", "))")
    }

    /// Runs a program and waits for its end. Blocks: call it inside ``blocking(_:)``.
    public static func run(
        _ command: [String], environment: [String: String] = [:], directory: URL? = nil
    ) throws -> Outcome {
        guard let executable = command.first else { throw TestSupportError("an empty command") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = Array(command.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        if let directory { process.currentDirectoryURL = directory }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: said, as: UTF8.self))
    }

    /// Like ``run(_:environment:directory:)``, where anything but success is an error that quotes what was
    /// said.
    @discardableResult
    public static func succeed(
        _ command: [String], environment: [String: String] = [:], directory: URL? = nil
    ) throws -> String {
        let outcome = try run(command, environment: environment, directory: directory)
        guard outcome.status == 0 else {
            throw TestSupportError("\(command.first ?? "") ended with \(outcome.status): \(outcome.output)")
        }
        return outcome.output
    }
}
