import EventLog
import Foundation
import Logging
import PostgreSQL
import Runtime

/// Keeps the time that a simulation set, so that a service which is started anew goes on where it was.
///
/// Without that a service killed in the middle of a simulated term would wake up in the real year, and stamp what it
/// does next with a time that lies weeks ahead of everything that follows.
struct KeptClock: Sendable {
    /// Counted on from the log's own migrations, because both are the same in every service.
    static let migration = Migration(
        number: 4, name: "create_simulated_clock",
        sql: """
            -- The simulated time as it was set last; no row where it never was.
            CREATE TABLE simulated_clock (
                slot   smallint         PRIMARY KEY DEFAULT 1,
                shows  timestamptz      NOT NULL,   -- at the moment of set_at
                rate   double precision NOT NULL,   -- simulated seconds a second
                set_at timestamptz      NOT NULL,   -- by the database's clock
                CONSTRAINT there_is_one_clock CHECK (slot = 1),
                CONSTRAINT rate_is_not_negative CHECK (rate >= 0)
            );
            """)

    let clock: SimulatedClock
    let database: Database

    /// Sets the clock, and keeps what it shows. Asking again after a failure is safe: it never goes backwards.
    func set(now: Date, rate: Double) async throws -> Date {
        let shows = clock.set(now: now, rate: rate)
        _ = try await database.execute(
            """
            INSERT INTO simulated_clock (slot, shows, rate, set_at)
            VALUES (1, \(shows), \(rate), clock_timestamp())
            ON CONFLICT (slot) DO UPDATE
               SET shows = excluded.shows, rate = excluded.rate, set_at = excluded.set_at
            """)
        return shows
    }

    /// Sets the clock to what it would show now, had the service never stopped.
    func restore() async throws {
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
