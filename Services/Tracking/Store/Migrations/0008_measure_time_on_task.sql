-- Sessions and what follows from them are kept by a projection of their own from here on, which hears the log from its
-- beginning: so they begin empty, and are complete again when it has caught up.
TRUNCATE session;
ALTER TABLE session
    ADD COLUMN credited_us bigint  NOT NULL,   -- time on task, microseconds
    ADD COLUMN tail_kind   text    NOT NULL,   -- what the last event was about, and how long it may be credited:
    ADD COLUMN tail_cap_us bigint  NOT NULL,   -- all that the next event must know
    ADD COLUMN tail_leaves boolean NOT NULL,
    ADD CONSTRAINT credit_is_within_the_session CHECK (credited_us >= 0
        AND credited_us <= extract(epoch FROM ended_at - started_at) * 1000000);
-- Serves CourseReads.sessionLengths: the newest sessions of a run.
CREATE INDEX session_by_run ON session (tenant, course_run, started_at DESC);

-- Time on task of a learner in a run, by UTC day and kind of activity.
CREATE TABLE study_time (
    tenant      text    NOT NULL,
    learner_id  uuid    NOT NULL,
    course_run  text    NOT NULL,
    day         integer NOT NULL,   -- days since 1970-01-01
    kind        text    NOT NULL,
    credited_us bigint  NOT NULL,
    PRIMARY KEY (tenant, learner_id, course_run, day, kind),
    CONSTRAINT time_is_not_negative CHECK (credited_us >= 0)
) WITH (fillfactor = 90);

-- All events of a run by quarter of an hour: exact in every time zone, whatever zone the run is given later. Spread over a
-- few lanes, so that those who project different partitions rarely wait for each other.
CREATE TABLE run_quarter (
    tenant      text     NOT NULL,
    course_run  text     NOT NULL,
    quarter     integer  NOT NULL,   -- quarters of an hour since 1970-01-01
    lane        smallint NOT NULL,
    event_count bigint   NOT NULL,
    PRIMARY KEY (tenant, course_run, quarter, lane)
) WITH (fillfactor = 80);

-- The same of one learner; only what shows the learner studying.
CREATE TABLE learner_quarter (
    tenant      text    NOT NULL,
    learner_id  uuid    NOT NULL,
    course_run  text    NOT NULL,
    quarter     integer NOT NULL,
    event_count integer NOT NULL,
    PRIMARY KEY (tenant, learner_id, course_run, quarter)
) WITH (fillfactor = 90);
