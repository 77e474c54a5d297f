-- name: add
INSERT INTO import (id, tenant, name, format, mapping, mapping_text, as_of, coverage, packed_bytes, place,
                    sent_by, created_at, digest, asked_as, asked, state, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (tenant, asked_as) DO NOTHING

-- name: arrive
-- An upload that came in parts is there; False for who comes second with the last part.
UPDATE import SET state = 'queued', format = $3, mapping = $4, mapping_text = $5, coverage = $6,
                  packed_bytes = $7, digest = $8, place = $9, name = $10, source = $11
WHERE tenant = $1 AND id = $2 AND state = 'uploading'

-- name: forsake
-- Uploads of this place that nobody went on with.
UPDATE import SET state = 'failed', error = $4, ended_at = $2
WHERE place = $1 AND state = 'uploading' AND created_at < $3
RETURNING id

-- name: asked
SELECT * FROM import WHERE tenant = $1 AND asked_as = $2

-- name: find
SELECT * FROM import WHERE tenant = $1 AND id = $2

-- name: newest
SELECT * FROM import
WHERE tenant = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
ORDER BY created_at DESC, id DESC
LIMIT $4

-- name: rejects
SELECT row, "column", value, reason, remedy FROM reject WHERE import = $1 AND row > $2 ORDER BY row LIMIT $3

-- name: unfinished
SELECT id FROM import WHERE place = $1 AND state IN ('uploading', 'queued', 'running')

-- name: claim_alone
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/claim', 0))

-- name: claim
-- The oldest import of this place that is small enough and not in hand ($4), whether it waits or was cut off while
-- it ran. What one feed shows is compared with what it showed before, so its imports never run beside each other.
UPDATE import SET state = 'running', started_at = coalesce(started_at, $2), note = NULL, stage = NULL
WHERE id = (
    SELECT id FROM import AS mine
    WHERE place = $1 AND state IN ('queued', 'running') AND packed_bytes <= $3 AND id <> ALL ($4::text[])
      AND (state = 'running' OR NOT EXISTS (
          SELECT FROM import AS other
          WHERE other.tenant = mine.tenant AND other.source = mine.source
            AND (other.state = 'running' OR (other.state = 'queued' AND other.place = mine.place
                                             AND (other.created_at, other.id) < (mine.created_at, mine.id)))))
    ORDER BY created_at, id LIMIT 1
)
RETURNING *

-- name: advance
-- Continues only from the row that is written down: who woke up late or was cancelled changes nothing.
UPDATE import
SET rows_read = $3, accepted = accepted + $4, refused = refused + $5, events = events + $6,
    unchanged = unchanged + $7, withdrawn = withdrawn + $8, bytes_read = greatest(bytes_read, $9),
    placed = placed + $10, older_than = coalesce(older_than, $11), covers = coalesce($12, covers), stage = NULL
WHERE id = $1 AND state = 'running' AND rows_read = $2

-- name: reject
INSERT INTO reject (import, row, "column", value, reason, remedy)
SELECT $1, row, col, value, reason, remedy
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS r (row, col, value, reason, remedy)
WHERE (SELECT refused FROM import WHERE id = $1) <= $7
ON CONFLICT DO NOTHING

-- name: prepare
UPDATE import SET stage = 'preparing', stage_share = $2 WHERE id = $1 AND state = 'running'

-- name: tell
UPDATE import SET note = $2 WHERE id = $1 AND state = 'running'

-- name: end
UPDATE import SET state = $2, error = $3, note = NULL, ended_at = $4
WHERE id = $1 AND state IN ('uploading', 'queued', 'running')

-- name: cancel
UPDATE import SET state = 'cancelled', note = NULL, ended_at = $3
WHERE tenant = $1 AND id = $2 AND state IN ('uploading', 'queued', 'running')
