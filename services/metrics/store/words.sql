-- Words of the ledger.

-- name: find
SELECT id, text FROM word WHERE text = ANY ($1::text[])

-- name: add
-- In the order of the texts, so that two who add the same words wait for each other and never in a circle.
INSERT INTO word (text) SELECT text FROM unnest($1::text[]) AS asked (text) ORDER BY text COLLATE "C"
ON CONFLICT DO NOTHING

-- name: read
SELECT id, text FROM word WHERE id = ANY ($1::integer[])

-- name: all
-- Those not met before.
SELECT id, text FROM word WHERE id <> ALL ($1::integer[])
