-- Sources that feed a run and are, or lately were, silent: Tracking says so. One row a source and run, of its newest gap.
CREATE TABLE data_gap (
    tenant       text        NOT NULL,
    course_run   text        NOT NULL,
    source       text        NOT NULL,
    silent_since timestamptz NOT NULL,
    closed_at    timestamptz,                   -- null while it is open
    PRIMARY KEY (tenant, course_run, source)
);
