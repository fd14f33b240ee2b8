-- Times in which a source that feeds a run was silent, as Tracking says them: they are no silence of its learners.
CREATE TABLE data_gap (
    tenant       text        NOT NULL,
    course_run   text        NOT NULL,
    source       text        NOT NULL,
    silent_since timestamptz NOT NULL,
    closed_at    timestamptz,                   -- null while it lasts
    PRIMARY KEY (tenant, course_run, source, silent_since)
);
