-- Statements of one transaction that decides.

-- name: alone
-- Decisions fall one at a time, so that one rule never raises two exceptions for a unit.
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/decide', 0))

-- name: positions
SELECT topic, partition, next_offset FROM position

-- name: advance
INSERT INTO position (topic, partition, next_offset)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset

-- name: greet_tenant
INSERT INTO tenant (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id

-- name: rules
SELECT DISTINCT ON (id) id, version, body FROM rule WHERE tenant = $1 ORDER BY id, version DESC

-- name: add_rule
INSERT INTO rule (tenant, id, version, body, by, at) VALUES ($1, $2, $3, $4, $5, $6)

-- name: orders
SELECT figure.unit, figure.measure, figure.grain, figure.period, figure.sequence
FROM figure
JOIN (SELECT DISTINCT * FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (unit, measure, grain)) AS asked
    USING (unit, measure, grain)
WHERE figure.tenant = $1

-- name: keep_figures
INSERT INTO figure (tenant, unit, measure, grain, period, sequence, body)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::json[])
ON CONFLICT (tenant, measure, grain, unit)
DO UPDATE SET period = excluded.period, sequence = excluded.sequence, body = excluded.body

-- name: known_figures
SELECT body FROM figure
WHERE tenant = $1 AND measure = $2 AND grain = $3 AND ($4::text IS NULL OR unit = $4)
ORDER BY unit

-- name: standings
SELECT rule, unit, since, escalation FROM standing WHERE tenant = $1

-- name: stand
INSERT INTO standing (tenant, rule, unit, since, over_at, escalation) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, rule, unit)
DO UPDATE SET since = excluded.since, over_at = excluded.over_at, escalation = excluded.escalation

-- name: forget_standing
DELETE FROM standing WHERE tenant = $1 AND rule = $2 AND unit = $3

-- name: show_escalation
INSERT INTO escalation
    (tenant, id, rule, unit, measure, state, version, raised_at, next_at, unasked, asked, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (tenant, id) DO UPDATE SET
    state = excluded.state, version = excluded.version, next_at = excluded.next_at,
    unasked = excluded.unasked, asked = excluded.asked, body = excluded.body

-- name: link_commitment
UPDATE escalation SET commitments = array_append(commitments, $3)
WHERE tenant = $1 AND id = $2 AND NOT $3 = ANY (commitments)

-- name: queue_letter
INSERT INTO delivery (tenant, id, channel, receiver, escalation, unit, content, state, created, next_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, $8)
ON CONFLICT DO NOTHING

-- name: queue_notices
INSERT INTO delivery (tenant, id, channel, receiver, escalation, unit, content, state, created, next_at)
SELECT $1, $2 || '-' || id, 'webhook', id, $3, $4, $5, 'waiting', $6, $6
FROM subscription
WHERE tenant = $1 AND state = 'active' AND $7 = ANY (events) AND (unit IS NULL OR unit = ANY ($8::text[]))
ORDER BY id
ON CONFLICT DO NOTHING

-- name: due_pending
SELECT rule, unit FROM standing WHERE tenant = $1 AND over_at <= $2 ORDER BY over_at LIMIT 500

-- name: due_rungs
-- `next_at` is when it is somebody's turn: the next person's, or again once an answer has lapsed.
SELECT id FROM escalation
WHERE tenant = $1 AND (next_at <= $2 OR unasked)
ORDER BY raised_at LIMIT 500

-- name: tenants
SELECT id FROM tenant ORDER BY id
