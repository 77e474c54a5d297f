-- Generations of the ledger: which there are, how far their making is, and which one is read.

-- name: alone
SELECT pg_try_advisory_lock(hashtextextended(current_schema() || '.rebuild', 0))

-- name: generations
SELECT id, fold_version, state FROM generation ORDER BY id

-- name: begin
INSERT INTO generation (id, fold_version, state)
SELECT greatest(nextval('generation_number'), coalesce(max(id), 0) + 1), $1, $2 FROM generation
RETURNING id

-- name: make_tables
SELECT make_generation($1)

-- name: plan
INSERT INTO share (generation, number, topic, partition, until)
SELECT $1, * FROM unnest($2::int[], $3::text[], $4::int[], $5::bigint[])

-- name: shares
SELECT number, topic, partition, until, done FROM share WHERE generation = $1 ORDER BY number, topic, partition

-- name: not_indexed
SELECT kind FROM generation_shape($1) WHERE to_regclass(name || '_key') IS NULL

-- name: room_to_sort
SELECT set_config('maintenance_work_mem', $1, true)

-- name: index_kind
SELECT index_generation($1, $2)

-- name: attached
SELECT count(*) = (SELECT count(*) FROM generation_shape($1)) FROM pg_inherits
WHERE inhrelid IN (SELECT to_regclass(name) FROM generation_shape($1))

-- name: attach
SELECT attach_generation($1)

-- name: drop
SELECT drop_generation($1)

-- name: positions
SELECT topic, partition, next_offset FROM position WHERE generation = $1

-- name: begin_positions
INSERT INTO position (generation, topic, partition)
SELECT $1, topic, partition FROM unnest($2::text[], $3::int[]) AS asked (topic, partition)
ON CONFLICT DO NOTHING

-- name: hold
-- Batches take a share lock on their generation's row: with this lock on the table, those under way end, and no other
-- begins before we are done. Readers do not notice.
LOCK TABLE generation IN EXCLUSIVE MODE

-- name: patience
SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', '0', true)

-- name: behind
SELECT old.topic, old.partition, old.next_offset AS old, coalesce(new.next_offset, 0) AS new
FROM position AS old
LEFT JOIN position AS new ON new.generation = $2 AND new.topic = old.topic AND new.partition = old.partition
WHERE old.generation = $1 AND old.next_offset > coalesce(new.next_offset, 0)
ORDER BY old.topic, old.partition

-- name: keep_read_at
-- What the old one had read to its end, the new one has too.
UPDATE position AS new SET read_at = old.read_at FROM position AS old
WHERE new.generation = $2 AND old.generation = $1 AND old.topic = new.topic AND old.partition = new.partition
    AND old.read_at IS NOT NULL AND (new.read_at IS NULL OR new.read_at < old.read_at)

-- name: switch
WITH before AS (UPDATE generation SET state = 'retired' WHERE state = 'live' RETURNING id)
UPDATE generation SET state = 'live' WHERE id = $1 AND (SELECT count(*) FROM before) >= 0

-- name: mark_both
-- All that either of them has lines on: told is only what differs.
INSERT INTO mark (tenant, team, account, since)
SELECT DISTINCT tenant, team, account, $2::date FROM month WHERE generation = ANY ($1::int[])
