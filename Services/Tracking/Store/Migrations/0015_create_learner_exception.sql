-- Learners of whom somebody said that they are one with another, or no learners at all. Few have a row. The log keeps
-- every event under the id under which it came; projections read it through this table (LearnerExceptions).
CREATE TABLE learner_exception (
    tenant      text        NOT NULL,
    learner_id  uuid        NOT NULL,
    merged_into uuid,
    merged_at   timestamptz,
    role        text        NOT NULL DEFAULT 'learner',
    PRIMARY KEY (tenant, learner_id),
    CONSTRAINT role_is_known CHECK (role IN ('learner', 'staff', 'test', 'bot')),
    CONSTRAINT nobody_is_merged_into_themselves CHECK (merged_into <> learner_id),
    CONSTRAINT a_merge_has_its_time CHECK ((merged_into IS NULL) = (merged_at IS NULL))
);
-- Serves LearnerExceptions: who was merged into a learner.
CREATE INDEX learner_exception_by_survivor ON learner_exception (tenant, merged_into) WHERE merged_into IS NOT NULL;

-- How a source names people who are no learners. Asked for names never seen before alone.
CREATE TABLE role_rule (
    tenant  text     NOT NULL,
    source  text     NOT NULL,
    place   smallint NOT NULL,      -- the first that fits holds
    pattern text     NOT NULL,      -- * for any number of any characters
    role    text     NOT NULL,
    PRIMARY KEY (tenant, source, place),
    CONSTRAINT rule_role_is_known CHECK (role IN ('learner', 'staff', 'test', 'bot'))
);
