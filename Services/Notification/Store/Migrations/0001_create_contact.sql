-- How each learner can be reached. The only home of names, addresses and numbers, each sealed with AES-256-GCM for its
-- own row and column; the key is not in the database.
CREATE TABLE contact (
    tenant       text        NOT NULL,
    learner      uuid        NOT NULL,
    name         bytea,
    email        bytea,
    phone        bytea,
    -- HMAC of the address: finds the learner of a bounced mail without a readable address.
    email_lookup bytea,
    locale       text,
    time_zone    text,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant, learner),
    CONSTRAINT an_address_can_be_looked_up CHECK ((email IS NULL) = (email_lookup IS NULL))
);
CREATE INDEX contact_by_email ON contact (tenant, email_lookup) WHERE email_lookup IS NOT NULL;
