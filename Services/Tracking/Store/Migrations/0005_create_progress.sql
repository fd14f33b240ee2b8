-- What follows is computed from event_log by the consumer `tracking-insight` and could be computed again.

-- What one learner did with one activity of a run: ActivityRecord.
CREATE TABLE activity_progress (
    tenant        text             NOT NULL,
    course_run    text             NOT NULL,
    learner_id    uuid             NOT NULL,
    activity_id   text             NOT NULL,
    kind          text             NOT NULL,
    first_at      timestamptz      NOT NULL,
    last_at       timestamptz      NOT NULL,
    interacted_at timestamptz,                -- first event that was at least so deep; null: never
    submitted_at  timestamptz,
    completed_at  timestamptz,
    opened_at     timestamptz,                -- first event that only opened it
    right_at      timestamptz,                -- first right answer
    event_count   integer          NOT NULL,
    attempts      integer          NOT NULL,
    score         double precision,           -- the newest, 0 to 1
    scored_at     timestamptz,
    best_score    double precision,
    PRIMARY KEY (tenant, course_run, learner_id, activity_id),
    CONSTRAINT progress_has_events CHECK (event_count > 0),
    CONSTRAINT progress_runs_forwards CHECK (last_at >= first_at)
) WITH (fillfactor = 90);

-- One learner's study in one run: StudyProfile.
CREATE TABLE study_profile (
    tenant           text        NOT NULL,
    course_run       text        NOT NULL,
    learner_id       uuid        NOT NULL,
    last_activity_at timestamptz,
    days             integer[]   NOT NULL,   -- UTC days with activity, since 1970-01-01, oldest first
    day_actions      integer[]   NOT NULL,   -- single actions on each
    begun            integer     NOT NULL,   -- activities with any event
    deep             integer     NOT NULL,   -- of those, activities handed in, answered or posted to
    PRIMARY KEY (tenant, course_run, learner_id),
    CONSTRAINT profile_days_have_actions CHECK (cardinality(days) = cardinality(day_actions))
) WITH (fillfactor = 80);

-- How many learners of a run went how deep with an activity. A row a partition, so that those who project different
-- partitions never wait for each other; readers add them up.
CREATE TABLE run_activity (
    tenant      text     NOT NULL,
    course_run  text     NOT NULL,
    activity_id text     NOT NULL,
    partition   smallint NOT NULL,
    kind        text     NOT NULL,
    viewed      bigint   NOT NULL,   -- learners who went at least so deep
    interacted  bigint   NOT NULL,
    submitted   bigint   NOT NULL,
    completed   bigint   NOT NULL,
    begun_hours bigint   NOT NULL,   -- hours since 1970 of each learner's first event, summed
    PRIMARY KEY (tenant, course_run, activity_id, partition)
) WITH (fillfactor = 80);

-- How a figure is spread over the learners of a run: Distribution, in rows of a partition as above.
CREATE TABLE run_distribution (
    tenant     text      NOT NULL,
    course_run text      NOT NULL,
    measure    smallint  NOT NULL,   -- StudyMeasure
    period     integer   NOT NULL,   -- UTCWeek, or -1 for the whole run
    partition  smallint  NOT NULL,
    counts     integer[] NOT NULL,   -- learners by bucket
    PRIMARY KEY (tenant, course_run, measure, period, partition),
    CONSTRAINT distribution_has_48_buckets CHECK (cardinality(counts) = 48)
) WITH (fillfactor = 80);
