import Foundation
import Logging
import PostgreSQL
import ServiceLifecycle

/// Keeps a table ready for the facts of each month, by when they were recorded, in UTC.
///
///     event_log ─┬─ event_log_2026_11     the newest indexes stay small, however much is stored
///                ├─ event_log_2026_12     made before its first fact
///                └─ event_log_rest        what no other takes, so that no fact ever finds no place
///
/// Where a month's facts came before its table did, they stay in the rest, and the month gets no table of its own.
public struct LogMonths: Service {
    private let database: Database
    private let now: @Sendable () -> Date
    private let logger: Logger

    /// How long before its first fact a month's table is there, in seconds.
    static let leadSeconds: Double = 21 * 86_400
    /// Real time between two looks at the clock, which may run fast.
    static let interval: Duration = .seconds(1)
    /// Real time until the next attempt when a table could not be made: seldom, for whoever reads the log meanwhile
    /// waits as long as the attempt does.
    static let retryInterval: Duration = .seconds(300)
    /// How long an attempt waits for those who read the whole log, such as a backup.
    static let lockTimeout = "500ms"

    /// - Parameter now: The clock by which facts are recorded.
    public init(database: Database, now: @escaping @Sendable () -> Date, logger: Logger) {
        self.database = database
        self.now = now
        self.logger = logger
    }

    /// Does it once, before facts are recorded. A table that cannot be made now keeps no service from starting: the
    /// rest takes the facts, and ``run()`` tries again.
    public func prepare() async {
        _ = await attempt()
    }

    /// Makes the tables of the month that it is and, before it begins, of the next.
    func keep() async throws {
        let instant = now()
        for month in [LogMonth(of: instant), LogMonth(of: instant.addingTimeInterval(Self.leadSeconds))] {
            try await keep(month)
        }
    }

    /// Goes on doing so until shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var kept: LogMonth?
            while !Task.isCancelled {
                let wanted = LogMonth(of: now().addingTimeInterval(Self.leadSeconds))
                if wanted != kept, await attempt() { kept = wanted }
                do {
                    try await Task.sleep(for: wanted == kept ? Self.interval : Self.retryInterval)
                } catch {
                    return
                }
            }
        }
    }

    private func attempt() async -> Bool {
        do {
            try await keep()
            return true
        } catch {
            if !Task.isCancelled {
                logger.warning("no table yet for a month of the log", metadata: ["error": "\(error)"])
            }
            return false
        }
    }

    /// Any number of replicas may want the same month at once.
    private func keep(_ month: LogMonth) async throws {
        let isMade = try await database.transaction { session in
            guard try !Self.isThere(month, on: session) else { return false }
            try session.script("SET LOCAL lock_timeout = '\(Self.lockTimeout)'")
            _ = try session.rows("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.event_log', 0))")
            guard try !Self.isThere(month, on: session), try !Self.isInRest(month, on: session) else { return false }
            try session.script(Self.creation(of: month))
            return true
        }
        if isMade { logger.info("a table for a month of the log", metadata: ["log.table": "\(month.table)"]) }
    }

    /// Whether a table takes the month's facts: its own, or the one of all facts from before there were months.
    private static func isThere(_ month: LogMonth, on session: Session) throws -> Bool {
        try session.rows(
            """
            SELECT 1 FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
            WHERE inhparent = 'event_log'::regclass AND (relname = \(month.table)
                OR relname = 'event_log_before' AND \(month.start)::timestamptz
                    < substring(pg_get_expr(relpartbound, part.oid) FROM 'TO .''([^'']+)''')::timestamptz)
            """
        ).first != nil
    }

    private static func isInRest(_ month: LogMonth, on session: Session) throws -> Bool {
        try session.rows(
            """
            SELECT 1 FROM event_log_rest
            WHERE recorded_at >= \(month.start)::timestamptz AND recorded_at < \(month.next.start)::timestamptz LIMIT 1
            """
        ).first != nil
    }

    /// A number is unique within its month by the index, and over all months by the counter that gives it.
    private static func creation(of month: LogMonth) -> String {
        """
        CREATE TABLE \(month.table) (LIKE event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
        ALTER TABLE \(month.table) ADD CONSTRAINT \(month.table)_pkey PRIMARY KEY (partition, seq);
        ALTER TABLE event_log ATTACH PARTITION \(month.table)
            FOR VALUES FROM ('\(month.start)') TO ('\(month.next.start)');
        """
    }
}

/// A month of UTC.
struct LogMonth: Sendable, Equatable {
    let year: Int
    /// 1 to 12.
    let number: Int

    init(of date: Date) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        self.init(year: calendar.component(.year, from: date), number: calendar.component(.month, from: date))
    }

    private init(year: Int, number: Int) {
        self.year = year
        self.number = number
    }

    var next: LogMonth { number == 12 ? LogMonth(year: year + 1, number: 1) : LogMonth(year: year, number: number + 1) }

    /// Name of its table.
    var table: String { "event_log_" + text(separator: "_") }

    /// Its first instant, as PostgreSQL reads it.
    var start: String { text(separator: "-") + "-01 00:00:00+00" }

    private func text(separator: String) -> String {
        "\(year)" + separator + (number < 10 ? "0" : "") + "\(number)"
    }
}
