-- What was declared gets a number a change, so that two people who edit one run notice each other.
ALTER TABLE course_run
    ADD COLUMN revision       integer NOT NULL DEFAULT 1,
    -- Read out of the definition, so that lists need not unpack it.
    ADD COLUMN course         text    GENERATED ALWAYS AS (definition ->> 'course') STORED,
    ADD COLUMN module_count   integer GENERATED ALWAYS AS
        (coalesce(jsonb_array_length(definition -> 'modules'), 0)) STORED,
    ADD COLUMN activity_count integer GENERATED ALWAYS AS
        (coalesce(jsonb_array_length(definition -> 'activities'), 0)) STORED,
    ADD CONSTRAINT course_run_revision_counts CHECK (revision > 0);
-- Serves CourseReads.list: the runs of a course.
CREATE INDEX course_run_by_course ON course_run (tenant, course) WHERE course IS NOT NULL;

-- Courses as somebody declared them; the newest declaration holds.
CREATE TABLE course (
    tenant     text        NOT NULL,
    id         text        NOT NULL,
    definition jsonb       NOT NULL,   -- CourseDefinition
    defined_at timestamptz NOT NULL,
    revision   integer     NOT NULL,
    PRIMARY KEY (tenant, id),
    CONSTRAINT course_revision_counts CHECK (revision > 0)
);

-- What follows is computed from event_log by the consumer `tracking-catalog` and could be computed again: the runs and
-- activities that events name, whether somebody declared them or not. Each has up to eight rows (lane is the log's
-- partition modulo 8), so that those who project different partitions seldom wait for each other; readers add them up.
CREATE TABLE seen_run (
    tenant        text        NOT NULL,
    course_run    text        NOT NULL,
    lane          smallint    NOT NULL,
    first_seen_at timestamptz NOT NULL,   -- when the earliest event happened
    last_seen_at  timestamptz NOT NULL,
    event_count   bigint      NOT NULL,
    PRIMARY KEY (tenant, course_run, lane),
    CONSTRAINT seen_run_has_events CHECK (event_count > 0)
) WITH (fillfactor = 50);
CREATE TABLE seen_activity (
    tenant        text        NOT NULL,
    course_run    text        NOT NULL,
    activity      text        NOT NULL,
    lane          smallint    NOT NULL,
    kind          text,                   -- the first by name of the kinds that events gave; null: only `other`
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    event_count   bigint      NOT NULL,
    PRIMARY KEY (tenant, course_run, activity, lane),
    CONSTRAINT seen_activity_has_events CHECK (event_count > 0)
) WITH (fillfactor = 50);
