-- How far an import has come and what its fields are worth; answers to repeated uploads; letters sent again.
ALTER TABLE import
    ADD COLUMN bytes_read bigint NOT NULL DEFAULT 0, -- of packed_bytes
    ADD COLUMN placed     bigint NOT NULL DEFAULT 0, -- rows of an older export that had something to say
    ADD COLUMN older_than timestamptz,               -- the as-of of the newest export that was known before it
    ADD COLUMN digest     text NOT NULL DEFAULT '',  -- SHA-256 of the upload
    ADD COLUMN asked_as   text;                      -- who asked, and under which Idempotency-Key
CREATE UNIQUE INDEX import_asked_as ON import (tenant, asked_as);

-- One row for each field of a shape and what it came to; `examples` are numbers of rows of the import.
CREATE TABLE quality (
    import   text NOT NULL REFERENCES import ON DELETE CASCADE,
    tenant   text NOT NULL,
    day      date NOT NULL, -- of the import
    source   text NOT NULL,
    shape    text NOT NULL,
    field    text NOT NULL,
    result   text NOT NULL,
    rows     bigint NOT NULL,
    examples bigint[] NOT NULL,
    PRIMARY KEY (import, source, shape, field, result)
);
CREATE INDEX quality_days ON quality (tenant, day);

-- Dead letters that were sent again, by their place among the dead letters.
CREATE TABLE replay (
    tenant    text NOT NULL,
    letter    text NOT NULL,
    at        timestamptz NOT NULL,
    by        text NOT NULL,
    mended    boolean NOT NULL,
    source    text NOT NULL, -- with event_id the event as which it counts
    event_id  text NOT NULL,
    PRIMARY KEY (tenant, letter, at)
);
