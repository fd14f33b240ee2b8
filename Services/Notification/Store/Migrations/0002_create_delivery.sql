-- One row a message to a learner. What the message says is made from it when it is sent: no name and no address here.
CREATE TABLE delivery (
    delivery         uuid        NOT NULL PRIMARY KEY,
    tenant           text        NOT NULL,
    nudge            uuid,
    learner          uuid        NOT NULL,
    course_run       text,
    course_title     text        NOT NULL,
    kind             text        NOT NULL,
    channel          text        NOT NULL,
    parameters       jsonb       NOT NULL,
    provider         text        NOT NULL,
    state            text        NOT NULL,
    reason           text,
    -- The server's codes for the last refusal, without its words.
    reply            text,
    attempts         integer     NOT NULL DEFAULT 0,
    -- The service's clock.
    planned_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    dated_at         timestamptz,             -- the mail's Date: when sending first began
    changed_at       timestamptz NOT NULL,
    -- The database's own clock, which runs on in a simulation.
    next_attempt_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    first_attempt_at timestamptz,
    -- Who is sending it, and until when that is believed. The epoch grows with every claim: an outcome counts only
    -- under the epoch that its attempt began with.
    claim_owner      text,
    claim_epoch      bigint      NOT NULL DEFAULT 0,
    claim_expires_at timestamptz,
    CONSTRAINT one_delivery_a_nudge UNIQUE (tenant, nudge),
    CONSTRAINT state_is_known CHECK (state IN ('planned', 'sending', 'sent', 'failed', 'suppressed', 'unknown')),
    CONSTRAINT what_is_sending_is_claimed CHECK (state <> 'sending' OR claim_expires_at IS NOT NULL),
    CONSTRAINT what_was_not_sent_says_why CHECK (state NOT IN ('failed', 'suppressed', 'unknown') OR reason IS NOT NULL)
);
-- Serves the senders: what is due, oldest first.
CREATE INDEX delivery_due ON delivery (next_attempt_at, delivery) WHERE state = 'planned';
-- Serves StrandedDeliveries: claims that ran out.
CREATE INDEX delivery_claimed ON delivery (claim_expires_at) WHERE state = 'sending';
-- Serve ListDeliveries, newest first.
CREATE INDEX delivery_by_time ON delivery (tenant, planned_at DESC, delivery DESC);
CREATE INDEX delivery_by_learner ON delivery (tenant, learner, planned_at DESC, delivery DESC);
-- Serves the overview: counts by state, and what was sent by day.
CREATE INDEX delivery_by_state ON delivery (tenant, state, changed_at);
