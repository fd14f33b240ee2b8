-- What speed is seen in: a learner's newest events, and answers quicker than anybody reads.
ALTER TABLE study_profile
    ADD COLUMN quick_answers integer   NOT NULL DEFAULT 0,
    ADD COLUMN recent_at     bigint[]  NOT NULL DEFAULT '{}',   -- microseconds since 1970, oldest first
    ADD COLUMN recent_marks  integer[] NOT NULL DEFAULT '{}',   -- RecentEvent.mark of each
    ADD CONSTRAINT recent_events_have_marks CHECK (cardinality(recent_at) = cardinality(recent_marks));

-- What was said to be unusual, from AnomalyDetected and AnomalyClosed: a read model of `tracking-insight`.
CREATE TABLE anomaly (
    id               uuid        PRIMARY KEY,
    tenant           text        NOT NULL,
    course_run       text        NOT NULL,
    kind             text        NOT NULL,
    severity         text        NOT NULL,
    learner_id       uuid,                    -- null for one of the run
    other_learner_id uuid,
    activity_id      text,
    module_id        text,
    words            text        NOT NULL,
    evidence         jsonb       NOT NULL,    -- [{name, value, unit}]
    first_at         timestamptz NOT NULL,
    last_at          timestamptz NOT NULL,
    detected_at      timestamptz NOT NULL,
    closed_at        timestamptz              -- null while it is open
);
-- Serve AnomalyReads.list: newest first, all of a tenant, of a run, of a learner.
CREATE INDEX anomaly_newest ON anomaly (tenant, detected_at DESC, id DESC);
CREATE INDEX anomaly_newest_of_run ON anomaly (tenant, course_run, detected_at DESC, id DESC);
CREATE INDEX anomaly_by_learner ON anomaly (tenant, learner_id) WHERE learner_id IS NOT NULL;
CREATE INDEX anomaly_by_other_learner ON anomaly (tenant, other_learner_id) WHERE other_learner_id IS NOT NULL;

-- What has been said, for those who find: each anomaly is said once, and closed once. Not a read model: when a rule
-- last held is nowhere in the log.
CREATE TABLE anomaly_watch (
    id         uuid        PRIMARY KEY,
    tenant     text        NOT NULL,
    course_run text        NOT NULL,
    kind       text        NOT NULL,
    learner_id uuid,
    first_at   timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,   -- the last time at which the rule held
    closed_at  timestamptz
);
-- Serves the projection: open silences of learners who did something; and shifts that go on.
CREATE INDEX anomaly_watch_open_of_learner ON anomaly_watch (tenant, course_run, learner_id, kind)
    WHERE closed_at IS NULL;
-- Serves InsightSweep: what has not been seen for long.
CREATE INDEX anomaly_watch_quiet ON anomaly_watch (kind, seen_at) WHERE closed_at IS NULL;

-- When mere time may show something in a learner's study. Apart from the profile, so that this one follows from the
-- log alone.
CREATE TABLE insight_review (
    tenant     text        NOT NULL,
    course_run text        NOT NULL,
    learner_id uuid        NOT NULL,
    review_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, course_run, learner_id)
) WITH (fillfactor = 80);
-- Serves InsightSweep: what is due, soonest first.
CREATE INDEX insight_review_due ON insight_review (review_at);

-- When each run is surveyed next.
CREATE TABLE course_survey (
    tenant     text        NOT NULL,
    course_run text        NOT NULL,
    survey_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, course_run)
) WITH (fillfactor = 50);
