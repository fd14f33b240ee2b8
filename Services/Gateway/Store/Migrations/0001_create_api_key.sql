-- Keys of the public API. The key itself is shown once, when it is made; here is only its SHA-256.
CREATE TABLE api_key (
    id         uuid        NOT NULL PRIMARY KEY,
    tenant     text        NOT NULL,
    name       text        NOT NULL,
    prefix     text        NOT NULL,             -- the first characters, to tell keys apart in a list
    digest     bytea       NOT NULL,
    scopes     text[]      NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT digest_is_sha256 CHECK (length(digest) = 32),
    CONSTRAINT digest_is_unique UNIQUE (digest)
);
-- Serves the list of a tenant's keys.
CREATE INDEX api_key_by_tenant ON api_key (tenant, created_at, id);
