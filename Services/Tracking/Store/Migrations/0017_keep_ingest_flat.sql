-- Identities in two tables, so that taking in an event costs the same however many are stored. A new one goes to a small
-- table, whose index stays in memory; from there they are settled in the order of the large table's index, many to a page
-- (IdentitySettling), where one by one each would make a page of its own to be read, written, and logged whole.
ALTER TABLE event_identity RENAME TO event_identity_settled;
ALTER INDEX event_identity_pkey RENAME TO event_identity_settled_pkey;
CREATE TABLE event_identity_recent (
    identity uuid  PRIMARY KEY,
    content  bytea NOT NULL,
    context  json,
    CONSTRAINT content_is_32_bytes CHECK (octet_length(content) = 32)
);
-- For whoever reads. An identity is in one of the two: see IdentityClaims.
CREATE VIEW event_identity AS
SELECT identity, content, context FROM event_identity_recent
UNION ALL
SELECT identity, content, context FROM event_identity_settled;

-- Half the size that it had with tenant and key: see LearnerEvents. All facts of a learner stand in one partition, so time
-- and seq together put them in one order for good.
DROP INDEX event_log_timeline;
CREATE INDEX event_log_timeline ON event_log (hashtextextended(key, 0), occurred_at DESC, seq DESC)
    WHERE type = 'LearningEventRecorded';
