-- One row a course run: the declaration that was heard last, and what its learners did as a whole.
CREATE TABLE course_run (
    tenant          text        NOT NULL,
    course_run      text        NOT NULL,
    definition      jsonb       NOT NULL,
    revision        bigint      NOT NULL DEFAULT 1,  -- grows with every change of definition or cohort
    cohort          jsonb,                           -- summary of all enrolled; NULL before the first one
    cohort_at       timestamptz,                     -- domain time of the summary
    cohort_due_at   timestamptz,                     -- when the next is due; NULL after the run's end
    PRIMARY KEY (tenant, course_run),
    CONSTRAINT a_summary_has_its_time CHECK ((cohort IS NULL) = (cohort_at IS NULL))
);

-- Serves CourseRunStore.claimStale: the run whose summary has been due for longest.
CREATE INDEX course_run_by_due ON course_run (cohort_due_at) WHERE cohort_due_at IS NOT NULL;
