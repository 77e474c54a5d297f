-- The statements of services/actions/store; the tables are those of migrations/.

-- name: hold_meeting
SELECT 1 FROM meeting WHERE tenant = $1 AND id = $2 FOR UPDATE

-- name: keep_meeting
INSERT INTO meeting (tenant, id, version, unit, state, closed_at, place, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant, id) DO UPDATE SET
    version = excluded.version, unit = excluded.unit, state = excluded.state, closed_at = excluded.closed_at,
    place = excluded.place, body = excluded.body

-- name: keep_commitment
INSERT INTO commitment (tenant, id, version, unit, owner, state, deadline, agreed_at, ended_at, ended_on,
                        meeting, escalation, place, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (tenant, id) DO UPDATE SET
    version = excluded.version, unit = excluded.unit, owner = excluded.owner, state = excluded.state,
    deadline = excluded.deadline, ended_at = excluded.ended_at, ended_on = excluded.ended_on,
    place = excluded.place, body = excluded.body

-- name: due
SELECT version, body FROM commitment
WHERE tenant = $1 AND unit = $2 AND state = 'open' AND deadline <= $3
ORDER BY deadline, id

-- name: escalation
SELECT body FROM escalation WHERE tenant = $1 AND id = $2

-- name: keep_escalation
INSERT INTO escalation (tenant, id, unit, raised_at, ended_at, body)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, id) DO UPDATE SET
    unit = excluded.unit, raised_at = excluded.raised_at, ended_at = excluded.ended_at, body = excluded.body

-- name: positions
SELECT topic, partition, next_offset FROM position

-- name: begin_position
INSERT INTO position (topic, partition, next_offset) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING

-- name: lock_position
SELECT next_offset FROM position WHERE topic = $1 AND partition = $2 FOR UPDATE

-- name: move_position
UPDATE position SET next_offset = $3 WHERE topic = $1 AND partition = $2

-- name: one_meeting
SELECT version, body FROM meeting WHERE tenant = $1 AND id = $2

-- name: one_commitment
SELECT version, body FROM commitment WHERE tenant = $1 AND id = $2

-- name: meetings
SELECT version, body, place, id FROM meeting
WHERE tenant = $1
  AND ($2::text[] IS NULL OR unit = ANY($2))
  AND ($3::text IS NULL OR state = $3)
  AND ($4::bigint IS NULL OR (place, id) > ($4, $5::text))
ORDER BY place, id
LIMIT $6

-- name: commitments
SELECT version, body, place, id FROM commitment
WHERE tenant = $1
  AND ($2::text[] IS NULL OR unit = ANY($2) OR owner = $3)
  AND ($4::text IS NULL OR owner = $4)
  AND ($5::text IS NULL OR state = $5)
  AND ($6::boolean IS NULL OR $6 = (state <> 'dropped' AND deadline < coalesce(ended_on, $7::date)))
  AND ($8::text IS NULL OR meeting = $8)
  AND ($9::text IS NULL OR escalation = $9)
  AND ($10::bigint IS NULL OR (place, id) > ($10, $11::text))
ORDER BY place, id
LIMIT $12

-- name: counted
SELECT version, body FROM commitment
WHERE tenant = $1 AND ($2::text[] IS NULL OR unit = ANY($2))
  AND (state = 'open' OR ended_on >= $3 OR deadline >= $3)

-- name: last_closed
SELECT max(closed_at) AS closed_at FROM meeting WHERE tenant = $1 AND unit = $2 AND id <> $3 AND closed_at < $4

-- name: last_commitments
SELECT version, body FROM commitment
WHERE tenant = $1 AND unit = $2 AND meeting IS DISTINCT FROM $3 AND agreed_at < $4
  AND (state = 'open' OR ended_at > $5)

-- name: agreed_at
SELECT version, body FROM commitment WHERE tenant = $1 AND meeting = $2 ORDER BY agreed_at, id

-- name: exceptions
SELECT body FROM escalation
WHERE tenant = $1 AND unit = ANY($2) AND raised_at <= $3 AND (ended_at IS NULL OR ended_at > $4)

-- name: keep_target
INSERT INTO target (tenant, id, version, unit, measure, worker, grain, since, agreed_at, place, state, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, state = excluded.state, body = excluded.body

-- name: targets
-- With the first of those agreed later that take a target's place; one worker's are theirs and their leaders'.
SELECT t.version, t.body, t.place, t.id, n.id AS newer, greatest(n.since, t.since) AS newer_since
FROM target t LEFT JOIN LATERAL (
    SELECT o.id, o.since FROM target o
    WHERE o.tenant = t.tenant AND o.unit = t.unit AND o.measure = t.measure AND o.worker = t.worker
      AND o.state = 'agreed' AND t.state = 'agreed' AND (o.agreed_at, o.id) > (t.agreed_at, t.id)
      AND (o.grain IS NULL OR o.grain = t.grain)
    ORDER BY o.since, o.agreed_at, o.id LIMIT 1
) n ON true
WHERE t.tenant = $1
  AND ($2::text IS NULL OR t.id = $2)
  AND ($3::text[] IS NULL OR t.unit = ANY($3))
  AND ($5::boolean OR t.worker = '' OR t.worker = $4)
  AND ($6::text IS NULL OR t.measure = $6)
  AND ($7::text IS NULL OR t.worker = $7)
  AND ($8::text IS NULL OR t.state = $8)
  AND ($9::date IS NULL OR (t.state = 'agreed' AND t.since <= $9
                            AND (n.id IS NULL OR greatest(n.since, t.since) > $9)))
  AND ($10::bigint IS NULL OR (t.place, t.id) > ($10, $11::text))
ORDER BY t.place, t.id
LIMIT $12

-- name: keep_purpose
INSERT INTO purpose (tenant, id, version, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, body = excluded.body

-- name: purposes
SELECT version, body, 0 AS place, id FROM purpose
WHERE tenant = $1
  AND ($2::text[] IS NULL OR id = ANY($2))
  AND ($3::bigint IS NULL OR (0, id) > ($3, $4::text))
ORDER BY id
LIMIT $5
