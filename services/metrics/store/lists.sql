-- Lists for people. $1 is always the generation, $2 the tenant; $3 the teams (null: all), $4 teams left out.

-- name: work
-- {state} is one of the item's states; $5 the worker (null: any); after ($6, $7), most urgent first.
SELECT subject, source, kind, urgency, team, worker, due, start_by, received
FROM item
WHERE generation = $1 AND tenant = $2 AND state = '{state}'
  AND ($3::text[] IS NULL OR team = ANY ($3)) AND team <> ALL ($4::text[])
  AND ($5::text IS NULL OR worker = $5)
  AND (coalesce(due, 'infinity'), subject) > ($6::date, $7::text)
ORDER BY coalesce(due, 'infinity'), subject
LIMIT $8

-- name: counts
-- $5 the worker (null: any), $6 today, $7 the last day of the week.
SELECT count(*) AS open, count(*) FILTER (WHERE due < $6) AS overdue,
    count(*) FILTER (WHERE due = $6) AS due_today, count(*) FILTER (WHERE due BETWEEN $6 AND $7) AS due_this_week,
    count(*) FILTER (WHERE worker = '') AS unallocated
FROM item
WHERE generation = $1 AND tenant = $2 AND state = 'open'
  AND ($3::text[] IS NULL OR team = ANY ($3)) AND team <> ALL ($4::text[])
  AND ($5::text IS NULL OR worker = $5)

-- name: feeds
-- One step of the index from source to source; of each the newest that is known, and the days of the last 200.
WITH RECURSIVE found AS (
    (SELECT source FROM event WHERE generation = $1 AND tenant = $2 ORDER BY source LIMIT 1)
    UNION ALL
    SELECT (
        SELECT next.source FROM event next
        WHERE next.generation = $1 AND next.tenant = $2 AND next.source > found.source
        ORDER BY next.source LIMIT 1
    )
    FROM found WHERE found.source IS NOT NULL
)
SELECT found.source, counted.events, last.last_event, last.last_known
FROM found
CROSS JOIN LATERAL (
    SELECT count(*) AS events FROM event e
    WHERE e.generation = $1 AND e.tenant = $2 AND e.source = found.source
) AS counted
CROSS JOIN LATERAL (
    SELECT max(recent.day) FILTER (WHERE recent.day <= $3) AS last_event, max(recent.known_at) AS last_known,
        bool_or(recent.topic = 'primed.case-events') AS of_cases
    FROM (
        SELECT e.day, e.known_at, e.topic FROM event e
        WHERE e.generation = $1 AND e.tenant = $2 AND e.source = found.source
        ORDER BY e.known_at DESC
        LIMIT 200
    ) AS recent
) AS last
WHERE found.source IS NOT NULL AND last.of_cases
ORDER BY found.source

-- name: began
-- When the first event became known.
SELECT min(known_at) FROM event WHERE generation = $1 AND tenant = $2

-- name: fed
-- The teams in whose accounts $4 a source $3 has lines: its subjects begin with its name.
SELECT DISTINCT team FROM line
WHERE generation = $1 AND tenant = $2 AND account = ANY ($4::text[])
  AND subject > $3::text || '/' AND subject < $3::text || '0'
