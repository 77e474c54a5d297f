-- Statements for the lists and pages of the API. `$units` of NULL means the whole council.

-- name: escalations
SELECT escalation.id, escalation.raised_at, escalation.body, escalation.commitments, rule.body AS rule
FROM escalation
LEFT JOIN LATERAL (
    SELECT body FROM rule
    WHERE rule.tenant = escalation.tenant AND rule.id = escalation.rule ORDER BY version DESC LIMIT 1
) AS rule ON true
WHERE escalation.tenant = $1
    AND ($2::text[] IS NULL OR escalation.unit = ANY ($2) OR $6 = ANY (escalation.asked))
    AND ($3::text[] IS NULL OR escalation.state = ANY ($3))
    AND ($4::timestamptz IS NULL OR (escalation.raised_at, escalation.id) < ($4, $5))
ORDER BY escalation.raised_at DESC, escalation.id DESC
LIMIT $7

-- name: escalation
SELECT escalation.id, escalation.unit, escalation.body, escalation.commitments, rule.body AS rule
FROM escalation
LEFT JOIN LATERAL (
    SELECT body FROM rule
    WHERE rule.tenant = escalation.tenant AND rule.id = escalation.rule ORDER BY version DESC LIMIT 1
) AS rule ON true
WHERE escalation.tenant = $1 AND escalation.id = $2

-- name: inbox
SELECT id, at, read_at, body FROM inbox
WHERE tenant = $1 AND person = $2 AND ($3::timestamptz IS NULL OR (at, id) < ($3, $4))
ORDER BY at DESC, id DESC
LIMIT $5

-- name: unread
SELECT count(*) FROM inbox WHERE tenant = $1 AND person = $2 AND read_at IS NULL

-- name: mark_read
UPDATE inbox SET read_at = coalesce(read_at, $4) WHERE tenant = $1 AND person = $2 AND id = $3 RETURNING id

-- name: deliveries
SELECT delivery.*, coalesce(tries.list, '[]'::json) AS tries
FROM delivery
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'number', number, 'at', at, 'result', result, 'detail', detail) ORDER BY number) AS list
    FROM attempt
    WHERE attempt.tenant = delivery.tenant AND attempt.delivery = delivery.id
) AS tries ON true
WHERE delivery.tenant = $1
    AND ($2::text[] IS NULL OR delivery.unit = ANY ($2))
    AND ($3::text IS NULL OR delivery.escalation = $3)
    AND ($4::text IS NULL OR delivery.state = $4)
    AND ($5::bigint IS NULL OR delivery.place < $5)
ORDER BY delivery.place DESC
LIMIT $6

-- name: rules
SELECT DISTINCT ON (id) id, version, body FROM rule WHERE tenant = $1 ORDER BY id, version DESC

-- name: subscribe
INSERT INTO subscription (tenant, id, url, events, unit, by, at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'active')
ON CONFLICT DO NOTHING

-- name: subscriptions
SELECT id, url, events, unit, by, at, state, why FROM subscription
WHERE tenant = $1 AND ($2::text IS NULL OR by = $2) AND state <> 'ended'
ORDER BY at, id

-- name: subscription
SELECT id, url, events, unit, by, at, state, why FROM subscription
WHERE tenant = $1 AND ($2::text IS NULL OR by = $2) AND id = $3 AND state <> 'ended'

-- name: unsubscribe
UPDATE subscription SET state = 'ended', why = $3 WHERE tenant = $1 AND id = $2 AND state <> 'ended'
RETURNING id

-- name: end_queue
UPDATE delivery SET state = 'given_up', next_at = NULL
WHERE tenant = $1 AND channel = 'webhook' AND receiver = $2 AND state = 'waiting'
