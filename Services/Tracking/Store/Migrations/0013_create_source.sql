-- The programs that send events: whether each still speaks. Kept by the consumer `tracking-sources`, by heartbeats and
-- by StateSweep. Counts and hours only; nothing here is about a person.
--
-- A lane is one of those who write at the same time: each adds to rows of its own, readers add the lanes up.

CREATE TABLE source (
    tenant            text             NOT NULL,
    source            text             NOT NULL,
    first_heard_at    timestamptz      NOT NULL,
    heartbeat_at      timestamptz,
    heartbeat_seconds double precision,            -- how often, as the source promised
    judged_since      timestamptz,                 -- the beginning of the silence that was judged last
    opens_at          timestamptz,                 -- when that silence becomes a gap; null: never
    PRIMARY KEY (tenant, source),
    CONSTRAINT heartbeats_have_a_rhythm CHECK ((heartbeat_at IS NULL) = (heartbeat_seconds IS NULL))
);

-- Live events of a source so far.
CREATE TABLE source_total (
    tenant      text        NOT NULL,
    source      text        NOT NULL,
    lane        smallint    NOT NULL,
    last_at     timestamptz NOT NULL,   -- when the newest was received
    event_count bigint      NOT NULL,
    PRIMARY KEY (tenant, source, lane)
) WITH (fillfactor = 80);

-- Live events of a source by the hour in which they were received: what its rhythm is learned from. Six weeks are kept;
-- hours that are over are summed up into lane -1.
CREATE TABLE source_hour (
    tenant      text     NOT NULL,
    source      text     NOT NULL,
    hour        integer  NOT NULL,      -- since 1970-01-01
    lane        smallint NOT NULL,
    event_count bigint   NOT NULL,
    PRIMARY KEY (tenant, source, hour, lane)
) WITH (fillfactor = 80);
-- Serves SourceRows.tidy.
CREATE INDEX source_hour_oldest ON source_hour (hour) WHERE lane >= 0;

-- Fresh events of a source by how long they were under way: SourceLag says which bucket is which. Two weeks are kept.
CREATE TABLE source_lag (
    tenant      text     NOT NULL,
    source      text     NOT NULL,
    day         integer  NOT NULL,      -- since 1970-01-01
    bucket      smallint NOT NULL,
    lane        smallint NOT NULL,
    event_count bigint   NOT NULL,
    PRIMARY KEY (tenant, source, day, bucket, lane)
) WITH (fillfactor = 80);

-- Which runs a source feeds, and how much.
CREATE TABLE source_run (
    tenant      text        NOT NULL,
    course_run  text        NOT NULL,
    source      text        NOT NULL,
    lane        smallint    NOT NULL,
    last_at     timestamptz NOT NULL,
    event_count bigint      NOT NULL,
    PRIMARY KEY (tenant, course_run, source, lane)
) WITH (fillfactor = 80);
-- Serves SourceStore: all runs of one source.
CREATE INDEX source_run_by_source ON source_run (tenant, source, course_run);

-- Times in which a source that should have spoken was silent.
CREATE TABLE data_gap (
    tenant       text        NOT NULL,
    source       text        NOT NULL,
    silent_since timestamptz NOT NULL,
    opened_at    timestamptz NOT NULL,
    closed_at    timestamptz,
    reason       text,
    PRIMARY KEY (tenant, source, silent_since),
    CONSTRAINT gap_runs_forwards CHECK (opened_at >= silent_since AND closed_at >= silent_since),
    CONSTRAINT a_closed_gap_has_a_reason CHECK ((closed_at IS NULL) = (reason IS NULL)),
    CONSTRAINT reason_is_known CHECK (reason IN ('event', 'heartbeat', 'retired'))
);
CREATE UNIQUE INDEX one_open_gap_a_source ON data_gap (tenant, source) WHERE closed_at IS NULL;
-- Serves ListDataGaps.
CREATE INDEX data_gap_newest ON data_gap (tenant, silent_since DESC, source DESC);

-- The runs that a gap concerns.
CREATE TABLE data_gap_run (
    tenant       text        NOT NULL,
    course_run   text        NOT NULL,
    source       text        NOT NULL,
    silent_since timestamptz NOT NULL,
    PRIMARY KEY (tenant, course_run, source, silent_since),
    FOREIGN KEY (tenant, source, silent_since) REFERENCES data_gap
);
-- Serves DataGapRows: all runs of one gap.
CREATE INDEX data_gap_run_by_gap ON data_gap_run (tenant, source, silent_since, course_run);
