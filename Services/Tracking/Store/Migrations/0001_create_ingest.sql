-- Whom a platform means by its own names. The id of a name never seen before is derived from the name, so that two
-- replicas, or the same events after a lost database, arrive at the same learner.
CREATE TABLE learner_identity (
    tenant      text        NOT NULL,
    source      text        NOT NULL,
    external_id text        NOT NULL,
    learner_id  uuid        NOT NULL,
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, source, external_id)
);
-- Serves LearnerReads.learner: all names of one learner.
CREATE INDEX learner_identity_by_learner ON learner_identity (tenant, learner_id);

-- One row per event ever accepted: what makes a replay recognisable. Written in the transaction that appends the event
-- to event_log. Hashes instead of texts keep it at a third of the size, and its one index small enough for memory.
CREATE TABLE event_identity (
    identity uuid  PRIMARY KEY,   -- first 128 bits of SHA-256 over tenant, source and the sender's event id
    content  bytea NOT NULL,      -- EventContent: two bytes a field to name what differs, then 18 of SHA-256 over all
    context  jsonb,               -- the sender's free part; it stays here and never goes on the stream
    CONSTRAINT content_is_32_bytes CHECK (octet_length(content) = 32)
);

-- Events that could not be taken in, or that conflict with an earlier one, as they came. The same one sent again is
-- kept once.
CREATE TABLE quarantined_event (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant      text        NOT NULL,
    fingerprint uuid        NOT NULL,   -- of tenant, source, status and raw
    source      text        NOT NULL,
    event_id    text,                   -- null where none could be read
    status      text        NOT NULL,
    reason      text        NOT NULL,
    raw         text        NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT quarantined_once UNIQUE (fingerprint),
    CONSTRAINT status_is_bad CHECK (status IN ('conflict', 'quarantined')),
    CONSTRAINT raw_is_bounded CHECK (octet_length(raw) <= 65536)
);
-- Serves QuarantineReads.list and the overview's count, newest first.
CREATE INDEX quarantined_event_newest ON quarantined_event (tenant, id DESC);
