import PostgreSQL

/// Who works on which partitions of a stream: rows of the hearer's own database, judged by its clock.
///
/// An owner stays alive by one row that it renews (``consumer_owner``); partitions belong to it (``consumer_position``)
/// while that row has not expired. Leases only share the work out: it is the fence in the transaction of each run
/// that keeps effects single, so a lease that is lost without notice costs a rolled-back run and nothing else.
struct PartitionLeases: Sendable {
    let consumer: String
    let stream: String
    /// Unique for each start of a process.
    let owner: String
    /// How long an owner that says nothing is believed to be alive.
    let lease: Duration

    /// A partition that this owner holds, as the database has it.
    struct Holding: Sendable, Hashable {
        let partition: Int
        let epoch: Int64
        let position: Int64
        /// The ``Fact/mark`` of the fact at the position; nil when it is not known.
        let mark: Int64?

        init(partition: Int, epoch: Int64, position: Int64, mark: Int64? = nil) {
            self.partition = partition
            self.epoch = epoch
            self.position = position
            self.mark = mark
        }

        init(row: Row) throws {
            self.init(
                partition: try row.decode("partition"), epoch: try row.decode("epoch"),
                position: try row.decode("position"), mark: try row.decode("mark"))
        }
    }

    /// Makes the rows of a consumer that starts for the first time: all partitions, from the beginning of the log.
    func prepare(_ session: Session) throws {
        _ = try session.execute(
            """
            INSERT INTO consumer_position (consumer, stream, partition)
            SELECT \(consumer), \(stream), generate_series(0, \(EventLog.partitionCount - 1))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Renews, gives back what is above the fair share, and takes what nobody alive holds up to the fair share.
    ///
    /// The commit does not wait for the disk: a renewal or claim that a crash of the server undoes is noticed by
    /// the fence, which compares owner and epoch with what the server still knows.
    ///
    /// - Parameter idle: partitions on which nothing is being done; only these may be given back.
    func renew(_ session: Session, idle: Set<Int>) throws -> [Holding] {
        try beat(session)
        let (mine, free, owners) = try look(session)
        let share = (EventLog.partitionCount + owners - 1) / max(owners, 1)
        if mine.count > share {
            let excess = mine.filter { idle.contains($0.partition) }.suffix(mine.count - share).map(
                \.partition)
            try release(session, excess)
            return mine.filter { !excess.contains($0.partition) }
        }
        guard mine.count < share, !free.isEmpty else { return mine }
        // Owners that come at once begin at different places, so they rarely want the same row.
        return mine + (try claim(session, Array(free.shuffled().prefix(share - mine.count))))
    }

    /// Gives up everything at once, so that others need not wait for the lease to expire.
    func leave(_ session: Session) throws {
        _ = try session.execute(
            """
            UPDATE consumer_position SET owner = NULL
            WHERE consumer = \(consumer) AND stream = \(stream) AND owner = \(owner)
            """)
        _ = try session.execute(
            """
            DELETE FROM consumer_owner
            WHERE consumer = \(consumer) AND stream = \(stream) AND owner = \(owner)
            """)
    }

    private func beat(_ session: Session) throws {
        _ = try session.rows(
            """
            INSERT INTO consumer_owner (consumer, stream, owner, expires_at)
            VALUES (\(consumer), \(stream), \(owner), clock_timestamp() + \(lease.milliseconds) * interval '1 ms')
            ON CONFLICT (consumer, stream, owner) DO UPDATE SET expires_at = excluded.expires_at
            RETURNING set_config('synchronous_commit', 'off', true)
            """)
    }

    private func look(_ session: Session) throws -> (mine: [Holding], free: [Int], owners: Int) {
        let rows = try session.rows(
            """
            WITH alive AS (
                SELECT owner FROM consumer_owner
                WHERE consumer = \(consumer) AND stream = \(stream) AND expires_at > clock_timestamp()
            )
            SELECT place.partition, place.epoch, place.position, place.mark,
                coalesce(place.owner = \(owner), false) AS is_mine, alive.owner IS NULL AS is_free,
                (SELECT count(*) FROM alive) AS owners
            FROM consumer_position AS place LEFT JOIN alive ON alive.owner = place.owner
            WHERE place.consumer = \(consumer) AND place.stream = \(stream)
            ORDER BY place.partition
            """)
        var mine: [Holding] = []
        var free: [Int] = []
        for row in rows {
            let partition: Int = try row.decode("partition")
            if try row.decode("is_mine") {
                mine.append(try Holding(row: row))
            } else if try row.decode("is_free") {
                free.append(partition)
            }
        }
        return (mine, free, try rows.first?.decode("owners") ?? 1)
    }

    /// Rows that someone holds locked are left for the next time: a run on them is being committed, or its owner
    /// froze and the server will end its session soon.
    private func claim(_ session: Session, _ wanted: [Int]) throws -> [Holding] {
        try session.rows(
            """
            UPDATE consumer_position SET owner = \(owner), epoch = epoch + 1
            WHERE consumer = \(consumer) AND stream = \(stream) AND partition IN (
                SELECT place.partition FROM consumer_position AS place
                WHERE place.consumer = \(consumer) AND place.stream = \(stream)
                    AND place.partition = ANY(\(wanted.map(Int16.init)))
                    AND NOT EXISTS (
                        SELECT FROM consumer_owner AS other
                        WHERE other.consumer = place.consumer AND other.stream = place.stream
                            AND other.owner = place.owner AND other.expires_at > clock_timestamp())
                FOR UPDATE OF place SKIP LOCKED)
            RETURNING partition, epoch, position, mark
            """
        ).map(Holding.init(row:))
    }

    private func release(_ session: Session, _ partitions: [Int]) throws {
        guard !partitions.isEmpty else { return }
        _ = try session.execute(
            """
            UPDATE consumer_position SET owner = NULL
            WHERE consumer = \(consumer) AND stream = \(stream) AND owner = \(owner)
                AND partition = ANY(\(partitions.map(Int16.init)))
            """)
    }

    /// Forgets owners that have been silent for long. They hold nothing: expired rows never count.
    func forgetDead(_ session: Session) throws {
        _ = try session.execute(
            """
            DELETE FROM consumer_owner
            WHERE consumer = \(consumer) AND stream = \(stream) AND expires_at < clock_timestamp() - interval '10 min'
            """)
    }
}

extension PartitionLeases {
    /// A partition's way through one transaction.
    struct Step: Sendable {
        let holding: Holding
        /// The last fact of the run; the position moves to it.
        let last: Fact
    }

    /// Moves positions in the caller's transaction, and keeps them locked until that ends.
    ///
    /// It comes first in the transaction, so a former owner learns at once that it is one, and a later one cannot
    /// take a partition between the effects and the commit. A session that then falls silent for a whole lease is
    /// ended by the server, so an owner that froze inside its transaction does not hold the rows for long.
    ///
    /// - Parameter steps: Of different partitions, in their order: rows are locked in it everywhere.
    /// - Throws: ``FenceLost`` when a partition has another owner, epoch or position.
    func advance(_ session: Session, _ steps: [Step], isFenced: Bool) throws {
        let fence: SQL =
            isFenced
            ? " AND place.owner = \(owner) AND place.epoch = step.epoch AND place.position = step.position" : ""
        let rows = try session.rows(
            """
            WITH step AS (
                SELECT * FROM unnest(\(steps.map { Int16($0.holding.partition) }), \(steps.map(\.holding.epoch)),
                    \(steps.map(\.holding.position)), \(steps.map(\.last.seq)), \(steps.map(\.last.mark)))
                    AS step (partition, epoch, position, last, mark)
            ), held AS MATERIALIZED (
                SELECT place.partition, step.last, step.mark FROM consumer_position AS place
                JOIN step ON step.partition = place.partition
                WHERE place.consumer = \(consumer) AND place.stream = \(stream)
            """ + fence
                + """

                    ORDER BY place.partition
                    FOR UPDATE OF place
                ), silence AS (
                    SELECT set_config('idle_in_transaction_session_timeout', \(String(lease.milliseconds)), true)
                )
                UPDATE consumer_position AS place SET position = held.last, mark = held.mark
                FROM held, silence
                WHERE place.consumer = \(consumer) AND place.stream = \(stream) AND place.partition = held.partition
                RETURNING place.partition
                """
        )
        guard rows.count == steps.count else {
            let moved = Set(try rows.map { try $0.decode("partition", as: Int.self) })
            throw FenceLost(partitions: Set(steps.map(\.holding.partition)).subtracting(moved))
        }
    }

    /// Notes positions without a fence: for the relay, to which they are a hint.
    func note(_ session: Session, _ positions: [Int: Int64]) throws {
        guard !positions.isEmpty else { return }
        let pairs = positions.sorted { $0.key < $1.key }
        _ = try session.rows("SELECT set_config('synchronous_commit', 'off', true)")
        _ = try session.execute(
            """
            UPDATE consumer_position AS place SET position = known.position
            FROM unnest(\(pairs.map { Int16($0.key) }), \(pairs.map(\.value))) AS known (partition, position)
            WHERE place.consumer = \(consumer) AND place.stream = \(stream) AND place.partition = known.partition
                AND place.owner = \(owner)
            """)
    }
}

/// Partitions went to another owner; what was done in the transaction is rolled back.
struct FenceLost: Error {
    let partitions: Set<Int>
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + attoseconds / 1_000_000_000_000_000
    }

    var seconds: Double { self / .seconds(1) }
}
