-- What is wrong with a quarantined event as columns to count and choose by: worked out from its reason, which always
-- reads "field: expected X, got Y". QuarantineTests holds the words against those that EventReader writes.
ALTER TABLE quarantined_event
    ADD COLUMN field text NOT NULL GENERATED ALWAYS AS (split_part(reason, ': ', 1)) STORED,
    ADD COLUMN problem text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN status = 'conflict' THEN 'conflict'
            WHEN reason LIKE '%, got nothing' THEN 'missing'
            WHEN reason LIKE '%: expected one value, got several' THEN 'repeated'
            WHEN reason LIKE '%: expected a time at most %' THEN 'ahead'
            WHEN reason LIKE '%: expected a time from %' THEN 'tooOld'
            WHEN reason LIKE '%: expected at most %' THEN 'tooLarge'
            ELSE 'invalid'
        END) STORED,
    ADD COLUMN format           text,      -- of raw, where a mapping reads it; null: our own, or that of a file
    -- What somebody did about it.
    ADD COLUMN state            text NOT NULL DEFAULT 'waiting',
    ADD COLUMN corrected        text,      -- a replay takes this in place of raw
    ADD COLUMN corrected_format text,      -- of corrected; null: our own
    ADD COLUMN outcome          text,      -- the status of the last replay's receipt
    ADD COLUMN changed_at       timestamptz,
    ADD CONSTRAINT state_is_known CHECK (state IN ('waiting', 'replayed', 'discarded')),
    ADD CONSTRAINT corrected_is_bounded CHECK (octet_length(corrected) <= 65536),
    ADD CONSTRAINT outcome_is_known CHECK (outcome IN ('accepted', 'duplicate', 'conflict', 'quarantined')),
    ADD CONSTRAINT a_replay_has_an_outcome CHECK (state <> 'replayed' OR outcome IS NOT NULL);
-- Serves QuarantineReads by source, newest first.
CREATE INDEX quarantined_event_by_source ON quarantined_event (tenant, source, id DESC);

-- Every step that people take on events and learners: by whose key, when, what. Never changed.
CREATE TABLE audit_entry (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant  text        NOT NULL,
    subject text        NOT NULL,   -- e.g. quarantine/17
    at      timestamptz NOT NULL,
    actor   text        NOT NULL,   -- the id of the key with which it was asked
    action  text        NOT NULL,
    note    text        NOT NULL
);
-- Serves AuditRows.list: what was done about one thing.
CREATE INDEX audit_entry_by_subject ON audit_entry (tenant, subject, id);
