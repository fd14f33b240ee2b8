-- xAPI statements as they came. `stored_at` is the statement's `stored` and its place in the one order of its tenant: it
-- rises with every statement in the order of commits, by a microsecond at least, so that pages and `since` lose none.
CREATE TABLE xapi_statement (
    tenant       text        NOT NULL,
    stored_at    timestamptz NOT NULL,
    id           uuid        NOT NULL,
    raw          text        NOT NULL,   -- byte for byte
    authority    text        NOT NULL,   -- the Agent, as JSON, whose key brought it
    version      text        NOT NULL,
    timestamp_at timestamptz,            -- null where the statement did not say; then stored_at is its timestamp
    digest       bytea       NOT NULL,   -- equal for equal statements: XAPIComparison
    target_id    uuid,                   -- the statement that it is about
    is_voiding   boolean     NOT NULL,
    is_voided    boolean     NOT NULL,
    PRIMARY KEY (tenant, stored_at),
    CONSTRAINT xapi_statement_once UNIQUE (tenant, id),
    CONSTRAINT digest_is_a_hash CHECK (octet_length(digest) = 32),
    CONSTRAINT voiding_stays CHECK (NOT (is_voiding AND is_voided))
);
-- Serves StatementStore: who refers to a statement that comes in.
CREATE INDEX xapi_statement_by_target ON xapi_statement (tenant, target_id) WHERE target_id IS NOT NULL;

-- What statements answer to, also through the statements that they are about: every filter is a range of this index.
CREATE TABLE xapi_term (
    term      uuid        NOT NULL,   -- first 128 bits of SHA-256 over tenant, kind and value
    stored_at timestamptz NOT NULL,   -- of the tenant's statement
    PRIMARY KEY (term, stored_at)
);

-- Activities as all statements together describe them.
CREATE TABLE xapi_activity (
    tenant     text  NOT NULL,
    hash       bytea NOT NULL,   -- SHA-256 of the id, which may be too long for an index
    id         text  NOT NULL,
    definition text  NOT NULL,   -- JSON
    PRIMARY KEY (tenant, hash)
);

-- The files behind attachments, each once, however many statements have it.
CREATE TABLE xapi_attachment (
    tenant       text  NOT NULL,
    sha2         text  NOT NULL,
    content_type text  NOT NULL,
    content      bytea NOT NULL,
    is_genuine   boolean NOT NULL,   -- the content has this hash
    PRIMARY KEY (tenant, sha2)
);

-- Documents of the state and profile resources.
CREATE TABLE xapi_document (
    tenant       text        NOT NULL,
    subject      uuid        NOT NULL,   -- first 128 bits of SHA-256 over tenant, resource, activity and agent
    registration uuid        NOT NULL,   -- zero for none
    id           text        NOT NULL,
    content_type text        NOT NULL,
    content      bytea       NOT NULL,
    tag          text        NOT NULL,   -- SHA-1 of the content: its ETag
    stored_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, subject, registration, id),
    CONSTRAINT document_id_fits_the_key CHECK (octet_length(id) <= 1024)
);
