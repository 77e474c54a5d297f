-- name: count
INSERT INTO quality (import, tenant, day, source, shape, field, result, rows, examples)
SELECT $1, $2, $3, source, shape, field, result, rows, examples::bigint[]
FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
     AS c (source, shape, field, result, rows, examples)
ON CONFLICT (import, source, shape, field, result) DO UPDATE
SET rows = quality.rows + excluded.rows, examples = (quality.examples || excluded.examples)[1:$10]

-- name: seen
-- Every field with its results, and the examples of the newest import that has some.
SELECT source, shape, field, result, sum(rows)::bigint AS rows,
       (array_agg(import ORDER BY day DESC, import))[1] AS imported,
       coalesce((SELECT newest.examples FROM quality AS newest
                 WHERE newest.import = (array_agg(quality.import ORDER BY quality.day DESC, quality.import))[1]
                   AND newest.source = quality.source AND newest.shape = quality.shape
                   AND newest.field = quality.field AND newest.result = quality.result), '{}') AS examples
FROM quality
WHERE tenant = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR source = $4)
GROUP BY source, shape, field, result

-- name: days
SELECT day, count(DISTINCT import) AS imports, sum(rows)::bigint AS checked,
       coalesce(sum(rows) FILTER (WHERE result <> ALL ($5::text[])), 0)::bigint AS faulty
FROM quality
WHERE tenant = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR source = $4)
GROUP BY day ORDER BY day

-- name: trend
-- Every field's results by week (from its Monday) or month; $5 is which.
SELECT source, shape, field, result, date_trunc($5, day::timestamp)::date AS first, sum(rows)::bigint AS rows
FROM quality
WHERE tenant = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR source = $4)
GROUP BY source, shape, field, result, first

-- name: imports
SELECT import.id, import.name, import.as_of, import.created_at AS at, sum(quality.rows)::bigint AS checked,
       coalesce(sum(quality.rows) FILTER (WHERE result <> ALL ($5::text[])), 0)::bigint AS faulty
FROM quality JOIN import ON import.id = quality.import
WHERE quality.tenant = $1 AND day BETWEEN $2 AND $3 AND ($4::text IS NULL OR quality.source = $4)
GROUP BY import.id ORDER BY import.created_at DESC, import.id LIMIT $6
