import Contracts
import Foundation
import Metrics
import RPC

/// One thing that a service leans on.
public struct HealthCheck: Sendable {
    /// What its failing means for whoever sends requests here.
    public enum Weight: Sendable {
        /// Nothing can be answered without it: the service is not ready.
        case essential
        /// Requests are answered as well as ever, and something else waits: the service is ready, and degraded.
        case degrading
    }

    /// One word: `database`, `redis`, `log`.
    public let name: String
    let weight: Weight
    let check: @Sendable () async throws -> HealthDetail

    /// - Parameter check: Answers with what is worth knowing, or throws what is wrong. It may be cut short:
    ///   a check that takes longer than ``HTTPServerSettings/healthTimeout`` has failed.
    public init(
        _ name: String, _ weight: Weight, _ check: @escaping @Sendable () async throws -> HealthDetail
    ) {
        self.name = name
        self.weight = weight
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
        /// Whether the service is not ready without it.
        public var essential: Bool
        /// What was found, or in a sentence what is wrong.
        public var detail: String
    }

    public var service: String
    /// Whether requests should be sent here.
    public var ready: Bool
    /// Whether anything at all is wrong; `checks` say what.
    public var degraded: Bool
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
                        return (index, .init(check, ready: true, detail.text), detail.lag)
                    } catch {
                        return (index, .init(check, ready: false, Self.words(error)), [:])
                    }
                }
            }
            var results: [(Int, ReadinessReport.Check, [String: Int64])] = []
            for await result in group { results.append(result) }
            return results
        }
        results.sort { $0.0 < $1.0 }
        var found = results.map(\.1)
        for check in found {
            Gauge(label: Self.gauge, dimensions: [("check", check.name)]).record(check.ready ? 1 : 0)
        }
        if isDraining {
            found.append(.init(name: "drain", ready: false, essential: true, detail: "the service is stopping"))
        }
        return ReadinessReport(
            service: service, ready: found.allSatisfy { $0.ready || !$0.essential },
            degraded: !found.allSatisfy(\.ready), startedAt: startedAt, checks: found,
            lag: results.reduce(into: [:]) { $0.merge($1.2) { old, _ in old } })
    }

    /// By check, as of the last time that anybody asked.
    private static let gauge = "holdfast_check_ready"

    private static func words(_ error: any Error) -> String {
        (error as? RPCError)?.message ?? "\(error)"
    }
}

extension ReadinessReport.Check {
    fileprivate init(_ check: HealthCheck, ready: Bool, _ detail: String) {
        self.init(name: check.name, ready: ready, essential: check.weight == .essential, detail: detail)
    }
}
