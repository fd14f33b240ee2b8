-- How a risk went: for each enrollment and UTC day the last score (slot 0) and each band entered (slot 1 to 4).
CREATE TABLE risk_point (
    tenant     text             NOT NULL,
    course_run text             NOT NULL,
    learner    uuid             NOT NULL,
    day        integer          NOT NULL,   -- since 1970-01-01, UTC
    slot       smallint         NOT NULL,   -- 0, or 1 + the order of the band
    score      double precision NOT NULL,
    band       text             NOT NULL,
    scored_at  timestamptz      NOT NULL,
    PRIMARY KEY (tenant, learner, course_run, day, slot),
    CONSTRAINT point_is_a_probability CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT slot_is_known CHECK (slot BETWEEN 0 AND 4)
);
