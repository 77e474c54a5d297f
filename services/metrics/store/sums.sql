-- Sums for reports. $1 is the generation, $2 the tenant, $3 as known when, $4 the accounts, $5 days and teams that
-- count as a JSON list, of which $6 is the first day and $7 the last. {book} and {known} as in reading.sql.
-- {columns} are what the sums are cut by, {where} the values that count, from $8 on.

-- name: spans
jsonb_to_recordset($5::jsonb) AS span (first date, last date, names text[], but text[])
    ON b.day BETWEEN span.first AND span.last
    AND (span.names IS NULL OR b.team = ANY (span.names)) AND b.team <> ALL (span.but)

-- name: sums
SELECT {columns} AS cut, sum(b.amount)::bigint AS amount
FROM {book} b JOIN {spans}
WHERE b.generation = $1 AND b.tenant = $2 AND {known} AND b.account = ANY ($4::text[])
  AND b.day BETWEEN $6 AND $7 {where}
GROUP BY 1
HAVING sum(b.amount) <> 0

-- name: traced
-- The lines themselves, with their events, those known last first: known after ${after}, at most ${limit}.
SELECT 0 AS t, b.topic, b.partition, b."offset", b.n, b.subject, b.account, b.team, b.day, b.kind, b.setting,
    b.worker, b.detail, b.amount, b.known_at, e.source, e.id, e.type, e.time
FROM line b JOIN {spans}
JOIN event e ON e.generation = b.generation AND e.topic = b.topic AND e.partition = b.partition
    AND e."offset" = b."offset"
WHERE b.generation = $1 AND b.tenant = $2 AND ($3::timestamptz IS NULL OR b.known_at <= $3)
  AND b.account = ANY ($4::text[]) AND b.day BETWEEN $6 AND $7 {where}
  AND (${after}::timestamptz IS NULL OR b.known_at > ${after})
ORDER BY b.known_at DESC, b.topic, b.partition, b."offset" DESC, b.n DESC
LIMIT ${limit}
