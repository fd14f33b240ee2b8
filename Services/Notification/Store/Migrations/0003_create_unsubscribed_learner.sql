-- Learners who want no more of these messages.
CREATE TABLE unsubscribed_learner (
    tenant          text        NOT NULL,
    learner         uuid        NOT NULL,
    -- The message whose link was used.
    delivery        uuid        NOT NULL,
    unsubscribed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, learner)
);

-- Whose link it is. Only the token's SHA-256, so that who reads this table can unsubscribe nobody. Rows stay for ever:
-- a link in a mail never expires.
CREATE TABLE unsubscribe_token (
    token_hash bytea NOT NULL PRIMARY KEY,
    tenant     text  NOT NULL,
    learner    uuid  NOT NULL,
    delivery   uuid  NOT NULL,
    CONSTRAINT hash_is_sha_256 CHECK (octet_length(token_hash) = 32)
);
