-- What Nudging knows of learners and runs, kept from the facts that it hears. Nothing here is personal: ids only.

-- One row a course run; a run that was never declared is made by its first event.
CREATE TABLE course_run (
    tenant          text        NOT NULL,
    course_run      text        NOT NULL,
    title           text        NOT NULL,
    starts_at       timestamptz,
    ends_at         timestamptz,
    time_zone       text        NOT NULL DEFAULT 'UTC',
    assessments     jsonb       NOT NULL DEFAULT '[]',
    last_event_at   timestamptz,                -- when anybody in it was last heard, to tell a silent source
    learners        integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, course_run)
);

-- One row an enrollment.
CREATE TABLE learner_run (
    tenant           text        NOT NULL,
    learner          uuid        NOT NULL,
    course_run       text        NOT NULL,
    status           text        NOT NULL,
    last_activity_at timestamptz,
    PRIMARY KEY (tenant, learner, course_run),
    CONSTRAINT status_is_known CHECK (status IN ('enrolled', 'withdrawn', 'completed'))
);

-- One row a learner of whom Notification said something that bears on later nudges.
CREATE TABLE learner_reach (
    tenant          text        NOT NULL,
    learner         uuid        NOT NULL,
    unsubscribed_at timestamptz,
    refused_at      timestamptz,                -- when an address was last refused for good
    PRIMARY KEY (tenant, learner)
);
