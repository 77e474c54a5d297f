-- Writing the ledger: everything of a batch in one transaction. Sums are added in the order of their keys,
-- so that two workers who meet on the same team wait for each other and never in a circle.
-- {generation} names the generation's own tables.

-- name: first_generation
INSERT INTO generation (id, fold_version, state)
SELECT 1, $1, 'live' WHERE NOT EXISTS (SELECT FROM generation)
ON CONFLICT DO NOTHING
RETURNING id

-- name: make_tables
SELECT make_generation($1)

-- name: index_tables
SELECT index_generation($1, kind) FROM generation_shape($1)

-- name: attach_tables
SELECT attach_generation($1)

-- name: live_generation
-- Held against a switch until the transaction ends.
-- A batch goes to its rows by their keys. Postgres may think that a table which grows fast is still small, and
-- read it whole; in this transaction it may not.
-- What is committed need not be on the disk before the next batch: results and positions are lost together when
-- Postgres crashes, and the log is read again from there.
SELECT id, fold_version, set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('synchronous_commit', 'off', true)
FROM generation
WHERE state = 'live'
FOR SHARE

-- name: other_generation
-- One that a rebuild fills or brings up to date. Not held: only a rebuild switches, and while it does, it still writes.
SELECT id, fold_version, set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('synchronous_commit', 'off', true)
FROM generation
WHERE id = $1 AND state <> 'live'

-- name: begin_positions
INSERT INTO position (generation, topic, partition)
SELECT $1, topic, partition FROM unnest($2::text[], $3::int[]) AS asked (topic, partition)
ON CONFLICT DO NOTHING

-- name: read_positions
SELECT topic, partition, next_offset FROM position
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) USING (topic, partition)
WHERE generation = $1

-- name: lock_positions
SELECT topic, partition, next_offset, known_at, dead_run FROM position
JOIN unnest($2::text[], $3::int[]) AS asked (topic, partition) USING (topic, partition)
WHERE generation = $1
ORDER BY topic, partition
FOR UPDATE OF position

-- name: move_positions
UPDATE position SET next_offset = moved.next_offset, known_at = moved.known_at, dead_run = moved.dead_run
FROM unnest($2::text[], $3::int[], $4::bigint[], $5::timestamptz[], $6::int[])
    AS moved (topic, partition, next_offset, known_at, dead_run)
WHERE position.generation = $1 AND position.topic = moved.topic AND position.partition = moved.partition

-- name: mark_read
-- A partition counts as read to its end only where the ledger itself stands there.
-- One that is being written is left out: it is busy, and comes to rest another time.
WITH resting AS (
    SELECT topic, partition FROM position
    JOIN unnest($2::text[], $3::int[], $4::bigint[]) AS ended (topic, partition, end_offset) USING (topic, partition)
    WHERE generation = $1 AND next_offset >= end_offset AND (read_at IS NULL OR read_at < $5)
    FOR UPDATE OF position SKIP LOCKED
)
UPDATE position SET read_at = $5 FROM resting
WHERE position.generation = $1 AND position.topic = resting.topic AND position.partition = resting.partition

-- name: items
-- Those that are there, with which of those asked for each is.
SELECT asked.nth, item.no, item.events
FROM unnest($1::text[], $2::integer[], $3::smallint[]) WITH ORDINALITY AS asked (subject, tenant, topic, nth)
JOIN item_{generation} AS item USING (subject, tenant, topic)

-- name: change_items
UPDATE item_{generation} AS item SET
    source = said.source, kind = said.kind, urgency = said.urgency, team = said.team, worker = said.worker,
    outcome = said.outcome, state = said.state, due = said.due, start_by = said.start_by,
    received = said.received, ended = said.ended, events = item.events || said.events
FROM unnest(
    $1::bigint[], $2::integer[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::integer[],
    $8::text[], $9::date[], $10::date[], $11::date[], $12::date[], $13::bytea[]
) AS said (no, source, kind, urgency, team, worker, outcome, state, due, start_by, received, ended, events)
WHERE item.no = said.no

-- name: add_faults
INSERT INTO fault_{generation} (
    topic, partition, "offset", n, tenant, source, fault, day, amount, generation
)
SELECT *, {generation} FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::date[], $9::bigint[]
)

-- name: add_journal
INSERT INTO journal_{generation} (tenant, lines, known_from, known_until, body, generation)
VALUES ($1, $2, $3, $4, $5, {generation})

-- name: add_months
-- Days are appended to what is there, and put together where they have become many.
INSERT INTO month_{generation} AS held (
    part, tenant, account, team, month, kind, setting, detail, amount, days, amounts, generation
)
SELECT $1, $2, account, team, date '1970-01-01' + month, kind, setting, detail, amount,
    ($12::smallint[])[first:last], ($13::bigint[])[first:last], {generation}
FROM unnest(
    $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::bigint[], $10::int[], $11::int[]
) AS added (account, team, month, kind, setting, detail, amount, first, last)
ON CONFLICT (tenant, account, team, month, kind, setting, detail, part) DO UPDATE SET
    amount = held.amount + excluded.amount,
    days = CASE WHEN cardinality(held.days) < 100 THEN held.days || excluded.days ELSE (
        days_once(held.days || excluded.days, held.amounts || excluded.amounts)
    ).days_after END,
    amounts = CASE WHEN cardinality(held.days) < 100 THEN held.amounts || excluded.amounts ELSE (
        days_once(held.days || excluded.days, held.amounts || excluded.amounts)
    ).amounts_after END

-- name: add_feeds
INSERT INTO feed_{generation} AS held (tenant, source, events, last_known, last_day, generation)
SELECT *, {generation} FROM unnest($1::int[], $2::int[], $3::bigint[], $4::timestamptz[], $5::date[])
ON CONFLICT (tenant, source) DO UPDATE SET
    events = held.events + excluded.events,
    last_known = greatest(held.last_known, excluded.last_known),
    last_day = greatest(held.last_day, excluded.last_day)

-- name: add_marks
INSERT INTO mark (tenant, team, account, since, until)
SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::date[], $5::date[])

-- name: bury
INSERT INTO dead_letter (topic, partition, "offset", known_at, key, value, reason, sentence)
SELECT * FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::timestamptz[], $5::bytea[], $6::bytea[], $7::text[], $8::text[]
)
ON CONFLICT DO NOTHING
