import EventLog
import Foundation
import HTTPServer
import PostgreSQL
import RPC
import RedisStreams

extension Platform {
    /// A router for the service's procedures.
    public func router() -> RPCRouter { RPCRouter(clock: runtime.clock, logger: runtime.logger("rpc")) }

    /// The service's HTTP server: its procedures, and `/readyz`, which really asks the database, Redis and the log.
    public func httpService(_ router: RPCRouter, heard: [HeardStream]) -> HTTPService {
        HTTPService(
            HTTPServerSettings(host: settings.common.httpHost, port: settings.common.httpPort), runtime: runtime,
            rpc: router, health: health(heard))
    }

    /// Everything that a procedure answers with is in the database, so nothing else makes a service unready: while
    /// Redis or a producer is away, facts wait in the logs, and cutting the service off would only lose what it can
    /// still do.
    private func health(_ heard: [HeardStream]) -> [HealthCheck] {
        let streams = heard.map { stream in
            HealthCheck("hears-\(stream.stream)", .degrading) {
                try Self.detail(stream.consumer.health, stream: stream.stream)
            }
        }
        return [
            .database(database), .redis(redis),
            HealthCheck("log", .degrading) { [relay, stream] in try Self.detail(relay.health, stream: stream) },
        ] + streams
    }

    /// A service that lags still answers, and is well: only what is broken is told.
    private static func detail(_ health: LogHealth, stream: String) throws -> HealthDetail {
        guard health.problems.isEmpty else { throw NotWell(problems: health.problems) }
        let lag = health.lag.map { "\($0) facts behind" } ?? "lag not known yet"
        return HealthDetail(
            "\(lag), \(health.partitions) of \(EventLog.partitionCount) partitions here",
            lag: health.lag.map { [stream: $0] } ?? [:])
    }
}

extension HealthCheck {
    /// Whether PostgreSQL answers within two seconds.
    public static func database(_ database: Database) -> HealthCheck {
        HealthCheck("database", .essential) {
            try await database.ping(within: .seconds(2))
            return "answers"
        }
    }

    /// Whether Redis answers. No request needs it: it carries facts, and the logs keep them until it is back.
    public static func redis(_ redis: RedisWriter) -> HealthCheck {
        HealthCheck("redis", .degrading) {
            try await redis.ping()
            return "answers"
        }
    }
}

/// What a part of the log says is wrong with it.
private struct NotWell: Error, CustomStringConvertible {
    let problems: [String]
    var description: String { problems.joined(separator: "; ") }
}
