import PostgreSQL
import RedisStreams
import ServiceLifecycle

/// Closes a service's connections after everything that used them has ended: first in the service group's list, and so
/// the last to be shut down.
public struct Connections: Service {
    private let database: Database
    private let redis: RedisWriter

    public init(database: Database, redis: RedisWriter) {
        self.database = database
        self.redis = redis
    }

    public func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cut short: closing is right in both cases.
        }
        redis.close()
        await database.close()
    }
}
