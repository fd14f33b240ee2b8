-- Policies that a tenant set; a tenant without any has the standard one.
CREATE TABLE policy (
    tenant     text        NOT NULL,
    name       text        NOT NULL,
    definition jsonb       NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, name)
);

-- The decision log: every candidate, sent or not. The id is derived from who, what and which day, so that a replay of
-- the facts finds the same row and decides nothing twice.
CREATE TABLE decision (
    tenant         text        NOT NULL,
    nudge          uuid        NOT NULL,
    learner        uuid        NOT NULL,
    course_run     text        NOT NULL,
    policy         text        NOT NULL,
    kind           text        NOT NULL,
    outcome        text        NOT NULL,
    decided_by     text,
    verdicts       jsonb       NOT NULL,
    decided_at     timestamptz NOT NULL,
    candidate      jsonb       NOT NULL,          -- the prediction that raised it, for the check at release
    due_at         timestamptz,                   -- the end of quiet hours, while held
    window_ends_at timestamptz,                   -- until when activity counts as a return; for send and holdout
    returned_at    timestamptz,                   -- the first learner activity in that window
    delivery       text,
    delivered_at   timestamptz,
    PRIMARY KEY (tenant, nudge),
    CONSTRAINT outcome_is_known CHECK (outcome IN ('send', 'hold', 'blocked', 'holdout')),
    CONSTRAINT held_is_due CHECK ((outcome = 'hold') = (due_at IS NOT NULL)),
    CONSTRAINT treated_has_a_window CHECK ((outcome IN ('send', 'holdout')) = (window_ends_at IS NOT NULL))
);
-- Serves the learner's page, cooldown and budget: one range a learner.
CREATE INDEX decision_by_learner ON decision (tenant, learner, decided_at DESC, nudge);
-- Serves the list of decisions of a tenant.
CREATE INDEX decision_by_time ON decision (tenant, decided_at DESC, nudge);
-- Serves the list of nudges, the days of the overview and the comparison: only what was sent or held out.
CREATE INDEX decision_treated ON decision (tenant, decided_at DESC, nudge) WHERE outcome IN ('send', 'holdout');
-- Serves the release of held nudges.
CREATE INDEX decision_held ON decision (due_at) WHERE outcome = 'hold';
