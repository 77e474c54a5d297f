-- Reading all that one generation holds, in one snapshot, to compare it with what the log gives.
-- {generation} names the generation's own tables.

-- name: at_leisure
SELECT set_config('idle_in_transaction_session_timeout', '0', true)

-- name: positions
SELECT topic, partition, next_offset, known_at, dead_run FROM position WHERE generation = $1

-- name: bodies
SELECT tenant, body FROM chunk_{generation} UNION ALL SELECT tenant, body FROM journal_{generation}

-- name: bodies_of
-- Those that may hold lines of these accounts, teams and months: journals hold anything.
SELECT tenant, body FROM chunk_{generation}
WHERE (tenant, account, team, month) IN (
    SELECT tenant, account, team, date '1970-01-01' + month
    FROM unnest($1::int[], $2::int[], $3::int[], $4::int[]) AS asked (tenant, account, team, month)
)
UNION ALL
SELECT tenant, body FROM journal_{generation}

-- name: sums
SELECT tenant, account, team, month - date '1970-01-01' AS month, kind, setting, detail, amount, days, amounts
FROM month_{generation}

-- name: items
SELECT no, source, kind, urgency, team, worker, outcome, state, due, start_by, received, ended, events, tenant, topic,
    subject
FROM item_{generation}

-- name: faults
SELECT topic, partition, "offset", n, tenant, source, fault, day, amount FROM fault_{generation}

-- name: feeds
SELECT tenant, source, events, last_known, last_day FROM feed_{generation}

-- name: openings
SELECT tenant, account, team, begins, known_until, kinds, settings, counts, amounts, body FROM opening_{generation}
ORDER BY tenant, account, team, begins

-- name: chunks_before
-- Settled lines of account $2 of team $3 before a day.
SELECT month, body FROM chunk_{generation} WHERE tenant = $1 AND account = $2 AND team = $3 AND month < $4
