-- One row an enrollment: what its features are computed from, and the risk that stands. No personal data: ids only.
CREATE TABLE enrollment (
    tenant          text             NOT NULL,
    course_run      text             NOT NULL,
    learner         uuid             NOT NULL,
    state           bytea            NOT NULL,   -- days, counts and marks; see EnrollmentState
    is_enrolled     boolean          NOT NULL,   -- in the course now; a copy out of state, for counting
    score           double precision,            -- NULL while the model abstains
    band            text,
    band_since      timestamptz,
    abstention      text,
    scored_at       timestamptz      NOT NULL,   -- domain time of the last scoring
    said_score      double precision,            -- what others heard last
    said_abstention text,
    said_on         integer          NOT NULL,   -- days since 1970-01-01, UTC
    vector          bytea,                       -- the indicators behind the score, 4 bytes each
    model           text             NOT NULL,   -- version of the model that gave the score
    due_at          timestamptz,                 -- when it is scored again at the latest; NULL for never
    PRIMARY KEY (tenant, course_run, learner),
    CONSTRAINT score_is_a_probability CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT score_or_reason CHECK ((score IS NULL) = (abstention IS NOT NULL)),
    CONSTRAINT score_has_a_band CHECK ((score IS NULL) = (band IS NULL)),
    CONSTRAINT score_has_its_indicators CHECK ((score IS NULL) = (vector IS NULL)),
    CONSTRAINT band_is_known CHECK (band IN ('low', 'moderate', 'high', 'critical'))
);

-- Serves RiskReads.risks(of:): all runs of one learner.
CREATE INDEX enrollment_by_learner ON enrollment (tenant, learner);
-- Serves RiskReads.atRisk: one range of the index per page, over one run or over all.
CREATE INDEX enrollment_by_run_and_score ON enrollment (tenant, course_run, score DESC, learner)
    WHERE score IS NOT NULL;
CREATE INDEX enrollment_by_score ON enrollment (tenant, score DESC, learner, course_run) WHERE score IS NOT NULL;
-- Serves EnrollmentStore.claimDue: what has been due for longest.
CREATE INDEX enrollment_by_due ON enrollment (due_at) WHERE due_at IS NOT NULL;
