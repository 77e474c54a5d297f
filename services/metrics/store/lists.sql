-- Lists for people. $1 is always the generation, $2 the tenant; $3 the teams (null: all), $4 teams left out.

-- name: work
-- {state} is one of the item's states; $5 the worker (null: any); after ($6, $7), most urgent first.
SELECT subject, source, kind, urgency, team, worker, due, start_by, received
FROM item
WHERE generation = $1 AND tenant = $2 AND state = '{state}'
  AND ($3::int[] IS NULL OR team = ANY ($3)) AND team <> ALL ($4::int[])
  AND ($5::int IS NULL OR worker = $5)
  AND (coalesce(due, 'infinity'), subject) > ($6::date, $7::text)
ORDER BY coalesce(due, 'infinity'), subject
LIMIT $8

-- name: counts
-- $5 the worker (null: any), $6 today, $7 the last day of the week.
SELECT count(*) AS open, count(*) FILTER (WHERE due < $6) AS overdue,
    count(*) FILTER (WHERE due = $6) AS due_today, count(*) FILTER (WHERE due BETWEEN $6 AND $7) AS due_this_week,
    count(*) FILTER (WHERE worker = 0) AS unallocated
FROM item
WHERE generation = $1 AND tenant = $2 AND state = 'open'
  AND ($3::int[] IS NULL OR team = ANY ($3)) AND team <> ALL ($4::int[])
  AND ($5::int IS NULL OR worker = $5)

-- name: feeds
SELECT source, events, last_day AS last_event, last_known FROM feed WHERE generation = $1 AND tenant = $2

-- name: began
-- When the first line became known.
SELECT least(
    (SELECT min(known_from) FROM chunk WHERE generation = $1 AND tenant = $2),
    (SELECT min(known_from) FROM journal WHERE generation = $1 AND tenant = $2)
)

-- name: chunks_after
-- Chunks of the accounts $3 after the one numbered $5, of teams other than $4; at most $6.
SELECT id, body FROM chunk
WHERE generation = $1 AND tenant = $2 AND account = ANY ($3::int[]) AND team <> ALL ($4::int[]) AND id > $5
ORDER BY id
LIMIT $6
