-- What auditors are given. $1 generation.

-- name: balances
SELECT tenant, account, team, day, kind, setting, worker, detail, amount FROM balance
WHERE generation = $1 AND amount <> 0 AND ($2::date IS NULL OR day <= $2)

-- name: balances_known
SELECT tenant, account, team, day, kind, setting, worker, detail, sum(amount)::bigint AS amount FROM line
WHERE generation = $1 AND ($2::date IS NULL OR day <= $2) AND known_at <= $3
GROUP BY tenant, account, team, day, kind, setting, worker, detail
HAVING sum(amount) <> 0

-- name: lines
SELECT line.*, event.source, event.id, event.type, event.time FROM event
JOIN line USING (generation, topic, partition, "offset")
WHERE event.generation = $1 AND event.subject = $2 AND ($3::text IS NULL OR event.tenant = $3)
ORDER BY event.tenant, line.topic, line.partition, line."offset", line.n

-- name: positions
SELECT topic, partition, next_offset, known_at, read_at FROM position WHERE generation = $1
ORDER BY topic, partition
