-- Files on their way into the log, what of them was refused, and the mappings that a council made itself.
CREATE TABLE import (
    id            text PRIMARY KEY,
    tenant        text NOT NULL,
    name          text NOT NULL,
    format        text NOT NULL,
    mapping       text,
    mapping_text  text,          -- as it stood when the file came, so that a resumed import reads the same
    as_of         text,
    packed_bytes  bigint NOT NULL,
    place         text NOT NULL, -- machine and folder of the upload
    sent_by       text NOT NULL,
    created_at    timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    rows_read     bigint NOT NULL DEFAULT 0, -- the row after which a resumed import goes on
    accepted      bigint NOT NULL DEFAULT 0,
    refused       bigint NOT NULL DEFAULT 0,
    events        bigint NOT NULL DEFAULT 0,
    note          text,
    error         text,
    started_at    timestamptz,
    ended_at      timestamptz
);
CREATE INDEX import_newest ON import (tenant, created_at DESC, id DESC);
CREATE INDEX import_waiting ON import (place, created_at) WHERE state IN ('queued', 'running');

CREATE TABLE reject (
    import    text NOT NULL REFERENCES import ON DELETE CASCADE,
    row       bigint NOT NULL,
    "column"  text NOT NULL,
    value     text NOT NULL,
    reason    text NOT NULL,
    remedy    text NOT NULL,
    PRIMARY KEY (import, row)
);

CREATE TABLE mapping (
    tenant      text NOT NULL,
    name        text NOT NULL,
    body        text NOT NULL,
    version     integer NOT NULL,
    changed_by  text NOT NULL,
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, name)
);
