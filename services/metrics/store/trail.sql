-- The way back from lines to events. $1 is always the generation, $2 the tenant.

-- name: events_of_items
-- Of the items $3.
SELECT topic, events FROM item WHERE generation = $1 AND tenant = $2 AND no = ANY ($3::bigint[])

-- name: events_of_item
SELECT events AS kept FROM item WHERE generation = $1 AND tenant = $2 AND no = $3

-- name: items_of_subject
SELECT subject, source, kind, urgency, team, worker, due, start_by, received, state, ended, outcome, events AS kept
FROM item
WHERE generation = $1 AND tenant = $2 AND subject = $3
ORDER BY topic

-- name: spots
-- The row of settled events in which that at $3 would be.
SELECT first, last, events, body FROM spot WHERE generation = $1 AND tenant = $2 AND first <= $3
ORDER BY first DESC
LIMIT 1

-- name: items_that_kept
-- Items of one partition, numbered from $3 to $4, in whose events these bytes are.
SELECT events AS kept FROM item
WHERE generation = $1 AND tenant = $2 AND no BETWEEN $3 AND $4 AND position($5::bytea IN events) > 0
