-- name: known
SELECT hash, id FROM pseudonym WHERE tenant = $1 AND hash = ANY ($2::text[])

-- name: add
INSERT INTO pseudonym (tenant, hash, id, since)
SELECT $1, hash, id, $4 FROM unnest($2::text[], $3::text[]) AS fresh (hash, id)
ON CONFLICT DO NOTHING

-- name: erase
-- The row stays, or is made, without an id: it keeps the person from getting one again.
INSERT INTO pseudonym (tenant, hash, since, erased_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (tenant, hash) DO UPDATE SET id = NULL, erased_at = coalesce(pseudonym.erased_at, $3)
RETURNING (SELECT id FROM pseudonym AS before WHERE before.tenant = $1 AND before.hash = $2) IS NOT NULL
