import EventLog
import Foundation
import HTTPServer
import RPC

extension Platform {
    /// A router for the service's procedures.
    public func router() -> RPCRouter { RPCRouter(clock: runtime.clock, logger: runtime.logger("rpc")) }

    /// The service's HTTP server: its procedures, and `/readyz`, which really asks the database, Redis and the log.
    public func httpService(_ router: RPCRouter, heard: [HeardStream]) -> HTTPService {
        HTTPService(
            HTTPServerSettings(host: settings.common.httpHost, port: settings.common.httpPort), runtime: runtime,
            rpc: router, health: health(heard))
    }

    private func health(_ heard: [HeardStream]) -> [HealthCheck] {
        let streams = heard.map { stream in
            HealthCheck("hears-\(stream.stream)") { try Self.detail(stream.consumer.health, stream: stream.stream) }
        }
        return [
            HealthCheck("database") { [database] in
                try await database.ping(within: .seconds(2))
                return "answers"
            },
            HealthCheck("redis") { [redis] in
                try await redis.ping()
                return "answers"
            },
            HealthCheck("log") { [relay, stream] in try Self.detail(relay.health, stream: stream) },
        ] + streams
    }

    /// A service that lags still answers, and must: only what is broken makes it unready.
    private static func detail(_ health: LogHealth, stream: String) throws -> HealthDetail {
        guard health.problems.isEmpty else { throw NotWell(problems: health.problems) }
        let lag = health.lag.map { "\($0) facts behind" } ?? "lag not known yet"
        return HealthDetail(
            "\(lag), \(health.partitions) of \(EventLog.partitionCount) partitions here",
            lag: health.lag.map { [stream: $0] } ?? [:])
    }
}

/// What a part of the log says is wrong with it.
private struct NotWell: Error, CustomStringConvertible {
    let problems: [String]
    var description: String { problems.joined(separator: "; ") }
}
