import PostgreSQL

extension EventLog {
    /// The tables of the log, for `Migrator(extra:)`: the same in the schema of every service that says or hears facts.
    public static var migrations: [Migration] { migrations(with: []) }

    /// The same beside steps that another library brought after the log's first three. What the log brought later comes
    /// after those, because that is the order in which schemas have them.
    ///
    /// - Parameter others: Numbered from 4 on.
    public static func migrations(with others: [Migration]) -> [Migration] {
        let first = [
            Migration(number: 1, name: "create_event_log", sql: createEventLog),
            Migration(number: 2, name: "create_consumer_position", sql: createConsumerPosition),
            Migration(number: 3, name: "create_dead_letter", sql: createDeadLetter),
        ]
        let next = first.count + others.count + 1
        let last = [
            Migration(number: next, name: "keep_bodies_as_written", sql: keepBodiesAsWritten),
            Migration(number: next + 1, name: "part_event_log_by_month", sql: partEventLogByMonth),
        ]
        return first + others + last
    }

    private static let createEventLog = """
        -- Every fact this service ever said. (partition, seq) is its place for good; seq has no holes and follows
        -- the order of commits, because the counter row in log_head stays locked until the commit.
        CREATE TABLE event_log (
            partition   smallint    NOT NULL,
            seq         bigint      NOT NULL,
            stream      text        NOT NULL,
            tenant      text        NOT NULL,
            key         text        NOT NULL,   -- whose order counts: a learner, or a course run
            type        text        NOT NULL,
            version     integer     NOT NULL,
            occurred_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            body        jsonb       NOT NULL,
            traceparent text,
            PRIMARY KEY (partition, seq),
            CONSTRAINT partition_is_one_of_64 CHECK (partition BETWEEN 0 AND 63),
            CONSTRAINT seq_starts_at_one CHECK (seq >= 1)
        );
        -- The last number given in each partition. Pages stay mostly empty so that each update finds room beside
        -- the row (a HOT update) and no index entry is written.
        CREATE TABLE log_head (
            partition smallint PRIMARY KEY,
            seq       bigint   NOT NULL DEFAULT 0,
            CONSTRAINT head_is_not_negative CHECK (seq >= 0)
        ) WITH (fillfactor = 10);
        INSERT INTO log_head (partition) SELECT generate_series(0, 63);
        """

    private static let createConsumerPosition = """
        -- How far each consumer of this service is in each partition of a stream it hears, and who works on it.
        -- position moves only in the transaction that holds the effects of the facts up to it.
        CREATE TABLE consumer_position (
            consumer  text     NOT NULL,
            stream    text     NOT NULL,
            partition smallint NOT NULL,
            position  bigint   NOT NULL DEFAULT 0,
            mark      bigint,                        -- what the fact at the position was: Fact.mark; null: not known
            epoch     bigint   NOT NULL DEFAULT 0,   -- grows with each change of owner
            owner     text,                          -- null: free to take
            PRIMARY KEY (consumer, stream, partition),
            CONSTRAINT position_is_not_negative CHECK (position >= 0)
        ) WITH (fillfactor = 50);
        -- The owners that are alive. One row each, so that staying alive costs one update, not one a partition.
        CREATE TABLE consumer_owner (
            consumer   text        NOT NULL,
            stream     text        NOT NULL,
            owner      text        NOT NULL,
            expires_at timestamptz NOT NULL,         -- by this database's clock
            PRIMARY KEY (consumer, stream, owner)
        ) WITH (fillfactor = 50);
        """

    private static let createDeadLetter = """
        -- Facts that could not be applied. Written in the transaction that moves the position past them.
        CREATE TABLE dead_letter (
            id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            consumer    text        NOT NULL,
            stream      text        NOT NULL,
            partition   smallint    NOT NULL,
            seq         bigint      NOT NULL,
            tenant      text        NOT NULL,
            key         text        NOT NULL,
            type        text        NOT NULL,
            version     integer     NOT NULL,
            occurred_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            body        jsonb       NOT NULL,
            traceparent text,
            reason      text        NOT NULL,
            attempts    integer     NOT NULL,
            failed_at   timestamptz NOT NULL,
            replayed_at timestamptz,
            CONSTRAINT dead_letter_is_one_a_fact UNIQUE (consumer, stream, partition, seq)
        );
        -- Serves the list of what waits.
        CREATE INDEX dead_letter_waiting ON dead_letter (id) WHERE replayed_at IS NULL;
        """

    private static let keepBodiesAsWritten = """
        -- A body is only ever read as a whole, and must come back as the bytes that went in. jsonb would be parsed when
        -- written and printed again each time it is read.
        ALTER TABLE event_log ALTER COLUMN body TYPE json USING body::text::json;
        ALTER TABLE dead_letter ALTER COLUMN body TYPE json USING body::text::json;
        """

    private static let partEventLogByMonth = """
        -- A table a month (LogMonths), by when facts were recorded: so the pages of indexes that are written to stay
        -- few, and a month can go as a whole. What was there before stays one table.
        ALTER TABLE event_log RENAME TO event_log_before;
        ALTER TABLE event_log_before RENAME CONSTRAINT event_log_pkey TO event_log_before_pkey;
        CREATE TABLE event_log (LIKE event_log_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
            PARTITION BY RANGE (recorded_at);
        DO $$
        DECLARE
            old record;
        BEGIN
            FOR old IN
                SELECT indexname, indexdef FROM pg_indexes
                WHERE schemaname = current_schema() AND tablename = 'event_log_before'
                    AND indexname <> 'event_log_before_pkey'
            LOOP
                EXECUTE format('ALTER INDEX %I RENAME TO %I', old.indexname, old.indexname || '_before');
                EXECUTE replace(old.indexdef, format(' ON %I.event_log_before ', current_schema()), ' ON event_log ');
            END LOOP;
            IF EXISTS (SELECT FROM event_log_before) THEN
                EXECUTE format(
                    'ALTER TABLE event_log ATTACH PARTITION event_log_before FOR VALUES FROM (MINVALUE) TO (%L)',
                    (SELECT date_trunc('month', max(recorded_at), 'UTC') + interval '1 month' FROM event_log_before));
            ELSE
                DROP TABLE event_log_before;
            END IF;
        END $$;
        CREATE TABLE event_log_rest (LIKE event_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
        ALTER TABLE event_log_rest ADD PRIMARY KEY (partition, seq);
        ALTER TABLE event_log ATTACH PARTITION event_log_rest DEFAULT;
        """
}
