-- Mails that the sink wrote, as a list; the mails themselves are files. Written with the delivery's state.
CREATE TABLE sink_message (
    delivery uuid        NOT NULL PRIMARY KEY,
    tenant   text        NOT NULL,
    learner  uuid        NOT NULL,
    subject  text        NOT NULL,
    size     integer     NOT NULL,
    sent_at  timestamptz NOT NULL
);
CREATE INDEX sink_message_by_time ON sink_message (tenant, sent_at DESC, delivery DESC);
CREATE INDEX sink_message_by_learner ON sink_message (tenant, learner, sent_at DESC, delivery DESC);
