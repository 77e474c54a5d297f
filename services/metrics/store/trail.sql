-- The way from a figure to its lines and their events. $1 is always the generation, $2 the tenant, $3 as known
-- when. {terms}, {kept} and $4, $5: as in reading.sql. $6 are the days and teams that count, as a JSON list, of
-- which $7 is the first day, $8 the last and $9 all the teams together (null: any).

-- name: found
FROM {terms}
JOIN line b ON b.generation = $1 AND b.tenant = $2 AND b.account = term.account AND {kept}
JOIN jsonb_to_recordset($6::jsonb) AS span (first date, last date, names text[], but text[])
    ON b.day BETWEEN span.first AND span.last
    AND (span.names IS NULL OR b.team = ANY (span.names)) AND b.team <> ALL (span.but)
WHERE b.account = ANY ($5::text[]) AND b.day BETWEEN $7 AND $8 AND ($3::timestamptz IS NULL OR b.known_at <= $3)
    AND ($9::text[] IS NULL OR b.team = ANY ($9))

-- name: totals
SELECT term.t, sum(b.amount)::bigint AS total_amount, count(*) AS total_lines
{found}
GROUP BY term.t

-- name: lines
-- The first $16 lines after the place $10 to $15.
SELECT term.t, b.topic, b.partition, b."offset", b.n, b.subject, b.account, b.team, b.day, b.kind, b.setting,
    b.worker, b.detail, b.amount, b.known_at, e.source, e.id, e.type, e.time
{found_with_events}
    AND (term.t, b.day, b.topic, b.partition, b."offset", b.n)
        > ($10::bigint, $11::date, $12::text, $13::bigint, $14::bigint, $15::bigint)
ORDER BY term.t, b.day, b.topic, b.partition, b."offset", b.n
LIMIT $16

-- name: standing
-- A slot is a place in the book of one subject: all lines of slots in which something is left, with the totals
-- over all slots. Subjects of which nothing is left have no such slot, since no stock is below nought.
WITH net AS MATERIALIZED (
    SELECT term.t, b.subject, sum(b.amount) AS amount, count(*) AS lines
    {found}
    GROUP BY 1, 2
), total AS (
    SELECT t, sum(amount)::bigint AS total_amount, sum(lines)::bigint AS total_lines FROM net GROUP BY t
), slot AS (
    SELECT term.t, b.*, sum(b.amount) OVER (
        PARTITION BY term.t, b.subject, b.team, b.kind, b.setting, b.worker, b.detail
    ) AS left_over
    {found} AND (term.t, b.subject) IN (SELECT t, subject FROM net WHERE amount <> 0)
)
SELECT total.t, total.total_amount, total.total_lines, s.topic, s.partition, s."offset", s.n, s.subject,
    s.account, s.team, s.day, s.kind, s.setting, s.worker, s.detail, s.amount, s.known_at,
    e.source, e.id, e.type, e.time
FROM total
LEFT JOIN slot s ON s.t = total.t AND s.left_over <> 0
LEFT JOIN event e ON e.generation = $1 AND e.topic = s.topic AND e.partition = s.partition
    AND e."offset" = s."offset"
ORDER BY total.t, s.day, s.topic, s.partition, s."offset", s.n

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
