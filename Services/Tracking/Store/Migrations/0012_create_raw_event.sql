-- What other platforms sent, as it came: one row an event that was accepted in another format than our own, written in
-- the transaction that appends the event to event_log. A mapping chooses fields; here is what it left out.
CREATE TABLE raw_event (
    identity    uuid        PRIMARY KEY,   -- as in event_identity
    tenant      text        NOT NULL,
    format      text        NOT NULL,      -- the mapping that read it
    raw         text        NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT raw_event_is_bounded CHECK (octet_length(raw) <= 65536)
);
