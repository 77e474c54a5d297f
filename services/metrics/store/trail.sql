-- The way from a figure to its lines and their events. $1 is always the generation, $2 the tenant.
-- {terms} and {kept}: as in reading.sql. $5 are the days and teams that count, as a JSON list.
-- Of stocks only lines are shown whose place in the book does not cancel out, unless $6 asks for all.

-- name: totals
SELECT found.t, sum(found.amount)::bigint AS amount, count(*) AS total,
    count(*) FILTER (WHERE $6 OR found.net <> 0) AS shown
FROM {found}
GROUP BY found.t

-- name: lines
SELECT found.t, found.topic, found.partition, found."offset", found.n, found.subject, found.account, found.team,
    found.day, found.kind, found.setting, found.worker, found.detail, found.amount, found.known_at,
    e.source, e.id, e.type, e.time
FROM {found}
JOIN event e ON e.generation = $1 AND e.topic = found.topic AND e.partition = found.partition
    AND e."offset" = found."offset"
WHERE ($6 OR found.net <> 0)
  AND (found.t, found.day, found.topic, found.partition, found."offset", found.n)
    > ($7::bigint, $8::date, $9::text, $10::bigint, $11::bigint, $12::bigint)
ORDER BY found.t, found.day, found.topic, found.partition, found."offset", found.n
LIMIT $13

-- name: found
(
    SELECT term.t, b.*,
        sum(b.amount) OVER (
            PARTITION BY term.t, b.subject, b.team, b.kind, b.setting, b.worker, b.detail
        ) AS net
    FROM {terms}
    JOIN line b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
    JOIN jsonb_to_recordset($5::jsonb) AS span (first date, last date, names text[], but text[])
        ON b.day BETWEEN span.first AND span.last
        AND (span.names IS NULL OR b.team = ANY (span.names)) AND b.team <> ALL (span.but)
    WHERE $3::timestamptz IS NULL OR b.known_at <= $3
) AS found

-- name: event
SELECT topic, partition, "offset", subject, source, id, type, time, known_at, body
FROM event
WHERE generation = $1 AND tenant = $2 AND topic = $3 AND partition = $4 AND "offset" = $5

-- name: events_of_subject
SELECT topic, partition, "offset", subject, source, id, type, time, known_at, body
FROM event
WHERE generation = $1 AND tenant = $2 AND subject = $3
ORDER BY topic, partition, "offset"
LIMIT 1000

-- name: lines_of_subject
-- Those of one event when $4 to $6 name it, else all.
SELECT 0 AS t, l.topic, l.partition, l."offset", l.n, l.subject, l.account, l.team, l.day, l.kind, l.setting,
    l.worker, l.detail, l.amount, l.known_at, e.source, e.id, e.type, e.time
FROM event e
JOIN line l ON l.generation = e.generation AND l.topic = e.topic AND l.partition = e.partition
    AND l."offset" = e."offset"
WHERE e.generation = $1 AND e.tenant = $2 AND e.subject = $3
  AND ($4::text IS NULL OR (e.topic = $4 AND e.partition = $5::integer AND e."offset" = $6::bigint))
ORDER BY l.topic, l.partition, l."offset", l.n
LIMIT 5000

-- name: item
SELECT subject, source, kind, urgency, team, worker, due, start_by, received, state, ended, outcome
FROM item
WHERE generation = $1 AND tenant = $2 AND subject = $3
