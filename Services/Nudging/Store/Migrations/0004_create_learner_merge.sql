-- Learners who are one person with another, as Tracking says: what they do counts for the survivor.
CREATE TABLE learner_merge (
    tenant   text NOT NULL,
    merged   uuid NOT NULL,
    survivor uuid NOT NULL,
    PRIMARY KEY (tenant, merged)
);
-- Serves SituationStore: who was merged into a learner.
CREATE INDEX learner_merge_by_survivor ON learner_merge (tenant, survivor);
