import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// How a service begins and ends, seen from outside: exit codes, sentences, drains.
@Suite struct ServiceRuntimeTests {
    /// The worker as a process, with what it said.
    private final class Worker: Sendable {
        private let process: Mutex<Process>
        private let output: Pipe
        private let errors: Pipe
        let port: Int

        init(_ environment: [String: String] = [:], arguments: [String] = [], port: Int? = nil) throws {
            self.port = try port ?? FreePort.next()
            let process = Process()
            process.executableURL = Bundle.main.bundleURL.appending(path: "runtime-worker")
            process.arguments = arguments
            process.environment = ["HOLDFAST_HTTP_PORT": "\(self.port)"].merging(environment) { _, new in new
            }
            (output, errors) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            self.process = Mutex(process)
        }

        func stopReading() throws { try output.fileHandleForReading.close() }

        func signal(_ number: Int32) { _ = process.withLock { kill($0.processIdentifier, number) } }

        func exit() async throws -> (code: Int32, output: String, errors: String) {
            try await blocking { [self] in
                let complained = String(
                    decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                let said = try Self.text(of: output)
                let code = process.withLock { process in
                    process.waitUntilExit()
                    return process.terminationReason == .exit
                        ? process.terminationStatus : -process.terminationStatus
                }
                return (code, said, complained)
            }
        }

        /// Empty when the reading end was closed before.
        private static func text(of pipe: Pipe) throws -> String {
            guard fcntl(pipe.fileHandleForReading.fileDescriptor, F_GETFD) >= 0 else { return "" }
            return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }

        func isAlive(_ client: HTTPClient) async -> Bool {
            do {
                return try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(port)/livez")).status
                    == 200
            } catch {
                return false
            }
        }
    }

    @Test func `SIGTERM drains the requests under way and ends with 0`() async throws {
        let worker = try Worker()
        let client = HTTPClient()
        try await eventually("the worker listens") { await worker.isAlive(client) }
        async let answer = client.send(HTTPClientRequest(url: "http://127.0.0.1:\(worker.port)/slow"))
        try await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        worker.signal(SIGTERM)
        #expect(try await answer.status == 200)
        let end = try await worker.exit()
        #expect(end.code == 0 && end.errors.isEmpty)
        #expect(start.duration(to: .now) < .seconds(5))
        let lines = end.output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("{\"ts\":\"") && $0.hasSuffix("}") })
        #expect(lines.last?.contains("service stopped") == true)
    }

    @Test func `a drain that hangs ends within ten seconds all the same, and not as a success`() async throws
    {
        let worker = try Worker(["HOLDFAST_WORKER_BEHAVIOUR": "hung"])
        let client = HTTPClient()
        try await eventually("the worker listens") { await worker.isAlive(client) }
        let start = ContinuousClock.now
        worker.signal(SIGTERM)
        let end = try await worker.exit()
        #expect(end.code == 1 && end.errors.contains("the drain did not end"))
        #expect(start.duration(to: .now) < .seconds(10))
    }

    @Test func `a bad setting is one sentence on standard error, and exit code 1`() async throws {
        let end = try await Worker(["HOLDFAST_CLOCK": "sundial"]).exit()
        #expect(end.code == 1 && end.output.isEmpty)
        #expect(
            end.errors == "worker-service: HOLDFAST_CLOCK is \"sundial\"; expected one of system, simulated\n"
        )
    }

    @Test func `a port that is taken is said in one sentence`() async throws {
        let holder = try RawServer { _ in }
        defer { holder.stop() }
        let end = try await Worker(port: holder.port).exit()
        #expect(end.code == 1)
        #expect(
            end.errors
                == "worker-service: cannot listen on 127.0.0.1:\(holder.port): Address already in use\n")
    }

    @Test func `a part that breaks ends the service with its sentence`() async throws {
        let end = try await Worker(["HOLDFAST_WORKER_BEHAVIOUR": "failing"]).exit()
        #expect(end.code == 1)
        #expect(end.errors == "worker-service: the part broke on purpose\n")
    }

    @Test func `the table of settings can be asked for`() async throws {
        let end = try await Worker(arguments: ["--help-settings"]).exit()
        #expect(end.code == 0)
        #expect(end.output.contains("| `HOLDFAST_HTTP_PORT` | `7999` | port |"))
    }

    @Test func `a reader of the log that went away does not end the service`() async throws {
        let worker = try Worker()
        try worker.stopReading()
        let client = HTTPClient()
        try await eventually("the worker answers with nobody reading its log") {
            await worker.isAlive(client)
        }
        worker.signal(SIGTERM)
        #expect(try await worker.exit().code == 0)
    }
}
