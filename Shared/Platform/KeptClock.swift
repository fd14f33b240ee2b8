import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import RPC
import Runtime

/// Keeps the time that a simulation set, so that a service which is started anew goes on where it was.
///
/// Without that a service killed in the middle of a simulated term would wake up in the real year, and stamp what it
/// does next with a time that lies weeks ahead of everything that follows.
public struct KeptClock: Sendable {
    /// The table that the time is kept in, as a step that a library brings.
    ///
    /// - Parameter number: After the log's own migrations, or 1 in a service without a log.
    public static func migration(number: Int) -> Migration {
        Migration(number: number, name: "create_simulated_clock", sql: table)
    }

    private static let table = """
        -- The simulated time as it was set last; no row where it never was.
        CREATE TABLE simulated_clock (
            slot   smallint         PRIMARY KEY DEFAULT 1,
            shows  timestamptz      NOT NULL,   -- at the moment of set_at
            rate   double precision NOT NULL,   -- simulated seconds a second
            set_at timestamptz      NOT NULL,   -- by the database's clock
            CONSTRAINT there_is_one_clock CHECK (slot = 1),
            CONSTRAINT rate_is_not_negative CHECK (rate >= 0)
        );
        """

    private let clock: SimulatedClock
    private let database: Database

    public init(clock: SimulatedClock, database: Database) {
        self.clock = clock
        self.database = database
    }

    /// The largest rate that may be set: a day in a twelfth of a second.
    public static let rateMax = 1_000_000.0

    /// Sets the clock, and keeps what it shows. Asking again after a failure is safe: what was asked last is no step
    /// back.
    ///
    /// - Returns: The time that the clock shows from here on.
    /// - Throws: `invalid_argument` for a rate that is not in 0...``rateMax``, `failed_precondition` for a time that
    ///   the clock has passed already.
    public func set(now: Date, rate: Double) async throws -> Date {
        try check(now: now, rate: rate)
        guard let shows = clock.advance(to: now, rate: rate) else { throw Self.refusal(of: now, shown: clock.now()) }
        _ = try await database.execute(
            """
            INSERT INTO simulated_clock (slot, shows, rate, set_at)
            VALUES (1, \(shows), \(rate), clock_timestamp())
            ON CONFLICT (slot) DO UPDATE
               SET shows = excluded.shows, rate = excluded.rate, set_at = excluded.set_at
            """)
        return shows
    }

    /// Refuses what ``set(now:rate:)`` would refuse now, and changes nothing: for whoever sets several clocks, and
    /// should not set the first when this one cannot follow.
    public func check(now: Date, rate: Double) throws {
        guard rate.isFinite, (0...Self.rateMax).contains(rate) else {
            throw RPCError(.invalidArgument, "rate must be in 0...1000000, got \(rate)")
        }
        if !clock.mayAdvance(to: now, rate: rate) { throw Self.refusal(of: now, shown: clock.now()) }
    }

    private static func refusal(of asked: Date, shown: Date) -> RPCError {
        RPCError(
            .failedPrecondition,
            "the clock never goes backwards: it shows \(RFC3339.string(from: shown)), "
                + "and was to be set to \(RFC3339.string(from: asked))")
    }

    /// Sets the clock to what it would show now, had the service never stopped.
    public func restore() async throws {
        let rows = try await database.rows(
            """
            SELECT shows, rate, extract(epoch FROM clock_timestamp() - set_at)::double precision AS elapsed
            FROM simulated_clock
            """)
        guard let row = rows.first else { return }
        let (shows, rate): (Date, Double) = (try row.decode("shows"), try row.decode("rate"))
        let elapsed: Double = try row.decode("elapsed")
        clock.set(now: shows.addingTimeInterval(max(0, elapsed) * rate), rate: rate)
    }
}

/// A service's time, for a program that works on the service's database from outside.
public enum ServiceTimeInDatabase {
    /// The clock that a simulation set in the service; the machine's own where none ever did.
    public static func clock(_ settings: DatabaseSettings, logger: Logger) async throws -> any ServiceClock {
        let database = Database(settings, logger: logger)
        do {
            let clock = SimulatedClock()
            try await KeptClock(clock: clock, database: database).restore()
            await database.close()
            return clock
        } catch {
            await database.close()
            throw error
        }
    }
}
