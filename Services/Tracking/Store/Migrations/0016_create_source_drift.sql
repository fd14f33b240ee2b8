-- Words of a source that are not known here, from a sample of its events: DriftSample. A place of '' counts the events
-- that were looked at.
CREATE TABLE source_drift (
    tenant        text        NOT NULL,
    source        text        NOT NULL,
    place         text        NOT NULL,
    word          text        NOT NULL,
    event_count   bigint      NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    example       text        NOT NULL,
    PRIMARY KEY (tenant, source, place, word),
    CONSTRAINT place_is_known CHECK (place IN ('', 'verb', 'activityKind', 'field'))
);
