-- The event store of one service: what happened, which commands were answered, and how far the relay has told it.
-- A service makes this its first migration with the line "include" of eventlog/migrations.py.

CREATE TABLE event (
    pos     bigint GENERATED ALWAYS AS IDENTITY,
    xid     xid8 NOT NULL DEFAULT pg_current_xact_id(),
    stream  text NOT NULL,
    version int NOT NULL CHECK (version > 0),
    type    text NOT NULL,
    data    json NOT NULL,  -- json, not jsonb: kept byte for byte as it was said
    meta    json NOT NULL,
    at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, version)
);
-- The relay's order: transactions that began later come later, and none is skipped (see eventlog/outbox.py).
CREATE INDEX event_in_order ON event (xid, pos);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What happened is not changed or deleted: say what is so now as a new event.';
END
$$;
CREATE TRIGGER event_stands BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE command (
    id          text PRIMARY KEY,
    fingerprint bytea NOT NULL,
    answer      bytea NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX command_by_age ON command (at);

CREATE TABLE relay (
    name text PRIMARY KEY,
    xid  xid8 NOT NULL,
    pos  bigint NOT NULL,
    at   timestamptz NOT NULL DEFAULT now()
);
