-- Course runs as somebody declared them; the newest declaration holds. What happened in a run is in event_log.
CREATE TABLE course_run (
    tenant     text        NOT NULL,
    id         text        NOT NULL,
    starts_at  timestamptz NOT NULL,
    definition jsonb       NOT NULL,   -- CourseRunDefinition
    defined_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, id)
);
-- Serves CourseRunStore.list, newest first.
CREATE INDEX course_run_newest ON course_run (tenant, starts_at DESC, id);
