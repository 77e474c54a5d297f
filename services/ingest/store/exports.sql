-- name: exports
SELECT as_of, coverage FROM export WHERE tenant = $1 AND source = $2 ORDER BY as_of

-- name: turns
SELECT key, as_of, row, dates, since FROM turn
WHERE tenant = $1 AND source = $2 AND key = ANY ($3::text[])
ORDER BY key, as_of

-- name: keys
SELECT key FROM turn WHERE tenant = $1 AND source = $2 AND key > $3 AND as_of < $5 ORDER BY key LIMIT $4

-- name: keep
INSERT INTO turn (tenant, source, key, as_of, row, dates, since)
SELECT $1, $2, * FROM unnest($3::text[], $4::timestamptz[], $5::bytea[], $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING

-- name: drop
DELETE FROM turn USING unnest($3::text[], $4::timestamptz[]) AS old (key, as_of)
WHERE turn.tenant = $1 AND turn.source = $2 AND turn.key = old.key AND turn.as_of = old.as_of

-- name: shelve
INSERT INTO export (tenant, source, as_of, coverage, import) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, source, as_of) DO UPDATE SET coverage = excluded.coverage, import = excluded.import
