-- Settling: rows of the journal become chunks, small chunks become larger ones, openings are made where they lack.

-- name: live_generation
-- Held against a switch until the transaction ends.
SELECT id FROM generation WHERE state = 'live' FOR SHARE

-- name: waiting
SELECT coalesce(sum(lines), 0)::bigint AS lines, count(*) AS rows FROM journal WHERE generation = $1

-- name: rows
-- The oldest rows, as many as hold $1 lines, at least one.
SELECT id, tenant, body FROM (
    SELECT id, tenant, body, sum(lines) OVER (ORDER BY id) - lines AS before FROM journal_{generation}
) AS waiting
WHERE before < $1
ORDER BY id

-- name: take_rows
DELETE FROM journal_{generation} WHERE id = ANY ($1::bigint[])

-- name: small_chunks
-- Chunks of the same keys that may be merged: of tenant $1 the accounts $2, teams $3 and months $4.
SELECT asked.nth, chunk.id, chunk.lines
FROM unnest($2::int[], $3::int[], $4::date[]) WITH ORDINALITY AS asked (account, team, month, nth)
JOIN chunk_{generation} AS chunk USING (account, team, month)
WHERE chunk.tenant = $1 AND chunk.lines < $5

-- name: take_chunks
DELETE FROM chunk_{generation} AS chunk
USING unnest($2::int[], $3::int[], $4::date[], $5::bigint[]) AS taken (account, team, month, id)
WHERE chunk.tenant = $1 AND chunk.account = taken.account AND chunk.team = taken.team
    AND chunk.month = taken.month AND chunk.id = taken.id
RETURNING chunk.id, chunk.body

-- name: drop_openings
-- Those that begin after a month $4 in which account $2 of team $3 has fresh lines.
DELETE FROM opening_{generation} AS opening
USING unnest($2::int[], $3::int[], $4::date[]) AS fresh (account, team, month)
WHERE opening.tenant = $1 AND opening.account = fresh.account AND opening.team = fresh.team
    AND opening.begins > fresh.month

-- name: last_spots
-- Of each partition the last row of settled events, if it may be added to; $2 and $3: bounds of its places.
SELECT asked.nth, spot.first, spot.last, spot.events, spot.body
FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS asked (first, last, nth)
CROSS JOIN LATERAL (
    SELECT * FROM spot_{generation} AS spot
    WHERE spot.tenant = $1 AND spot.first BETWEEN asked.first AND asked.last
    ORDER BY spot.first DESC
    LIMIT 1
) AS spot
WHERE spot.events < $4

-- name: take_spots
DELETE FROM spot_{generation} WHERE tenant = $1 AND first = ANY ($2::bigint[])

-- name: scattered
-- Keys of which more than $2 chunks are small, as a rebuild leaves them that is done by shares; at most $3 keys.
SELECT tenant, account, team, month, array_agg(id) AS ids FROM chunk_{generation}
WHERE lines < $1
GROUP BY tenant, account, team, month
HAVING count(*) > $2
ORDER BY tenant, account, team, month
LIMIT $3
