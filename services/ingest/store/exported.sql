-- name: sources
WITH RECURSIVE known (source) AS (
    (SELECT source FROM turn WHERE tenant = $1 ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (SELECT source FROM turn WHERE tenant = $1 AND turn.source > known.source ORDER BY source LIMIT 1)
    FROM known WHERE known.source IS NOT NULL
)
SELECT source FROM known WHERE source IS NOT NULL

-- name: shown
SELECT DISTINCT source, key FROM unnest($2::text[], $3::text[]) AS asked (source, key)
WHERE EXISTS (
    SELECT FROM turn WHERE turn.tenant = $1 AND turn.source = asked.source AND turn.key = asked.key
)
