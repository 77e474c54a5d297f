-- name: own
SELECT name, body, version FROM mapping WHERE tenant = $1 ORDER BY name

-- name: find
SELECT name, body, version FROM mapping WHERE tenant = $1 AND name = $2

-- name: put
-- Only on top of the version that was read; a mapping that ships has version 0.
INSERT INTO mapping (tenant, name, body, version, changed_by, changed_at)
VALUES ($1, $2, $3, $4 + 1, $5, $6)
ON CONFLICT (tenant, name) DO UPDATE
SET body = excluded.body, version = excluded.version, changed_by = excluded.changed_by,
    changed_at = excluded.changed_at
WHERE mapping.version = $4
RETURNING version
