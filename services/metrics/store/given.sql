-- Figures as they were given when their periods closed.

-- name: closings
SELECT tenant, grain, period, at, tree, units, definitions FROM closing WHERE $1::text IS NULL OR tenant = $1

-- name: closing
SELECT tenant, grain, period, at, tree, units, definitions FROM closing
WHERE tenant = $1 AND grain = $2 AND period = $3

-- name: close
INSERT INTO closing (tenant, grain, period, at, tree, units, definitions) VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
ON CONFLICT DO NOTHING
RETURNING period

-- name: define
INSERT INTO definition (fingerprint, body)
SELECT * FROM unnest($1::text[], $2::jsonb[]) AS said (fingerprint, body)
ON CONFLICT DO NOTHING

-- name: definition
SELECT body FROM definition WHERE fingerprint = $1

-- name: give
INSERT INTO given (tenant, grain, period, unit, measure, value, numerator, denominator)
SELECT $1, $2, $3, * FROM unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])

-- name: given
SELECT given.grain, given.period, given.unit, given.measure, value, numerator, denominator
FROM given
JOIN unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS asked (grain, period, unit, measure)
    USING (grain, period, unit, measure)
WHERE given.tenant = $1
