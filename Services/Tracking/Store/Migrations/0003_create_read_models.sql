-- What follows is computed from event_log by the consumer `tracking-projection` and could be computed again.
-- In keys, an empty course_run stands for events outside any run, such as a login.

-- Every learner with at least one event.
CREATE TABLE learner (
    tenant           text        NOT NULL,
    learner_id       uuid        NOT NULL,
    first_event_at   timestamptz NOT NULL,
    last_activity_at timestamptz,           -- null while others only did things to the learner
    event_count      bigint      NOT NULL,
    PRIMARY KEY (tenant, learner_id),
    CONSTRAINT learner_has_events CHECK (event_count > 0)
) WITH (fillfactor = 80);

-- A learner in a course run: EnrollmentRecord.
CREATE TABLE enrollment (
    tenant                 text             NOT NULL,
    course_run             text             NOT NULL,
    learner_id             uuid             NOT NULL,
    status                 text             NOT NULL,
    status_at              timestamptz,               -- null while the enrollment is only implied by activity
    enrolled_at            timestamptz      NOT NULL,
    is_enrollment_declared boolean          NOT NULL,
    first_day_at           timestamptz,               -- first activity on each of the first four active days
    second_day_at          timestamptz,
    third_day_at           timestamptz,
    fourth_day_at          timestamptz,
    last_activity_at       timestamptz,
    streak_started_at      timestamptz,               -- first activity after the newest pause of more than 7 days
    event_count            bigint           NOT NULL,
    engagement             double precision NOT NULL, -- EngagementScore as of engagement_as_of; decays from there
    engagement_as_of       timestamptz,
    state                  text             NOT NULL,
    state_since            timestamptz      NOT NULL,
    review_at              timestamptz,               -- when mere time may change the state; null: only an event can
    PRIMARY KEY (tenant, course_run, learner_id),
    CONSTRAINT status_is_known CHECK (status IN ('enrolled', 'withdrawn', 'completed')),
    CONSTRAINT state_is_known CHECK (state IN ('neverStarted', 'onboarding', 'active', 'slipping', 'dormant',
        'returned', 'completed', 'withdrawn')),
    CONSTRAINT engagement_is_an_index CHECK (engagement >= 0 AND engagement < 'Infinity')
) WITH (fillfactor = 80);
-- Serves LearnerReads.learner.
CREATE INDEX enrollment_by_learner ON enrollment (tenant, learner_id);
-- Serves StateSweep: what is due, soonest first.
CREATE INDEX enrollment_due ON enrollment (review_at) WHERE review_at IS NOT NULL;

-- Stretches of activity without a pause of more than 30 minutes.
CREATE TABLE session (
    tenant      text        NOT NULL,
    learner_id  uuid        NOT NULL,
    course_run  text        NOT NULL,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    event_count integer     NOT NULL,
    PRIMARY KEY (tenant, learner_id, course_run, started_at),
    CONSTRAINT session_runs_forwards CHECK (ended_at >= started_at),
    CONSTRAINT session_has_events CHECK (event_count > 0)
);

-- Activity of a learner in a run by UTC day: what engagement, streaks and calendars are made of.
CREATE TABLE activity_day (
    tenant      text        NOT NULL,
    learner_id  uuid        NOT NULL,
    course_run  text        NOT NULL,
    day         integer     NOT NULL,   -- days since 1970-01-01
    event_count integer     NOT NULL,
    actions     bigint      NOT NULL,   -- single actions: an event may stand for many
    first_at    timestamptz NOT NULL,
    last_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant, learner_id, course_run, day),
    CONSTRAINT activity_day_has_events CHECK (event_count > 0 AND actions > 0)
) WITH (fillfactor = 90);

-- All events by run and UTC day, for charts. A row a partition, so that those who project different partitions never
-- wait for each other; readers add them up.
CREATE TABLE run_day (
    tenant      text     NOT NULL,
    course_run  text     NOT NULL,
    day         integer  NOT NULL,
    partition   smallint NOT NULL,
    event_count bigint   NOT NULL,
    PRIMARY KEY (tenant, course_run, day, partition)
) WITH (fillfactor = 80);

-- All events by run and minute, for the live chart. Only the newest two hours are kept.
CREATE TABLE activity_minute (
    tenant      text     NOT NULL,
    course_run  text     NOT NULL,
    minute      integer  NOT NULL,   -- minutes since 1970-01-01
    partition   smallint NOT NULL,
    event_count bigint   NOT NULL,
    PRIMARY KEY (tenant, course_run, minute, partition)
) WITH (fillfactor = 80);
-- Serves MinuteUpkeep.
CREATE INDEX activity_minute_oldest ON activity_minute (minute);
