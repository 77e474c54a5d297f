-- Writing the ledger: everything of a batch in one transaction. Sums are added in the order of their keys,
-- so that two workers who meet on the same team wait for each other and never in a circle.

-- name: first_generation
INSERT INTO generation (id, fold_version, state)
SELECT 1, $1, 'live' WHERE NOT EXISTS (SELECT FROM generation)
ON CONFLICT DO NOTHING

-- name: live_generation
-- A batch goes to its rows by their keys. Postgres may think that a table which grows fast is still small, and
-- read it whole; in this transaction it may not.
SELECT id, fold_version, set_config('enable_seqscan', 'off', true) FROM generation WHERE state = 'live' FOR SHARE

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

-- name: events_of_items
-- OFFSET 0 keeps the search for one item apart, so that each is found by its own key. Tenant and topic are compared
-- as expressions: nearly all events share them, so no index may be entered by them.
SELECT found.topic, found.tenant, found.subject, found.partition, found."offset", found.known_at, found.body
FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (topic, tenant, subject), LATERAL (
    SELECT * FROM event
    WHERE generation = $1 AND event.subject = asked.subject AND event.tenant || '' = asked.tenant
    OFFSET 0
) AS found
WHERE found.topic = asked.topic
ORDER BY found.partition, found."offset"

-- name: add_faults
INSERT INTO fault (generation, topic, partition, "offset", n, tenant, source, fault, day, amount)
SELECT $1, * FROM unnest(
    $2::text[], $3::int[], $4::bigint[], $5::int[], $6::text[], $7::text[], $8::text[], $9::date[], $10::bigint[]
)

-- name: put_items
INSERT INTO item (
    generation, tenant, subject, source, state, kind, urgency, team, worker, due, start_by, received, ended, outcome
)
SELECT $1, * FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::date[], $11::date[], $12::date[], $13::date[], $14::text[]
)
ON CONFLICT (generation, tenant, subject) DO UPDATE SET
    source = excluded.source, state = excluded.state, kind = excluded.kind, urgency = excluded.urgency,
    team = excluded.team, worker = excluded.worker, due = excluded.due, start_by = excluded.start_by,
    received = excluded.received, ended = excluded.ended, outcome = excluded.outcome

-- name: drop_items
DELETE FROM item USING unnest($2::text[], $3::text[]) AS gone (tenant, subject)
WHERE item.generation = $1 AND item.tenant = gone.tenant AND item.subject = gone.subject

-- name: add_balances
INSERT INTO balance AS held (generation, tenant, account, team, day, kind, setting, worker, detail, amount)
SELECT $1, * FROM unnest(
    parts($2), parts($3), parts($4), parts($5)::date[], parts($6), parts($7), parts($8), parts($9)::jsonb[],
    parts($10)::bigint[]
) AS added (tenant, account, team, day, kind, setting, worker, detail, amount)
ORDER BY tenant, account, team, day, kind, setting, worker, detail
ON CONFLICT (generation, tenant, account, team, day, kind, setting, worker, detail)
DO UPDATE SET amount = held.amount + excluded.amount

-- name: add_months
INSERT INTO month AS held (generation, tenant, account, team, month, kind, setting, detail, amount)
SELECT $1, * FROM unnest(
    parts($2), parts($3), parts($4), parts($5)::date[], parts($6), parts($7), parts($8)::jsonb[],
    parts($9)::bigint[]
) AS added (tenant, account, team, month, kind, setting, detail, amount)
ORDER BY tenant, account, team, month, kind, setting, detail
ON CONFLICT (generation, tenant, account, team, month, kind, setting, detail)
DO UPDATE SET amount = held.amount + excluded.amount

-- name: add_marks
INSERT INTO mark (tenant, team, account, since, until)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::date[])

-- name: bury
INSERT INTO dead_letter (topic, partition, "offset", known_at, key, value, reason, sentence)
SELECT * FROM unnest(
    $1::text[], $2::int[], $3::bigint[], $4::timestamptz[], $5::bytea[], $6::bytea[], $7::text[], $8::text[]
)
ON CONFLICT DO NOTHING
