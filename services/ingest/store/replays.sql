-- name: keep
INSERT INTO replay (tenant, letter, at, by, mended, source, event_id) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: of
SELECT letter, at, by, mended, source, event_id AS event FROM replay
WHERE tenant = $1 AND letter = ANY ($2::text[]) ORDER BY at
