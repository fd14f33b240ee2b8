import Contracts
import Foundation
import RPC

/// One thing that a service needs before it can do its work.
public struct HealthCheck: Sendable {
    /// One word: `database`, `redis`, `log`.
    public let name: String
    let check: @Sendable () async throws -> HealthDetail

    /// - Parameter check: Answers with what is worth knowing, or throws what is wrong. It may be cut short:
    ///   a check that takes longer than ``HTTPServerSettings/healthTimeout`` has failed.
    public init(_ name: String, _ check: @escaping @Sendable () async throws -> HealthDetail) {
        self.name = name
        self.check = check
    }
}

/// What a check found, when all is well.
public struct HealthDetail: Sendable, ExpressibleByStringInterpolation {
    public let text: String
    /// Facts not yet applied, by stream.
    public let lag: [String: Int64]

    public init(_ text: String = "", lag: [String: Int64] = [:]) {
        self.text = text
        self.lag = lag
    }

    public init(stringLiteral text: String) { self.init(text) }
}

/// The answer of `/readyz`.
public struct ReadinessReport: Codable, Sendable, Equatable {
    public struct Check: Codable, Sendable, Equatable {
        public var name: String
        public var ready: Bool
        /// What was found, or in a sentence what is wrong.
        public var detail: String
    }

    public var service: String
    public var ready: Bool
    public var startedAt: Date
    public var checks: [Check]
    /// Facts not yet applied, by stream.
    public var lag: [String: Int64]
}

/// Runs the checks, side by side.
struct Health: Sendable {
    let service: String
    let startedAt: Date
    let checks: [HealthCheck]
    let timeout: Duration

    func report(isDraining: Bool) async -> ReadinessReport {
        let limit = ContinuousClock.now + timeout
        var results = await withTaskGroup(of: (Int, ReadinessReport.Check, [String: Int64]).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask {
                    do {
                        let detail = try await Deadline.run(until: limit) { try await check.check() }
                        return (index, .init(name: check.name, ready: true, detail: detail.text), detail.lag)
                    } catch {
                        return (index, .init(name: check.name, ready: false, detail: Self.words(error)), [:])
                    }
                }
            }
            var results: [(Int, ReadinessReport.Check, [String: Int64])] = []
            for await result in group { results.append(result) }
            return results
        }
        results.sort { $0.0 < $1.0 }
        var found = results.map(\.1)
        if isDraining { found.append(.init(name: "drain", ready: false, detail: "the service is stopping")) }
        return ReadinessReport(
            service: service, ready: found.allSatisfy(\.ready), startedAt: startedAt, checks: found,
            lag: results.reduce(into: [:]) { $0.merge($1.2) { old, _ in old } })
    }

    private static func words(_ error: any Error) -> String {
        (error as? RPCError)?.message ?? "\(error)"
    }
}
