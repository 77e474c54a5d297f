-- Statements for what is on its way to people and subscribers.

-- name: claim
-- One delivery at a time for each receiver, the oldest of an exception first, so that nobody hears that
-- something is over before they heard of it. A lease that ran out belongs to a process that is no more.
WITH free AS (
    SELECT DISTINCT ON (waiting.tenant, waiting.receiver) waiting.tenant, waiting.id, waiting.place
    FROM delivery AS waiting
    WHERE waiting.channel = $1 AND waiting.state = 'waiting' AND waiting.next_at <= $2
        AND NOT EXISTS (
            SELECT FROM delivery AS other
            WHERE other.tenant = waiting.tenant AND other.channel = $1 AND other.receiver = waiting.receiver
                AND other.state = 'waiting'
                AND (other.leased_until > $2
                    OR (other.escalation = waiting.escalation AND other.place < waiting.place))
        )
    ORDER BY waiting.tenant, waiting.receiver, waiting.place
)
UPDATE delivery SET leased_until = $3
WHERE (tenant, id) IN (
    SELECT delivery.tenant, delivery.id
    FROM delivery JOIN free USING (tenant, id)
    WHERE delivery.state = 'waiting' AND (delivery.leased_until IS NULL OR delivery.leased_until <= $2)
    ORDER BY delivery.place
    LIMIT $4
    FOR UPDATE OF delivery SKIP LOCKED
)
RETURNING tenant, id, channel, receiver, content, attempts, created

-- name: record_attempt
INSERT INTO attempt (tenant, delivery, number, at, result, detail)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING

-- name: settle
UPDATE delivery SET state = $3, attempts = $4, next_at = $5, leased_until = NULL
WHERE tenant = $1 AND id = $2

-- name: put_into_inbox
INSERT INTO inbox (tenant, id, person, at, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING

-- name: address
SELECT url FROM subscription WHERE tenant = $1 AND id = $2 AND state = 'active'

-- name: disable
UPDATE subscription SET state = 'disabled', why = $3 WHERE tenant = $1 AND id = $2 AND state = 'active'

-- name: give_up_queue
UPDATE delivery SET state = 'given_up', next_at = NULL, leased_until = NULL
WHERE tenant = $1 AND channel = 'webhook' AND receiver = $2 AND state = 'waiting'

-- name: queue_trial
INSERT INTO delivery
    (tenant, id, channel, receiver, escalation, unit, content, state, created, next_at, leased_until)
VALUES ($1, $2, 'webhook', $3, $4, $5, $6, 'waiting', $7, $7, $8)
