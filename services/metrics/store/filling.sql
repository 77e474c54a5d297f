-- Writing a share of a rebuild: its tables have no indexes yet, and nobody reads them.

-- name: claim
-- Held until the share is written: a process that was thought dead, and is not, finds it done.
SELECT count(*) FROM (
    SELECT FROM share WHERE generation = $1 AND number = $2 AND NOT done FOR UPDATE
) AS claimed

-- name: done
UPDATE share SET done = true WHERE generation = $1 AND number = $2

-- name: stand
INSERT INTO position (generation, topic, partition, next_offset, known_at, dead_run)
SELECT $1, * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::timestamptz[], $6::int[])

-- name: feeds_once
-- Each share wrote its own: one row a source is left.
WITH gone AS (DELETE FROM feed_{generation} RETURNING *)
INSERT INTO feed_{generation} (tenant, source, events, last_known, last_day, generation)
SELECT tenant, source, sum(events), max(last_known), max(last_day), {generation} FROM gone GROUP BY tenant, source
