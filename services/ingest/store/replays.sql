-- name: keep
INSERT INTO replay (tenant, letter, at, by, mended, source, event_id)
SELECT $1, letter, $3, $4, $5, source, event_id
FROM unnest($2::text[], $6::text[], $7::text[]) AS again (letter, source, event_id)

-- name: of
SELECT letter, at, by, mended, source, event_id AS event FROM replay
WHERE tenant = $1 AND letter = ANY ($2::text[]) ORDER BY at
