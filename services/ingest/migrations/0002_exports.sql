-- What tables have shown: of each export what it covers, of each item the rows at which it turned. So a later
-- export sends just what differs, whatever order they come in (services/ingest/domain/exports.py).
ALTER TABLE import
    ADD COLUMN coverage  text,                       -- as JSON; null: the file shows no items as they stand
    ADD COLUMN unchanged bigint NOT NULL DEFAULT 0,  -- rows that say nothing new
    ADD COLUMN withdrawn bigint NOT NULL DEFAULT 0;  -- items that are gone from what the export covers

CREATE TABLE export (
    tenant   text COLLATE "C" NOT NULL,
    source   text COLLATE "C" NOT NULL,
    as_of    timestamptz NOT NULL,
    coverage text NOT NULL,
    import   text NOT NULL,
    PRIMARY KEY (tenant, source, as_of)
);

-- `row` is the item's data as JSON; `since` is set where it is an absence that was concluded.
CREATE TABLE turn (
    tenant text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    key    text COLLATE "C" NOT NULL,
    as_of  timestamptz NOT NULL,
    row    bytea NOT NULL,
    dates  text NOT NULL,
    since  timestamptz,
    PRIMARY KEY (tenant, source, key, as_of)
);
